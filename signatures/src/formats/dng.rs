//! DNG: Adobe's Digital Negative, which many cameras and phones write.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Evidence, Family, tags};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "dng",
    title: "Adobe DNG",
    extensions: &["dng"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "all picture data by Adler-32 where deflated; JPEG tiles of all kinds decoded: structure",
    source: "Adobe DNG 1.7, tag DNGVersion",
};

static FAMILY: Family = Family {
    required: &[tags::DNG_VERSION],
    forbidden: &[],
    evidence: Evidence::Marks,
    ..Family::raw(&SIGNATURE, "image/x-adobe-dng")
};

/// A Digital Negative.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}
