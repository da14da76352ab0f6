//! What the operating system tells of its disks, mounts and loop devices: one reading of `/sys`, `/proc` and
//! `/dev` for all who ask.

mod block_device;
mod disk;
mod loop_image;
mod mounts;
mod open_files;
mod stack;
#[expect(clippy::module_inception, reason = "the room is named for the type that it is about")]
mod system;

pub use disk::disk_of;
pub use mounts::Mount;
pub use system::System;
