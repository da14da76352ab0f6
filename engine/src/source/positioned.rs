//! Positioned reads.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::control::progress::Stop;
use crate::source::definition::{SECTOR_SIZE, Source, SourceKind};
use crate::source::direct::{self, Direct};
use crate::source::pread::pread;
use crate::source::retry::{RawDevice, Retry};
use crate::source::sparse;

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
        let reader = DeviceReader { access, kind, delivered: AtomicU64::new(0) };
        let len = reader.current_len()?;
        // A file system reads by its blocks: less than a block of a file cannot succeed alone.
        let unit = match kind {
            SourceKind::Device => sector_size,
            SourceKind::Image => direct::ALIGNMENT,
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
    /// Through the page cache; `sectors` reads single sectors past it.
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
}

impl DeviceReader {
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
            SourceKind::Device => self.file().seek(SeekFrom::End(0)),
        }
    }

    fn read_direct(&self, direct: &Direct, at: u64, out: &mut [u8]) -> io::Result<usize> {
        let mut delivered = 0;
        let read = direct.read(at, out, &mut delivered);
        self.delivered.fetch_add(delivered, Relaxed);
        self.told_from_end(at, read)
    }

    fn read_cached(&self, file: &File, at: u64, out: &mut [u8]) -> io::Result<usize> {
        let read = pread(file, at, out);
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
            Access::Cached { file, .. } => self.read_cached(file, at, out),
            Access::Direct(direct) => self.read_direct(direct, at, out),
        }
    }

    fn read_unit(&self, at: u64, out: &mut [u8]) -> io::Result<usize> {
        match &self.access {
            Access::Cached { sectors: Some(sectors), .. } => self.read_direct(sectors, at, out),
            _ => self.read(at, out),
        }
    }
}

/// Tells the system that the file will be read from front to back. Only a hint: failure is fine.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn read_ahead(file: &File) {
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::Sequential);
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn read_ahead(_file: &File) {}

/// Logical sector size in bytes.
pub(crate) fn sector_size(file: &File, kind: SourceKind) -> u32 {
    match kind {
        SourceKind::Device => logical_sector(file).unwrap_or(SECTOR_SIZE),
        SourceKind::Image => SECTOR_SIZE,
    }
}

/// What the device says about itself, when it is believable.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn logical_sector(file: &File) -> Option<u32> {
    let size = rustix::fs::ioctl_blksszget(file).ok()?;
    ((512..=64 << 10).contains(&size) && size.is_power_of_two()).then_some(size)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn logical_sector(_file: &File) -> Option<u32> {
    None
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
