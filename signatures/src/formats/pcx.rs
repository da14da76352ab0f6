//! PCX, PC Paintbrush.

use crate::format::{self, Effort, Group, Signature};
use crate::pcx;
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "pcx",
    title: "PCX",
    extensions: &["pcx"],
    aliases: &[],
    group: Group::Photo,
    magic: pcx::MAGIC,
    min_len: pcx::MIN_LEN,
    end_rule: "runs that give exactly the last line; the palette of 256 colours after them",
    proof: "runs that end with every line; no check of what they show",
    source: "ZSoft, Technical Reference Manual for PC Paintbrush (1991)",
};

/// A PCX whose lines are coded in runs.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        pcx::measure(view, effort)
    }
}
