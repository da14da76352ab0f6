//! The pieces of an object that are in memory, and those that are on their way.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use afterimage_signatures::verdict::Span;

/// Bytes of a piece; the last one of an object may be shorter.
pub(super) const PIECE: u64 = 256 << 10;

/// Pieces that are kept at the most; 32 MiB.
const MOST_KEPT: usize = 128;

/// Pieces by their numbers.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    slots: HashMap<u64, Slot>,
    /// Counts what happens, to tell what was used last.
    clock: u64,
}

#[derive(Debug)]
enum Slot {
    /// Somebody is to fetch it.
    Awaited,
    Here {
        bytes: Arc<[u8]>,
        is_used: bool,
        since: u64,
    },
}

/// How a piece stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Absent,
    Awaited,
    Here(Arc<[u8]>),
}

/// The numbers of the pieces in which bytes lie.
pub(super) fn pieces_of(span: Span) -> Range<u64> {
    span.at / PIECE..span.end().div_ceil(PIECE)
}

/// The bytes of some pieces of an object of `len` bytes.
pub(super) fn span_of(pieces: &Range<u64>, len: u64) -> Span {
    let end = pieces.end.saturating_mul(PIECE).min(len);
    Span::between(pieces.start.saturating_mul(PIECE).min(end), end)
}

impl Pieces {
    /// How a piece stands; one that is here counts as used.
    pub(super) fn look(&mut self, number: u64) -> Standing {
        self.clock += 1;
        match self.slots.get_mut(&number) {
            None => Standing::Absent,
            Some(Slot::Awaited) => Standing::Awaited,
            Some(Slot::Here { bytes, is_used, since }) => {
                (*is_used, *since) = (true, self.clock);
                Standing::Here(Arc::clone(bytes))
            }
        }
    }

    /// Takes note that an absent piece is to be fetched; false where it is here or on its way.
    pub(super) fn await_one(&mut self, number: u64) -> bool {
        let is_absent = !self.slots.contains_key(&number);
        if is_absent {
            self.slots.insert(number, Slot::Awaited);
        }
        is_absent
    }

    /// Nobody is to fetch these any more.
    pub(super) fn forget(&mut self, numbers: Range<u64>) {
        for number in numbers {
            if let Some(Slot::Awaited) = self.slots.get(&number) {
                self.slots.remove(&number);
            }
        }
    }

    /// A piece has come. Where there are too many now, one is let go.
    pub(super) fn put(&mut self, number: u64, bytes: Arc<[u8]>) {
        self.clock += 1;
        self.slots.insert(number, Slot::Here { bytes, is_used: false, since: self.clock });
        let here = self.slots.iter().filter_map(|(number, slot)| match slot {
            Slot::Awaited => None,
            Slot::Here { is_used, since, .. } => Some((!is_used, *since, *number)),
        });
        // What somebody has read already goes first; what was read ahead is still to be used.
        let oldest = here.clone().min();
        if here.count() > MOST_KEPT
            && let Some((_, _, number)) = oldest
        {
            self.slots.remove(&number);
        }
    }

    /// Lets go all that is here.
    pub(super) fn clear(&mut self) {
        self.slots.retain(|_, slot| matches!(slot, Slot::Awaited));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(number: u64) -> Arc<[u8]> {
        Arc::from([number as u8])
    }

    #[test]
    fn pieces_cover_the_bytes_of_an_object() {
        assert_eq!(pieces_of(Span { at: PIECE - 1, len: 2 }), 0..2);
        assert_eq!(pieces_of(Span { at: PIECE, len: 1 }), 1..2);
        assert_eq!(span_of(&(1..3), PIECE + 7), Span { at: PIECE, len: 7 });
        assert_eq!(span_of(&(3..4), PIECE).len, 0);
    }

    #[test]
    fn what_was_read_goes_before_what_was_read_ahead() {
        let mut pieces = Pieces::default();
        let most = MOST_KEPT as u64;
        for number in 0..most {
            assert!(pieces.await_one(number) && !pieces.await_one(number));
            assert_eq!(pieces.look(number), Standing::Awaited);
            pieces.put(number, piece(number));
        }
        pieces.look(5);
        pieces.put(most, piece(0));
        assert_eq!(pieces.look(5), Standing::Absent, "it was the only one that was used");
        pieces.put(most + 1, piece(0));
        assert_eq!(pieces.look(0), Standing::Absent, "the oldest");
        assert_eq!(pieces.look(1), Standing::Here(piece(1)));
        pieces.await_one(7000);
        pieces.clear();
        assert_eq!((pieces.look(1), pieces.look(7000)), (Standing::Absent, Standing::Awaited));
        pieces.forget(6999..7001);
        assert_eq!(pieces.look(7000), Standing::Absent);
    }
}
