//! ICO, Windows icon.

use crate::format::{self, Effort, Group, Signature};
use crate::ico;
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "ico",
    title: "ICO",
    extensions: &["ico"],
    aliases: &[],
    group: Group::Photo,
    magic: ico::MAGIC,
    min_len: ico::MIN_LEN,
    end_rule: "directory whose pictures follow each other without a gap, to the end of the last",
    proof: "PNGs inside as PNG; of bitmaps the headers alone: pixels have no check",
    source: "Microsoft, Icons (1995); Windows SDK, BITMAPINFOHEADER",
};

/// An icon that is a picture: 32 pixels wide or high at least.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        ico::measure(view, effort)
    }
}
