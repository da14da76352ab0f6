//! SRF: the RAW of Sony's first cameras that had one (DSC-F828, DSC-V3).

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Coded, Directory, Family, Findings, Origin, Picture, Structure, tags};
use crate::verdict::{End, Reject, Span, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "srf",
    title: "Sony SRF",
    extensions: &["srf"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "where the model keeps its sensor data, by its dimensions: a minimum",
    proof: "structure: directories, values and sensor data lie inside the file",
    source: "LibRaw, identify.cpp; ExifTool, Sony.pm",
};

static FAMILY: Family = Family {
    makes: &["SONY"],
    forbidden: &[tags::DNG_VERSION, tags::STRIP_OFFSETS],
    test: Some(is_srf),
    vendor: Some(complete),
    ..Family::raw(&SIGNATURE, "image/x-sony-srf")
};

/// A RAW file of one of Sony's first cameras that had one.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}

/// Where a model keeps its sensor data, in bytes from the file's first. No tag says it.
const MODELS: [(&str, u64); 2] = [("DSC-F828", 862_144), ("DSC-V3", 787_392)];

/// Bytes of a sample, encrypted.
const SAMPLE_LEN: u64 = 2;

/// No sensor of those cameras is wider or higher, in pixels.
const MAX_SIDE: u64 = 1 << 13;

/// The maker note holds the key to itself this far in; no other note of Sony's is as long.
const KEY_AT: u64 = 0x8DDC;

/// Whether model, dimensions and maker note are those of an SRF. The Exif block of the same
/// camera's JPEG has a short note that begins with the maker's name.
fn is_srf(view: &mut View<'_>, first: &Directory) -> bool {
    let mut note = || {
        let at = first.number(view, tags::EXIF_IFD)?;
        let exif = Directory::read(view, first.frame, at, Origin::Exif).ok()?;
        let note = exif.get(tags::MAKER_NOTE)?.value;
        Some(note.len > KEY_AT && &view.array::<4>(note.at).ok()? != b"SONY")
    };
    note() == Some(true) && sensor(view, first).is_some()
}

/// Where the sensor data lies, with its width and height in pixels.
fn sensor(view: &mut View<'_>, first: &Directory) -> Option<(Span, (u32, u32))> {
    let model = first.text(view, tags::MODEL)?;
    let (_, at) = MODELS.into_iter().find(|(name, _)| *name == model)?;
    let mut side = |tag| first.number(view, tag).filter(|side| (1..=MAX_SIDE).contains(side));
    let (width, height) = (side(tags::IMAGE_WIDTH)?, side(tags::IMAGE_LENGTH)?);
    let span = Span { at, len: width * height * SAMPLE_LEN };
    Some((span, (width as u32, height as u32)))
}

/// The sensor data, which no directory names.
fn complete(view: &mut View<'_>, structure: &Structure, findings: &mut Findings) {
    findings.end = End::Minimum;
    findings.pictures.extend(sensor(view, structure.first()).map(|(span, pixels)| Picture {
        origin: Origin::First,
        pixels: Some(pixels),
        compression: 1,
        photometric: None,
        reduced: false,
        sensor: true,
        parts: vec![span],
        jpeg: None,
        begins_whole: false,
        implausible: 0,
        untold: 0,
        coded: Coded::default(),
    }));
}
