//! NEF: the RAW of Nikon's system cameras.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Family};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "nef",
    title: "Nikon NEF",
    extensions: &["nef"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; no byte of Nikon's coding (34713) is checked",
    source: "ExifTool, Nikon.pm and Exif.pm",
};

static FAMILY: Family =
    Family { makes: &["NIKON"], ..Family::raw(&SIGNATURE, "image/x-nikon-nef") };

/// A RAW file of a Nikon system camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}
