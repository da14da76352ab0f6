//! Every drive that the system knows, as `/sys/block` tells of it.
//!
//! Source: Linux, `Documentation/ABI/stable/sysfs-block` and `Documentation/driver-api/mmc/mmc-dev-attrs.rst`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::block_device::BlockDevice;
use super::drive::{Bus, Drive, Part};
use super::health;
use super::mount::Mount;
use super::mounts;
use super::system::{System, attribute, entries};

/// Sizes in `/sys` are counted in these bytes, whatever the drive's own sectors are.
const UNIT: u64 = 512;

/// Drives that are in memory, and hold nothing that was ever deleted from a disk.
const IN_MEMORY: [&str; 2] = ["ram", "zram"];

/// What cards tell of themselves.
const REGISTERS: [&str; 11] = [
    "cid",
    "csd",
    "scr",
    "manfid",
    "oemid",
    "name",
    "date",
    "fwrev",
    "hwrev",
    "life_time",
    "pre_eol_info",
];

impl System {
    /// All drives, by name; loop devices only where something is in them.
    pub fn drives(&self) -> Vec<Drive> {
        let table = fs::read(self.root.join("proc/self/mountinfo")).unwrap_or_default();
        let known = Known { mounts: mounts::all(&table).collect(), swaps: self.swaps() };
        let folders = entries(&self.root.join("sys/block"));
        let mut drives: Vec<Drive> =
            folders.filter_map(|folder| self.drive(&folder, &known)).collect();
        drives.sort_by(|a, b| natural(&a.name).cmp(&natural(&b.name)));
        drives
    }

    /// Whether the system tells its disks at set times which blocks are free (fstrim(8)).
    pub fn trims_at_times(&self) -> bool {
        let wants = "etc/systemd/system/timers.target.wants/fstrim.timer";
        self.root.join(wants).symlink_metadata().is_ok()
    }

    fn drive(&self, entry: &Path, known: &Known) -> Option<Drive> {
        let name = entry.file_name()?.to_str()?.to_owned();
        let folder = fs::canonicalize(entry).ok()?;
        let bus = bus(&name, &folder);
        let size = number(&folder, "size").unwrap_or(0).saturating_mul(UNIT);
        let is_removable = flag(&folder, "removable").unwrap_or(false);
        let is_in_memory = IN_MEMORY.iter().any(|prefix| {
            let rest = name.strip_prefix(prefix);
            rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        });
        // A reader without a card is listed; a device that nobody has set up is not.
        if is_in_memory || size == 0 && !is_removable {
            return None;
        }
        let number_of = self.device_in(&folder)?;
        let mut partitions: Vec<Part> =
            entries(&folder).filter_map(|below| self.part(&below, known)).collect();
        partitions.sort_by_key(|part| part.number);
        let discards = number(&folder, "queue/discard_max_bytes").unwrap_or(0) > 0;
        let granularity = number(&folder, "queue/discard_granularity").unwrap_or(0);
        let registers = REGISTERS.iter();
        let registers: Vec<(&'static str, String)> = registers
            .filter(|_| matches!(bus, Bus::Sd | Bus::Mmc))
            .filter_map(|name| Some((*name, attribute(&folder, &format!("device/{name}"))?)))
            .collect();
        let mounts = match partitions.is_empty() {
            true => self.mounts_over(number_of, known),
            false => known.mounts.iter().filter(|one| one.number == number_of).cloned().collect(),
        };
        Some(Drive {
            path: Path::new("/dev").join(name.replace('!', "/")),
            bus,
            size,
            sector_size: number(&folder, "queue/logical_block_size").unwrap_or(UNIT),
            physical_sector_size: number(&folder, "queue/physical_block_size").unwrap_or(UNIT),
            model: self.model(&folder, number_of),
            serial: self.serial(&folder, number_of),
            is_removable,
            is_read_only: flag(&folder, "ro").unwrap_or(false),
            is_rotational: flag(&folder, "queue/rotational"),
            discard_granularity: if discards { granularity } else { 0 },
            backing: attribute(&folder, "loop/backing_file").map(PathBuf::from),
            health: health::hints(&folder, &registers),
            registers,
            partitions,
            mounts,
            is_swap: known.is_swap(number_of),
            name,
        })
    }

    fn part(&self, folder: &Path, known: &Known) -> Option<Part> {
        let name = folder.file_name()?.to_str()?.to_owned();
        let device = self.device_in(folder)?;
        Some(Part {
            path: Path::new("/dev").join(name.replace('!', "/")),
            number: number(folder, "partition")?.try_into().ok()?,
            at: number(folder, "start").unwrap_or(0).saturating_mul(UNIT),
            size: number(folder, "size").unwrap_or(0).saturating_mul(UNIT),
            mounts: self.mounts_over(device, known),
            is_swap: known.is_swap(device),
            name,
        })
    }

    /// The mounts of a device and of what lies on it, such as an encrypted volume.
    fn mounts_over(&self, device: BlockDevice, known: &Known) -> Vec<Mount> {
        let on =
            |mount: &&Mount| !mount.number.is_anonymous() && self.is_below(device, mount.number);
        known.mounts.iter().filter(on).cloned().collect()
    }

    /// The name of a drive: that of its maker and its own, or the one of the udev database.
    fn model(&self, folder: &Path, device: BlockDevice) -> Option<String> {
        let vendor = attribute(folder, "device/vendor").filter(|text| !text.starts_with("0x"));
        let model = attribute(folder, "device/model")
            .or_else(|| attribute(folder, "device/name"))
            .or_else(|| attribute(folder, "dm/name"))
            .or_else(|| self.udev(device, "ID_MODEL"));
        match (vendor.filter(|vendor| vendor != "ATA"), model) {
            (Some(vendor), Some(model)) => Some(format!("{vendor} {model}")),
            (_, model) => model,
        }
    }

    fn serial(&self, folder: &Path, device: BlockDevice) -> Option<String> {
        attribute(folder, "device/serial")
            .or_else(|| attribute(folder, "serial"))
            .or_else(|| self.udev(device, "ID_SERIAL_SHORT"))
            .or_else(|| usb_serial(folder))
    }

    /// What the udev database says of a device (udevadm(8)).
    fn udev(&self, device: BlockDevice, name: &str) -> Option<String> {
        let text = fs::read_to_string(self.root.join(format!("run/udev/data/b{device}"))).ok()?;
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix("E:")?.strip_prefix(name)?.strip_prefix('='))?;
        (!value.is_empty()).then(|| value.to_owned())
    }
}

