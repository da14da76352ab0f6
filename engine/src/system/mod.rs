//! What the operating system tells of its disks, mounts and loop devices: one reading of `/sys`, `/proc` and
//! `/dev` for all who ask; and `folder`, through which alone files of the output are opened.
//!
//! Windows is asked by calls, which `win32` makes, and answers less; what differs stands in `windows`.

mod block_device;
mod disk;
mod drive;
pub(crate) mod folder;
mod in_use;
mod mount;
pub(crate) mod offset;
mod overlap;
pub(crate) mod page_cache;
mod parent;
mod prospect;
#[expect(clippy::module_inception, reason = "the room is named for the type that it is about")]
mod system;

#[cfg(unix)]
mod behind;
#[cfg(unix)]
mod below;
#[cfg(unix)]
mod drives;
#[cfg(unix)]
mod health;
#[cfg(unix)]
mod loop_image;
#[cfg(unix)]
mod mounts;
#[cfg(unix)]
mod open_files;
#[cfg(unix)]
mod stack;
#[cfg(windows)]
pub(crate) mod win32;
#[cfg(windows)]
pub(crate) mod windows;

pub use block_device::BlockDevice;
pub use disk::{Disk, disk_for, disk_of};
pub use drive::{Bus, Drive, Part};
pub use in_use::Use;
pub use mount::Mount;
pub use overlap::Overlap;
pub(crate) use parent::folder_of;
pub use prospect::{Hope, Prospect};
pub use system::System;
