//! ERF: the RAW of Epson's R-D1.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Family};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "erf",
    title: "Epson ERF",
    extensions: &["erf"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; no byte of the packed samples is checked",
    source: "ExifTool, Exif.pm",
};

static FAMILY: Family =
    Family { makes: &["SEIKO EPSON", "EPSON"], ..Family::raw(&SIGNATURE, "image/x-epson-erf") };

/// A RAW file of an Epson camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}
