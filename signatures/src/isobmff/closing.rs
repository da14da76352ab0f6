//! Where a file ends, from its boxes and from what they point at.

use super::layout::{Layout, Stop};
use crate::verdict::{End, Span, Verdict};

/// How boxes and extents agree on the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// All extents lie inside the boxes, which all close inside the source.
    Whole,
    /// The extent that begins at `at` runs over the end of the box it lies in. A box owns its
    /// bytes, so the extent is what is wrong.
    Overrun {
        /// The extent's first byte.
        at: u64,
    },
    /// There is no box where the extent at `at` should lie: the walk met foreign bytes.
    Stray {
        /// The extent's first byte.
        at: u64,
    },
    /// The source ends before the file does.
    Cut {
        /// How many bytes are missing.
        missing: u64,
        /// Whether the picture itself is there.
        complete: bool,
    },
}

/// The end of a file and how it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The file's length, or that of what is there of it.
    pub len: u64,
    /// How it is known.
    pub end: End,
    /// How boxes and extents agree.
    pub shape: Shape,
}

impl Closing {
    /// The end of a file of these boxes whose items and samples lie in `extents`, in a source of
    /// `source` bytes.
    ///
    /// Boxes end the file. Extents end it where a box does not say its size, and tell how much of
    /// the picture is there where the source ends inside a box.
    pub fn of(layout: &Layout, extents: &[Span], source: u64) -> Self {
        let last = extents.iter().map(Span::end).max().unwrap_or(0);
        let (start, body) =
            layout.boxes.last().map_or((0, 0), |header| (header.at, header.body.min(source)));
        let cut = |missing| {
            let complete = last <= source && last > 0;
            let len = if complete { last.max(start) } else { source };
            (len, End::Minimum, Shape::Cut { missing, complete })
        };
        let (len, end, shape) = match layout.stop {
            Stop::Cut { missing } => cut(missing),
            Stop::Open if last > source => cut(last - source),
            Stop::Open => (last.max(body), End::Minimum, Shape::Whole),
            Stop::Closed => {
                let stray = extents.iter().find(|extent| extent.at >= layout.end);
                let shape = match (stray, layout.overrun(extents)) {
                    (Some(stray), _) => Shape::Stray { at: stray.at },
                    (None, Some(over)) => Shape::Overrun { at: over.at },
                    (None, None) => Shape::Whole,
                };
                (layout.end, End::Exact, shape)
            }
        };
        Closing { len, end, shape }
    }

    /// Tells in `verdict` what is wrong with the file's shape, if anything.
    pub fn note(&self, verdict: &mut Verdict) {
        match self.shape {
            Shape::Whole => {}
            Shape::Overrun { at } => {
                verdict.note(at, "picture data reaches beyond the box that holds it");
            }
            Shape::Stray { at } => verdict.note(at, "no box where picture data should be"),
            Shape::Cut { missing, .. } => {
                verdict.note(self.len, format!("the source ends {missing} bytes before the file"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::Header;

    #[track_caller]
    fn check(stop: Stop, extent: (u64, u64), source: u64, len: u64, shape: Shape) {
        let header =
            |at, kind: &[u8; 4], body, end| Header { at, kind: *kind, body, end, open: false };
        let boxes = vec![header(0, b"ftyp", 8, 20), header(20, b"mdat", 28, 100)];
        let layout = Layout { boxes, end: 100.min(source), stop };
        let closing = Closing::of(&layout, &[Span { at: extent.0, len: extent.1 }], source);
        assert_eq!((closing.len, closing.shape), (len, shape));
    }

    #[test]
    fn boxes_end_a_file_and_extents_what_has_no_size() {
        check(Stop::Closed, (30, 10), 500, 100, Shape::Whole);
        check(Stop::Open, (30, 10), 500, 40, Shape::Whole);
        check(Stop::Closed, (30, 100), 500, 100, Shape::Overrun { at: 30 });
        check(Stop::Closed, (130, 10), 500, 100, Shape::Stray { at: 130 });
    }

    #[test]
    fn a_cut_file_keeps_its_picture_when_that_is_there() {
        let cut = |complete| Shape::Cut { missing: 40, complete };
        check(Stop::Cut { missing: 40 }, (30, 10), 60, 40, cut(true));
        check(Stop::Cut { missing: 40 }, (30, 70), 60, 60, cut(false));
        check(Stop::Open, (30, 70), 60, 60, cut(false));
    }
}
