//! What a run has found so far, on disk: memory holds an index only.
//!
//! A line is the CRC-32 of its text in hex, a space, the text (JSON) and a newline. Lines are only
//! ever appended, so that whatever a crash leaves is a valid beginning.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// Where a line stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    at: u64,
    len: u32,
}

/// The journal of a run.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes in the file; lines behind them are still in `pending`.
    flushed: u64,
    pending: Vec<u8>,
}

/// Hex digits of the checksum and the space behind them.
const PREFIX: usize = 9;

/// Lines wait in memory up to this many bytes.
const MOST_PENDING: usize = 1 << 18;

impl Journal {
    /// A new journal at `path`, which must not exist.
    ///
    /// # Errors
    ///
    /// When the file cannot be made.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(|error| Error::output("make", path, error))?;
        Ok(Journal { path: path.to_path_buf(), file, flushed: 0, pending: Vec::new() })
    }

    /// Appends a line. It can be read from now on, and stands on disk after the next
    /// [`Journal::flush`], which [`Journal::spill`] calls when enough lines wait.
    pub fn append(&mut self, entry: &impl Serialize) -> Place {
        let start = self.pending.len();
        self.pending.resize(start + PREFIX, b' ');
        serde_json::to_writer(&mut self.pending, entry)
            .expect("wire types serialise, and memory takes what is written to it");
        let crc = format!("{:08x}", crc32fast::hash(&self.pending[start + PREFIX..]));
        self.pending[start..start + PREFIX - 1].copy_from_slice(crc.as_bytes());
        let len = self.pending.len() - start;
        self.pending.push(b'\n');
        Place { at: self.flushed + start as u64, len: len as u32 }
    }

    /// Flushes when many lines wait.
    ///
    /// # Errors
    ///
    /// As [`Journal::flush`].
    pub fn spill(&mut self) -> Result<(), Error> {
        if self.pending.len() < MOST_PENDING { Ok(()) } else { self.flush() }
    }

    /// Writes the lines that wait. After a failure they still wait, and can be read.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.file
            .write_all_at(&self.pending, self.flushed)
            .map_err(|error| Error::output("write", &self.path, error))?;
        self.flushed += self.pending.len() as u64;
        self.pending.clear();
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

    /// The line at `place`.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is not what was written.
    pub fn read<T: DeserializeOwned>(&self, place: Place) -> Result<T, Error> {
        if let Some(start) = place.at.checked_sub(self.flushed) {
            let line = self.pending.get(start as usize..start as usize + place.len as usize);
            return self.parse(line.unwrap_or_default(), place);
        }
        let mut line = vec![0; place.len as usize];
        self.file
            .read_exact_at(&mut line, place.at)
            .map_err(|error| Error::output("read", &self.path, error))?;
        self.parse(&line, place)
    }

    fn parse<T: DeserializeOwned>(&self, line: &[u8], place: Place) -> Result<T, Error> {
        let damaged = || Error::Journal { path: self.path.clone(), at: place.at };
        let (prefix, text) = line.split_at_checked(PREFIX).ok_or_else(damaged)?;
        let stored = std::str::from_utf8(&prefix[..PREFIX - 1])
            .ok()
            .and_then(|hex| u32::from_str_radix(hex, 16).ok());
        if stored != Some(crc32fast::hash(text)) {
            return Err(damaged());
        }
        serde_json::from_slice(text).map_err(|_| damaged())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_back_in_any_order_and_damage_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::create(&path).unwrap();
        let places: Vec<_> = (0..100u32).map(|n| journal.append(&vec![n; n as usize])).collect();
        assert_eq!(journal.read::<Vec<u32>>(places[7]).unwrap(), [7; 7]);
        journal.flush().unwrap();
        for (n, place) in places.iter().enumerate().rev() {
            assert_eq!(journal.read::<Vec<u32>>(*place).unwrap(), vec![n as u32; n]);
        }
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[places[50].at as usize + 12] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(journal.read::<Vec<u32>>(places[50]), Err(Error::Journal { .. })));
        assert!(journal.read::<Vec<u32>>(places[51]).is_ok());
    }
}
