//! ORF: the RAW of Olympus and OM System.

use crate::format::{self, Effort, Group, Magic, Signature};
use crate::tiff::{self, Evidence, Family, Variant};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "orf",
    title: "Olympus ORF",
    extensions: &["orf", "ori"],
    aliases: &[],
    group: Group::Raw,
    magic: &[
        Magic::new(0, b"IIRO\x08\0\0\0"),
        Magic::new(0, b"IIRS\x08\0\0\0"),
        Magic::new(0, b"MMOR\0\0\0\x08"),
    ],
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; no byte of the sensor data is checked",
    source: "ExifTool, Olympus.pm and ExifTool.pm",
};

static FAMILY: Family = Family {
    variants: &[Variant::Olympus],
    evidence: Evidence::Picture,
    ..Family::raw(&SIGNATURE, "image/x-olympus-orf")
};

/// A RAW file of an Olympus camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}
