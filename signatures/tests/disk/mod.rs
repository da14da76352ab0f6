//! Disks for tests: not mapped, and counted.

use std::sync::atomic::{AtomicU64, Ordering};

use afterimage_signatures::Bytes;

/// A source that is not mapped, as a device.
pub struct Device(pub Vec<u8>);

impl Bytes for Device {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let at = usize::try_from(at).unwrap();
        out.copy_from_slice(&self.0[at..at + out.len()]);
    }
}

/// A device that counts the bytes that were read of it.
pub struct Counting(Device, AtomicU64);

impl Counting {
    /// A device of these bytes, none of them read yet.
    pub fn new(bytes: Vec<u8>) -> Self {
        Counting(Device(bytes), AtomicU64::new(0))
    }

    /// How many bytes were read, the same byte counted each time.
    pub fn read(&self) -> u64 {
        self.1.load(Ordering::Relaxed)
    }
}

impl Bytes for Counting {
    fn len(&self) -> u64 {
        self.0.len()
    }

    fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        self.1.fetch_add(out.len() as u64, Ordering::Relaxed);
        self.0.read_at(at, out);
    }
}
