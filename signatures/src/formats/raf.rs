//! RAF: the RAW of Fujifilm.

use crate::format::{self, Effort, Group, Magic, Signature};
use crate::tiff;
use crate::verdict::{Child, End, Grade, Kinship, Reject, Role, Span, Unchecked, Verdict};
use crate::view::{Endian::Big, View};

static SIGNATURE: Signature = Signature {
    name: "raf",
    title: "Fujifilm RAF",
    extensions: &["raf"],
    aliases: &[],
    group: Group::Raw,
    magic: &[Magic::new(0, MAGIC)],
    min_len: HEADER_LEN,
    end_rule: "largest end of any stretch that the header names: a minimum",
    proof: "structure: every stretch that the header names lies inside the file",
    source: "ExifTool, FujiFilm.pm",
};

const MAGIC: &[u8] = b"FUJIFILMCCD-RAW ";

/// Up to and with the pair of the sensor data.
const HEADER_LEN: u64 = 108;

/// Where the header names, by offset and length, the full-size JPEG, ...
const JPEG: u64 = 84;

/// ... the sensor's description, ...
const DESCRIPTION: u64 = 92;

/// ... and the sensor's data.
const DATA: u64 = 100;

/// The same of a second set of photosites, where the JPEG begins after them.
const SECOND: [u64; 2] = [0x78, 0x80];

/// Tag of the description: height and width of the sensor, 16 bits each.
const FULL_SIZE: u16 = 0x100;

/// Entries of a description that are looked at.
const MAX_ENTRIES: u32 = 255;

/// A Fujifilm RAW file.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, _: Effort) -> Result<Verdict, Reject> {
        let header = Header::read(view)?;
        let missing = header.end().saturating_sub(view.len());
        let end = header.end().min(view.len());
        let mut verdict = Verdict::structural(end, "raf", "image/x-fuji-raf");
        verdict.end = End::Minimum;
        verdict.proof = "every stretch that the header names lies inside the file";
        verdict.pixels = size(view, header.description);
        verdict.children.push(Child { span: header.jpeg, kinship: Kinship::Preview });
        verdict.exif.extend(tiff::exif_of_jpeg(view, header.jpeg));
        verdict.unchecked = header.unchecked(end);
        if missing > 0 {
            let there = view.len().saturating_sub(header.data.at) as f64;
            verdict.grade = Grade::Partial;
            verdict.share = Some((there / header.data.len as f64).min(1.0) as f32);
            verdict.note(end, "the source ends inside the sensor data");
        }
        Ok(verdict)
    }
}

/// The ranges that the header names.
struct Header {
    jpeg: Span,
    description: Span,
    data: Span,
    /// Descriptions and data of a second set of photosites.
    second: Vec<Span>,
}

impl Header {
    /// Reads the header. The ranges follow each other, and a JPEG begins where it should.
    fn read(view: &mut View<'_>) -> Result<Self, Reject> {
        if view.bytes(0, MAGIC.len())? != MAGIC {
            return Err(view.malformed(0, "magic"));
        }
        let jpeg = pair(view, JPEG)?;
        let description = pair(view, DESCRIPTION)?;
        let data = pair(view, DATA)?;
        let ascending = HEADER_LEN <= jpeg.at
            && jpeg.end() <= description.at
            && description.end() <= data.at
            && [jpeg, description, data].iter().all(|span| span.len > 0);
        if !ascending {
            return Err(view.malformed(JPEG, "order of the stretches"));
        }
        view.check(jpeg.at, jpeg.len)?;
        if view.array::<3>(jpeg.at)? != [0xFF, 0xD8, 0xFF] {
            return Err(view.malformed(jpeg.at, "JPEG"));
        }
        let mut second = Vec::new();
        for at in SECOND.into_iter().filter(|at| at + 8 <= jpeg.at) {
            let span = pair(view, at)?;
            if span.len > 0 && span.at >= jpeg.end() {
                second.push(span);
            }
        }
        Ok(Header { jpeg, description, data, second })
    }

    /// The first byte after all that it names.
    fn end(&self) -> u64 {
        let second = self.second.iter().map(|span| span.end());
        second.chain([self.data.end()]).max().unwrap_or(0)
    }

    /// The sensor data as payload, all else as metadata.
    fn unchecked(&self, end: u64) -> Vec<Unchecked> {
        let start = self.data.at.min(end);
        let before = Span::between(0, start);
        let data = Span::between(start, end);
        [(before, Role::Metadata), (data, Role::Payload)]
            .into_iter()
            .filter(|(span, _)| span.len > 0)
            .map(|(span, role)| Unchecked { span, role })
            .collect()
    }
}

/// The range whose offset and length are stored at `at`.
fn pair(view: &mut View<'_>, at: u64) -> Result<Span, Reject> {
    Ok(Span { at: u64::from(view.u32(at, Big)?), len: u64::from(view.u32(at + 4, Big)?) })
}

/// Width and height in the sensor's description: a count, then tags with lengths and values.
fn size(view: &mut View<'_>, description: Span) -> Option<(u32, u32)> {
    let count = view.u32(description.at, Big).ok()?.min(MAX_ENTRIES);
    let mut at = description.at + 4;
    for _ in 0..count {
        let (tag, len) = (view.u16(at, Big).ok()?, view.u16(at + 2, Big).ok()?);
        if tag == FULL_SIZE && len >= 4 {
            let height = u32::from(view.u16(at + 4, Big).ok()?);
            let width = u32::from(view.u16(at + 6, Big).ok()?);
            return (width > 0 && height > 0).then_some((width, height));
        }
        at += 4 + u64::from(len);
        if at >= description.end() {
            return None;
        }
    }
    None
}
