//! GIF, Graphics Interchange Format.

use crate::format::{self, Effort, Group, Signature};
use crate::gif::{self, GifOracle};
use crate::oracle::Oracle;
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "gif",
    title: "GIF",
    extensions: &["gif"],
    aliases: &[],
    group: Group::Photo,
    magic: gif::MAGIC,
    min_len: gif::MIN_LEN,
    end_rule: "blocks up to the trailer",
    proof: "image data: lengths of sub-blocks, LZW codes, pixels of every frame; not colour tables \
            and extensions",
    source: "CompuServe, Graphics Interchange Format, Version 89a",
};

/// A GIF, still or moving.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        gif::measure(view, effort)
    }

    fn oracle(&self) -> Option<Box<dyn Oracle>> {
        Some(Box::new(GifOracle::new(true)))
    }
}
