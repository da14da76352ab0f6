//! How long a device is and how long its sectors are, as the system tells it.
#![cfg_attr(
    target_os = "macos",
    expect(unsafe_code, reason = "no crate that is at hand asks a raw device for its size")
)]

use std::fs::File;
use std::io;

#[cfg(windows)]
use crate::system::win32;

/// Length of a device in bytes. It has none in its metadata.
#[cfg(not(any(target_os = "macos", windows)))]
pub(crate) fn len(file: &File) -> io::Result<u64> {
    use std::io::{Seek, SeekFrom};

    let mut file = file;
    file.seek(SeekFrom::End(0))
}

/// Length of a device in bytes. Where its end is cannot be sought on a raw device (`/dev/rdiskN`).
#[cfg(target_os = "macos")]
pub(crate) fn len(file: &File) -> io::Result<u64> {
    let mut count = 0u64;
    // SAFETY: The call writes one number of 64 bits to `count` and keeps no pointer to it.
    unsafe { ask(file, GET_BLOCK_COUNT, std::ptr::from_mut(&mut count).cast()) }?;
    let size = u64::from(block_size(file)?);
    count.checked_mul(size).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Length of a device in bytes. It has neither metadata nor an end that can be sought.
#[cfg(windows)]
pub(crate) fn len(file: &File) -> io::Result<u64> {
    win32::device_len(file)
}

/// Bytes of a logical sector; nothing where the system does not say, or what cannot be.
pub(super) fn sector(file: &File) -> Option<u32> {
    let size = block_size(file).ok()?;
    ((512..=64 << 10).contains(&size) && size.is_power_of_two()).then_some(size)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn block_size(file: &File) -> io::Result<u32> {
    Ok(rustix::fs::ioctl_blksszget(file)?)
}

#[cfg(target_os = "macos")]
fn block_size(file: &File) -> io::Result<u32> {
    let mut size = 0u32;
    // SAFETY: The call writes one number of 32 bits to `size` and keeps no pointer to it.
    unsafe { ask(file, GET_BLOCK_SIZE, std::ptr::from_mut(&mut size).cast()) }?;
    Ok(size)
}

#[cfg(windows)]
fn block_size(file: &File) -> io::Result<u32> {
    win32::sector_size(file)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", windows)))]
fn block_size(_: &File) -> io::Result<u32> {
    Err(io::ErrorKind::Unsupported.into())
}

/// `DKIOCGETBLOCKSIZE` and `DKIOCGETBLOCKCOUNT` (macOS, `sys/disk.h`): `_IOR('d', 24, uint32_t)` and
/// `_IOR('d', 25, uint64_t)`.
#[cfg(target_os = "macos")]
const GET_BLOCK_SIZE: libc::c_ulong = 0x4004_6418;
#[cfg(target_os = "macos")]
const GET_BLOCK_COUNT: libc::c_ulong = 0x4008_6419;

/// Asks a device for a number.
///
/// # Safety
///
/// `answer` points to a number of the length that `request` says.
#[cfg(target_os = "macos")]
unsafe fn ask(file: &File, request: libc::c_ulong, answer: *mut libc::c_void) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    // SAFETY: The descriptor is open, and the caller says that the answer has room.
    match unsafe { libc::ioctl(file.as_raw_fd(), request, answer) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
