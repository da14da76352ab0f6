//! What lies on what: partitions on disks, LUKS, LVM and md on partitions, loop devices on files, and file
//! systems and devices that a program serves out of whatever it has open.
//!
//! Linux tells in `/sys` (Linux, `Documentation/ABI/stable/sysfs-block`). Elsewhere nothing is
//! found there, and only a file system that lies directly on the source is recognised.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::block_device::BlockDevice;
use super::loop_image::{self, Backing};
use super::mount::Mount;
use super::mounts;
use super::overlap::Overlap;
use super::system::{System, entries};
use crate::system::folder::FileId;

/// The most devices in one stack that are followed.
const MAX_DEVICES: usize = 4096;

/// The most overlays on overlays that are followed; Linux itself stacks two.
const MAX_OVERLAYS: usize = 8;

/// The most folders that file systems of programs show under another path, one by way of the next.
const MAX_SHOWN: usize = 8;

/// Block devices that a program serves, by how their names begin.
const SERVED: [&str; 2] = ["nbd", "ublkb"];

/// All that holds the bytes of a device or of a file system.
#[derive(Debug, Default)]
struct Stack {
    devices: BTreeSet<BlockDevice>,
    /// Images that back loop devices, and that file systems of programs are made from.
    images: BTreeSet<FileId>,
    /// Whether a program serves some of it, out of files or devices that it has open.
    is_served: bool,
    /// Whether a loop device is among them whose image nobody can name any more.
    has_unknown_image: bool,
}

/// What a file system lies on.
#[derive(Debug, Default)]
struct Carriers {
    devices: Vec<BlockDevice>,
    images: Vec<FileId>,
    is_served: bool,
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
    /// Whether what is written to a file at the existing `output`, or below it, ends up where the source at
    /// `path` has its bytes. A source that cannot be looked at is none.
    ///
    /// It does when the source is part of what carries the output, and when the output lies on a
    /// device that the source is a part of. Two partitions of a disk do not touch each other. Where a
    /// program serves what carries the output, it does when another program may write to the source.
    pub fn overlap(&self, output: &Path, path: &Path) -> Overlap {
        match fs::metadata(path) {
            Ok(metadata) if self.writes_to(output, &metadata) => Overlap::Same,
            _ => Overlap::Apart,
        }
    }

    fn writes_to(&self, output: &Path, metadata: &fs::Metadata) -> bool {
        let below = self.carriers(output);
        let written = self.stack(below, Follow::ToDevices);
        let file_type = metadata.file_type();
        let is_device = file_type.is_block_device() || file_type.is_char_device();
        let source = BlockDevice::of(metadata.rdev());
        let is_carrier = if is_device {
            self.overlaps(&self.carriers(output).devices, &written, source)
        } else {
            // An image does not lie on what is made from it.
            let on = BlockDevice::of(metadata.dev());
            let may_be_unknown = written.has_unknown_image && !written.devices.contains(&on);
            written.images.contains(&FileId::of(metadata)) || may_be_unknown
        };
        is_carrier || written.is_served && self.is_written_by_another(metadata)
    }

    fn overlaps(&self, below: &[BlockDevice], written: &Stack, source: BlockDevice) -> bool {
        // The disk under an image that is a source may be written to: the image keeps its place.
        let read = self.stack(Carriers::of_device(source), Follow::ToImages);
        written.devices.contains(&source)
            || below.iter().any(|device| read.devices.contains(device))
            || !written.images.is_disjoint(&read.images)
            || written.has_unknown_image && read.has_unknown_image
    }

    /// The files that hold the bytes of the source at `path`: itself, and images of a loop device.
    pub fn files_of(&self, path: &Path) -> Vec<FileId> {
        let Ok(metadata) = fs::metadata(path) else { return Vec::new() };
        self.images_of(&metadata).into_iter().chain([FileId::of(&metadata)]).collect()
    }

    /// Images that hold the bytes of a block device.
    fn images_of(&self, metadata: &fs::Metadata) -> Vec<FileId> {
        if !metadata.file_type().is_block_device() {
            return Vec::new();
        }
        let device = Carriers::of_device(BlockDevice::of(metadata.rdev()));
        self.stack(device, Follow::ToImages).images.into_iter().collect()
    }

    /// Where file systems are mounted.
    pub fn mount_points(&self) -> Vec<PathBuf> {
        let table = fs::read(self.root.join("proc/self/mountinfo")).unwrap_or_default();
        mounts::all(&table).map(|mount| mount.point).collect()
    }

    /// The mounts whose file systems lie on the image or the device with `metadata`, or on a part of it.
    pub(super) fn mounts_on(&self, metadata: &fs::Metadata) -> Vec<Mount> {
        let table = fs::read(self.root.join("proc/self/mountinfo")).unwrap_or_default();
        let lies_on = |mount: &Mount| {
            let below = match mount.number.is_anonymous() {
                true => self.devices_of(mount),
                false => vec![mount.number],
            };
            !below.is_empty() && self.lie_on(below, metadata)
        };
        mounts::all(&table).filter(lies_on).collect()
    }

    /// Whether `upper` is `device`, or lies on it.
    pub(super) fn is_below(&self, device: BlockDevice, upper: BlockDevice) -> bool {
        let stack = self.stack(Carriers::of_device(upper), Follow::ToImages);
        stack.devices.contains(&device)
    }

