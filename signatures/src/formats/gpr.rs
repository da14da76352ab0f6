//! GPR: GoPro's DNG, whose picture is coded as VC-5.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Evidence, Family, tags};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "gpr",
    title: "GoPro GPR",
    extensions: &["gpr"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; no byte of VC-5 is checked",
    source: "The gpr project of GoPro; Adobe DNG 1.7",
};

/// VC-5 (SMPTE ST 2073).
const VC5: u64 = 9;

static FAMILY: Family = Family {
    makes: &["GOPRO"],
    required: &[tags::DNG_VERSION],
    forbidden: &[],
    evidence: Evidence::Coding(VC5),
    ..Family::raw(&SIGNATURE, "image/x-gopro-gpr")
};

/// A RAW file of a GoPro camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}
