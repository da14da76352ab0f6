//! WebP, lossy, lossless and animated.

use crate::format::{self, Effort, Group, Signature};
use crate::verdict::{Reject, Verdict};
use crate::view::View;
use crate::webp;

static SIGNATURE: Signature = Signature {
    name: "webp",
    title: "WebP",
    extensions: &["webp"],
    aliases: &[],
    group: Group::Photo,
    magic: webp::MAGIC,
    min_len: webp::MIN_LEN,
    end_rule: "RIFF length, which the chunks fill exactly; of one that is cut, the first sector \
               that no coder makes, or where the codes go wrong",
    proof: "chunks; the codes of every picture followed to the end that its chunk has, which tells \
            most foreign clusters but not each",
    source: "RFC 9649; RFC 6386",
};

/// A WebP, still or moving.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        webp::measure(view, effort)
    }
}
