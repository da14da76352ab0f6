//! What Windows tells of its disks and volumes.
//!
//! A device is named in the folder of devices: `\\.\PhysicalDrive1` is a disk, `\\.\E:` the volume with that
//! letter (Microsoft, "Naming Files, Paths, and Namespaces"). It has no metadata, unlike a device of Unix.
//! Drives are not listed, and of a volume that is mounted from an image nobody says so here.
//!
//! Checked by a compiler; it never ran on Windows.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf, Prefix};

use super::block_device::BlockDevice;
use super::drive::Drive;
use super::folder::FileId;
use super::in_use::Use;
use super::mount::Mount;
use super::overlap::Overlap;
use super::system::System;
use super::win32::{self, DeviceNumber};

/// How the names of disks, drives and volumes begin, in small letters; a volume with a letter is named by it.
const DISKS: [&str; 4] = ["physicaldrive", "cdrom", "harddisk", "volume{"];

/// Whether `path` names a disk or a volume, and no file on one.
pub(crate) fn is_device(path: &Path) -> bool {
    let mut components = path.components();
    let Some(Component::Prefix(prefix)) = components.next() else { return false };
    let names = components.filter(|after| *after != Component::RootDir).count();
    // With a separator at its end, the name of a volume is that of the folder at its root.
    let is_folder = path.as_os_str().as_encoded_bytes().ends_with(b"\\");
    let is_named = match prefix.kind() {
        Prefix::DeviceNS(name) => names == 0 && is_disk(name),
        Prefix::VerbatimDisk(_) => names == 0,
        // `\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy1`.
        Prefix::Verbatim(name) if name.eq_ignore_ascii_case("globalroot") => names == 2,
        Prefix::Verbatim(name) => names == 0 && is_disk(name),
        _ => false,
    };
    is_named && !is_folder
}

fn is_disk(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_lowercase();
    matches!(name.as_bytes(), [b'a'..=b'z', b':'])
        || DISKS.iter().any(|disk| name.starts_with(disk))
}

impl System {
    /// The drives that the device at `path` is a part of: drives are not listed here.
    pub fn drives_below(&self, _path: &Path) -> Vec<Drive> {
        Vec::new()
    }

