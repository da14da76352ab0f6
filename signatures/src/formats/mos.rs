//! MOS: the RAW of Leaf's digital backs.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Evidence, Family, tags};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "mos",
    title: "Leaf MOS",
    extensions: &["mos"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; the lossless JPEG of some backs is decoded, plain samples are not checked",
    source: "ExifTool, Leaf.pm",
};

static FAMILY: Family = Family {
    makes: &["LEAF", "CREO"],
    evidence: Evidence::SensorOr(tags::LEAF_DATA),
    ..Family::raw(&SIGNATURE, "image/x-leaf-mos")
};

/// A RAW file of a Leaf digital back.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}
