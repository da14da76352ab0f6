//! IIQ: the RAW of Phase One, Leaf and Mamiya digital backs.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Coded, Directory, Evidence, Family, Findings, Origin, Picture, Structure};
use crate::verdict::{End, Reject, Span, Verdict};
use crate::view::{Endian, View};

static SIGNATURE: Signature = Signature {
    name: "iiq",
    title: "Phase One IIQ",
    extensions: &["iiq"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any stretch that TIFF or Phase One's directory names",
    proof: "structure; no byte of Phase One's coding is checked",
    source: "ExifTool, PhaseOne.pm",
};

static FAMILY: Family = Family {
    test: Some(is_marked),
    evidence: Evidence::Marks,
    vendor: Some(complete),
    ..Family::raw(&SIGNATURE, "image/x-phaseone-iiq")
};

/// A RAW file of a Phase One digital back.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}

/// Where Phase One's block begins; its offsets count from there.
const BLOCK: u64 = 8;

/// Where the block says how far into it its directory lies.
const DIRECTORY_OFFSET: u64 = 16;

/// How many entries a directory has.
const ENTRIES: std::ops::RangeInclusive<u32> = 2..=300;

/// Length of an entry in bytes: tag, element size, length, value or offset.
const ENTRY_LEN: u64 = 16;

const SENSOR_WIDTH: u32 = 0x108;
const SENSOR_HEIGHT: u32 = 0x109;
const IMAGE_WIDTH: u32 = 0x10C;
const IMAGE_HEIGHT: u32 = 0x10D;
const RAW_DATA: u32 = 0x10F;

/// What a Phase One directory says.
#[derive(Default)]
struct Block {
    metadata: Vec<Span>,
    raw: Option<Span>,
    sensor: (u32, u32),
    image: (u32, u32),
}

/// Whether Phase One's mark follows the TIFF header: "IIII" and "Raw" backwards, or "MMMM" and
/// "Raw" forwards, with a letter that varies.
fn is_marked(view: &mut View<'_>, _: &Directory) -> bool {
    endian(view).is_some()
}

fn endian(view: &mut View<'_>) -> Option<Endian> {
    match &view.array(BLOCK).ok()? {
        [b'I', b'I', b'I', b'I', _, b'w', b'a', b'R'] => Some(Endian::Little),
        [b'M', b'M', b'M', b'M', b'R', b'a', b'w', _] => Some(Endian::Big),
        _ => None,
    }
}

/// The raw data and what else the block's directory names.
fn complete(view: &mut View<'_>, _: &Structure, findings: &mut Findings) {
    let Ok(block) = read(view) else {
        findings.end = End::Minimum;
        return;
    };
    let (width, height) = if block.image.0 > 0 { block.image } else { block.sensor };
    findings.metadata.extend(block.metadata);
    findings.pictures.extend(block.raw.map(|span| Picture {
        origin: Origin::Private,
        pixels: (width > 0 && height > 0).then_some((width, height)),
        compression: 0,
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

fn read(view: &mut View<'_>) -> Result<Block, Reject> {
    let order = endian(view).ok_or_else(|| view.malformed(BLOCK, "Phase One mark"))?;
    let at = BLOCK + u64::from(view.u32(DIRECTORY_OFFSET, order)?);
    let count = view.u32(at, order)?;
    if !ENTRIES.contains(&count) {
        return Err(view.malformed(at, "number of Phase One entries"));
    }
    let start = at + 8;
    let len = u64::from(count) * ENTRY_LEN;
    view.check(start, len)?;
    let mut block = Block { metadata: vec![Span::between(at, start + len)], ..Block::default() };
    for entry in (0..u64::from(count)).map(|index| start + index * ENTRY_LEN) {
        let tag = view.u32(entry, order)?;
        let len = view.u32(entry + 8, order)?;
        let value = view.u32(entry + 12, order)?;
        let span = Span { at: BLOCK + u64::from(value), len: u64::from(len) };
        match tag {
            SENSOR_WIDTH => block.sensor.0 = value,
            SENSOR_HEIGHT => block.sensor.1 = value,
            IMAGE_WIDTH => block.image.0 = value,
            IMAGE_HEIGHT => block.image.1 = value,
            RAW_DATA => block.raw = Some(span),
            _ if len > 4 => block.metadata.push(span),
            _ => {}
        }
    }
    Ok(block)
}
