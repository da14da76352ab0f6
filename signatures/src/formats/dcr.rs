//! DCR: the RAW of Kodak's professional cameras.

use crate::format::{self, Effort, Group, Signature};
use crate::tiff::{self, Directory, Family, tags};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "dcr",
    title: "Kodak DCR",
    extensions: &["dcr"],
    aliases: &[],
    group: Group::Raw,
    magic: tiff::MAGIC,
    min_len: tiff::MIN_LEN,
    end_rule: "largest end of any directory, value, strip or preview",
    proof: "structure; no byte of Kodak's coding (65000) is checked",
    source: "ExifTool, Kodak.pm and Exif.pm (compression 65000)",
};

static FAMILY: Family = Family {
    makes: &["KODAK", "EASTMAN KODAK"],
    test: Some(is_professional),
    ..Family::raw(&SIGNATURE, "image/x-kodak-dcr")
};

/// A RAW file of a professional Kodak camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        tiff::measure(view, &FAMILY, effort)
    }
}

/// Whether the model is a DCS or a ProBack; Kodak's other cameras write KDC.
fn is_professional(view: &mut View<'_>, first: &Directory) -> bool {
    let model = first.text(view, tags::MODEL).unwrap_or_default().to_ascii_uppercase();
    model.contains("DCS") || model.contains("PROBACK")
}
