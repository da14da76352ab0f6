//! One of many files that an image is made of: it is open only while somebody reads it, so that an image of a thousand
//! parts does not need a thousand open files.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::control::error::Error;
use crate::control::progress::Stop;
use crate::source::address::is_address;
use crate::source::definition::{Source, SourceKind};
use crate::source::open::{Io, open_one};
use crate::source::unreadable::UnreadableRanges;
use crate::system::folder::FileId;

/// Files of one image that stay open: what is open can be lent without a copy.
const MOST_HELD: usize = 64;

/// Other files that are open at once, of all images of the process together.
const MOST_OPEN: usize = 64;

/// Numbers tell parts from one another.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// The other files that are open, the last one used first.
static OPEN: Mutex<VecDeque<(u64, Arc<dyn Source>)>> = Mutex::new(VecDeque::new());

/// Opens a file of an image of which `held` are open already.
pub(super) fn open_part(path: &Path, io: Io, held: usize) -> Result<Box<dyn Source>, Error> {
    let source = open_one(path, io)?;
    // What lies on a server holds nothing open.
    if held < MOST_HELD || source.kind() == SourceKind::Device || is_address(path) {
        return Ok(source);
    }
    Ok(Box::new(Part::new(path, io, source)))
}

/// A file that is opened again when it is read.
struct Part {
    path: PathBuf,
    io: Io,
    number: u64,
    len: u64,
    sector_size: u32,
    /// What it is known by; nothing where the system does not tell.
    known: Option<Known>,
    unreadable: UnreadableRanges,
    bytes_read: AtomicU64,
    has_changed: AtomicBool,
    is_gone: AtomicBool,
    stop: Stop,
}

type Known = (FileId, Option<SystemTime>);

fn known(path: &Path) -> Option<Known> {
    Some((FileId::at(path).ok()?, path.metadata().ok()?.modified().ok()))
}

impl Part {
    fn new(path: &Path, io: Io, source: Box<dyn Source>) -> Self {
        let part = Part {
            path: path.to_path_buf(),
            io,
            number: NEXT.fetch_add(1, Relaxed),
            len: source.len(),
            sector_size: source.sector_size(),
            known: known(path),
            unreadable: UnreadableRanges::default(),
            bytes_read: AtomicU64::new(0),
            has_changed: AtomicBool::new(false),
            is_gone: AtomicBool::new(false),
            stop: Stop::default(),
        };
        part.keep(Arc::from(source));
        part
    }

    /// The file: as it is open, or opened now. Nothing where it is not there any more, or another one.
    fn file(&self) -> Option<Arc<dyn Source>> {
        let mut open = lock();
        if let Some(at) = open.iter().position(|(number, _)| *number == self.number)
            && let Some(found) = open.remove(at)
        {
            let source = Arc::clone(&found.1);
            open.push_front(found);
            return Some(source);
        }
        drop(open);
        let known = known(&self.path);
        let opened = open_one(&self.path, self.io).ok();
        let mut source = opened.filter(|source| known == self.known && source.len() == self.len);
        match &mut source {
            Some(source) => source.heed(&self.stop),
            None if known.is_none() => self.is_gone.store(true, Relaxed),
            None => self.has_changed.store(true, Relaxed),
        }
        let source: Arc<dyn Source> = Arc::from(source?);
        self.keep(Arc::clone(&source));
        Some(source)
    }

    fn keep(&self, source: Arc<dyn Source>) {
        let mut open = lock();
        // Closed when the lock is given back, or by whoever still reads it.
        open.truncate(MOST_OPEN - 1);
        open.push_front((self.number, source));
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        lock().retain(|(number, _)| *number != self.number);
    }
}

// Every change to the list is whole before the next can panic.
fn lock() -> MutexGuard<'static, VecDeque<(u64, Arc<dyn Source>)>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bytes for Part {
    fn len(&self) -> u64 {
        self.len
    }

    fn mapped(&self, _at: u64, _len: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let mut rest = Span { at, len: out.len() as u64 };
        let Some(file) = self.file() else {
            out.fill(0);
            return self.unreadable.add(rest);
        };
        file.read_at(at, out);
        while let Some(bad) = file.unreadable_in(rest) {
            self.unreadable.add(bad);
            rest = Span::between(bad.end().min(rest.end()), rest.end());
        }
        self.bytes_read.fetch_add(out.len() as u64, Relaxed);
        if file.has_changed() {
            self.has_changed.store(true, Relaxed);
        }
        if file.is_gone() {
            self.is_gone.store(true, Relaxed);
        }
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.unreadable.first_in(span)
    }
}

impl Source for Part {
    fn path(&self) -> &Path {
        &self.path
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Image
    }

    fn sector_size(&self) -> u32 {
        self.sector_size
    }

    fn unreadable(&self) -> Vec<Span> {
        self.unreadable.list()
    }

    fn data_after(&self, at: u64) -> Option<Span> {
        match self.file() {
            Some(file) => file.data_after(at),
            None => (at < self.len).then(|| Span::between(at, self.len)),
        }
    }

    fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Relaxed)
    }

    fn has_changed(&self) -> bool {
        self.has_changed.load(Relaxed)
    }

    fn is_gone(&self) -> bool {
        self.is_gone.load(Relaxed)
    }

    fn heed(&mut self, stop: &Stop) {
        self.stop = stop.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_parts_are_read_with_few_open_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = |number: usize| folder.path().join(format!("{number}"));
        const COUNT: usize = MOST_HELD + 2 * MOST_OPEN;
        let parts: Vec<Box<dyn Source>> = (0..COUNT)
            .map(|number| {
                std::fs::write(path(number), [number as u8; 1000]).unwrap();
                open_part(&path(number), Io::Read, number).unwrap()
            })
            .collect();
        assert!(lock().len() <= MOST_OPEN);
        for _ in 0..2 {
            for (number, part) in parts.iter().enumerate() {
                let mut out = [0; 10];
                part.read_at(500, &mut out);
                assert_eq!(out, [number as u8; 10]);
                assert!(part.unreadable().is_empty() && !part.has_changed() && !part.is_gone());
                assert_eq!(part.data_after(0).map(|data| data.end()), Some(1000));
            }
        }
        let later = &parts[MOST_HELD];
        std::fs::write(path(MOST_HELD), [7; 900]).unwrap();
        let mut out = [1; 10];
        later.read_at(0, &mut out);
        assert!(later.has_changed() || out == [7; 10], "what is open may still be read");
        std::fs::remove_file(path(MOST_HELD + 1)).unwrap();
        // Others take the places of those that are open.
        parts.iter().skip(MOST_HELD + 2).for_each(|part| part.read_at(0, &mut [0]));
        let gone = &parts[MOST_HELD + 1];
        gone.read_at(100, &mut out);
        assert!(gone.is_gone() && out == [0; 10]);
        assert_eq!(gone.unreadable(), [Span { at: 100, len: 10 }]);
        drop(parts);
        assert!(lock().is_empty());
    }
}
