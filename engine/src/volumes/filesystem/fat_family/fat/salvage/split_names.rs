//! Long names that the edge of a cluster splits: they tie the two clusters together.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::fat_family::directory_bytes::{ENTRY_LEN, entry};
use crate::volumes::filesystem::fat_family::fat::entry::{EntryRole, FatEntry, MOST_PARTS};
use crate::volumes::filesystem::fat_family::fat::names::{long_name, part};
use crate::volumes::read;

/// Pairs of fragments that are tried.
const MOST_PAIRS: usize = 1 << 20;

/// For each of the fragments the one that ends with the beginning of its first name, if just one
/// does. `heads` is how many of them begin a directory; they come first.
pub(crate) fn before(bytes: &dyn Bytes, runs: &[Span], heads: usize) -> Vec<Option<usize>> {
    let tails = runs.iter().enumerate();
    let tails: Vec<(usize, Vec<u8>)> =
        tails.filter_map(|(index, run)| Some((index, tail(bytes, run)?))).collect();
    let mut before: Vec<Option<usize>> = vec![None; runs.len()];
    let mut followed = vec![false; runs.len()];
    let most = heads.saturating_add(MOST_PAIRS / tails.len().max(1) + 1);
    for (index, run) in runs.iter().enumerate().take(most).skip(heads) {
        let Some(start) = start(bytes, run) else { continue };
        let fits = |(tail, entries): &&(usize, Vec<u8>)| {
            *tail != index && !followed[*tail] && has_whole_name(&[entries, &start[..]].concat())
        };
        let mut fitting = tails.iter().filter(fits).map(|(tail, _)| *tail);
        let (Some(tail), None) = (fitting.next(), fitting.next()) else { continue };
        // A ring of fragments would have no first one.
        let mut back = std::iter::successors(Some(tail), |&fragment| before[fragment]);
        if back.all(|fragment| fragment != index) {
            before[index] = Some(tail);
            followed[tail] = true;
        }
    }
    before
}

/// The last entries of a fragment, if they are parts of a name that goes on behind it.
fn tail(bytes: &dyn Bytes, run: &Span) -> Option<Vec<u8>> {
    let len = run.len.min((MOST_PARTS * ENTRY_LEN) as u64);
    let entries = read::padded(bytes, run.at + run.len - len, len as usize);
    let last = (entries.len() / ENTRY_LEN).checked_sub(1)?;
    part(&entries, last).is_some().then_some(entries)
}

/// The first entries of a fragment up to the first short name, if all before it is parts of a long
/// one and there are more of these in another fragment.
fn start(bytes: &dyn Bytes, run: &Span) -> Option<Vec<u8>> {
    let len = run.len.min(((MOST_PARTS + 1) * ENTRY_LEN) as u64);
    let mut entries = read::padded(bytes, run.at, len as usize);
    let role = |index| entry(&entries, index).map(FatEntry::role);
    let short = (0..entries.len() / ENTRY_LEN).find(|&at| role(at) != Some(EntryRole::LongName))?;
    if role(short) != Some(EntryRole::File) {
        return None;
    }
    entries.truncate((short + 1) * ENTRY_LEN);
    (!has_whole_name(&entries)).then_some(entries)
}

/// Whether the last of these entries has a long name, all of it in the entries before.
fn has_whole_name(entries: &[u8]) -> bool {
    let last = (entries.len() / ENTRY_LEN).saturating_sub(1);
    long_name(entries, last).is_some_and(|long| long.name.is_some())
}
