//! A log on disk: lines that are only ever appended.
//!
//! A line is the CRC-32 of its text in hex, a space, the text (JSON) and a newline, so that whatever a crash
//! leaves is a valid beginning.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::line::Line;
use crate::control::error::Error;
use crate::system::folder::{Folder, open_regular};
use crate::system::offset::{read_at, read_exact_at, write_all_at};

/// Where a line stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogPosition {
    /// Which log of the ledger.
    pub(super) log: u16,
    /// First byte in the log.
    pub(super) at: u64,
    /// Length in bytes, without the newline.
    pub(super) len: u32,
}

/// A log.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes in the file; lines after them are still in `pending`.
    flushed: u64,
    pending: Vec<u8>,
    /// When lines were last written.
    written: Instant,
}

/// Hex digits of the checksum and the space after them.
const PREFIX: usize = 9;

/// Lines wait in memory up to this many bytes.
const MOST_PENDING: usize = 1 << 18;

/// Lines wait in memory this long, as long as more come: a run that is killed loses no more than that.
const LONGEST_WAIT: Duration = Duration::from_millis(50);

/// A longer line is not one of ours, in bytes: a record with all that its limits allow is far shorter.
const LONGEST_LINE: u64 = 64 << 20;

/// So many damaged ends of one log are kept.
const MOST_RESTS: u32 = 1000;

/// Appends a line to `text`; gives its first byte and its length there.
pub(super) fn encode(text: &mut Vec<u8>, line: &Line<'_>) -> (u64, u32) {
    let start = text.len();
    text.resize(start + PREFIX, b' ');
    serde_json::to_writer(&mut *text, line)
        .expect("lines serialise, and memory takes what is written to it");
    let crc = format!("{:08x}", crc32fast::hash(&text[start + PREFIX..]));
    text[start..start + PREFIX - 1].copy_from_slice(crc.as_bytes());
    let len = text.len() - start;
    text.push(b'\n');
    (start as u64, len as u32)
}

/// The line that `text` is, without its newline; nothing when it is damaged.
fn decode(text: &[u8]) -> Option<Line<'static>> {
    let (prefix, text) = text.split_at_checked(PREFIX)?;
    let stored = std::str::from_utf8(&prefix[..PREFIX - 1]).ok()?;
    let stored = u32::from_str_radix(stored, 16).ok()?;
    if stored != crc32fast::hash(text) {
        return None;
    }
    serde_json::from_slice(text).ok()
}

impl Journal {
    /// A new log called `name` in `folder`, where nothing may have that name.
    ///
    /// # Errors
    ///
    /// When the file cannot be made.
    pub fn create(folder: &Folder, name: &str) -> Result<Self, Error> {
        let path = folder.path().join(name);
        let file = folder.create(name).map_err(|error| Error::output("make", &path, error))?;
        Ok(Self::over(path, file, 0))
    }

    /// A new log in place of what has that name, if anything has.
    ///
    /// # Errors
    ///
    /// When the file cannot be made.
    pub fn replace(folder: &Folder, name: &str) -> Result<Self, Error> {
        let path = folder.path().join(name);
        let file = folder.replace(name).map_err(|error| Error::output("replace", &path, error))?;
        Ok(Self::over(path, file, 0))
    }

    /// A new log that nobody else sees and that is gone when it is dropped.
    ///
    /// # Errors
    ///
    /// When the system gives no room for temporary files.
    pub fn scratch() -> Result<Self, Error> {
        let path = std::env::temp_dir();
        let file = tempfile::tempfile_in(&path)
            .map_err(|error| Error::output("make a temporary file in", &path, error))?;
        Ok(Self::over(path, file, 0))
    }

