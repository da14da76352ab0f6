//! 3FR: the RAW of Hasselblad, and FFF, what its programs make of it.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Family, Findings, Structure};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "3fr",
    title: "Hasselblad 3FR",
    extensions: &["3fr", "fff"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; no byte of Hasselblad's coding is checked",
    source: "ExifTool, Exif.pm; LibRaw's camera list",
};

static FAMILY: Family = Family {
    makes: &["HASSELBLAD"],
    vendor: Some(complete),
    ..Family::raw(&SIGNATURE, "image/x-hasselblad-3fr")
};

/// A RAW file of a Hasselblad camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}

/// What calls itself JPEG has its headers, but codes samples by twos and stuffs no zeros.
///
/// Source: dcraw, hasselblad_load_raw.
fn complete(_: &mut View<'_>, _: &Structure, findings: &mut Findings) {
    for picture in findings.pictures.iter_mut().filter(|picture| picture.sensor) {
        picture.coded.coding = None;
    }
}
