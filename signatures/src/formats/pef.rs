//! PEF: the RAW of Pentax.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Family};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "pef",
    title: "Pentax PEF",
    extensions: &["pef"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; no byte of Pentax's coding (65535) is checked",
    source: "ExifTool, Pentax.pm",
};

static FAMILY: Family = Family {
    makes: &["PENTAX", "ASAHI", "RICOH"],
    ..Family::raw(&SIGNATURE, "image/x-pentax-pef")
};

/// A RAW file of a Pentax camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}
