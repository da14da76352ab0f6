//! JPEG XL, in boxes and bare.

use crate::format::{self, Effort, Group, Magic, Signature};
use crate::jpegxl;
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "jxl",
    title: "JPEG XL",
    extensions: &["jxl"],
    aliases: &[],
    group: Group::Photo,
    magic: jpegxl::MAGIC,
    min_len: jpegxl::MIN_LEN,
    end_rule: "boxes; tables of contents of all frames where the last box has no size or there is \
               none",
    proof: "structure: boxes close, tables of contents lead from frame to frame to the last; of a \
            bare codestream, the global section of the first frame decodes to its end",
    source: "ISO/IEC 18181-1:2024; ISO/IEC 18181-2:2024",
};

/// A picture or animation.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn short_magic(&self) -> &'static [Magic] {
        jpegxl::BARE
    }

    fn measure(&self, view: &mut View<'_>, _: Effort) -> Result<Verdict, Reject> {
        jpegxl::measure(view)
    }
}
