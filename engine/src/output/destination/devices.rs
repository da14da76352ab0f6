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
use super::place::Place;
use super::source::System;

/// The most devices in one stack that are followed.
const MAX_DEVICES: usize = 4096;

/// The most overlays on overlays that are followed; Linux itself stacks two.
const MAX_OVERLAYS: usize = 8;

/// The numbers of a block device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Device {
    major: u32,
    minor: u32,
}

impl Device {
    fn of(number: u64) -> Self {
        // Systems differ in the type of such numbers; all of them fit 64 bits.
        let number = number as rustix::fs::Dev;
        Device { major: rustix::fs::major(number), minor: rustix::fs::minor(number) }
    }

    /// From `8:17`, as files named `dev` in `/sys` have it.
    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.trim_end().split_once(':')?;
        Some(Device { major: major.parse().ok()?, minor: minor.parse().ok()? })
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
    devices: BTreeSet<Device>,
    /// Images behind loop devices.
    images: BTreeSet<FileId>,
}

/// How far a stack is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Down {
    /// To the images behind loop devices.
    ToImages,
    /// And on to the devices on which those images lie.
    ToDevices,
}

impl System {
    /// Whether what is written to `place` ends up where the source with `metadata` has its bytes.
    ///
    /// It does when the source is part of what carries the output, and when the output lies on a
    /// device that the source is a part of. Two partitions of a disk do not touch each other.
    pub(super) fn writes_to(&self, place: &Place, metadata: &fs::Metadata) -> bool {
        let below = self.devices_below(&place.ground);
        let written = self.stack(&below, Down::ToDevices);
        let kind = metadata.file_type();
        if !kind.is_block_device() && !kind.is_char_device() {
            return written.images.contains(&FileId::of(metadata));
        }
        self.overlaps(&below, &written, Device::of(metadata.rdev()))
    }

    fn overlaps(&self, below: &[Device], written: &Stack, source: Device) -> bool {
        // The disk under an image that is a source may be written to: the image keeps its place.
        let read = self.stack(&[source], Down::ToImages);
        written.devices.contains(&source)
            || below.iter().any(|device| read.devices.contains(device))
            || !written.images.is_disjoint(&read.images)
    }

    /// The devices of the file system that holds the existing `path`.
    fn devices_below(&self, path: &Path) -> Vec<Device> {
        let Ok(metadata) = fs::metadata(path) else { return Vec::new() };
        let device = Device::of(metadata.dev());
        if device.is_anonymous() { self.devices_mounted(path) } else { vec![device] }
    }

    /// The devices that the table of mounts names for `path`.
    fn devices_mounted(&self, path: &Path) -> Vec<Device> {
        let table = fs::read(self.root.join("proc/self/mountinfo")).unwrap_or_default();
        let mut mount = mounts::holding(&table, path);
        for _ in 0..MAX_OVERLAYS {
            let Some(upper) = mount.as_ref().and_then(|mount| mount.upper.as_ref()) else { break };
            let upper = fs::canonicalize(upper).unwrap_or_else(|_| upper.clone());
            mount = mounts::holding(&table, &upper);
        }
        mount.map(|mount| self.devices_of(&mount)).unwrap_or_default()
    }

    fn devices_of(&self, mount: &Mount) -> Vec<Device> {
        let names = mount.source.as_bytes().split(|byte| *byte == b':');
        let devices: Vec<Device> =
            names.filter_map(|name| self.device_at(Path::new(OsStr::from_bytes(name)))).collect();
        match devices.first() {
            Some(first) if mount.kind == "btrfs" => self.members_of_btrfs(*first),
            _ => devices,
        }
    }

    /// The device with the node `path`, such as `/dev/mapper/home`.
    fn device_at(&self, path: &Path) -> Option<Device> {
        let node = fs::canonicalize(self.root.join(path.strip_prefix("/").ok()?)).ok()?;
        let metadata = fs::metadata(&node).ok()?;
        if metadata.file_type().is_block_device() {
            return Some(Device::of(metadata.rdev()));
        }
        self.device_in(&self.root.join("sys/class/block").join(node.file_name()?))
    }

    /// Every device of the btrfs that has `one` among its own.
    fn members_of_btrfs(&self, one: Device) -> Vec<Device> {
        entries(&self.root.join("sys/fs/btrfs"))
            .map(|volume| {
                entries(&volume.join("devices")).filter_map(|path| self.device_in(&path)).collect()
            })
            .find(|members: &Vec<Device>| members.contains(&one))
            .unwrap_or_else(|| vec![one])
    }

    /// All that holds the bytes of `devices`, themselves included.
    fn stack(&self, devices: &[Device], down: Down) -> Stack {
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
                if down == Down::ToDevices {
                    next.extend(self.devices_below(&image));
                }
            }
        }
        stack
    }

    /// The device that a folder of `/sys` describes.
    fn device_in(&self, folder: &Path) -> Option<Device> {
        Device::parse(&fs::read_to_string(folder.join("dev")).ok()?)
    }
}

/// The image behind a loop device.
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
