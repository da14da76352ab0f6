//! M4V, MP4 as Apple's programs write it.

use crate::format::{self, Effort, Group, Signature};
use crate::isobmff::flavour::Flavour;
use crate::isobmff::{self, video};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "m4v",
    title: "Apple MP4",
    extensions: &["m4v"],
    aliases: &[],
    group: Group::Video,
    magic: isobmff::MAGIC,
    min_len: video::MIN_LEN,
    end_rule: video::END_RULE,
    proof: video::PROOF,
    source: "ISO/IEC 14496-12:2022; the register of brands at mp4ra.org",
};

/// A video of Apple's.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        video::measure(view, effort, Flavour::M4v)
    }
}
