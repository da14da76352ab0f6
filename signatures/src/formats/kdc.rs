//! KDC: the RAW of Kodak's consumer cameras.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Family};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "kdc",
    title: "Kodak KDC",
    extensions: &["kdc"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; JPEG data is decoded, no byte of other codings is checked",
    source: "ExifTool, Kodak.pm",
};

static FAMILY: Family =
    Family { makes: &["KODAK", "EASTMAN KODAK"], ..Family::raw(&SIGNATURE, "image/x-kodak-kdc") };

/// A RAW file of a Kodak consumer camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}
