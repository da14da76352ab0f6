//! The end of a file that a list of digests tells: where the bytes from its beginning on have a digest of the list.
//!
//! Formats whose structure does not say where they end, and files to which a program appended something that no
//! structure announces, end where the digest fits and nowhere else.

use afterimage_signatures::Bytes;

use crate::control::progress::Stop;
use crate::model::{Algorithm, DigestKind, End, Grade, Hasher, Record};
use crate::options::LostHashes;

/// How far after the end of a file that its structure closes a length of the lists is tried, in bytes: what
/// programs append that no format knows is shorter.
const REACH_EXACT: u64 = 1 << 20;

/// The same where the end is not known.
const REACH: u64 = 64 << 20;

/// Where no list gives lengths, every length up to so many bytes from a guessed end is tried.
const EVERY: u64 = 64 << 10;

/// Lengths of the lists that are tried for one file, the nearest to its own.
const MOST_SIZES: usize = 4096;

/// Bytes that are read at a time.
const PIECE: u64 = 128 << 10;

/// The length at which a file that lies in one piece has a digest of the lists; nothing where it has none, or
/// after the stop.
pub(super) fn listed_len(
    source: &dyn Bytes,
    record: &Record,
    lists: &LostHashes,
    stop: &Stop,
) -> Option<u64> {
    let [run] = record.runs.as_slice() else { return None };
    if record.inflated.is_some() {
        return None;
    }
    let room = source.len().saturating_sub(run.at);
    let sized = sizes(record, lists);
    let every = every(record, lists);
    let last = sized.last().copied().max(every.as_ref().map(|every| every.end - 1))?.min(room);
    let algorithms: Vec<Algorithm> = lists.algorithms().collect();
    let kinds: Vec<DigestKind> = lists.kinds().collect();
    let unsized_kinds: Vec<DigestKind> = lists.unsized_kinds().collect();
    let (mut hasher, mut reader) = (Hasher::new(&algorithms), Reader::new(source, run.at));
    let mut at = 0;
    let mut sized = sized.iter().copied().peekable();
    while at < last {
        let in_every = every.as_ref().filter(|every| at + 1 >= every.start && at + 1 < every.end);
        let to_every = every.as_ref().map(|every| every.start).filter(|start| *start > at);
        let to_size = sized.peek().copied();
        let next = match in_every {
            Some(_) => at + 1,
            None => to_every.into_iter().chain(to_size).min()?.min(last),
        };
        while at < next {
            if stop.is_over() {
                return None;
            }
            let bytes = reader.bytes(at, next - at);
            hasher.update(bytes);
            at += bytes.len() as u64;
        }
        let is_size = sized.next_if_eq(&at).is_some();
        let tried = if is_size { &kinds } else { &unsized_kinds };
        let mut found = tried.iter().filter_map(|kind| hasher.peek(*kind));
        if found.any(|digest| lists.has_witness(&digest, at)) {
            return Some(at);
        }
    }
    None
}

/// The lengths of the lists that a file may have, in order.
fn sizes<'l>(record: &Record, lists: &'l LostHashes) -> &'l [u64] {
    let len = record.source_len();
    let reach = if is_guessed(record) { REACH } else { REACH_EXACT };
    let sizes = lists.sizes();
    let own = sizes.partition_point(|size| *size < len);
    // What ends before half of what its structure tells is another file.
    let least = if is_guessed(record) { 1 } else { len / 2 };
    let first = sizes.partition_point(|size| *size < least).max(own.saturating_sub(MOST_SIZES / 2));
    let end = sizes.partition_point(|size| *size <= len.saturating_add(reach));
    &sizes[first.min(end)..end.min(own.saturating_add(MOST_SIZES / 2))]
}

/// The lengths that are tried one by one, where lists give none and the end is a guess.
fn every(record: &Record, lists: &LostHashes) -> Option<std::ops::Range<u64>> {
    let len = record.source_len();
    let is_tried = is_guessed(record)
        && record.grade > Grade::Partial
        && lists.unsized_kinds().next().is_some();
    let first = match record.end {
        End::Estimated => len.saturating_sub(EVERY).max(1),
        End::Minimum | End::Exact => len + 1,
    };
    is_tried.then_some(first..len.saturating_add(EVERY))
}