    /// Whether some of `devices` lie on the image or the device with `metadata`, or on a part of it.
    pub(super) fn lie_on(&self, devices: Vec<BlockDevice>, metadata: &fs::Metadata) -> bool {
        let carriers = Carriers { devices: devices.clone(), ..Carriers::default() };
        let stack = self.stack(carriers, Follow::ToImages);
        if metadata.file_type().is_block_device() {
            self.overlaps(&devices, &stack, BlockDevice::of(metadata.rdev()))
        } else {
            stack.images.contains(&FileId::of(metadata))
        }
    }

    /// What the file system lies on that holds the existing `path`.
    fn carriers(&self, path: &Path) -> Carriers {
        let Ok(metadata) = fs::metadata(path) else { return Carriers::default() };
        let device = BlockDevice::of(metadata.dev());
        if device.is_anonymous() { self.mounted(path) } else { Carriers::of_device(device) }
    }

    /// What the table of mounts names for `path`.
    fn mounted(&self, path: &Path) -> Carriers {
        let table = fs::read(self.root.join("proc/self/mountinfo")).unwrap_or_default();
        let mut mount = mounts::holding(&table, path);
        for _ in 0..MAX_OVERLAYS {
            let Some(upper) = mount.as_ref().and_then(|mount| mount.upper.as_ref()) else { break };
            let upper = fs::canonicalize(upper).unwrap_or_else(|_| upper.clone());
            mount = mounts::holding(&table, &upper);
        }
        let Some(mount) = mount else { return Carriers::default() };
        let mut carriers = Carriers {
            devices: self.devices_of(&mount),
            images: Vec::new(),
            is_served: mount.is_served(),
        };
        if carriers.is_served {
            self.add_shown(&table, &mount, &mut carriers);
        }
        carriers
    }

    /// Adds the images and folders that the file system of a program names as what it shows.
    fn add_shown(&self, table: &[u8], mount: &Mount, carriers: &mut Carriers) {
        let mut next = vec![mount.clone()];
        for _ in 0..MAX_SHOWN {
            let Some(mount) = next.pop() else { return };
            for shown in mount.shown() {
                let Ok(shown) = fs::canonicalize(shown) else { continue };
                let Ok(metadata) = fs::metadata(&shown) else { continue };
                if metadata.is_file() {
                    carriers.images.push(FileId::of(&metadata));
                }
                let device = BlockDevice::of(metadata.dev());
                if !metadata.is_dir() {
                    continue;
                }
                if device.is_anonymous() {
                    next.extend(mounts::holding(table, &shown).filter(|below| below != &mount));
                } else {
                    carriers.devices.push(device);
                }
            }
            carriers.devices.extend(self.devices_of(&mount));
        }
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
    pub(super) fn device_at(&self, path: &Path) -> Option<BlockDevice> {
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

    /// All that holds the bytes of what lies on `carriers`, themselves included.
    fn stack(&self, carriers: Carriers, follow: Follow) -> Stack {
        let Carriers { devices: mut next, images, is_served } = carriers;
        let mut stack =
            Stack { images: images.into_iter().collect(), is_served, ..Stack::default() };
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
            stack.is_served |= is_served_device(&folder);
            if folder.join("loop").exists() {
                self.add_image(&folder, follow, &mut stack, &mut next);
            }
        }
        stack
    }

    /// Adds the image that backs the loop device of a folder of `/sys`, and what that lies on.
    fn add_image(
        &self,
        folder: &Path,
        follow: Follow,
        stack: &mut Stack,
        next: &mut Vec<BlockDevice>,
    ) {
        let path = backing_file(folder);
        let node = folder.file_name().map(|name| self.root.join("dev").join(name));
        // The device itself knows an image that was unlinked, or whose path is another file's by now.
        let backing = node
            .and_then(|node| loop_image::of(&node))
            .or_else(|| fs::metadata(path.as_ref()?).ok().as_ref().map(backing_of));
        let Some(Backing { file: image, device }) = backing else {
            stack.has_unknown_image = true;
            return;
        };
        if let Some(device) = device {
            // A loop device over a disk or a partition, not over an image.
            return next.push(device);
        }
        stack.images.insert(image);
        if follow == Follow::ToImages {
            return;
        }
        let device = BlockDevice::of(image.device);
        if !device.is_anonymous() {
            return next.push(device);
        }
        let Some(path) = path else { return };
        let Carriers { devices, images, is_served } = self.carriers(&path);
        next.extend(devices);
        stack.images.extend(images);
        stack.is_served |= is_served;
    }

    /// The device that a folder of `/sys` describes.
    pub(super) fn device_in(&self, folder: &Path) -> Option<BlockDevice> {
        BlockDevice::parse(&fs::read_to_string(folder.join("dev")).ok()?)
    }
}

impl Carriers {
    fn of_device(device: BlockDevice) -> Self {
        Carriers { devices: vec![device], ..Carriers::default() }
    }
}

/// Whether the block device of a folder of `/sys` is served by a program.
fn is_served_device(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().as_bytes();
    SERVED.iter().any(|served| name.starts_with(served.as_bytes()))
}

/// What backs a loop device, by what its path leads to.
fn backing_of(metadata: &fs::Metadata) -> Backing {
    let is_device = metadata.file_type().is_block_device();
    let device = is_device.then(|| BlockDevice::of(metadata.rdev()));
    Backing { file: FileId::of(metadata), device }
}

/// The image that backs a loop device, by its path.
fn backing_file(folder: &Path) -> Option<PathBuf> {
    let mut path = fs::read(folder.join("loop/backing_file")).ok()?;
    path.pop_if(|last| *last == b'\n');
    fs::canonicalize(OsString::from_vec(path)).ok()
}

#[cfg(test)]
mod tests;
