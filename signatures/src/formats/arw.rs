//! ARW: the RAW of Sony's Alpha cameras.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Evidence, Family, Findings, Structure, tags};
use crate::verdict::{End, Grade, Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "arw",
    title: "Sony ARW",
    extensions: &["arw"],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure: directories, values and strips lie inside the file",
    source: "ExifTool, Sony.pm",
};

static FAMILY: Family = Family {
    makes: &["SONY"],
    evidence: Evidence::SensorOr(tags::DNG_PRIVATE_DATA),
    vendor: Some(complete),
    ..Family::raw(&SIGNATURE, "image/x-sony-arw")
};

/// A RAW file of a Sony camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, _: Effort) -> Result<Verdict, Reject> {
        let mut verdict = tiff::measure(view, &FAMILY)?;
        if verdict.end == End::Minimum {
            verdict.grade = Grade::Partial;
            verdict.note(verdict.len, "nothing says where the raw data lies");
        }
        Ok(verdict)
    }
}

/// Without its directory (in the A100 the tag for it points at the data itself) the extent of the
/// raw data is not known, and what is left is a beginning.
fn complete(_: &mut View<'_>, _: &Structure, findings: &mut Findings) {
    if !findings.pictures.iter().any(|picture| picture.sensor) {
        findings.end = End::Minimum;
    }
}
