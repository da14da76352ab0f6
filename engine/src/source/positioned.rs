//! Positioned reads.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::control::progress::Stop;
use crate::model::SpanSet;
use crate::source::definition::{SECTOR_SIZE, Source, SourceKind};
use crate::source::device_size;
use crate::source::direct::{self, Direct};
use crate::source::kept::Kept;
use crate::source::retry::{RawDevice, Retry};
use crate::source::{remote, sparse};
use crate::system::offset::read_at;
use crate::system::page_cache::{no_read_ahead, read_ahead};

/// A file or device read by positioned reads, from any number of threads at once.
///
/// Reads that fail are tried again with smaller ones, down to a sector; the rest becomes zeros.
pub(super) struct Positioned {
    path: PathBuf,
    kind: SourceKind,
    len: u64,
    sector_size: u32,
    reader: DeviceReader,
    retry: Retry,
}

impl Positioned {
    /// Reads `file` through the page cache.
    ///
    /// The page cache fails by pages, so single sectors of a device are read past it.
    pub(super) fn cached(path: &Path, file: File, kind: SourceKind) -> io::Result<Self> {
        read_ahead(&file);
        let sector_size = sector_size(&file, kind);
        let sectors = match kind {
            SourceKind::Device => reopened(&file, sector_size),
            // What is behind the file of a program or a network may be a device.
            SourceKind::Image if remote::is_remote(&file) => reopened(&file, sector_size),
            SourceKind::Image => None,
        };
        Self::new(path, Access::Cached { file, sectors }, kind, sector_size)
    }

    /// Reads past the page cache where that is possible.
    pub(super) fn direct(path: &Path, file: File, kind: SourceKind) -> io::Result<Self> {
        let sector_size = sector_size(&file, kind);
        let alignment = match kind {
            SourceKind::Device => sector_size,
            SourceKind::Image => direct::ALIGNMENT,
        };
        let access = Access::Direct(Direct::new(file, alignment));
        Self::new(path, access, kind, sector_size)
    }

    fn new(path: &Path, access: Access, kind: SourceKind, sector_size: u32) -> io::Result<Self> {
        let has_sectors = matches!(access, Access::Cached { sectors: Some(_), .. });
        let reader = DeviceReader::new(access, kind);
        let len = reader.current_len()?;
        // A file system reads by its blocks: less than a block of a file cannot succeed alone.
        let unit = match kind {
            SourceKind::Image if !has_sectors => direct::ALIGNMENT,
            _ => sector_size,
        };
        let retry = Retry::new(len, unit);
        Ok(Positioned { path: path.to_path_buf(), kind, len, sector_size, reader, retry })
    }
}

impl Bytes for Positioned {
    fn len(&self) -> u64 {
        self.len
    }

    fn mapped(&self, _at: u64, _len: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let inside = self.len.saturating_sub(at).min(out.len() as u64);
        let (head, tail) = out.split_at_mut(inside as usize);
        self.retry.fill(&self.reader, at, head);
        tail.fill(0);
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.retry.unreadable.first_in(span)
    }
}

impl Source for Positioned {
    fn path(&self) -> &Path {
        &self.path
    }

    fn kind(&self) -> SourceKind {
        self.kind
    }

    fn sector_size(&self) -> u32 {
        self.sector_size
    }

    fn unreadable(&self) -> Vec<Span> {
        self.retry.unreadable.list()
    }

    fn data_after(&self, at: u64) -> Option<Span> {
        match self.kind {
            SourceKind::Image => sparse::data_after(self.reader.file(), at, self.len),
            SourceKind::Device => (at < self.len).then(|| Span::between(at, self.len)),
        }
    }

    fn is_gone(&self) -> bool {
        self.retry.is_gone()
    }

    fn bytes_read(&self) -> u64 {
        self.reader.delivered.load(Relaxed)
    }

    fn heed(&mut self, stop: &Stop) {
        // What cannot be read is asked for again and again.
        self.retry.heed(stop);
    }
}

/// How the system is asked.
enum Access {
    /// Through the page cache; `sectors` reads past it once a read has failed.
    Cached { file: File, sectors: Option<Direct> },
    /// Past the page cache.
    Direct(Direct),
}

/// The open file, and what it has delivered.
struct DeviceReader {
    access: Access,
    kind: SourceKind,
    /// Bytes that the system delivered.
    delivered: AtomicU64,
    /// Whether a read has failed: the page cache would try bad sectors again and again, and read what is
    /// around them twice.
    has_failed: AtomicBool,
    /// What came through the page cache before, and is in it.
    cached: Mutex<SpanSet>,
    /// What came past it.
    kept: Kept,
}

impl DeviceReader {
    fn new(access: Access, kind: SourceKind) -> Self {
        DeviceReader {
            access,
            kind,
            delivered: AtomicU64::new(0),
            has_failed: AtomicBool::new(false),
            cached: Mutex::default(),
            kept: Kept::default(),
        }
    }

    fn file(&self) -> &File {
        match &self.access {
            Access::Cached { file, .. } => file,
            Access::Direct(direct) => direct.file(),
        }
    }

