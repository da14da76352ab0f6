//! The image that backs a loop device, as the device itself knows it.
#![cfg_attr(
    any(target_os = "linux", target_os = "android"),
    expect(unsafe_code, reason = "no crate that is at hand asks a loop device for its image")
)]

use std::path::Path;

use crate::folder::FileId;

/// `LOOP_GET_STATUS64` (Linux, `include/uapi/linux/loop.h`).
#[cfg(any(target_os = "linux", target_os = "android"))]
const GET_STATUS: u64 = 0x4C05;

/// Machine words of 64 bits of `struct loop_info64`, with room: it has 232 bytes, and begins with the
/// device and the inode of the image.
#[cfg(any(target_os = "linux", target_os = "android"))]
const INFO_WORDS: usize = 64;

/// The image of the loop device with that node; nothing where it is none, has none, or may not be asked.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn of(node: &Path) -> Option<FileId> {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};

    let device = std::fs::File::options()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(node)
        .ok()?;
    if !device.metadata().ok()?.file_type().is_block_device() {
        return None;
    }
    let mut info = [0u64; INFO_WORDS];
    // SAFETY: The call writes one `struct loop_info64` to `info`, which is aligned for it and longer, and
    // keeps no pointer to it. A device that is no loop device refuses the call.
    let asked = unsafe { libc::ioctl(device.as_raw_fd(), GET_STATUS as _, info.as_mut_ptr()) };
    let [device, inode, ..] = info;
    (asked == 0).then_some(FileId { device, inode })
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn of(_: &Path) -> Option<FileId> {
    None
}
