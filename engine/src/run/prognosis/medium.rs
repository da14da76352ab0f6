//! What kind of medium a device is, and whether it erases what is deleted.

use std::path::{Path, PathBuf};

use crate::system::{Bus, Drive, Prospect, System};

/// A kind of medium, as a person would call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediumKind {
    /// A memory card.
    Card,
    /// A card in a reader, or a stick: both look alike.
    CardOrStick,
    /// A disk that rotates.
    HardDisk,
    /// Flash memory inside a computer.
    Ssd,
    /// Flash memory that is soldered in, as phones have it.
    Soldered,
    /// A disk or SSD in a case, which does not show.
    InCase,
    /// A disk of a virtual machine.
    Virtual,
    /// An image that is attached as a device.
    Attached,
    /// Joined from other devices.
    Joined,
    /// Served over a network or by a program.
    Served,
    /// Nothing tells.
    Unknown,
}

impl MediumKind {
    fn of(drive: &Drive) -> Self {
        match (drive.bus, drive.is_rotational) {
            (Bus::Sd, _) => MediumKind::Card,
            (Bus::Usb, _) if drive.is_removable => MediumKind::CardOrStick,
            (Bus::Usb, _) => MediumKind::InCase,
            (Bus::Mmc, _) => MediumKind::Soldered,
            (Bus::Nvme, _) | (Bus::Sata | Bus::Scsi, Some(false)) => MediumKind::Ssd,
            (Bus::Sata | Bus::Scsi, Some(true)) => MediumKind::HardDisk,
            (Bus::Virtual, _) => MediumKind::Virtual,
            (Bus::Loop, _) => MediumKind::Attached,
            (Bus::Mapped, _) => MediumKind::Joined,
            (Bus::Network, _) => MediumKind::Served,
            (Bus::Sata | Bus::Scsi | Bus::Unknown, _) => MediumKind::Unknown,
        }
    }

    /// The word for programs.
    pub fn name(self) -> &'static str {
        match self {
            MediumKind::Card => "card",
            MediumKind::CardOrStick => "card-or-stick",
            MediumKind::HardDisk => "hard-disk",
            MediumKind::Ssd => "ssd",
            MediumKind::Soldered => "soldered-flash",
            MediumKind::InCase => "in-case",
            MediumKind::Virtual => "virtual",
            MediumKind::Attached => "attached-image",
            MediumKind::Joined => "joined",
            MediumKind::Served => "served",
            MediumKind::Unknown => "unknown",
        }
    }

    /// The words for people.
    pub fn said(self) -> &'static str {
        match self {
            MediumKind::Card => "a memory card",
            MediumKind::CardOrStick => "a card in a reader, or a stick",
            MediumKind::HardDisk => "a hard disk, with platters that rotate",
            MediumKind::Ssd => "an SSD",
            MediumKind::Soldered => "flash memory that is soldered in, as in phones",
            MediumKind::InCase => "a disk or an SSD in a case: its USB bridge does not tell which",
            MediumKind::Virtual => "a disk of a virtual machine",
            MediumKind::Attached => "an image that is attached as a device",
            MediumKind::Joined => "a device that is put together from others",
            MediumKind::Served => "a device that another machine or a program serves",
            MediumKind::Unknown => "a device of which nothing tells of what kind it is",
        }
    }

    /// Whether what it says of rotating is to be believed. USB bridges and virtual disks say so without knowing.
    pub fn knows_rotation(self) -> bool {
        matches!(self, MediumKind::HardDisk | MediumKind::Ssd | MediumKind::Soldered)
    }
}

/// A medium. Texts come from the device: from an attacker, perhaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Medium {
    /// The node of its drive.
    pub drive: PathBuf,
    /// Its kind.
    pub kind: MediumKind,
    /// Who made it and what it is called.
    pub model: Option<String>,
    /// Whether it says that it rotates.
    pub is_rotational: Option<bool>,
    /// In what units it can be told which blocks are free, in bytes; 0 where it cannot be told.
    pub discard_granularity: u64,
    /// Where file systems of it are mounted that tell it at once what is free (`discard`).
    pub discards_at: Vec<PathBuf>,
    /// Whether this system tells its disks at set times what is free (`fstrim.timer`).
    pub trims_at_times: bool,
    /// Where file systems of it are mounted and may be written to now.
    pub written_at: Vec<PathBuf>,
    /// What hints at how it fares, a sentence each.
    pub health: Vec<String>,
    /// What can be hoped for by all of that.
    pub prospect: Prospect,
}

impl Medium {
    /// The medium that the device at `path` is, or lies on; of several, the one that promises the least.
    pub(super) fn of(system: &System, path: &Path) -> Option<Self> {
        let trims_at_times = system.trims_at_times();
        let drives = system.drives_below(path).into_iter();
        let media = drives.map(|drive| Medium::of_drive(drive, trims_at_times));
        media.min_by_key(|medium| medium.prospect.hope)
    }

    fn of_drive(drive: Drive, trims_at_times: bool) -> Self {
        let points = |is: &dyn Fn(&crate::system::Mount) -> bool| {
            let mounts = drive.all_mounts().filter(|mount| is(mount));
            mounts.map(|mount| mount.point.clone()).collect::<Vec<_>>()
        };
        Medium {
            kind: MediumKind::of(&drive),
            discards_at: points(&|mount| mount.has_discard),
            written_at: points(&|mount| !mount.is_read_only),
            prospect: drive.prospect(trims_at_times),
            is_rotational: drive.is_rotational,
            discard_granularity: drive.discard_granularity,
            trims_at_times,
            drive: drive.path,
            model: drive.model,
            health: drive.health,
        }
    }
}
