//! JPEG, with all that cameras append to it.

use crate::format::{self, Effort, Group, Magic, Signature};
use crate::jpeg::{self, JpegOracle};
use crate::oracle::Oracle;
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "jpeg",
    title: "JPEG",
    extensions: &["jpg", "jpeg", "jpe", "jfif"],
    aliases: &["jpeg", "jpe", "mpo", "jfif", "insp"],
    group: Group::Photo,
    magic: jpeg::MAGIC,
    min_len: jpeg::MIN_LEN,
    end_rule: "segments and scans up to EOI, then MPF pictures, gain map, motion video, trailers",
    proof: "all picture data: decoded to the last unit with codes, coefficients, DC and restarts in \
            range and order; not: metadata, bits that refine DC, arithmetic coding",
    source: "ITU-T T.81 (1992)",
};

/// A JPEG.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn short_magic(&self) -> &'static [Magic] {
        jpeg::ODD_MAGIC
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        jpeg::measure(view, effort)
    }

    fn oracle(&self) -> Option<Box<dyn Oracle>> {
        Some(Box::new(JpegOracle::new()))
    }
}
