//! APNG: a PNG whose `acTL` chunk announces an animation.

use crate::format::{self, Effort, Group, Signature};
use crate::oracle::Oracle;
use crate::png::{self, PngOracle};
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "apng",
    title: "Animated PNG",
    extensions: &["png", "apng"],
    aliases: &[],
    group: Group::Photo,
    magic: png::MAGIC,
    min_len: png::MIN_LEN,
    end_rule: "chunks up to IEND, then Samsung's trailer",
    proof: "all bytes: CRC of every chunk; inflate, Adler-32 and row filters of every frame",
    source: "W3C PNG (Third Edition), 11.3.6 \"Animation information\"",
};

/// An animated PNG.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        if !png::is_animated(view)? {
            return Err(Reject::Other { what: "no acTL chunk before the image data" });
        }
        let verdict = png::measure(view, effort)?;
        Ok(Verdict { mime: "image/apng", ..verdict })
    }

    fn oracle(&self) -> Option<Box<dyn Oracle>> {
        Some(Box::new(PngOracle::strict()))
    }
}
