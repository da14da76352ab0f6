//! Where the entropy-coded data of a scan ends.
//!
//! Inside it every 0xff is stuffed with a zero, counts a restart, or fills up before a marker.
//! This finds the end quickly and proves little: only decoding would.
//!
//! Source: ITU-T T.81 (1992), B.1.1.5 "Entropy-coded data segments".

use std::ops::ControlFlow::{self, Break, Continue};

use super::marker::{EOI, MOST_FILL, is_known};
use crate::view::View;

/// A restart marker although no restart interval was defined.
pub const UNDEFINED_RESTART: &str = "restart marker where no interval is defined";

/// Restart markers that are let pass although the headers do not announce them, when the data ends
/// as it should all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surplus {
    /// None.
    No,
    /// Those that go on counting.
    InOrder,
    /// Any from this byte on, which holds nothing of the picture any more.
    After(u64),
}

/// What the data of a scan must obey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Whether restart markers may stand in it.
    pub restarts: bool,
    /// The most restart markers that it can have.
    pub most_restarts: u64,
    /// Which others may follow.
    pub surplus: Surplus,
    /// The most bytes that it can have.
    pub most_bytes: u64,
    /// The longest run of zeros that it can have, in bytes.
    pub most_zeros: u64,
}

/// The data of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entropy {
    /// The first byte after the data, where a marker begins or where it broke off.
    pub end: u64,
    /// Why no marker follows, if none does.
    pub fault: Option<&'static str>,
    /// Restart markers passed.
    pub restarts: u64,
    /// Where the first restart marker stands that only [`Surplus`] allows, and why it is none.
    pub surplus: Option<(u64, &'static str)>,
    /// Where the first run of at least [`LONG_RUN`] zeros begins, or up to [`WINDOW`] after that.
    pub zeros: Option<u64>,
}

/// A run of zeros that wiped out a cluster of 4096 bytes holds at least this many in whole
/// windows. The longest run in the data of 152 camera photos has 6 bytes, but a picture of one
/// colour may be nothing but zeros.
pub const LONG_RUN: u64 = 7 * WINDOW as u64;

/// Runs of zeros are found by looking at one byte in this many.
pub const WINDOW: usize = 512;

/// What the first call to the view lends: little, since a scan may be short.
const FIRST_PIECE: usize = 16 << 10;

/// What later calls lend at most: much, so that calls do not hold up the search.
const PIECE: usize = 256 << 10;

/// Finds the end of the data that begins at `start`.
pub fn walk(view: &mut View<'_>, start: u64, limits: &Limits) -> Entropy {
    let found = Entropy { end: start, fault: None, restarts: 0, surplus: None, zeros: None };
    let mut walker = Walker { limits, found, fill: 0, zeros_at: start, zeros_len: 0 };
    let (mut at, mut most) = (start, FIRST_PIECE);
    loop {
        let piece = view.up_to(at, most);
        most = (2 * most).min(PIECE);
        match walker.feed(piece, at) {
            Break(()) => return walker.found,
            Continue(0) => return walker.broken(at, "end of the source"),
            Continue(taken) => at += taken as u64,
        }
        if at - start > limits.most_bytes {
            return walker.broken(at, "more data than the picture can have");
        }
    }
}

struct Walker<'l> {
    limits: &'l Limits,
    found: Entropy,
    /// Fill bytes just passed.
    fill: u64,
    /// The run of zero windows that reaches up to here.
    zeros_at: u64,
    zeros_len: u64,
}