    /// Length in bytes as of now. A block device has none in its metadata.
    fn current_len(&self) -> io::Result<u64> {
        match self.kind {
            SourceKind::Image => Ok(self.file().metadata()?.len()),
            SourceKind::Device => device_size::len(self.file()),
        }
    }

    fn read_direct(&self, direct: &Direct, at: u64, out: &mut [u8]) -> io::Result<usize> {
        let mut delivered = 0;
        let read = direct.read(at, out, &mut delivered);
        self.delivered.fetch_add(delivered, Relaxed);
        self.told_from_end(at, read)
    }

    /// Reads through the page cache until a read fails; from then on only what is in it already.
    fn read_first_cached(
        &self,
        file: &File,
        sectors: &Direct,
        at: u64,
        out: &mut [u8],
    ) -> io::Result<usize> {
        if self.has_failed.load(Relaxed) {
            return self.read_failing(file, sectors, at, out);
        }
        let asked = out.len();
        if self.kind == SourceKind::Image {
            let kept = self.kept.read(at, out);
            if kept > 0 {
                return Ok(kept);
            }
        }
        let read = self.read_cached(file, at, out);
        match &read {
            // Whether a program's file goes through the page cache is up to that program.
            Ok(len) if self.kind == SourceKind::Image => self.kept.keep(at, &out[..*len]),
            Ok(len) => self.lock_cached().insert(Span { at, len: *len as u64 }),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => self.fail(file),
        }
        if read.as_ref().is_ok_and(|len| *len < asked && *len > 0) {
            // A short read ends before what failed.
            self.fail(file);
        }
        read
    }

    /// Reads what has failed before, or may: each byte past the page cache once.
    fn read_failing(
        &self,
        file: &File,
        sectors: &Direct,
        at: u64,
        out: &mut [u8],
    ) -> io::Result<usize> {
        let asked = Span { at, len: out.len() as u64 };
        let near = self.lock_cached().meeting(asked).first().copied();
        let most = match near {
            Some(cached) if cached.at <= at => {
                let len = (cached.end() - at).min(asked.len) as usize;
                return self.read_cached(file, at, &mut out[..len]);
            }
            Some(cached) => (cached.at - at) as usize,
            None => out.len(),
        };
        let out = &mut out[..most];
        let kept = self.kept.read(at, out);
        if kept > 0 {
            return Ok(kept);
        }
        let read = self.read_direct(sectors, at, out)?;
        self.kept.keep(at, &out[..read]);
        Ok(read)
    }

    /// From now on the page cache is not asked for anything new.
    fn fail(&self, file: &File) {
        if !self.has_failed.swap(true, Relaxed) {
            no_read_ahead(file);
        }
    }

    fn lock_cached(&self) -> MutexGuard<'_, SpanSet> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_cached(&self, file: &File, at: u64, out: &mut [u8]) -> io::Result<usize> {
        let read = read_at(file, at, out);
        self.delivered.fetch_add(*read.as_ref().unwrap_or(&0) as u64, Relaxed);
        self.told_from_end(at, read)
    }

    /// Nothing read is a failure unless the file really ends there.
    fn told_from_end(&self, at: u64, read: io::Result<usize>) -> io::Result<usize> {
        match read {
            Ok(0) if self.current_len().is_ok_and(|len| at < len) => {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            read => read,
        }
    }
}

impl RawDevice for DeviceReader {
    fn read(&self, at: u64, out: &mut [u8]) -> io::Result<usize> {
        match &self.access {
            Access::Cached { file, sectors: Some(sectors) } => {
                self.read_first_cached(file, sectors, at, out)
            }
            Access::Cached { file, sectors: None } => self.read_cached(file, at, out),
            Access::Direct(direct) => {
                let kept = self.kept.read(at, out);
                if kept > 0 {
                    return Ok(kept);
                }
                let read = self.read_direct(direct, at, out);
                if self.has_failed.load(Relaxed) {
                    self.kept.keep(at, &out[..read.as_ref().map_or(0, |len| *len)]);
                } else if read.is_err() {
                    self.has_failed.store(true, Relaxed);
                }
                read
            }
        }
    }

    fn probe(&self, at: u64, out: &mut [u8]) -> io::Result<usize> {
        match &self.access {
            Access::Cached { sectors: Some(direct), .. } | Access::Direct(direct) => {
                self.read_direct(direct, at, out)
            }
            Access::Cached { file, sectors: None } => self.read_cached(file, at, out),
        }
    }
}

/// Logical sector size in bytes.
pub(crate) fn sector_size(file: &File, kind: SourceKind) -> u32 {
    match kind {
        SourceKind::Device => device_size::sector(file).unwrap_or(SECTOR_SIZE),
        SourceKind::Image => SECTOR_SIZE,
    }
}

/// The same device once more, to be read past the page cache.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn reopened(file: &File, sector_size: u32) -> Option<Direct> {
    use std::os::fd::AsRawFd;

    // By descriptor, not by path: the path may name another device by now.
    let same = File::open(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()?;
    Some(Direct::new(same, sector_size))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn reopened(_file: &File, _sector_size: u32) -> Option<Direct> {
    None
}
