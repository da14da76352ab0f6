//! Boxes: their headers, and how those that fill a range are visited.
//!
//! Source: ISO/IEC 14496-12:2022, 4.2 "Object structure".

use crate::verdict::{Reject, Span};
use crate::view::{Endian::Big, View};

/// How many boxes one loop visits before it gives up.
pub const MOST_BOXES: usize = 1 << 16;

/// Size and type, the shortest box there can be.
pub const SHORTEST: u64 = 8;

/// A box's size and type, and where its body lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Where the box begins.
    pub at: u64,
    /// Its four-character type.
    pub kind: [u8; 4],
    /// Where its body begins; that of a `uuid` box begins with the 16-byte type.
    pub body: u64,
    /// The first byte after it; may lie beyond the view.
    pub end: u64,
    /// Whether it has no size of its own and reaches to the end of the file.
    pub open: bool,
}

impl Header {
    /// The header at `at`. An open box is given the view's end.
    ///
    /// Source: ISO/IEC 14496-12:2022, 4.2.2 "Object definition": size 0 reaches to the end of the
    /// file, size 1 means that a 64-bit size follows the type.
    pub fn read(view: &mut View<'_>, at: u64) -> Result<Self, Reject> {
        let size = view.u32(at, Big)?;
        let kind = view.array(at.saturating_add(4))?;
        let (len, header) = match size {
            0 => (view.len().saturating_sub(at), 8),
            1 => (view.u64(at.saturating_add(8), Big)?, 16),
            size => (u64::from(size), 8),
        };
        if len < header {
            return Err(view.malformed(at, "box size"));
        }
        let end = at.checked_add(len).ok_or_else(|| view.malformed(at, "box size"))?;
        Ok(Header { at, kind, body: at + header, end, open: size == 0 })
    }

    /// What comes after size and type.
    pub fn body(&self) -> Span {
        Span::between(self.body, self.end)
    }

    /// The boxes in its body, of which `skip` bytes come before the first.
    pub fn boxes(&self, skip: u64) -> Boxes {
        Boxes::new(Span::between(self.body.saturating_add(skip), self.end))
    }

    /// Version and flags of a full box; its fields begin [`FULL`] bytes into the body.
    pub fn version(&self, view: &mut View<'_>) -> Result<(u8, u32), Reject> {
        let word = view.sub(self.body, self.end.saturating_sub(self.body))?.u32(0, Big)?;
        Ok((word.to_be_bytes()[0], word & 0x00ff_ffff))
    }
}

/// Bytes that version and flags of a full box take.
pub const FULL: u64 = 4;

/// Whether a type could be one: letters, digits and spaces, or Apple's copyright sign first.
pub fn is_plausible(kind: [u8; 4]) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ';
    (fits(kind[0]) || kind[0] == 0xa9) && kind[1..].iter().all(|&byte| fits(byte))
}

/// The boxes of a range, one after the other.
#[derive(Clone, Debug)]
pub struct Boxes {
    at: u64,
    end: u64,
    left: usize,
}

impl Boxes {
    /// The boxes that fill `span`.
    pub fn new(span: Span) -> Self {
        Boxes { at: span.at, end: span.end(), left: MOST_BOXES }
    }

    /// The next box, which ends where the range does or before. Fewer bytes than a box needs
    /// are padding.
    pub fn next(&mut self, view: &mut View<'_>) -> Result<Option<Header>, Reject> {
        if self.end.saturating_sub(self.at) < SHORTEST {
            return Ok(None);
        }
        if self.left == 0 {
            return Err(Reject::OverBudget { at: self.at, len: MOST_BOXES as u64 });
        }
        let mut header = Header::read(view, self.at)?;
        if header.open {
            header.end = self.end;
        }
        if header.end > self.end {
            return Err(view.malformed(self.at, "box size"));
        }
        self.left -= 1;
        self.at = header.end;
        Ok(Some(header))
    }

    /// The first box of that type from here on, if there is one.
    pub fn find(&mut self, view: &mut View<'_>, kind: &[u8; 4]) -> Result<Option<Header>, Reject> {
        while let Some(header) = self.next(view)? {
            if &header.kind == kind {
                return Ok(Some(header));
            }
        }
        Ok(None)
    }

    /// The first box of that type from here on, which must be there; `what` names it.
    pub fn need(
        mut self,
        view: &mut View<'_>,
        kind: &[u8; 4],
        what: &'static str,
    ) -> Result<Header, Reject> {
        let at = self.at;
        self.find(view, kind)?.ok_or_else(|| view.malformed(at, what))
    }
}

/// A number of 0, 2, 4 or 8 bytes, as tables with chosen field sizes have them.
pub fn number(view: &mut View<'_>, at: u64, bytes: u8) -> Result<u64, Reject> {
    match bytes {
        0 => Ok(0),
        2 => Ok(u64::from(view.u16(at, Big)?)),
        4 => Ok(u64::from(view.u32(at, Big)?)),
        8 => view.u64(at, Big),
        _ => Err(view.malformed(at, "field size")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[track_caller]
    fn check(data: &[u8], expected: Result<(u64, u64, bool), Reject>) {
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let mut view = View::new(&data, &runs, &mut buffer);
        let found = Header::read(&mut view, 0).map(|found| (found.body, found.end, found.open));
        assert_eq!(found, expected, "data: {data:02x?}");
    }

    #[test]
    fn sizes_of_four_and_eight_bytes_and_of_the_rest_of_the_file() {
        check(b"\0\0\0\x0cfreeabcd", Ok((8, 12, false)));
        check(b"\0\0\0\x01mdat\0\0\0\x01\0\0\0\0", Ok((16, 1 << 32, false)));
        check(b"\0\0\0\0mdatabcdef", Ok((8, 14, true)));
    }

    #[test]
    fn a_size_that_does_not_hold_its_own_header_is_none() {
        let bad = Err(Reject::Malformed { at: 0, what: "box size" });
        check(b"\0\0\0\x07free", bad);
        check(b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x0f", bad);
        check(b"\0\0\0\x08fre", Err(Reject::Truncated { at: 4, missing: 1 }));
    }

    #[test]
    fn a_box_does_not_leave_its_parent() {
        let data: &[u8] = b"\0\0\0\x09freea\0\0\0\x20trak....";
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let mut view = View::new(&data, &runs, &mut buffer);
        let mut boxes = Boxes::new(Span { at: 0, len: data.len() as u64 });
        assert_eq!(boxes.next(&mut view).map(|found| found.map(|found| found.end)), Ok(Some(9)));
        let bad = Err(Reject::Malformed { at: 9, what: "box size" });
        assert_eq!(boxes.next(&mut view), bad);
    }
}
