//! What lies on what: partitions on disks, LUKS, LVM and md on partitions, loop devices on files.
//!
//! Linux tells in `/sys` (Linux, `Documentation/ABI/stable/sysfs-block`). Elsewhere nothing is
//! found there, and only a file system that lies directly on the source is recognised.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::mounts::{self, Mount};
use super::resolved::ResolvedPath;
use super::system::System;

/// The most devices in one stack that are followed.
const MAX_DEVICES: usize = 4096;

/// The most overlays on overlays that are followed; Linux itself stacks two.
const MAX_OVERLAYS: usize = 8;

/// The numbers of a block device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct BlockDevice {
    major: u32,
    minor: u32,
}

impl BlockDevice {
    fn of(number: u64) -> Self {
        // Systems differ in the type of such numbers; all of them fit 64 bits.
        let number = number as rustix::fs::Dev;
        BlockDevice { major: rustix::fs::major(number), minor: rustix::fs::minor(number) }
    }

    /// From `8:17`, as files named `dev` in `/sys` have it.
    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.trim_end().split_once(':')?;
        Some(BlockDevice { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }

    /// Whether this is the number of a file system without a device of its own.
    fn is_anonymous(self) -> bool {
        self.major == 0
    }
}

/// A file, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    fn of(metadata: &fs::Metadata) -> Self {
        FileId { device: metadata.dev(), inode: metadata.ino() }
    }
}

/// All that holds the bytes of a device.
#[derive(Debug, Default)]
struct Stack {
    devices: BTreeSet<BlockDevice>,
    /// Images that back loop devices.
    images: BTreeSet<FileId>,
}

/// How far a stack is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follow {
    /// To the images that back loop devices.
    ToImages,
    /// And on to the devices on which those images lie.
    ToDevices,
}

impl System {
    /// Whether what is written to `output` ends up where the source with `metadata` has its bytes.
    ///
    /// It does when the source is part of what carries the output, and when the output lies on a
    /// device that the source is a part of. Two partitions of a disk do not touch each other.
    pub(super) fn writes_to(&self, output: &ResolvedPath, metadata: &fs::Metadata) -> bool {
        let below = self.devices_below(&output.existing);
        let written = self.stack(&below, Follow::ToDevices);
        let file_type = metadata.file_type();
        if !file_type.is_block_device() && !file_type.is_char_device() {
            return written.images.contains(&FileId::of(metadata));
        }
        self.overlaps(&below, &written, BlockDevice::of(metadata.rdev()))
    }

    fn overlaps(&self, below: &[BlockDevice], written: &Stack, source: BlockDevice) -> bool {
        // The disk under an image that is a source may be written to: the image keeps its place.
        let read = self.stack(&[source], Follow::ToImages);
        written.devices.contains(&source)
            || below.iter().any(|device| read.devices.contains(device))
            || !written.images.is_disjoint(&read.images)
    }

    /// The devices of the file system that holds the existing `path`.
    fn devices_below(&self, path: &Path) -> Vec<BlockDevice> {
        let Ok(metadata) = fs::metadata(path) else { return Vec::new() };
        let device = BlockDevice::of(metadata.dev());
        if device.is_anonymous() { self.devices_mounted(path) } else { vec![device] }
    }

    /// The devices that the table of mounts names for `path`.
    fn devices_mounted(&self, path: &Path) -> Vec<BlockDevice> {
        let table = fs::read(self.root.join("proc/self/mountinfo")).unwrap_or_default();
        let mut mount = mounts::holding(&table, path);
        for _ in 0..MAX_OVERLAYS {
            let Some(upper) = mount.as_ref().and_then(|mount| mount.upper.as_ref()) else { break };
            let upper = fs::canonicalize(upper).unwrap_or_else(|_| upper.clone());
            mount = mounts::holding(&table, &upper);
        }
        mount.map(|mount| self.devices_of(&mount)).unwrap_or_default()
    }

    fn devices_of(&self, mount: &Mount) -> Vec<BlockDevice> {
        let names = mount.source.as_bytes().split(|byte| *byte == b':');
        let devices: Vec<BlockDevice> =
            names.filter_map(|name| self.device_at(Path::new(OsStr::from_bytes(name)))).collect();
        match devices.first() {
            Some(first) if mount.file_system == "btrfs" => self.members_of_btrfs(*first),
            _ => devices,
        }
    }

    /// The device with the node `path`, such as `/dev/mapper/home`.
    fn device_at(&self, path: &Path) -> Option<BlockDevice> {
        let node = fs::canonicalize(self.root.join(path.strip_prefix("/").ok()?)).ok()?;
        let metadata = fs::metadata(&node).ok()?;
        if metadata.file_type().is_block_device() {
            return Some(BlockDevice::of(metadata.rdev()));
        }
        self.device_in(&self.root.join("sys/class/block").join(node.file_name()?))
    }

    /// Every device of the btrfs that has `one` among its own.
    fn members_of_btrfs(&self, one: BlockDevice) -> Vec<BlockDevice> {
        entries(&self.root.join("sys/fs/btrfs"))
            .map(|volume| {
                entries(&volume.join("devices")).filter_map(|path| self.device_in(&path)).collect()
            })
            .find(|members: &Vec<BlockDevice>| members.contains(&one))
            .unwrap_or_else(|| vec![one])
    }

    /// All that holds the bytes of `devices`, themselves included.
    fn stack(&self, devices: &[BlockDevice], follow: Follow) -> Stack {
        let mut stack = Stack::default();
        let mut next = devices.to_vec();
        while let Some(device) = next.pop() {
            if stack.devices.len() >= MAX_DEVICES || !stack.devices.insert(device) {
                continue;
            }
            let name = format!("sys/dev/block/{}:{}", device.major, device.minor);
            let Ok(folder) = fs::canonicalize(self.root.join(name)) else { continue };
            if folder.join("partition").exists() {
                next.extend(folder.parent().and_then(|disk| self.device_in(disk)));
            }
            next.extend(entries(&folder.join("slaves")).filter_map(|path| self.device_in(&path)));
            if let Some(image) = backing_file(&folder) {
                stack.images.extend(fs::metadata(&image).ok().as_ref().map(FileId::of));
                if follow == Follow::ToDevices {
                    next.extend(self.devices_below(&image));
                }
            }
        }
        stack
    }

    /// The device that a folder of `/sys` describes.
    fn device_in(&self, folder: &Path) -> Option<BlockDevice> {
        BlockDevice::parse(&fs::read_to_string(folder.join("dev")).ok()?)
    }
}

/// The image that backs a loop device.
fn backing_file(folder: &Path) -> Option<PathBuf> {
    let mut path = fs::read(folder.join("loop/backing_file")).ok()?;
    path.pop_if(|last| *last == b'\n');
    fs::canonicalize(OsString::from_vec(path)).ok()
}

/// The paths in a folder; none when there is no such folder.
fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

#[cfg(test)]
mod tests;
