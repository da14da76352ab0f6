//! MP4, video as phones, action cameras and most others write it.

use crate::format::{self, Effort, Group, Signature};
use crate::isobmff::flavour::Flavour;
use crate::isobmff::video;
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "mp4",
    title: "MP4",
    extensions: &["mp4"],
    aliases: &["mj2"],
    group: Group::Video,
    magic: video::MP4,
    min_len: video::MIN_LEN,
    end_rule: video::END_RULE,
    proof: video::PROOF,
    source: "ISO/IEC 14496-12:2022; ISO/IEC 14496-14:2020; ITU-T T.802",
};

/// An MP4 file with pictures.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        video::measure(view, effort, Flavour::Mp4)
    }
}