    /// The unlocked volumes that lie on a device: nobody tells here.
    pub fn unlocked_on(&self, _path: &Path) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Where file systems are mounted: nobody tells here.
    pub fn mount_points(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// The mount that holds the existing `path`.
    pub fn mount_of(&self, path: &Path) -> Option<Mount> {
        mount(&win32::mount_point(path).ok()?)
    }

    /// The device of the volume that holds the existing `path`, where it has a letter.
    pub fn device_behind(&self, path: &Path) -> Option<PathBuf> {
        let point = win32::mount_point(path).ok()?;
        // A folder of a network has no device that could be read.
        win32::volume_at(&point).ok()?;
        letter_of(&point).map(device_of)
    }

    /// The files that hold the bytes of the source at `path`: the image itself; none for a device.
    pub fn files_of(&self, path: &Path) -> Vec<FileId> {
        FileId::at(path).into_iter().collect()
    }

    /// Whether what is written to a file at the existing `output`, or below it, ends up where the source at
    /// `path` has its bytes.
    ///
    /// It does when both are the same volume, or one of them is the disk of the other. An image on the disk of
    /// the output keeps its place there. Of a folder of a network it is believed that it lies on another machine.
    pub fn overlap(&self, output: &Path, path: &Path) -> Overlap {
        if !is_device(path) || is_of_network(output) {
            return Overlap::Apart;
        }
        let volume = win32::mount_point(output).and_then(|point| win32::volume_at(&point));
        let Ok(below) = volume.and_then(|volume| number(&volume)) else { return Overlap::Unknown };
        match number(path) {
            Ok(source) if is_part(source, below) => Overlap::Same,
            Ok(_) => Overlap::Apart,
            Err(_) => Overlap::Unknown,
        }
    }

    /// What may change the source at `path` while it is searched: the volumes on it that are mounted by letter.
    pub fn uses(&self, path: &Path) -> Vec<Use> {
        let Some(source) =
            Some(path).filter(|path| is_device(path)).and_then(|path| number(path).ok())
        else {
            return Vec::new();
        };
        let lies_on =
            |letter: &char| number(&device_of(*letter)).is_ok_and(|below| is_part(source, below));
        let mounts = ('A'..='Z').filter(lies_on);
        let mounts = mounts.filter_map(|letter| mount(Path::new(&format!("{letter}:\\"))));
        mounts.filter(|mount| !mount.is_read_only).map(Use::Mounted).collect()
    }

    /// No drives: they are not listed under Windows yet, as [`System::lists_drives`] says.
    pub fn drives(&self) -> Vec<Drive> {
        Vec::new()
    }

    /// Whether the system tells its disks at set times which blocks are free: not known here.
    pub fn trims_at_times(&self) -> bool {
        false
    }
}

impl Mount {
    /// The device that is mounted.
    pub fn device(&self) -> Option<PathBuf> {
        Some(PathBuf::from(&self.source))
    }
}

/// What is mounted at `point`, which ends with a separator: a volume, or a folder of a network.
fn mount(point: &Path) -> Option<Mount> {
    let win32::FileSystem { name, serial, is_read_only } = win32::file_system(point).ok()?;
    let source = match letter_of(point) {
        Some(letter) => device_of(letter),
        None => win32::volume_at(point).ok()?,
    };
    Some(Mount {
        point: point.to_path_buf(),
        file_system: name,
        source: source.into(),
        upper: None,
        // The serial number of a volume is none of a device.
        number: BlockDevice { major: 0, minor: serial },
        is_read_only,
        has_discard: false,
    })
}

/// The letter of a drive that is mounted at the root of a path.
fn letter_of(point: &Path) -> Option<char> {
    let mut components = point.components();
    let Some(Component::Prefix(prefix)) = components.next() else { return None };
    let is_root = components.next() == Some(Component::RootDir) && components.next().is_none();
    match prefix.kind() {
        Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) if is_root => Some(char::from(letter)),
        _ => None,
    }
}

/// The device of the volume with that letter.
fn device_of(letter: char) -> PathBuf {
    PathBuf::from(format!("\\\\.\\{letter}:"))
}

/// The numbers of the disk or volume at `path`, which is not read.
fn number(path: &Path) -> io::Result<DeviceNumber> {
    win32::device_number(&File::options().access_mode(0).open(path)?)
}

/// Whether `one` and `other` share bytes: a disk and what lies on it, or twice the same.
fn is_part(one: DeviceNumber, other: DeviceNumber) -> bool {
    let is_all = one.partition.is_none() || other.partition.is_none();
    one.disk == other.disk && (is_all || one.partition == other.partition)
}

/// Whether an existing path leads to a folder of another machine.
fn is_of_network(path: &Path) -> bool {
    let resolved = fs::canonicalize(path);
    let Ok(Some(Component::Prefix(prefix))) =
        resolved.as_deref().map(|path| path.components().next())
    else {
        return false;
    };
    matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_told_from_files_by_their_names() {
        for device in [
            r"\\.\PhysicalDrive1",
            r"\\.\e:",
            r"\\?\E:",
            r"\\?\Volume{0b1c2d3e-0000-0000-0000-100000000000}",
            r"\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy1",
        ] {
            assert!(is_device(Path::new(device)), "{device}");
        }
        for other in [
            r"\\.\E:\",
            r"\\?\E:\card.img",
            r"E:",
            r"E:\card.img",
            r"\\.\COM1",
            r"\\nas\photos\card.img",
        ] {
            assert!(!is_device(Path::new(other)), "{other}");
        }
    }

    #[test]
    fn a_disk_shares_bytes_with_its_partitions_and_they_not_with_each_other() {
        let number = |disk, partition| DeviceNumber { disk: (7, disk), partition };
        assert!(is_part(number(1, None), number(1, Some(2))));
        assert!(is_part(number(1, Some(2)), number(1, Some(2))));
        assert!(!is_part(number(1, Some(1)), number(1, Some(2))));
        assert!(!is_part(number(1, None), number(2, None)));
    }
}
