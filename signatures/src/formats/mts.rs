//! MTS and M2TS: MPEG transport streams, as AVCHD cameras write them.

use crate::format::{self, Effort, Group, Signature};
use crate::mpegts;
use crate::verdict::{Reject, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "mts",
    title: "MPEG transport stream (MTS, M2TS)",
    extensions: &["mts", "m2ts", "ts"],
    aliases: &["m2ts"],
    group: Group::Video,
    magic: mpegts::MAGIC,
    min_len: mpegts::MIN_LEN,
    end_rule: "the last packet in step that belongs to a declared stream; there is no other end",
    proof: "sync byte, stream and continuity counter of every packet; CRC-32 of the tables",
    source: "ISO/IEC 13818-1; Blu-ray Disc Association, BDAV",
};

/// A transport stream.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        mpegts::measure(view, effort)
    }
}
