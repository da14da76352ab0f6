//! TIFF, Tagged Image File Format, and BigTIFF.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Evidence, Family, Variant};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "tiff",
    title: "TIFF",
    extensions: &["tif", "tiff"],
    aliases: &["tiff"],
    group: Group::Photo,
    magic: tiff::ANY_MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "all picture data by LZW codes or Adler-32; JPEG and PackBits decoded, others not: structure",
    source: "Adobe TIFF 6.0 (1992); BigTIFF as libtiff writes it",
};

static FAMILY: Family = Family {
    variants: &[Variant::Classic, Variant::Big],
    forbidden: &[],
    evidence: Evidence::Picture,
    ..Family::raw(&SIGNATURE, "image/tiff")
};

/// A TIFF of any program: whatever no camera's format claims.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}
