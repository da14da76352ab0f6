//! The file, as FUSE asks for it.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, UNIX_EPOCH};

use fuser::{
    Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo, LockOwner,
    OpenFlags, ReplyAttr, ReplyData, ReplyEntry, ReplyOpen, Request,
};

use super::{Fault, Faults, NAME, SECTOR};

/// The number of the file.
const FILE: INodeNo = INodeNo(2);

/// For how long the kernel may remember what a name is.
const VALID: Duration = Duration::from_secs(1);

/// What is served, and what was asked of it.
pub(super) struct Served {
    image: File,
    len: u64,
    faults: Vec<Option<Fault>>,
    last_request: u64,
    requests: AtomicU64,
    pub(super) attempts: Vec<AtomicU32>,
    /// How often each sector failed; those that heal are counted for as long as the device is there.
    failures: Vec<AtomicU32>,
    pub(super) is_gone: AtomicBool,
}

impl Served {
    pub(super) fn new(image: File, faults: Faults) -> io::Result<Self> {
        let len = image.metadata()?.len();
        let sectors = len.div_ceil(SECTOR) as usize;
        let counts = || (0..sectors).map(|_| AtomicU32::new(0)).collect();
        Ok(Served {
            image,
            len,
            faults: faults.by_sector(sectors),
            last_request: faults.last_request.unwrap_or(u64::MAX),
            requests: AtomicU64::new(0),
            attempts: counts(),
            failures: counts(),
            is_gone: AtomicBool::new(false),
        })
    }

    /// What a request for `len` bytes at `at` gets.
    fn read(&self, at: u64, len: u64) -> Result<Vec<u8>, Errno> {
        let is_over = self.requests.fetch_add(1, Relaxed) >= self.last_request;
        if is_over || self.is_gone.load(Relaxed) {
            self.is_gone.store(true, Relaxed);
            return Err(Errno::ENODEV);
        }
        let len = len.min(self.len.saturating_sub(at));
        let sectors = at / SECTOR..(at + len).div_ceil(SECTOR);
        let (mut is_bad, mut delay) = (false, Duration::ZERO);
        for sector in sectors.clone().map(|sector| sector as usize) {
            self.attempts[sector].fetch_add(1, Relaxed);
            match self.faults[sector] {
                None => {}
                Some(Fault::Bad) => is_bad = true,
                Some(Fault::Slow(wait)) => delay = delay.max(wait),
                Some(Fault::Heals(times)) => {
                    is_bad |= self.failures[sector].fetch_add(1, Relaxed) < times;
                }
            }
        }
        std::thread::sleep(delay);
        if is_bad {
            return Err(Errno::EIO);
        }
        let mut bytes = vec![0; len as usize];
        self.image.read_exact_at(&mut bytes, at).map_err(|_| Errno::EIO)?;
        Ok(bytes)
    }

    fn attributes(&self, number: INodeNo) -> FileAttr {
        let is_file = number == FILE;
        let kind = if is_file { FileType::RegularFile } else { FileType::Directory };
        let size = if is_file { self.len } else { 0 };
        FileAttr {
            ino: number,
            size,
            blocks: size.div_ceil(SECTOR),
            atime: UNIX_EPOCH,
            mtime: UNIX_EPOCH,
            ctime: UNIX_EPOCH,
            crtime: UNIX_EPOCH,
            kind,
            perm: if is_file { 0o444 } else { 0o555 },
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev: 0,
            blksize: SECTOR as u32,
            flags: 0,
        }
    }
}

/// Answers the kernel.
pub(super) struct Server(pub(super) Arc<Served>);

impl Filesystem for Server {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        if parent == INodeNo::ROOT && name == NAME {
            reply.entry(&VALID, &self.0.attributes(FILE), Generation(0));
        } else {
            reply.error(Errno::ENOENT);
        }
    }

    fn getattr(&self, _: &Request, number: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match number {
            INodeNo::ROOT | FILE => reply.attr(&VALID, &self.0.attributes(number)),
            _ => reply.error(Errno::ENOENT),
        }
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        // Past the page cache: every request is to be seen.
        reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO);
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        at: u64,
        len: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.0.read(at, u64::from(len)) {
            Ok(bytes) => reply.data(&bytes),
            Err(error) => reply.error(error),
        }
    }
}
