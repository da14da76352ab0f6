//! 3GP and 3G2, video of mobile phones.

use crate::format::{self, Effort, Group, Signature};
use crate::isobmff::flavour::Flavour;
use crate::isobmff::{self, video};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "3gp",
    title: "3GP",
    extensions: &["3gp", "3g2"],
    aliases: &[],
    group: Group::Video,
    magic: isobmff::MAGIC,
    min_len: video::MIN_LEN,
    end_rule: video::END_RULE,
    proof: video::PROOF,
    source: "ETSI TS 126 244 (3GPP file format)",
};

/// A video of a mobile phone.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        video::measure(view, effort, Flavour::ThreeGp)
    }
}
