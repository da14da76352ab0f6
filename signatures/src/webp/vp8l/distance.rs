//! How far back copies reach.

use super::bits::Bits;
use crate::view::View;

/// Columns to the left and rows up of the pixels around, nearest first.
///
/// Source: RFC 9649, 5.2.2 "LZ77 Backward Reference".
#[rustfmt::skip]
const NEAR: [(i64, i64); 120] = [
    (0, 1), (1, 0), (1, 1), (-1, 1), (0, 2), (2, 0), (1, 2), (-1, 2),
    (2, 1), (-2, 1), (2, 2), (-2, 2), (0, 3), (3, 0), (1, 3), (-1, 3),
    (3, 1), (-3, 1), (2, 3), (-2, 3), (3, 2), (-3, 2), (0, 4), (4, 0),
    (1, 4), (-1, 4), (4, 1), (-4, 1), (3, 3), (-3, 3), (2, 4), (-2, 4),
    (4, 2), (-4, 2), (0, 5), (3, 4), (-3, 4), (4, 3), (-4, 3), (5, 0),
    (1, 5), (-1, 5), (5, 1), (-5, 1), (2, 5), (-2, 5), (5, 2), (-5, 2),
    (4, 4), (-4, 4), (3, 5), (-3, 5), (5, 3), (-5, 3), (0, 6), (6, 0),
    (1, 6), (-1, 6), (6, 1), (-6, 1), (2, 6), (-2, 6), (6, 2), (-6, 2),
    (4, 5), (-4, 5), (5, 4), (-5, 4), (3, 6), (-3, 6), (6, 3), (-6, 3),
    (0, 7), (7, 0), (1, 7), (-1, 7), (5, 5), (-5, 5), (7, 1), (-7, 1),
    (4, 6), (-4, 6), (6, 4), (-6, 4), (2, 7), (-2, 7), (7, 2), (-7, 2),
    (3, 7), (-3, 7), (7, 3), (-7, 3), (5, 6), (-5, 6), (6, 5), (-6, 5),
    (8, 0), (4, 7), (-4, 7), (7, 4), (-7, 4), (8, 1), (8, 2), (6, 6),
    (-6, 6), (8, 3), (5, 7), (-5, 7), (7, 5), (-7, 5), (8, 4), (6, 7),
    (-6, 7), (7, 6), (-7, 6), (8, 5), (7, 7), (-7, 7), (8, 6), (8, 7),
];

/// A length or distance: its symbol tells the range, further bits the place in it.
///
/// Source: RFC 9649, 5.2.2.
pub(super) fn value(view: &mut View<'_>, bits: &mut Bits, symbol: u16) -> u64 {
    let symbol = u64::from(symbol);
    if symbol < 4 {
        return symbol + 1;
    }
    let extra = (symbol - 2) >> 1;
    ((2 + (symbol & 1)) << extra) + u64::from(bits.read(view, extra as u32)) + 1
}

/// How many pixels before the current one a copy begins: small codes are neighbours in the plane.
pub(super) fn pixels(code: u64, width: u32) -> u64 {
    let near = usize::try_from(code).ok().and_then(|code| NEAR.get(code.wrapping_sub(1)));
    match near {
        Some((left, up)) => (left + up * i64::from(width)).max(1) as u64,
        None => code.saturating_sub(NEAR.len() as u64),
    }
}