/// Whether the end of a file is known no better than where it is not.
fn is_guessed(record: &Record) -> bool {
    record.end != End::Exact && record.grade > Grade::Partial
}

/// Reads from a place on, a piece at a time.
struct Reader<'s> {
    source: &'s dyn Bytes,
    start: u64,
    piece: Vec<u8>,
    piece_at: u64,
}

impl<'s> Reader<'s> {
    fn new(source: &'s dyn Bytes, start: u64) -> Self {
        Reader { source, start, piece: Vec::new(), piece_at: 0 }
    }

    /// Up to `most` bytes at `at` from the place, which lie in the source; at least one.
    fn bytes(&mut self, at: u64, most: u64) -> &[u8] {
        let held = self.piece_at..self.piece_at + self.piece.len() as u64;
        if !held.contains(&at) {
            let room = self.source.len().saturating_sub(self.start + at);
            self.piece.resize(PIECE.min(room) as usize, 0);
            self.source.read_at(self.start + at, &mut self.piece);
            self.piece_at = at;
        }
        let from = (at - self.piece_at) as usize;
        let here = most.min((self.piece.len() - from) as u64) as usize;
        &self.piece[from..from + here]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::progress::Progress;
    use crate::model::build::record;

    fn source() -> Vec<u8> {
        (0..400_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
    }

    fn lists(text: &str) -> LostHashes {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        std::fs::write(&path, text).unwrap();
        LostHashes::read(&[path]).unwrap()
    }

    fn md5_of(bytes: &[u8]) -> String {
        let mut hasher = Hasher::new(&[Algorithm::Md5]);
        hasher.update(bytes);
        hasher.finish().md5.unwrap()
    }

    #[track_caller]
    fn check(end: End, grade: Grade, text: &str, expected: Option<u64>) {
        let (bytes, progress) = (source(), Progress::default());
        let file = Record { end, grade, ..record(1000, 200_000) };
        let found = listed_len(&bytes.as_slice(), &file, &lists(text), progress.wish());
        assert_eq!(found, expected, "{end:?} {grade:?}");
    }

    #[test]
    fn a_file_ends_where_its_digest_fits() {
        let bytes = source();
        let sized = |len: usize, said: usize| {
            format!(
                "md5,size\n{},{said}\n{},7\n",
                md5_of(&bytes[1000..1000 + len]),
                "00".repeat(16)
            )
        };
        let bare = |len: usize| format!("{}\n", md5_of(&bytes[1000..1000 + len]));
        let (minimum, exact) = (End::Minimum, End::Exact);
        check(minimum, Grade::Structural, &sized(250_001, 250_001), Some(250_001));
        check(minimum, Grade::Structural, &sized(399_000, 399_000), Some(399_000));
        check(exact, Grade::Verified, &sized(250_001, 250_001), Some(250_001));
        check(exact, Grade::Verified, &sized(150_001, 150_001), Some(150_001));
        check(exact, Grade::Partial, &sized(250_001, 250_001), Some(250_001));
        // A length that is another one's proves nothing.
        check(minimum, Grade::Structural, &sized(250_001, 250_002), None);
        check(minimum, Grade::Structural, &bare(200_777), Some(200_777));
        check(End::Estimated, Grade::Structural, &bare(199_000), Some(199_000));
        check(End::Estimated, Grade::Structural, &bare(100_000), None);
        check(minimum, Grade::Structural, &bare(300_000), None);
        check(exact, Grade::Structural, &bare(200_777), None);
        check(minimum, Grade::Partial, &bare(200_777), None);
    }

    #[test]
    fn what_is_stopped_or_reaches_over_the_source_is_not_found() {
        let (bytes, progress) = (source(), Progress::default());
        let text = format!("md5,size\n{},250001\nx,{}\n", md5_of(&bytes[1000..251_001]), u64::MAX);
        let file = Record { end: End::Minimum, ..record(1000, 200_000) };
        let found = || listed_len(&bytes.as_slice(), &file, &lists(&text), progress.wish());
        assert_eq!(found(), Some(250_001));
        progress.stop();
        assert_eq!(found(), None);
        let most = format!("md5,size\n{},{}\n", "ab".repeat(16), u64::MAX);
        let far = Record { end: End::Minimum, ..record(399_999, 1) };
        let progress = Progress::default();
        assert_eq!(listed_len(&bytes.as_slice(), &far, &lists(&most), progress.wish()), None);
    }
}
