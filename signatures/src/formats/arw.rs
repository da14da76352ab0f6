//! ARW: the RAW of Sony's Alpha cameras.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Evidence, Family, tags};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "arw",
    title: "Sony ARW",
    extensions: &["arw"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; lossless JPEG tiles are decoded, no byte of Sony's coding (32767) is checked",
    source: "ExifTool, Sony.pm",
};

static FAMILY: Family = Family {
    makes: &["SONY"],
    evidence: Evidence::SensorOr(tags::DNG_PRIVATE_DATA),
    ..Family::raw(&SIGNATURE, "image/x-sony-arw")
};

/// A RAW file of a Sony camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}
