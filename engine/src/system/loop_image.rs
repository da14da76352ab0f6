//! The image that backs a loop device, as the device itself knows it.
#![cfg_attr(
    any(target_os = "linux", target_os = "android"),
    expect(unsafe_code, reason = "no crate that is at hand asks a loop device for its image")
)]

use std::path::Path;

use super::block_device::BlockDevice;
use crate::system::folder::FileId;

/// What backs a loop device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Backing {
    /// The image, or the node of a device.
    pub(super) file: FileId,
    /// The device, where it is one and no image.
    pub(super) device: Option<BlockDevice>,
}

/// `LOOP_GET_STATUS64` (Linux, `include/uapi/linux/loop.h`).
#[cfg(any(target_os = "linux", target_os = "android"))]
const GET_STATUS: u64 = 0x4C05;

/// Machine words of 64 bits of `struct loop_info64`, with room: it has 232 bytes, and begins with the
/// file system and the inode of the image, and the number of the device that it is where it is one.
#[cfg(any(target_os = "linux", target_os = "android"))]
const INFO_WORDS: usize = 64;

/// What backs the loop device with that node; nothing where it is none, has none, or may not be asked.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn of(node: &Path) -> Option<Backing> {
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
    let [device, inode, node, ..] = info;
    let file = FileId { device, inode };
    (asked == 0).then(|| Backing { file, device: (node != 0).then(|| BlockDevice::of(node)) })
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn of(_: &Path) -> Option<Backing> {
    None
}