/// What is known of uses of all devices.
struct Known {
    mounts: Vec<Mount>,
    swaps: Vec<(PathBuf, BlockDevice)>,
}

impl Known {
    fn is_swap(&self, device: BlockDevice) -> bool {
        self.swaps.iter().any(|(_, swap)| *swap == device)
    }
}

/// How a drive of that name is connected, whose folder of `/sys` is that one.
fn bus(name: &str, folder: &Path) -> Bus {
    let path = folder.to_string_lossy();
    let begins = |prefix: &str| name.starts_with(prefix);
    match () {
        () if begins("loop") => Bus::Loop,
        () if begins("dm-") || begins("md") || begins("bcache") => Bus::Mapped,
        () if begins("nbd") || begins("ublkb") || begins("rbd") || begins("drbd") => Bus::Network,
        () if begins("nvme") => Bus::Nvme,
        () if begins("mmcblk") => match attribute(folder, "device/type").as_deref() {
            Some("MMC") => Bus::Mmc,
            _ => Bus::Sd,
        },
        () if begins("vd") || begins("xvd") => Bus::Virtual,
        () if path.contains("/usb") => Bus::Usb,
        () if path.contains("/virtio") => Bus::Virtual,
        () if path.contains("/ata") => Bus::Sata,
        () if begins("sd") || begins("sr") => Bus::Scsi,
        () => Bus::Unknown,
    }
}

/// The serial number of the USB device that a drive is part of.
fn usb_serial(folder: &Path) -> Option<String> {
    let above = folder.ancestors().take_while(|above| above.to_string_lossy().contains("/usb"));
    above.into_iter().find_map(|above| attribute(above, "serial"))
}

fn number(folder: &Path, name: &str) -> Option<u64> {
    attribute(folder, name)?.parse().ok()
}

fn flag(folder: &Path, name: &str) -> Option<bool> {
    Some(number(folder, name)? != 0)
}

/// A name so that `sdb` comes before `sdaa`, and `loop2` before `loop10`.
fn natural(name: &str) -> (usize, &OsStr) {
    (name.len(), OsStr::from_bytes(name.as_bytes()))
}

#[cfg(test)]
mod tests;
