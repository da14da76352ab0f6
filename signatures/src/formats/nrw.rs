//! NRW: the RAW of Nikon's Coolpix cameras.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Directory, Family, tags};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "nrw",
    title: "Nikon NRW",
    extensions: &["nrw"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; no byte of Nikon's coding (34713) is checked",
    source: "ExifTool, Exif.pm (how NRW is told from NEF)",
};

static FAMILY: Family = Family {
    makes: &["NIKON"],
    test: Some(is_coolpix),
    ..Family::raw(&SIGNATURE, "image/x-nikon-nrw")
};

/// A RAW file of a Nikon Coolpix.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}

/// Whether the first directory holds a JPEG thumbnail, or names a Coolpix; in NEF it holds an
/// uncompressed one.
fn is_coolpix(view: &mut View<'_>, first: &Directory) -> bool {
    let has_jpeg = first.number(view, tags::COMPRESSION) == Some(6) && first.has(tags::JPEG_OFFSET);
    let model = first.text(view, tags::MODEL).unwrap_or_default();
    has_jpeg || model.to_ascii_uppercase().starts_with("COOLPIX")
}
