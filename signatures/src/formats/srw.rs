//! SRW: the RAW of Samsung's cameras.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Family};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "srw",
    title: "Samsung SRW",
    extensions: &["srw"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; no byte of Samsung's codings (32770, 32772) is checked",
    source: "ExifTool, Samsung.pm",
};

static FAMILY: Family =
    Family { makes: &["SAMSUNG"], ..Family::raw(&SIGNATURE, "image/x-samsung-srw") };

/// A RAW file of a Samsung camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}
