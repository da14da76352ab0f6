//! Bytes too many that a writer leaves after the last unit.

use super::skim::JpegOracle;
use super::walk::Walked;
use crate::verdict::Role;
use crate::view::View;

/// Bytes between the last unit and the next marker that are taken for a writer's slip whatever they
/// are, rather than for damage: a foreign cluster changes the number of units by far more than so
/// few bytes hold.
const MOST_SLIP: u64 = 16;

/// Bytes of one value that are taken for padding, and bytes of further intervals: more of them are free space of
/// a disk, or of other files.
const MOST_PADDING: u64 = 64 << 10;

/// Whether a picture in which the oracle found a fault is whole but for such bytes: few of them,
/// padding, or restart intervals after the last that the picture has.
pub fn is_slip(view: &mut View<'_>, oracle: &JpegOracle, walked: &Walked) -> bool {
    if !oracle.all_units() {
        return false;
    }
    let from = oracle.kept();
    let data = walked.parts.iter().filter(|part| part.role == Role::Payload);
    let Some(end) = data.map(|part| part.span.end()).find(|&end| end >= from) else {
        return false;
    };
    let len = end - from;
    let may_surplus = len <= MOST_PADDING;
    len <= MOST_SLIP || may_surplus && (is_restart(view, from) || is_padding(view, from, len))
}

/// Whether a restart marker stands at `at` or ends there: units would be due after it, and all have
/// come.
fn is_restart(view: &mut View<'_>, at: u64) -> bool {
    let mut stands = |at: u64| matches!(view.array(at), Ok([0xff, 0xd0..=0xd7]));
    stands(at) || at.checked_sub(2).is_some_and(stands)
}

/// Whether the `len` bytes at `from` are all alike.
fn is_padding(view: &mut View<'_>, from: u64, len: u64) -> bool {
    let bytes = view.bytes(from, len as usize).unwrap_or(&[]);
    bytes.windows(2).all(|pair| pair[0] == pair[1]) && !bytes.is_empty()
}
