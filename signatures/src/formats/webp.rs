//! WebP, lossy, lossless and animated.

use crate::format::{self, Effort, Group, Signature};
use crate::verdict::{Reject, Verdict};
use crate::view::View;
use crate::webp;

static SIGNATURE: Signature = Signature {
    name: "webp",
    title: "WebP",
    extensions: &["webp"],
    group: Group::Photo,
    magic: webp::MAGIC,
    min_len: webp::MIN_LEN,
    end_rule: "RIFF length, which the chunks fill exactly",
    proof: "chunk headers and the headers of pictures",
    source: "RFC 9649",
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
