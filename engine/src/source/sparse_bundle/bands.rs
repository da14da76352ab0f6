//! The bands of a bundle.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use afterimage_signatures::verdict::Span;

use crate::source::unreadable::UnreadableRanges;
use crate::system::offset;

/// Bands that are kept open, the last ones used.
const MOST_OPEN: usize = 32;

/// Opens a file of a bundle; a link, a folder or a pipe in its place is none.
pub(super) fn open_regular(path: &Path) -> io::Result<File> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    }
    File::open(path)
}

/// Bands of an image, each a file that is named by its number in hex.
pub(super) struct Bands {
    folder: PathBuf,
    band_len: u64,
    len: u64,
    /// Numbers of the bands that are there, in order.
    there: Vec<u64>,
    open: Mutex<VecDeque<(u64, Arc<File>)>>,
    read: AtomicU64,
    pub(super) unreadable: UnreadableRanges,
}

impl Bands {
    /// Those in `folder`, of an image of `len` bytes.
    pub(super) fn list(folder: &Path, band_len: u64, len: u64) -> io::Result<Self> {
        let mut there = Vec::new();
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| {
                let number = u64::from_str_radix(name, 16).ok()?;
                // Other ways to write a number name no band.
                let is_name = name == format!("{number:x}") || name == format!("{number:X}");
                is_name.then_some(number)
            });
            there.extend(number.filter(|number| *number < len.div_ceil(band_len)));
        }
        there.sort_unstable();
        there.dedup();
        Ok(Bands {
            folder: folder.to_path_buf(),
            band_len,
            len,
            there,
            open: Mutex::default(),
            read: AtomicU64::new(0),
            unreadable: UnreadableRanges::default(),
        })
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.read.load(Relaxed)
    }

    pub(super) fn read_at(&self, mut at: u64, mut out: &mut [u8]) {
        while !out.is_empty() && at < self.len {
            let (number, inside) = (at / self.band_len, at % self.band_len);
            let here = (self.band_len - inside).min(self.len - at).min(out.len() as u64);
            let (now, later) = std::mem::take(&mut out).split_at_mut(here as usize);
            let read = if self.there.binary_search(&number).is_ok() {
                self.read_band(number, inside, now)
            } else {
                Ok(0)
            };
            let filled = *read.as_ref().unwrap_or(&0);
            now[filled..].fill(0);
            self.read.fetch_add(filled as u64, Relaxed);
            if read.is_err() {
                self.unreadable.add(Span { at, len: here });
            }
            at += here;
            out = later;
        }
        out.fill(0);
    }

    /// Fills `out` as far as the band goes, and tells how far.
    fn read_band(&self, number: u64, mut at: u64, out: &mut [u8]) -> io::Result<usize> {
        let file = self.file(number)?;
        let mut filled = 0;
        while filled < out.len() {
            match offset::read_at(&file, at, &mut out[filled..]) {
                Ok(0) => break,
                Ok(read) => (filled, at) = (filled + read, at + read as u64),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn file(&self, number: u64) -> io::Result<Arc<File>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = open.iter().position(|(known, _)| *known == number)
            && let Some(known) = open.remove(at)
        {
            let file = Arc::clone(&known.1);
            open.push_front(known);
            return Ok(file);
        }
        let path = self.folder.join(format!("{number:x}"));
        let is_there = fs::symlink_metadata(&path).is_ok();
        let path = if is_there { path } else { self.folder.join(format!("{number:X}")) };
        let file = Arc::new(open_regular(&path)?);
        open.truncate(MOST_OPEN - 1);
        open.push_front((number, Arc::clone(&file)));
        Ok(file)
    }

    /// The next bands that are there, without a gap.
    pub(super) fn data_after(&self, at: u64) -> Option<Span> {
        let first = self.there.partition_point(|number| *number < at / self.band_len);
        let mut numbers = self.there[first..].iter();
        let begin = *numbers.next()?;
        let mut end = begin + 1;
        while numbers.next() == Some(&end) {
            end += 1;
        }
        let start = begin.saturating_mul(self.band_len).max(at);
        let end = end.saturating_mul(self.band_len).min(self.len);
        (start < end).then(|| Span::between(start, end))
    }
}
