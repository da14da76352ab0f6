//! RW2: the RAW of Panasonic.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Family, Variant, panasonic};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "rw2",
    title: "Panasonic RW2",
    extensions: &["rw2", "raw"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::PANASONIC_MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "RawDataOffset + StripByteCounts, or the least that the picture needs",
    proof: "structure; no byte of Panasonic's coding is checked",
    source: "ExifTool, PanasonicRaw.pm",
};

static FAMILY: Family = Family {
    variants: &[Variant::Panasonic],
    vendor: Some(panasonic::complete),
    ..Family::raw(&SIGNATURE, "image/x-panasonic-rw2")
};

/// A RAW file of a Panasonic camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        let mut verdict = tiff::measure(view, &FAMILY, effort)?;
        if !panasonic::is_marked(view) {
            verdict.extension = "raw";
        }
        Ok(verdict)
    }
}
