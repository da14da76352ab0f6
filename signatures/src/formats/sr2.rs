//! SR2: the RAW of early Sony cameras (DSC-R1).

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Directory, Evidence, Family, Origin, tags};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "sr2",
    title: "Sony SR2",
    extensions: &["sr2"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; no byte of the sensor data is checked",
    source: "ExifTool, Sony.pm (tag FileFormat)",
};

static FAMILY: Family = Family {
    makes: &["SONY"],
    test: Some(is_sr2),
    evidence: Evidence::SensorOr(tags::DNG_PRIVATE_DATA),
    ..Family::raw(&SIGNATURE, "image/x-sony-sr2")
};

/// A RAW file of an early Sony camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}

/// Tag of Sony's maker note: which format the file has.
const FILE_FORMAT: u16 = 0xB000;

/// The value of [`FILE_FORMAT`] in an SR2.
const SR2: [u64; 4] = [1, 0, 0, 0];

/// What precedes the directory of most of Sony's maker notes, in bytes: "SONY DSC " and zeros.
const NOTE_HEADER: u64 = 12;

/// Whether the maker note says that the file is an SR2.
fn is_sr2(view: &mut View<'_>, first: &Directory) -> bool {
    let mut format = || {
        let frame = first.frame;
        let at = first.number(view, tags::EXIF_IFD)?;
        let exif = Directory::read(view, frame, at, Origin::Exif).ok()?;
        let at = exif.get(tags::MAKER_NOTE)?.value.at;
        let skip = if &view.array::<4>(at).ok()? == b"SONY" { NOTE_HEADER } else { 0 };
        let note = Directory::read(view, frame, at + skip, Origin::Note).ok()?;
        Some(note.numbers(view, FILE_FORMAT, 4))
    };
    format().is_some_and(|format| format == SR2)
}
