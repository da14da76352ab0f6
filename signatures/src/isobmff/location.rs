//! The `iloc` box: where the bytes of each item lie.

use super::{FULL, Header, number};
use crate::verdict::{Reject, Span};
use crate::view::{Endian::Big, View};

/// How many extents all items together may have. Fields of no bytes make them free of charge.
const MOST_EXTENTS: usize = 1 << 17;

/// What an item's extents count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The file's first byte.
    File,
    /// The first byte of the body of `idat`.
    Idat,
    /// Another item, or another file.
    Elsewhere,
}

/// Where one item lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The item.
    pub item: u32,
    /// What `extents` count from.
    pub base: Base,
    /// Its pieces in order; none where the table leaves their length open.
    pub extents: Vec<Span>,
}

/// Widths in bytes of the fields of a table.
struct Widths {
    version: u8,
    offset: u8,
    length: u8,
    base: u8,
    index: u8,
}

/// Reads the table in the box `iloc`.
///
/// Source: ISO/IEC 14496-12:2022, 8.11.3 "Item location box".
pub fn locations(view: &mut View<'_>, iloc: Header) -> Result<Vec<Location>, Reject> {
    let (version, _) = iloc.version(view)?;
    let mut body = view.sub(iloc.body, iloc.end - iloc.body)?;
    let sizes = body.u16(FULL, Big)?;
    let nibble = |shift: u32| (sizes >> shift & 15) as u8;
    let index = if version == 0 { 0 } else { nibble(0) };
    let widths = Widths { version, offset: nibble(12), length: nibble(8), base: nibble(4), index };
    let sound = |width: u8| matches!(width, 0 | 4 | 8);
    if version > 2 || ![widths.offset, widths.length, widths.base, index].into_iter().all(sound) {
        return Err(body.malformed(FULL, "iloc field sizes"));
    }
    let id = if version == 2 { 4 } else { 2 };
    let count = number(&mut body, FULL + 2, id)?;
    let (mut at, mut left, mut found) = (FULL + 2 + u64::from(id), MOST_EXTENTS, Vec::new());
    for _ in 0..count {
        found.push(location(&mut body, &mut at, &widths, &mut left)?);
    }
    Ok(found)
}

/// The entry at `at`, which moves after it.
fn location(
    body: &mut View<'_>,
    at: &mut u64,
    widths: &Widths,
    left: &mut usize,
) -> Result<Location, Reject> {
    let entry = *at;
    let mut field = |body: &mut View<'_>, width: u8| {
        let value = number(body, *at, width);
        *at += u64::from(width);
        value
    };
    let item = field(body, if widths.version == 2 { 4 } else { 2 })? as u32;
    let method = if widths.version > 0 { field(body, 2)? & 15 } else { 0 };
    let elsewhere = field(body, 2)? != 0;
    let base = field(body, widths.base)?;
    let count = field(body, 2)? as usize;
    *left = left.checked_sub(count).ok_or(Reject::OverBudget { at: entry, len: count as u64 })?;
    let mut extents = Vec::new();
    for _ in 0..count {
        field(body, widths.index)?;
        let offset = field(body, widths.offset)?;
        let len = field(body, widths.length)?;
        let start = base.checked_add(offset).filter(|start| start.checked_add(len).is_some());
        let start = start.ok_or_else(|| body.malformed(entry, "iloc extent"))?;
        // A length of 0 means all there is.
        if len > 0 {
            extents.push(Span { at: start, len });
        }
    }
    let base = match method {
        _ if elsewhere => Base::Elsewhere,
        0 => Base::File,
        1 => Base::Idat,
        _ => Base::Elsewhere,
    };
    Ok(Location { item, base, extents })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[track_caller]
    fn check(fields: &[u8], expected: Result<Vec<Location>, Reject>) {
        let mut data = (fields.len() as u32 + 8).to_be_bytes().to_vec();
        data.extend_from_slice(b"iloc");
        data.extend_from_slice(fields);
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let data = data.as_slice();
        let mut view = View::new(&data, &runs, &mut buffer);
        let iloc = Header::read(&mut view, 0).unwrap();
        assert_eq!(locations(&mut view, iloc), expected, "fields: {fields:02x?}");
    }

    fn one(item: u32, base: Base, extents: &[(u64, u64)]) -> Result<Vec<Location>, Reject> {
        let extents = extents.iter().map(|&(at, len)| Span { at, len }).collect();
        Ok(vec![Location { item, base, extents }])
    }

    #[test]
    fn all_versions_and_widths() {
        check(
            b"\0\0\0\0\x44\0\0\x01\0\x07\0\0\0\x02\0\0\0\x09\0\0\0\x05\0\0\0\x20\0\0\0\x06",
            one(7, Base::File, &[(9, 5), (32, 6)]),
        );
        check(
            b"\x01\0\0\0\x04\x80\0\x01\0\x07\0\x01\0\0\0\0\0\0\0\0\0\x10\0\x01\0\0\0\x05",
            one(7, Base::Idat, &[(16, 5)]),
        );
        check(
            b"\x02\0\0\0\x48\x04\0\0\0\x01\0\0\0\x07\0\x02\0\0\0\x01\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\x05",
            one(7, Base::Elsewhere, &[(9, 5)]),
        );
    }

    #[test]
    fn extents_of_no_bytes_are_limited() {
        let mut bomb = b"\0\0\0\0\0\0\xff\xff".to_vec();
        bomb.extend(std::iter::repeat_n(*b"\0\x01\0\0\xff\xff", 65535).flatten());
        check(&bomb, Err(Reject::OverBudget { at: 8 + 12, len: 65535 }));
    }

    #[test]
    fn overflow_and_odd_widths_are_malformed() {
        let bad = |at, what| Err(Reject::Malformed { at, what });
        check(b"\0\0\0\0\x24\0\0\0", bad(12, "iloc field sizes"));
        let mut data = b"\0\0\0\0\x48\0\0\x01\0\x07\0\0\0\x01\xff\xff\xff\xff".to_vec();
        data.extend_from_slice(&u64::MAX.to_be_bytes());
        check(&data, bad(16, "iloc extent"));
    }
}
