//! JPEG, with all that cameras append to it.

use crate::format::{self, Effort, Group, Signature};
use crate::jpeg;
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "jpeg",
    title: "JPEG",
    extensions: &["jpg", "jpeg", "jpe", "jfif"],
    group: Group::Photo,
    magic: jpeg::MAGIC,
    min_len: jpeg::MIN_LEN,
    end_rule: "segments and scans up to EOI, then MPF pictures, gain map, motion video, trailers",
    proof: "headers, tables and markers; the picture data between them is not decoded",
    source: "ITU-T T.81 (1992), annex B",
};

/// A JPEG.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, _effort: Effort) -> Result<Verdict, Reject> {
        jpeg::measure(view)
    }
}
