//! HEIC: HEIF pictures coded with HEVC, as phones and cameras write them.

use crate::format::{self, Effort, Group, Signature};
use crate::isobmff::MAGIC;
use crate::isobmff::brand::Family;
use crate::isobmff::heif::{self, Kind};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "heic",
    title: "HEIC",
    extensions: &["heic", "heics", "hif", "heif"],
    aliases: &["hif", "heif"],
    group: Group::Photo,
    magic: MAGIC,
    min_len: heif::MIN_LEN,
    end_rule: "boxes, Samsung's included; extents of items and samples where a box has no size",
    proof: "structure: boxes close, items inside, NAL units fill each item exactly and show no \
            start codes, text, zeros or JPEG data (nothing is decoded: foreign noise that leaves \
            the lengths alone goes unseen)",
    source: "ISO/IEC 23008-12:2022, annex B; ISO/IEC 14496-12:2022",
};

const KIND: Kind = Kind {
    family: Family::Heic,
    extension: "heic",
    mime: "image/heic",
    sequence: "image/heic-sequence",
};

/// A picture or sequence coded with HEVC.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        heif::measure(view, effort, &KIND)
    }
}