    /// The log at `path`, to be read only.
    ///
    /// # Errors
    ///
    /// When it is not there, or cannot be read.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let failed = |error| Error::output("open", path, error);
        let file = open_regular(path).map_err(failed)?;
        let flushed = file.metadata().map_err(failed)?.len();
        Ok(Self::over(path.to_path_buf(), file, flushed))
    }

    /// The log called `name` in `folder`, to be gone on with; nothing where there is none.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, or is something else than a regular file of ours.
    pub fn reopen(folder: &Folder, name: &str) -> Result<Option<Self>, Error> {
        let path = folder.path().join(name);
        let failed = |error| Error::output("open", &path, error);
        let file = match folder.reopen(name) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(failed)?,
        };
        let flushed = file.metadata().map_err(failed)?.len();
        Ok(Some(Self::over(path, file, flushed)))
    }

    /// Ends the log at `at`, after its last line that counts; it lies in `folder`. With `keep`, the rest goes
    /// to a file beside it first, so that nothing is lost that somebody may still want to look at.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails; the log is as it was then.
    pub(super) fn cut(&mut self, folder: &Folder, at: u64, keep: bool) -> Result<(), Error> {
        if at == self.flushed {
            return Ok(());
        }
        if keep {
            self.keep_rest(folder, at)?;
        }
        let failed = |error| Error::output("mend", &self.path, error);
        self.file.set_len(at).and_then(|()| self.file.sync_all()).map_err(failed)?;
        self.flushed = at;
        Ok(())
    }

    /// Copies what stands in the log from `at` on to a file beside it.
    fn keep_rest(&self, folder: &Folder, at: u64) -> Result<(), Error> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let names = (1..=MOST_RESTS).map(|number| format!("{name}.damaged-{number}"));
        for name in names {
            let path = folder.path().join(&name);
            let mut rest = match folder.create(&name) {
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
                made => made.map_err(|error| Error::output("make", &path, error))?,
            };
            let failed = |error| Error::output("write", &path, error);
            let file = self.file.try_clone().map_err(failed)?;
            let copied = std::io::copy(&mut Front { file, at }, &mut rest);
            let synced = copied.and_then(|_| rest.sync_all());
            if synced.is_err() {
                drop(folder.remove(&name));
            }
            return synced.map_err(failed);
        }
        Ok(())
    }

    /// A log over a file of `flushed` bytes, after which no lines wait.
    fn over(path: PathBuf, file: File, flushed: u64) -> Self {
        Journal { path, file, flushed, pending: Vec::new(), written: Instant::now() }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a line; gives its first byte and its length. It can be read from now on, and stands on disk
    /// after the next [`Journal::flush`], which [`Journal::spill`] calls when enough lines wait.
    pub(super) fn append(&mut self, line: &Line<'_>) -> (u64, u32) {
        let (start, len) = encode(&mut self.pending, line);
        (self.flushed + start, len)
    }

    /// Appends lines that were encoded before, all or none of them; gives where their first byte stands.
    pub(super) fn append_encoded(&mut self, lines: &[u8]) -> u64 {
        let at = self.len();
        self.pending.extend_from_slice(lines);
        at
    }

    /// Flushes when many lines wait, or some wait long.
    ///
    /// # Errors
    ///
    /// As [`Journal::flush`].
    pub fn spill(&mut self) -> Result<(), Error> {
        let may_wait = self.pending.len() < MOST_PENDING && self.written.elapsed() < LONGEST_WAIT;
        if may_wait { Ok(()) } else { self.flush() }
    }

    /// Writes the lines that wait. After a failure they still wait, and can be read.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub fn flush(&mut self) -> Result<(), Error> {
        write_all_at(&self.file, self.flushed, &self.pending)
            .map_err(|error| Error::output("write", &self.path, error))?;
        self.flushed += self.pending.len() as u64;
        self.pending.clear();
        self.written = Instant::now();
        Ok(())
    }

    /// Writes the lines that wait, and waits until they are on the disk itself.
    ///
    /// # Errors
    ///
    /// As [`Journal::flush`].
    pub fn sync(&mut self) -> Result<(), Error> {
        self.flush()?;
        self.file.sync_data().map_err(|error| Error::output("write", &self.path, error))
    }

    /// Length in bytes of all lines so far.
    pub fn len(&self) -> u64 {
        self.flushed + self.pending.len() as u64
    }

    /// Whether there is no line yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The line at a position of this log.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is not what was written.
    pub(super) fn read(&self, position: LogPosition) -> Result<Line<'static>, Error> {
        let LogPosition { at, len, .. } = position;
        let damaged = || self.damaged(at);
        if let Some(start) = at.checked_sub(self.flushed) {
            let line = self.pending.get(start as usize..start as usize + len as usize);
            return line.and_then(decode).ok_or_else(damaged);
        }
        let mut line = vec![0; len as usize];
        read_exact_at(&self.file, at, &mut line)
            .map_err(|error| Error::output("read", &self.path, error))?;
        decode(&line).ok_or_else(damaged)
    }

    /// Hands the bytes on disk from `start` to before `end` to `take`, in pieces.
    ///
    /// # Errors
    ///
    /// When the disk fails or has fewer bytes, and what `take` gives.
    pub(super) fn each_piece(
        &self,
        start: u64,
        end: u64,
        mut take: impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (mut piece, mut at) = (vec![0; MOST_PENDING], start);
        while at < end {
            let here = (end - at).min(piece.len() as u64) as usize;
            read_exact_at(&self.file, at, &mut piece[..here])
                .map_err(|error| Error::output("read", &self.path, error))?;
            take(&piece[..here])?;
            at += here as u64;
        }
        Ok(())
    }

    /// The failure that says that a line is not what was written.
    pub(super) fn damaged(&self, at: u64) -> Error {
        Error::Journal { path: self.path.clone(), at }
    }

    /// Hands the lines on disk to `take` with their first bytes and lengths, in order, until `take` breaks
    /// off or a line is damaged; gives where that one stands if others follow it. The last line may be cut
    /// off or damaged, as after a crash, and is left out then.
    ///
    /// # Errors
    ///
    /// When the disk fails, and what `take` gives.
    pub(super) fn each_valid(
        &self,
        mut take: impl FnMut((u64, u32), Line<'static>) -> Result<ControlFlow<()>, Error>,
    ) -> Result<Option<u64>, Error> {
        let failed = |error| Error::output("read", &self.path, error);
        let file = self.file.try_clone().map_err(failed)?;
        let mut lines = BufReader::new(Front { file, at: 0 });
        let (mut text, mut at) = (Vec::new(), 0);
        loop {
            text.clear();
            let mut limited = std::io::Read::take(&mut lines, LONGEST_LINE);
            limited.read_until(b'\n', &mut text).map_err(failed)?;
            let parsed = text.strip_suffix(b"\n").and_then(decode);
            let Some(parsed) = parsed else {
                let is_last = lines.fill_buf().map_err(failed)?.is_empty();
                return Ok((!is_last).then_some(at));
            };
            if take((at, text.len() as u32 - 1), parsed)?.is_break() {
                return Ok(None);
            }
            at += text.len() as u64;
        }
    }
}

