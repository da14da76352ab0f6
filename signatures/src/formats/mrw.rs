//! MRW: the RAW of Minolta and Konica Minolta.

use crate::format::{self, Effort, Group, Magic, Signature};
use crate::verdict::{ExifBlock, ExifKind, Grade, Reject, Role, Span, Unchecked, Verdict};
use crate::view::{Endian::Big, View};

static SIGNATURE: Signature = Signature {
    name: "mrw",
    title: "Minolta MRW",
    extensions: &["mrw"],
    aliases: &[],
    group: Group::Raw,
    // "\0MRM" and a length precede it.
    magic: &[Magic::new(9, b"PRD\0\0\0")],
    min_len: BLOCKS + BLOCK_HEADER + DIMENSIONS_LEN,
    end_rule: "length of the blocks, and of the sensor data by its dimensions",
    proof: "structure: the blocks fill their frame, and the sensor data lies inside the file",
    source: "ExifTool, MinoltaRaw.pm",
};

/// Where the first block begins: after a mark and the length of all blocks.
const BLOCKS: u64 = 8;

/// Name and length of a block, in bytes.
const BLOCK_HEADER: u64 = 8;

/// Length in bytes of the block of dimensions, without its header; it is the first.
const DIMENSIONS_LEN: u64 = 24;

/// Blocks in a file; real ones have five.
const MAX_BLOCKS: usize = 64;

/// No file has longer blocks in all, in bytes; the largest holds a preview for the display.
const MOST_BLOCKS_LEN: u64 = 16 << 20;

/// The block of dimensions.
const DIMENSIONS: &[u8; 4] = b"\0PRD";

/// The block of Exif data, a TIFF structure.
const EXIF: &[u8; 4] = b"\0TTW";

/// A RAW file of a Minolta camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, _: Effort) -> Result<Verdict, Reject> {
        if &view.array(0)? != b"\0MRM" || &view.array(BLOCKS)? != DIMENSIONS {
            return Err(view.malformed(0, "mark"));
        }
        let sensor = Sensor::read(view, BLOCKS + BLOCK_HEADER)?;
        let (data, exif) = blocks(view)?;
        let whole = Span { at: data, len: sensor.len };
        let end = whole.end().min(view.len());
        if end <= data {
            return Err(Reject::Truncated { at: data, missing: sensor.len });
        }
        let mut verdict = Verdict::structural(end, "mrw", "image/x-minolta-mrw");
        verdict.proof = "the blocks fill their frame, and the sensor data lies inside the file";
        verdict.pixels = Some(sensor.picture);
        verdict.exif.extend(exif.map(|span| ExifBlock { span, kind: ExifKind::Primary }));
        verdict.unchecked = vec![
            Unchecked { span: Span::between(0, data), role: Role::Metadata },
            Unchecked { span: Span::between(data, end), role: Role::Payload },
        ];
        if end < whole.end() {
            verdict.grade = Grade::Partial;
            verdict.share = Some(((end - data) as f64 / sensor.len as f64) as f32);
            verdict.note(end, "the source ends inside the sensor data");
        }
        Ok(verdict)
    }
}

/// What the block of dimensions says.
struct Sensor {
    /// Width and height of the picture, in pixels.
    picture: (u32, u32),
    /// Length of the sensor data in bytes.
    len: u64,
}

impl Sensor {
    /// Reads the block whose content begins at `at`.
    fn read(view: &mut View<'_>, at: u64) -> Result<Self, Reject> {
        let side = |view: &mut View<'_>, at| view.u16(at, Big).map(u64::from);
        let (height, width) = (side(view, at + 8)?, side(view, at + 10)?);
        let (inner_height, inner_width) = (side(view, at + 12)?, side(view, at + 14)?);
        let [stored, bits]: [u8; 2] = view.array(at + 16)?;
        let sane = (1..=height).contains(&inner_height)
            && (1..=width).contains(&inner_width)
            && (8..=16).contains(&stored)
            && (8..=stored).contains(&bits);
        if !sane {
            return Err(view.malformed(at + 8, "dimensions"));
        }
        let len = (width * height * u64::from(stored)).div_ceil(8);
        Ok(Sensor { picture: (inner_width as u32, inner_height as u32), len })
    }
}

/// Where the blocks end, exactly as their frame says, and where the Exif data lies.
fn blocks(view: &mut View<'_>) -> Result<(u64, Option<Span>), Reject> {
    let end = BLOCKS + u64::from(view.u32(4, Big)?);
    if end > MOST_BLOCKS_LEN {
        return Err(view.malformed(4, "length of the blocks"));
    }
    let (mut at, mut exif) = (BLOCKS, None);
    for _ in 0..MAX_BLOCKS {
        let name: [u8; 4] = view.array(at)?;
        let len = u64::from(view.u32(at + 4, Big)?);
        let span = Span { at: at + BLOCK_HEADER, len };
        if name[0] != 0 || span.end() > end || at == BLOCKS && len != DIMENSIONS_LEN {
            return Err(view.malformed(at, "block"));
        }
        if &name == EXIF && len > 0 {
            exif = Some(span);
        }
        at = span.end();
        if at == end {
            view.check(0, end)?;
            return Ok((end, exif));
        }
    }
    Err(view.malformed(at, "number of blocks"))
}