impl Walker<'_> {
    /// Takes the piece at `at`: tells how much of it was taken, or that the end was found. A last
    /// byte 0xff is left, since it says nothing without the next one.
    fn feed(&mut self, piece: &[u8], at: u64) -> ControlFlow<(), usize> {
        let mut taken = Continue(piece.len());
        for index in memchr::memchr_iter(0xff, piece) {
            let here = at + index as u64;
            let Some(&code) = piece.get(index + 1) else {
                taken = Continue(index);
                break;
            };
            if code == 0 {
                self.fill = 0;
            } else if self.marker(here, code).is_break() {
                taken = Break(());
                break;
            }
        }
        let end = match taken {
            Break(()) => usize::try_from(self.found.end.saturating_sub(at)).unwrap_or(0),
            Continue(taken) => taken,
        };
        self.look_for_zeros(&piece[..end.min(piece.len())], at)?;
        taken
    }

    /// Takes what begins with 0xff at `at` and is not stuffing.
    fn marker(&mut self, at: u64, code: u8) -> ControlFlow<()> {
        self.found.end = at - self.fill;
        match code {
            0xff if self.fill < MOST_FILL => self.fill += 1,
            0xff => return self.fault("endless fill bytes"),
            0xd0..=0xd7 => {
                if let Some(what) = self.odd_restart(at, code) {
                    return self.fault(what);
                }
                self.found.restarts += 1;
                self.fill = 0;
            }
            _ if is_known(code) || code == EOI => return Break(()),
            _ => match self.found.surplus {
                Some((_, what)) => return self.fault(what),
                None => return Break(()),
            },
        }
        Continue(())
    }

    /// What is wrong with the restart marker `code` at `at`, unless it is let pass.
    fn odd_restart(&mut self, at: u64, code: u8) -> Option<&'static str> {
        let in_order = u64::from(code & 7) == self.found.restarts & 7;
        let what = if !self.limits.restarts {
            UNDEFINED_RESTART
        } else if self.found.restarts >= self.limits.most_restarts {
            "more restart markers than the picture can have"
        } else if !in_order {
            "restart marker out of order"
        } else {
            return None;
        };
        let counts_on = in_order || !self.limits.restarts && self.found.restarts == 0;
        let passes = match self.limits.surplus {
            Surplus::No => false,
            Surplus::InOrder => counts_on,
            Surplus::After(from) => at >= from,
        };
        if passes {
            self.found.surplus.get_or_insert((self.found.end, what));
        }
        (!passes).then_some(what)
    }

    /// Ends the data where something is wrong; before that, where something was let pass.
    fn fault(&mut self, what: &'static str) -> ControlFlow<()> {
        self.found.fault = Some(what);
        if let Some((at, what)) = self.found.surplus.take() {
            (self.found.end, self.found.fault) = (at, Some(what));
        }
        Break(())
    }

    fn broken(mut self, at: u64, what: &'static str) -> Entropy {
        self.found.end = at - self.fill;
        let _ = self.fault(what);
        self.found
    }

    fn look_for_zeros(&mut self, piece: &[u8], at: u64) -> ControlFlow<()> {
        for (index, window) in piece.chunks(WINDOW).enumerate() {
            if window[0] != 0 || window.iter().any(|&byte| byte != 0) {
                self.zeros_len = 0;
                continue;
            }
            if self.zeros_len == 0 {
                self.zeros_at = at + (index * WINDOW) as u64;
            }
            self.zeros_len += window.len() as u64;
            if self.zeros_len >= LONG_RUN && self.found.zeros.is_none() {
                self.found.zeros = Some(self.zeros_at);
            }
            if self.zeros_len > self.limits.most_zeros {
                self.found.end = self.zeros_at;
                return self.fault("zeros where picture data should be");
            }
        }
        Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    const LIMITS: Limits = Limits {
        restarts: true,
        most_restarts: 9,
        surplus: Surplus::No,
        most_bytes: 1 << 20,
        most_zeros: 1 << 16,
    };

    fn walk_over(data: &[u8], limits: &Limits) -> Entropy {
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        walk(&mut View::new(&data, &runs, &mut buffer), 0, limits)
    }

    #[track_caller]
    fn check(data: &[u8], end: u64, fault: Option<&'static str>) {
        let found = walk_over(data, &LIMITS);
        assert_eq!((found.end, found.fault), (end, fault), "data: {data:02x?}");
    }

    #[test]
    fn stuffing_restarts_and_fill_are_passed() {
        check(b"ab\xff\0c\xff\xd9", 5, None);
        check(b"ab\xff\xd0c\xff\xd1\xff\xff\xff\xda", 7, None);
        check(b"\xff\xff\xd0\xff\xd8", 3, None);
        check(b"ab\xff\xd1c", 2, Some("restart marker out of order"));
        check(b"ab", 2, Some("end of the source"));
        check(b"ab\xff", 2, Some("end of the source"));
        check(b"ab\xff\xff", 2, Some("end of the source"));
        check(b"", 0, Some("end of the source"));
    }

    #[test]
    fn the_cut_between_pieces_changes_nothing() {
        for before in FIRST_PIECE - 4..FIRST_PIECE + 4 {
            for tail in [&b"\xff\0\xff\xd0\xff\xff\xd9"[..], b"\xff\xff\xff\xff\xff\xda", b"\xff"] {
                let data = [&vec![1; before][..], tail].concat();
                let found = walk_over(&data, &LIMITS);
                let end = before + if tail.len() == 7 { 4 } else { 0 };
                assert_eq!(found.end, end as u64, "{before} {tail:02x?}");
                assert_eq!(found.fault.is_some(), tail.len() == 1);
            }
        }
    }

    #[test]
    fn limits_end_what_would_go_on() {
        let no_restarts = Limits { restarts: false, ..LIMITS };
        assert!(walk_over(b"a\xff\xd0", &no_restarts).fault.is_some());
        let few = Limits { most_restarts: 1, ..LIMITS };
        assert_eq!(walk_over(b"a\xff\xd0b\xff\xd1", &few).end, 4);
        let long = vec![1; 3 << 20];
        assert_eq!(walk_over(&long, &LIMITS).fault, Some("more data than the picture can have"));
        let fill = vec![0xff; 10_000];
        assert_eq!(walk_over(&fill, &LIMITS).fault, Some("endless fill bytes"));
        assert_eq!(walk_over(&fill, &LIMITS).end, 0);
    }

    #[test]
    fn surplus_restart_markers_pass_where_the_data_closes_after_them() {
        let in_order = Limits { most_restarts: 1, surplus: Surplus::InOrder, ..LIMITS };
        let found = walk_over(b"a\xff\xd0b\xff\xd1c\xff\xd2\xff\xd9", &in_order);
        assert_eq!((found.end, found.fault), (9, None));
        assert_eq!(found.surplus.map(|(at, _)| at), Some(4));
        for torn in [&b"a\xff\xd0b\xff\xd1c"[..], b"a\xff\xd0b\xff\xd1c\xff\xd8"] {
            let found = walk_over(torn, &in_order);
            assert_eq!((found.end, found.surplus), (4, None));
            assert_eq!(found.fault, Some("more restart markers than the picture can have"));
        }
        assert_eq!(walk_over(b"a\xff\xd0b\xff\xd3\xff\xd9", &in_order).end, 4);
        let undefined = Limits { restarts: false, surplus: Surplus::InOrder, ..LIMITS };
        assert_eq!(walk_over(b"a\xff\xd3\xff\xd9", &undefined).fault, None);
        let after = Limits { surplus: Surplus::After(3), ..undefined };
        assert_eq!(walk_over(b"abc\xff\xd3\xff\xd3\xff\xd9", &after).fault, None);
        assert_eq!(walk_over(b"a\xff\xd3c\xff\xd9", &after).fault, Some(UNDEFINED_RESTART));
    }

    #[test]
    fn long_runs_of_zeros_are_seen() {
        let mut data = vec![7; 100_000];
        assert_eq!(walk_over(&data, &LIMITS).zeros, None);
        data[10_001..14_097].fill(0);
        let at = walk_over(&data, &LIMITS).zeros.unwrap();
        assert!((10_001..10_513).contains(&at), "{at}");
        data[20_000..90_000].fill(0);
        let found = walk_over(&data, &LIMITS);
        assert_eq!(found.fault, Some("zeros where picture data should be"));
        assert!((20_000..20_512).contains(&found.end), "{}", found.end);
    }
}
