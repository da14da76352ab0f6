//! CR2: the RAW of Canon's cameras from 2004 to 2018.

use crate::format::{self, Effort, Group, Magic, Signature};
use crate::tiff::{self, Directory, Evidence, Family, Findings, Origin, Structure};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "cr2",
    title: "Canon CR2",
    extensions: &["cr2"],
    aliases: &[],
    group: Group::Raw,
    magic: &[Magic::new(0, b"II*\0\x10\0\0\0CR\x02\0")],
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; the lossless JPEG is decoded, which places a break but proves no byte",
    source: "ExifTool, Canon.pm and ExifTool.pm",
};

/// What follows the TIFF header.
const MARK: &[u8; 4] = b"CR\x02\0";

/// How many directories precede the raw one in the chain.
const BEFORE_RAW: u32 = 3;

static FAMILY: Family = Family {
    test: Some(is_marked),
    evidence: Evidence::Marks,
    vendor: Some(complete),
    ..Family::raw(&SIGNATURE, "image/x-canon-cr2")
};

/// A RAW file of a Canon camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}

fn is_marked(view: &mut View<'_>, _: &Directory) -> bool {
    view.array(8).is_ok_and(|mark| &mark == MARK)
}

/// The raw directory says neither the picture's size nor what its samples mean.
fn complete(_: &mut View<'_>, _: &Structure, findings: &mut Findings) {
    for picture in &mut findings.pictures {
        picture.sensor |= picture.origin == Origin::Chained(BEFORE_RAW);
    }
}
