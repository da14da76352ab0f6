//! MPEG transport streams in packets of 188 bytes, or of 192 with an arrival time before each.
//!
//! A stream has neither a length nor an end. What tells the first packet from the many like it that
//! follow is that every stream begins to count at zero.
//!
//! Source: ISO/IEC 13818-1, 2.4.3 and 2.4.4; Blu-ray Disc Association, "BDAV MPEG-2 Transport Stream".

mod packet;
mod tables;

use crate::format::{Effort, Magic};
use crate::trailer;
use crate::verdict::{End, Reject, Verdict};
use crate::view::View;
use packet::{NULL_PID, Packet};
use tables::Tables;

/// The first packet holds the program association table, or the service description before it,
/// with a counter of zero; an arrival time of four bytes may precede it.
pub static MAGIC: &[Magic] = &[
    Magic::new(0, &[0x47, 0x40, 0, 0x10]),
    Magic::new(0, &[0x47, 0x40, 0x11, 0x10]),
    Magic::new(4, &[0x47, 0x40, 0, 0x10]),
    Magic::new(4, &[0x47, 0x40, 0x11, 0x10]),
];

/// Fewest packets that are a video rather than a coincidence.
const FEWEST_PACKETS: u64 = 24;

/// Length of the shortest file.
pub const MIN_LEN: u64 = FEWEST_PACKETS * packet::LEN as u64;

/// Both tables come within so many packets.
const TABLES_WITHIN: u64 = 16;

/// Packets are read in pieces of this many.
const PACKETS_AT_ONCE: usize = 256;

/// What is known of one stream.
#[derive(Clone, Copy)]
struct Stream {
    pid: u16,
    counter: u8,
}

/// The packets that were followed.
#[derive(Default)]
struct Walk {
    /// Bytes of a packet and what precedes it.
    step: u64,
    /// Bytes of the packets so far.
    len: u64,
    tables: Tables,
    streams: Vec<Stream>,
    /// Where a counter jumped first.
    gap: Option<u64>,
    /// The first packet after what is unreadable, where none came yet.
    passed: Option<u64>,
    /// How far it begins after what is unreadable.
    beyond: u64,
}

/// Measures the transport stream at the view's start. Every effort is one: the heads of packets
/// are all that can be checked.
pub fn measure(view: &mut View<'_>, _: Effort) -> Result<Verdict, Reject> {
    let plain = walk(view, 0)?;
    let timed = if plain.is_video() { plain } else { walk(view, 4)? };
    if !timed.is_video() {
        return Err(view.malformed(timed.len, "transport packet"));
    }
    let mut verdict = timed.verdict();
    trailer::add(view, &mut verdict);
    Ok(verdict)
}

/// Follows packets that each have `time` bytes of arrival time before them.
fn walk(view: &mut View<'_>, time: usize) -> Result<Walk, Reject> {
    let step = time + packet::LEN;
    let mut walk = Walk { step: step as u64, ..Walk::default() };
    loop {
        let piece = view.up_to(walk.len, step * PACKETS_AT_ONCE);
        let mut taken = 0;
        for bytes in piece.chunks_exact(step) {
            let fits = Packet::parse(&bytes[time..]).is_some_and(|packet| walk.take(&packet));
            if !fits {
                taken = 0;
                break;
            }
            taken += 1;
        }
        if taken == 0 && !walk.pass_over(view) {
            return Ok(walk);
        }
    }
}

impl Walk {
    /// Passes over packets that could not be read; whether others can follow. Where none does, the stream
    /// ends with what is unreadable, for all that is known.
    fn pass_over(&mut self, view: &View<'_>) -> bool {
        if let Some(end) = self.passed.take_if(|end| *end == self.len) {
            self.len = end - self.beyond;
            return false;
        }
        let Some(range) = view.unreadable_in(self.len, self.step) else { return false };
        if !self.is_video() {
            return false;
        }
        let from = view.readable_from(range.at);
        let next = self.len + (from - self.len).next_multiple_of(self.step);
        self.gap.get_or_insert(self.len);
        (self.len, self.passed, self.beyond) = (next, Some(next), next - from);
        true
    }

    /// Takes in a packet; false when it is not of this file.
    fn take(&mut self, packet: &Packet<'_>) -> bool {
        let early = self.packets() < TABLES_WITHIN;
        if !self.tables.knows(packet.pid) || !early && !self.tables.complete() {
            return false;
        }
        if !self.counts(packet) {
            return false;
        }
        let sound = !packet.starts || self.tables.take(packet.pid, packet.payload);
        if early && !sound {
            return false;
        }
        self.len += self.step;
        true
    }

    fn packets(&self) -> u64 {
        self.len / self.step.max(1)
    }

    /// Whether the packet's counter goes on. Every stream begins at zero, and where a table begins
    /// anew another file does.
    fn counts(&mut self, packet: &Packet<'_>) -> bool {
        if packet.pid == NULL_PID || packet.payload.is_empty() {
            return true;
        }
        let Some(stream) = self.streams.iter_mut().find(|stream| stream.pid == packet.pid) else {
            self.streams.push(Stream { pid: packet.pid, counter: packet.counter });
            return packet.counter == 0;
        };
        let next = (stream.counter + 1) & 0x0f;
        // A packet of pictures or sound may be sent twice.
        let table = self.tables.is_table(packet.pid);
        let twice = packet.counter == stream.counter && !table;
        let goes_on = packet.counter == next || twice || packet.jumps;
        stream.counter = packet.counter;
        if !goes_on && !table {
            self.gap.get_or_insert(self.len);
        }
        goes_on || !table
    }

    fn is_video(&self) -> bool {
        self.packets() >= FEWEST_PACKETS && self.tables.has_video
    }

    fn verdict(&self) -> Verdict {
        let extension = if self.step == packet::LEN as u64 { "ts" } else { "mts" };
        let mut verdict = Verdict::structural(self.len, extension, "video/mp2t");
        verdict.end = End::Minimum;
        verdict.proof = "sync bytes, streams and counters of all packets; tables by CRC";
        // Nothing is unchecked: no sector fits between the heads of two packets.
        if let Some(at) = self.gap {
            verdict.note(at, "packets are missing here");
        }
        verdict
    }
}
