//! BMP, Windows and OS/2 bitmap.

use crate::bmp;
use crate::format::{self, Effort, Group, Magic, Signature};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "bmp",
    title: "BMP",
    extensions: &["bmp", "dib"],
    aliases: &["dib"],
    group: Group::Photo,
    magic: &[],
    min_len: bmp::MIN_LEN,
    end_rule: "rows of pixels, or the end of the runs; the header's length where it agrees",
    proof: "the headers alone: pixels have no check",
    source: "Windows SDK, Bitmap Storage",
};

/// A bitmap file.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn short_magic(&self) -> &'static [Magic] {
        bmp::MAGIC
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        bmp::measure(view, effort)
    }
}
