//! PSD and PSB, Photoshop documents.

use crate::format::{self, Effort, Group, Signature};
use crate::psd;
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "psd",
    title: "Photoshop PSD and PSB",
    extensions: &["psd", "psb"],
    aliases: &[],
    group: Group::Photo,
    magic: psd::MAGIC,
    min_len: psd::MIN_LEN,
    end_rule: "four sections; the picture's end by its rows or its deflate stream; of one that is \
               cut, the last row that unpacks",
    proof: "sections and resources; the length of every row that PackBits codes; not layers",
    source: "Adobe, Photoshop File Formats Specification (2019)",
};

/// A Photoshop document.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        psd::measure(view, effort)
    }
}
