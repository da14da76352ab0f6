//! AVI, with OpenDML's continuations; MJPEG as cameras write it.

use crate::avi;
use crate::format::{self, Effort, Group, Signature};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "avi",
    title: "AVI",
    extensions: &["avi"],
    aliases: &[],
    group: Group::Video,
    magic: avi::MAGIC,
    min_len: avi::MIN_LEN,
    end_rule: "RIFF lengths, AVIX continuations included; where they are missing, the last chunk",
    proof: "the chain of chunks, and the index against it; not what is in the frames",
    source: "Microsoft, AVI RIFF File Reference; Matrox, OpenDML AVI File Format Extensions 1.02",
};

/// An AVI file.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        avi::measure(view, effort)
    }
}
