//! What the operating system tells of its disks, mounts and loop devices: one reading of `/sys`, `/proc` and
//! `/dev` for all who ask; and `folder`, through which alone files of the output are opened.

mod behind;
mod below;
mod block_device;
mod disk;
mod drive;
mod drives;
pub(crate) mod folder;
mod health;
mod in_use;
mod loop_image;
mod mounts;
mod open_files;
mod prospect;
mod stack;
#[expect(clippy::module_inception, reason = "the room is named for the type that it is about")]
mod system;

pub use block_device::BlockDevice;
pub use disk::{Disk, disk_for, disk_of};
pub use drive::{Bus, Drive, Part};
pub use in_use::Use;
pub use mounts::Mount;
pub use prospect::{Hope, Prospect};
pub use system::System;
