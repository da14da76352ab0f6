//! MEF: the RAW of Mamiya's ZD.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Family};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "mef",
    title: "Mamiya MEF",
    extensions: &["mef"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; no byte of the plain samples is checked",
    source: "ExifTool, Exif.pm",
};

static FAMILY: Family =
    Family { makes: &["MAMIYA"], ..Family::raw(&SIGNATURE, "image/x-mamiya-mef") };

/// A RAW file of a Mamiya camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}
