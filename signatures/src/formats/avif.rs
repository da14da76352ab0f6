//! AVIF: HEIF pictures coded with AV1.

use crate::format::{self, Effort, Group, Signature};
use crate::isobmff::MAGIC;
use crate::isobmff::brand::Family;
use crate::isobmff::heif::{self, Kind};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "avif",
    title: "AVIF",
    extensions: &["avif", "avifs"],
    aliases: &[],
    group: Group::Photo,
    magic: MAGIC,
    min_len: heif::MIN_LEN,
    end_rule: "boxes; extents of items and samples where a box has no size",
    proof: "structure: boxes close, items inside, open bitstream units fill each item exactly and \
            show no text, tables, zeros or JPEG data (nothing is decoded: foreign noise goes \
            unseen)",
    source: "AV1 Image File Format 1.1; ISO/IEC 23008-12:2022",
};

const KIND: Kind =
    Kind { family: Family::Avif, extension: "avif", mime: "image/avif", sequence: "image/avif" };

/// A picture or sequence coded with AV1.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        heif::measure(view, effort, &KIND)
    }
}
