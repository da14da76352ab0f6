//! Long names that the edge of a cluster splits: they tie the two clusters together.

use afterimage_signatures::{Bytes, Run};

use crate::volumes::filesystem::fat_family::clusters::read;
use crate::volumes::filesystem::fat_family::fat::name;
use crate::volumes::filesystem::fat_family::fat::slot::{LEN, MOST_PARTS, Role};

/// Pairs of pieces that are tried.
const MOST_PAIRS: usize = 1 << 20;

/// The records at an edge.
type Records = Vec<u8>;

/// For each of the pieces the one that ends with the beginning of its first name, if just one does.
/// `heads` is how many of them begin a folder; they come first.
pub fn names(bytes: &dyn Bytes, runs: &[Run], heads: usize) -> Vec<Option<usize>> {
    let tails: Vec<(usize, Records)> = runs
        .iter()
        .enumerate()
        .filter_map(|(index, run)| Some((index, tail(bytes, run)?)))
        .collect();
    let mut before: Vec<Option<usize>> = vec![None; runs.len()];
    let mut followed = vec![false; runs.len()];
    let mut pairs = MOST_PAIRS;
    for (index, run) in runs.iter().enumerate().skip(heads) {
        let start = start(bytes, run);
        let mut fitting = tails.iter().filter(|(tail, records)| {
            *tail != index && !followed[*tail] && start.as_ref().is_some_and(|s| join(records, s))
        });
        let only = fitting.next().filter(|_| fitting.next().is_none()).map(|(tail, _)| *tail);
        // A ring of pieces would have no first one.
        let back = std::iter::successors(only, |&piece| before[piece]);
        if let Some(tail) = only.filter(|_| back.take(runs.len()).all(|piece| piece != index)) {
            before[index] = Some(tail);
            followed[tail] = true;
        }
        pairs = pairs.saturating_sub(tails.len());
        if pairs == 0 {
            break;
        }
    }
    before
}

/// The last records of a piece, if they are parts of a name that goes on behind it.
fn tail(bytes: &dyn Bytes, run: &Run) -> Option<Records> {
    let len = run.len.min((MOST_PARTS * LEN) as u64);
    let slots = read(bytes, run.at + run.len - len, len as usize);
    let last = name::slot(&slots, (slots.len() / LEN).checked_sub(1)?)?;
    (last.role() == Role::Part && last.sane_part()).then_some(slots)
}

/// The first records of a piece up to the first name, all before which is parts of it.
fn start(bytes: &dyn Bytes, run: &Run) -> Option<Records> {
    let slots = read(bytes, run.at, run.len.min(((MOST_PARTS + 1) * LEN) as u64) as usize);
    for index in 0..slots.len() / LEN {
        let slot = name::slot(&slots, index)?;
        match slot.role() {
            Role::Part => {}
            Role::Name => {
                // A name whose parts are all there is not split.
                let whole = name::long(&slots, index).is_some_and(|long| long.name.is_some());
                return (!whole).then(|| slots[..(index + 1) * LEN].to_vec());
            }
            _ => return None,
        }
    }
    None
}

/// Whether the name at the end of `start` is long with what lies in `tail`.
fn join(tail: &Records, start: &Records) -> bool {
    let joint = [tail.as_slice(), start].concat();
    let last = joint.len() / LEN - 1;
    name::long(&joint, last).is_some_and(|long| long.name.is_some())
}
