//! Bytes of a tree for readers that go by the standard library.

use std::io::{self, Read, Seek, SeekFrom};

use crate::places::slice::Shared;

/// A position in shared bytes.
pub(super) struct Cursor<'t> {
    bytes: Shared<'t>,
    at: u64,
}

impl<'t> Cursor<'t> {
    /// At the start of `bytes`.
    pub(super) fn new(bytes: Shared<'t>) -> Self {
        Cursor { bytes, at: 0 }
    }
}

impl Read for Cursor<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.bytes.len().saturating_sub(self.at)).unwrap_or(usize::MAX);
        let len = rest.min(out.len());
        self.bytes.read_at(self.at, &mut out[..len]);
        self.at += len as u64;
        Ok(len)
    }
}

impl Seek for Cursor<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.bytes.len().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
