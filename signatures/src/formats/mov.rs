//! MOV, QuickTime movies, as cameras and iPhones write them.

use crate::format::{self, Effort, Group, Signature};
use crate::isobmff::flavour::Flavour;
use crate::isobmff::video;
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "mov",
    title: "QuickTime movie",
    extensions: &["mov", "qt"],
    aliases: &["qt"],
    group: Group::Video,
    magic: video::QUICKTIME,
    min_len: video::MIN_LEN,
    end_rule: video::END_RULE,
    proof: video::PROOF,
    source: "Apple, QuickTime File Format Specification (2012)",
};

/// A QuickTime movie.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        video::measure(view, effort, Flavour::QuickTime)
    }
}