/// A file read from its start, whatever its position is.
struct Front {
    file: File,
    at: u64,
}

impl std::io::Read for Front {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let read = read_at(&self.file, self.at, out)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::line::PlacedLine;
    use crate::system::folder::Owner;
    use std::borrow::Cow;

    fn line(n: usize) -> Line<'static> {
        Line::Placed(Cow::Owned(PlacedLine { path: "x".repeat(n) }))
    }

    fn at((at, len): (u64, u32)) -> LogPosition {
        LogPosition { log: 0, at, len }
    }

    #[test]
    fn lines_read_back_in_any_order_and_damage_is_noticed() {
        let home = tempfile::tempdir().unwrap();
        let path = std::fs::canonicalize(home.path()).unwrap();
        let folder = Folder::open(&path, Owner::default(), Vec::new()).unwrap();
        let path = path.join("log");
        let mut journal = Journal::create(&folder, "log").unwrap();
        let places: Vec<_> = (0..100).map(|n| at(journal.append(&line(n)))).collect();
        assert_eq!(journal.read(places[7]).unwrap(), line(7));
        journal.flush().unwrap();
        for (n, place) in places.iter().enumerate().rev() {
            assert_eq!(journal.read(*place).unwrap(), line(n));
        }
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[places[50].at as usize + 12] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(journal.read(places[50]), Err(Error::Journal { .. })));
        assert!(journal.read(places[51]).is_ok());
        let mut count = 0;
        let counted = journal.each_valid(|_, _| {
            count += 1;
            Ok(ControlFlow::Continue(()))
        });
        assert_eq!(counted.unwrap(), Some(places[50].at), "lines follow the damaged one");
        assert_eq!(count, 50);
    }

    #[test]
    fn what_a_crash_cut_off_is_left_out() {
        let mut journal = Journal::scratch().unwrap();
        let places: Vec<_> = (0..10).map(|n| at(journal.append(&line(n)))).collect();
        journal.flush().unwrap();
        for cut in [places[9].at, places[9].at + 3, places[9].at + u64::from(places[9].len)] {
            journal.file.set_len(cut).unwrap();
            let mut found = Vec::new();
            let read = journal.each_valid(|place, _| {
                found.push(at(place));
                Ok(ControlFlow::Continue(()))
            });
            assert_eq!(read.unwrap(), None);
            assert_eq!(found, places[..9], "cut at {cut}");
        }
    }
}
