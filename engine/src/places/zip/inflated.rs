//! A deflated member, inflated as far as somebody reads it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};

use crate::places::recent::{Recent, TreeId};
use crate::places::slice::Slice;

/// A member up to this length is kept in memory, a longer one in a file that has no name.
const MOST_IN_MEMORY: u64 = 16 << 20;

/// Bytes that lie in temporary files at once at most, of all archives of the process: a member that could come to more
/// is not opened, so that a hostile archive does not fill the disk.
const MOST_IN_FILES: u64 = 256 << 30;

/// Bytes that lie in temporary files now.
static IN_FILES: AtomicU64 = AtomicU64::new(0);

/// Members that were read last. Those of an archive in an archive ask for the same one each time.
static RECENT: Recent<Mutex<State>> = Recent::new(8);

/// Bytes that are read and inflated at once.
const CHUNK: usize = 64 << 10;

/// A member of declared length. What cannot be inflated is zeros and unreadable.
pub(super) struct Inflated<'t> {
    packed: Slice<'t>,
    len: u64,
    state: Arc<Mutex<State>>,
}

struct State {
    inflater: Box<InflateState>,
    /// Packed bytes that were taken.
    taken: u64,
    /// Bytes that came out.
    made: u64,
    store: Store,
    /// Whether no more comes out.
    is_over: bool,
}

enum Store {
    Memory(Vec<u8>),
    File(Spill),
}

/// A file without a name, whose bytes are counted for as long as it is there.
struct Spill {
    file: File,
    counted: u64,
}

impl<'t> Inflated<'t> {
    /// The member of `len` bytes that is packed in `packed`, a node of a tree: nothing is inflated yet, or what was
    /// when it was read a moment ago.
    ///
    /// # Errors
    ///
    /// When a long one finds no room for a file, or too much lies in such files already.
    pub(super) fn recent(
        tree: TreeId,
        node: usize,
        packed: Slice<'t>,
        len: u64,
    ) -> io::Result<Self> {
        let state = RECENT.get(tree, node, || State::new(len).map(Mutex::new))?;
        Ok(Inflated { packed, len, state })
    }

    /// The state after at least `end` bytes, or all that there are, have been made.
    fn made_to(&self, end: u64) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut packed, mut out) = (Vec::new(), Vec::new());
        while state.made < end.min(self.len) && !state.is_over {
            packed.resize(CHUNK, 0);
            out.resize(CHUNK, 0);
            self.make_more(&mut state, &mut packed, &mut out);
        }
        state
    }

    fn make_more(&self, state: &mut State, packed: &mut [u8], out: &mut [u8]) {
        let here = (self.packed.len() - state.taken).min(CHUNK as u64);
        let packed = &mut packed[..here as usize];
        self.packed.read_at(state.taken, packed);
        let unread = self.packed.unreadable_in(Span { at: state.taken, len: here });
        let result = inflate(&mut state.inflater, packed, out, MZFlush::None);
        state.taken += result.bytes_consumed as u64;
        // No more than what was declared, whatever is there.
        let most = usize::try_from(self.len - state.made).unwrap_or(usize::MAX);
        let made = &out[..result.bytes_written.min(most)];
        let stored = state.store.append(made);
        if stored.is_ok() {
            state.made += made.len() as u64;
        }
        let is_stuck = result.bytes_consumed == 0 && result.bytes_written == 0;
        let goes_on = matches!(result.status, Ok(MZStatus::Ok)) && !is_stuck;
        state.is_over = !goes_on || stored.is_err() || unread.is_some();
    }
}

impl State {
    fn new(len: u64) -> io::Result<Self> {
        let store = if len > MOST_IN_MEMORY {
            Store::File(Spill::new(len)?)
        } else {
            Store::Memory(Vec::new())
        };
        let inflater = InflateState::new_boxed(DataFormat::Raw);
        Ok(State { inflater, taken: 0, made: 0, store, is_over: false })
    }
}

impl Spill {
    /// An empty file, when `len` bytes more may lie in such files.
    fn new(len: u64) -> io::Result<Self> {
        if !has_room(IN_FILES.load(Relaxed), len) {
            return Err(no_room());
        }
        Ok(Spill { file: tempfile::tempfile()?, counted: 0 })
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let len = bytes.len() as u64;
        // Counted first: others write at the same time.
        let before = IN_FILES.fetch_add(len, Relaxed);
        self.counted += len;
        if !has_room(before, len) {
            return Err(no_room());
        }
        self.file.seek(SeekFrom::End(0))?;
        self.file.write_all(bytes)
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        IN_FILES.fetch_sub(self.counted, Relaxed);
    }
}

/// Whether `len` bytes more may lie in temporary files, besides `used` ones.
fn has_room(used: u64, len: u64) -> bool {
    used.checked_add(len).is_some_and(|sum| sum <= MOST_IN_FILES)
}

fn no_room() -> io::Error {
    io::Error::other(
        "what was unpacked of archives would take more than 256 GiB of temporary files",
    )
}

