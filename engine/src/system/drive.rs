//! A disk, a card, or whatever else has a block device of its own.

use std::path::PathBuf;

use super::mount::Mount;

/// How a drive is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bus {
    /// USB: sticks, readers, and disks in cases.
    Usb,
    /// An SD card in a reader that speaks its language.
    Sd,
    /// Flash memory that is soldered in, as phones have it.
    Mmc,
    /// NVM Express.
    Nvme,
    /// Serial ATA, or ATA.
    Sata,
    /// SCSI of another kind.
    Scsi,
    /// A disk of a virtual machine.
    Virtual,
    /// A loop device: an image, or a part of another device.
    Loop,
    /// Put together from other devices: encrypted, joined or striped.
    Mapped,
    /// Served over a network or by a program.
    Network,
    /// None of these.
    Unknown,
}

impl Bus {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Bus::Usb => "usb",
            Bus::Sd => "sd",
            Bus::Mmc => "mmc",
            Bus::Nvme => "nvme",
            Bus::Sata => "sata",
            Bus::Scsi => "scsi",
            Bus::Virtual => "virtual",
            Bus::Loop => "loop",
            Bus::Mapped => "mapped",
            Bus::Network => "network",
            Bus::Unknown => "unknown",
        }
    }
}

/// A drive. Texts come from the device: from an attacker, perhaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Drive {
    /// Its name, such as `sdb`.
    pub name: String,
    /// Its node, such as `/dev/sdb`.
    pub path: PathBuf,
    /// How it is connected.
    pub bus: Bus,
    /// Bytes; 0 where no medium is in it.
    pub size: u64,
    /// Bytes of a sector that it is asked in.
    pub sector_size: u64,
    /// Bytes of a sector that it writes, as far as it says.
    pub physical_sector_size: u64,
    /// Who made it and what it is called.
    pub model: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
    /// Whether its medium, or it itself, is made to be taken out.
    pub is_removable: bool,
    /// Whether it takes no writes.
    pub is_read_only: bool,
    /// Whether it says that it rotates. What sits behind a USB bridge says so without knowing.
    pub is_rotational: Option<bool>,
    /// In what units it can be told which blocks are free, in bytes; 0 where it cannot be told.
    pub discard_granularity: u64,
    /// What it lies in, for a loop device.
    pub backing: Option<PathBuf>,
    /// What the card or the chip itself says, such as `cid` and `date`, by the names of the system.
    pub registers: Vec<(&'static str, String)>,
    /// What hints at how it fares, a sentence each.
    pub health: Vec<String>,
    /// Its partitions, as the system has them.
    pub partitions: Vec<Part>,
    /// Where the drive itself is mounted, or what lies on all of it.
    pub mounts: Vec<Mount>,
    /// Whether it is used as swap space.
    pub is_swap: bool,
}

/// A partition of a drive.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its name, such as `sdb1`.
    pub name: String,
    /// Its node.
    pub path: PathBuf,
    /// Its number.
    pub number: u32,
    /// Its first byte on the drive.
    pub at: u64,
    /// Bytes.
    pub size: u64,
    /// Where it is mounted, or what lies on it.
    pub mounts: Vec<Mount>,
    /// Whether it is used as swap space.
    pub is_swap: bool,
}

impl Drive {
    /// All mounts of it and of its partitions.
    pub fn all_mounts(&self) -> impl Iterator<Item = &Mount> {
        self.mounts.iter().chain(self.partitions.iter().flat_map(|part| &part.mounts))
    }
}
