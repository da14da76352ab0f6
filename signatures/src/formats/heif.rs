//! HEIF whose pictures are coded with neither HEVC nor AV1: JPEG, AVC, VVC, uncompressed.

use crate::format::{self, Effort, Group, Signature};
use crate::isobmff::MAGIC;
use crate::isobmff::brand::Family;
use crate::isobmff::heif::{self, Kind};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "heif",
    title: "HEIF",
    extensions: &["heif", "heifs", "hif", "avci"],
    aliases: &[],
    group: Group::Photo,
    magic: MAGIC,
    min_len: heif::MIN_LEN,
    end_rule: "boxes; extents of items and samples where a box has no size",
    proof: "structure: boxes close, items inside",
    source: "ISO/IEC 23008-12:2022",
};

const KIND: Kind = Kind {
    family: Family::Heif,
    extension: "heif",
    mime: "image/heif",
    sequence: "image/heif-sequence",
};

/// A picture or sequence whose brands and items name no coding that has a format of its own.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        heif::measure(view, effort, &KIND)
    }
}
