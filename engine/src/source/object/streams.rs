//! Reads that follow one another, and what is fetched ahead of them.

use std::collections::VecDeque;
use std::ops::Range;

/// Streams that are told apart.
const MOST_STREAMS: usize = 8;

/// Pieces that are fetched ahead of one stream at the most; 16 MiB.
const MOST_AHEAD: u64 = 64;

/// The reads of an object, as far as they follow one another; the last one comes first.
#[derive(Debug, Default)]
pub(super) struct Streams(VecDeque<Stream>);

#[derive(Debug)]
struct Stream {
    /// The piece after those that were read.
    next: u64,
    /// The piece after those that were asked for.
    asked: u64,
    /// How many pieces are fetched ahead.
    depth: u64,
}

impl Streams {
    /// Takes note that `pieces` are read now; which of those that follow are to be fetched. A stream that goes on
    /// gets twice as many, and asks for them when it is half through.
    pub(super) fn read(&mut self, pieces: Range<u64>) -> Range<u64> {
        let follows =
            |stream: &Stream| pieces.start <= stream.next && stream.next <= pieces.start + 1;
        let known = self.0.iter().position(follows).and_then(|at| self.0.remove(at));
        let mut stream = match known {
            Some(stream) => stream,
            None => Stream { next: pieces.end, asked: pieces.end, depth: 0 },
        };
        if pieces.end > stream.next {
            let read = pieces.end - pieces.start;
            stream.depth = (2 * stream.depth.max(read)).min(MOST_AHEAD);
            stream.next = pieces.end;
        }
        let (from, to) = (stream.asked.max(pieces.end), pieces.end + stream.depth);
        let is_due = to.saturating_sub(from) * 2 >= stream.depth.max(1);
        let ahead = if is_due { from..to } else { from..from };
        stream.asked = ahead.end;
        self.0.push_front(stream);
        self.0.truncate(MOST_STREAMS);
        ahead
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_in_order_are_read_ahead_of_and_others_are_not() {
        let mut streams = Streams::default();
        assert!(streams.read(0..8).is_empty(), "one read says nothing");
        assert_eq!(streams.read(8..16), 16..32);
        assert_eq!(streams.read(16..24), 32..56);
        let mut asked = 56;
        for read in 3..40 {
            // Each is asked for once, in order, and before it is needed.
            let ahead = streams.read(read * 8..read * 8 + 8);
            assert!(ahead.start == asked && ahead.end - (read * 8 + 8) <= MOST_AHEAD, "{ahead:?}");
            asked = ahead.end;
            assert!(asked >= read * 8 + 16);
        }
        for far in [5000, 9000, 7000] {
            assert!(streams.read(far..far + 1).is_empty());
        }
        assert!(streams.read(320..328).start >= asked, "the stream goes on");
    }

    #[test]
    fn small_reads_in_one_piece_ask_for_nothing_more_than_once() {
        let mut streams = Streams::default();
        streams.read(3..4);
        for _ in 0..10 {
            assert!(streams.read(3..4).is_empty());
        }
        assert_eq!(streams.read(3..5), 5..9);
        assert!(streams.read(4..5).is_empty());
    }
}