impl Store {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Store::Memory(made) => {
                made.extend_from_slice(bytes);
                Ok(())
            }
            Store::File(spill) => spill.append(bytes),
        }
    }

    fn read(&mut self, at: u64, out: &mut [u8]) -> io::Result<()> {
        match self {
            Store::Memory(made) => {
                Bytes::read_at(made.as_slice(), at, out);
                Ok(())
            }
            Store::File(Spill { file, .. }) => {
                file.seek(SeekFrom::Start(at))?;
                file.read_exact(out)
            }
        }
    }
}

impl Bytes for Inflated<'_> {
    fn len(&self) -> u64 {
        self.len
    }

    fn mapped(&self, _at: u64, _len: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let mut state = self.made_to(at.saturating_add(out.len() as u64));
        let there = usize::try_from(state.made.saturating_sub(at)).unwrap_or(usize::MAX);
        let (inside, after) = out.split_at_mut(there.min(out.len()));
        if !inside.is_empty() && state.store.read(at, inside).is_err() {
            inside.fill(0);
            (state.made, state.is_over) = (state.made.min(at), true);
        }
        after.fill(0);
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = Span::between(state.made.max(span.at), span.end().min(self.len));
        (state.is_over && missing.len > 0).then_some(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inflated(packed: &[u8], len: u64) -> Inflated<'_> {
        let packed: crate::places::slice::Shared<'_> = Arc::new(packed);
        let whole = Span { at: 0, len: packed.len() };
        Inflated::recent(TreeId::next(), 0, Slice::new(packed, whole), len).unwrap()
    }

    fn content(len: usize) -> Vec<u8> {
        (0..len as u64).map(|at| (at.wrapping_mul(at) >> 7) as u8).collect()
    }

    fn read(bytes: &dyn Bytes, at: u64, len: usize) -> Vec<u8> {
        let mut out = vec![0xee; len];
        bytes.read_at(at, &mut out);
        out
    }

    #[test]
    fn a_member_is_inflated_as_far_as_it_is_read_in_any_order() {
        let plain = content(500_000);
        let packed = miniz_oxide::deflate::compress_to_vec(&plain, 6);
        let member = inflated(&packed, plain.len() as u64);
        assert_eq!(read(&member, 10, 20), plain[10..30]);
        assert!(member.state.lock().unwrap().made < 200_000);
        for (at, len) in [(400_000, 100_000), (0, 5), (499_999, 1), (65_530, 20)] {
            assert_eq!(read(&member, at, len), plain[at as usize..at as usize + len]);
        }
        assert_eq!(member.unreadable_in(Span { at: 0, len: 500_000 }), None);
    }

    #[test]
    fn a_long_member_lies_in_a_file() {
        let plain = content(MOST_IN_MEMORY as usize + 70_000);
        let packed = miniz_oxide::deflate::compress_to_vec(&plain, 1);
        let member = inflated(&packed, plain.len() as u64);
        assert!(matches!(member.state.lock().unwrap().store, Store::File(_)));
        for (at, len) in [(plain.len() - 1000, 1000), (70_000, 70_000), (0, 1)] {
            assert_eq!(read(&member, at as u64, len), plain[at..at + len]);
        }
    }

    #[test]
    fn no_more_is_written_to_temporary_files_than_there_may_be() {
        assert!(has_room(0, MOST_IN_FILES) && has_room(MOST_IN_FILES - 1, 1));
        assert!(!has_room(MOST_IN_FILES, 1) && !has_room(1, u64::MAX));
        assert!(Spill::new(MOST_IN_FILES + 1).is_err());
        let mut spill = Spill::new(100).unwrap();
        spill.append(&[1; 60]).unwrap();
        assert_eq!(spill.counted, 60);
        assert!(IN_FILES.load(Relaxed) >= 60);
    }

    #[test]
    fn what_does_not_come_out_is_unreadable_and_no_more_than_declared_comes_out() {
        let plain = content(300_000);
        let packed = miniz_oxide::deflate::compress_to_vec(&plain, 6);
        let member = inflated(&packed[..packed.len() / 2], plain.len() as u64);
        assert_eq!(read(&member, 0, 1000), plain[..1000]);
        let end = read(&member, 299_990, 10);
        assert_eq!(end, [0; 10]);
        let missing = member.unreadable_in(Span { at: 0, len: 300_000 }).unwrap();
        assert!(missing.at > 1000 && missing.end() == 300_000);
        assert_eq!(member.unreadable_in(Span { at: 0, len: 1000 }), None);
        let member = inflated(&packed, 1000);
        assert_eq!(read(&member, 0, 1000), plain[..1000]);
        assert_eq!(member.state.lock().unwrap().made, 1000);
        let member = inflated(b"\xff\xff\xff no deflate", 100);
        assert_eq!(read(&member, 0, 100), [0; 100]);
        assert_eq!(member.unreadable_in(Span { at: 5, len: 5 }), Some(Span { at: 5, len: 5 }));
    }
}
