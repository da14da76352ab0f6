//! PNG, Portable Network Graphics.

use crate::format::{self, Effort, Group, Signature};
use crate::oracle::Oracle;
use crate::png::{self, PngOracle};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "png",
    title: "PNG",
    extensions: &["png"],
    aliases: &[],
    group: Group::Photo,
    magic: png::MAGIC,
    min_len: png::MIN_LEN,
    end_rule: "chunks up to IEND, then Samsung's trailer",
    proof: "all bytes: CRC of every chunk; where one ends with a sector, inflate, Adler-32, row filters",
    source: "W3C PNG (Third Edition)",
};

/// A still PNG.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        png::measure(view, effort)
    }

    fn oracle(&self) -> Option<Box<dyn Oracle>> {
        Some(Box::new(PngOracle::strict()))
    }
}
