//! What was observed of a device, an image or a folder: numbers only. Rules and wording are elsewhere.

use std::path::PathBuf;

use super::medium::Medium;
use super::phone::Phone;
use crate::model::Moment;
use crate::volumes::condition::Condition;

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A disk, a card, or a part of one.
    Device,
    /// A file with the bytes of a device in it.
    Image,
    /// A folder of this machine.
    Folder,
}

impl Subject {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Subject::Device => "device",
            Subject::Image => "image",
            Subject::Folder => "folder",
        }
    }
}

/// Whether the bytes could be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// They were.
    Read,
    /// What lies behind a folder may not be opened, and why.
    Denied(String),
    /// The folder lies on another machine, or in memory: no device of this one holds it. Names its file system.
    NoDevice(String),
}

/// A volume and how it was left.
#[derive(Clone, Debug, PartialEq)]
pub struct VolumeState {
    /// Name of its file system, such as `fat32`.
    pub kind: &'static str,
    /// Its first byte.
    pub at: u64,
    /// Bytes.
    pub len: u64,
    /// Its label: from an attacker, perhaps.
    pub label: Option<String>,
    /// What its files cannot be read for, such as "encrypted by BitLocker".
    pub encrypted: Option<&'static str>,
    /// How it was left.
    pub condition: Condition,
    /// In what it contradicts itself.
    pub faults: u64,
    /// Free bytes; nothing where that is not known.
    pub free: Option<u64>,
    /// Files that are there.
    pub live: u64,
    /// Deleted files that it still lists.
    pub deleted: u64,
    /// Whether it lists nothing, not even what was deleted, though something lies in its free space.
    pub is_formatted_anew: bool,
}

/// What samples of the space hold that no file is known to use.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FreeSpace {
    /// Its bytes.
    pub len: u64,
    /// Whether all of it was read.
    pub is_whole: bool,
    /// Blocks that were read, spread evenly.
    pub blocks: u64,
    /// Those that hold only zeros.
    pub zeros: u64,
    /// Those that hold only FFh, which is what erased flash returns on some cards.
    pub ones: u64,
    /// Those of another single value.
    pub constant: u64,
    /// Those that look random.
    pub noise: u64,
    /// Those that could not be read.
    pub unreadable: u64,
    /// Places that were looked at for photos, these and those near the beginning.
    pub places: u64,
    /// Blocks of all places that hold something: neither one value nor noise.
    pub filled_anywhere: u64,
    /// Blocks of all places.
    pub blocks_anywhere: u64,
    /// Photos that begin in these places.
    pub photos: u64,
}

impl FreeSpace {
    /// Blocks of one value.
    pub fn erased(&self) -> u64 {
        self.zeros + self.ones + self.constant
    }

    /// Share of readable blocks of one value; nothing where none was readable.
    pub fn erased_share(&self) -> Option<f64> {
        self.share(self.erased())
    }

    /// Share of readable blocks that look random.
    pub fn noise_share(&self) -> Option<f64> {
        self.share(self.noise)
    }

    fn share(&self, part: u64) -> Option<f64> {
        let readable = self.blocks.saturating_sub(self.unreadable);
        (readable > 0).then(|| part as f64 / readable as f64)
    }
}

/// Deleted photos that file systems still list, and what lies where they began.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed {
    /// All of them.
    pub all: u64,
    /// Those without a place: only a name is left.
    pub name_only: u64,
    /// Those whose beginning was looked at.
    pub looked: u64,
    /// Of these: begin as files of their name do.
    pub intact: u64,
    /// Of the intact: another file has taken a part of them after all.
    pub partly: u64,
    /// Their first cluster belongs to a file that is there.
    pub in_use: u64,
    /// Hold one value there.
    pub erased: u64,
    /// Hold something else, or could not be read.
    pub other: u64,
    /// The newest time of deletion, or where none is recorded, of modification.
    pub newest: Option<Moment>,
    /// Whether `newest` is a time of deletion.
    pub is_deletion: bool,
}

/// What was written since.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    /// Files that are there.
    pub live: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The newest time of modification of one.
    pub newest: Option<Moment>,
    /// Files that were modified after the newest deleted photo.
    pub since: u64,
    /// Their bytes.
    pub since_bytes: u64,
}

/// All that was observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// What was looked at.
    pub subject: Subject,
    /// What a scan would be given: the device or image itself, or what lies behind the folder.
    pub device: Option<PathBuf>,
    /// Whether its bytes were looked at.
    pub access: Access,
    /// Its bytes; 0 where they could not be asked for.
    pub size: u64,
    /// Bytes that were read, but for what file systems say of their files.
    pub read: u64,
    /// What kind of medium it is; nothing for an image.
    pub medium: Option<Medium>,
    /// The phone or tablet that the folder shows.
    pub phone: Option<Phone>,
    /// The volumes on it.
    pub volumes: Vec<VolumeState>,
    /// Encrypted volumes that are unlocked now, by the paths that can be scanned.
    pub unlocked: Vec<PathBuf>,
    /// What the free space holds; nothing where there is none.
    pub free: Option<FreeSpace>,
    /// Deleted photos that are listed.
    pub listed: Listed,
    /// What was written since.
    pub written: Written,
    /// Folders in which copies may survive, for a folder: what they are called, and where.
    pub places: Vec<(&'static str, PathBuf)>,
}

impl Observed {
    /// Nothing yet.
    pub(super) fn new(subject: Subject, device: Option<PathBuf>, access: Access) -> Self {
        Observed {
            subject,
            device,
            access,
            size: 0,
            read: 0,
            medium: None,
            phone: None,
            volumes: Vec::new(),
            unlocked: Vec::new(),
            free: None,
            listed: Listed::default(),
            written: Written::default(),
            places: Vec::new(),
        }
    }

    /// Bytes in encrypted volumes.
    pub fn encrypted_bytes(&self) -> u64 {
        let encrypted = self.volumes.iter().filter(|one| one.encrypted.is_some());
        encrypted.fold(0, |sum, one| sum.saturating_add(one.len))
    }

    /// Share of the volumes that can be read which is free, where that is known.
    pub fn free_share(&self) -> Option<f64> {
        let known = self.volumes.iter().filter_map(|one| Some((one.free?, one.len)));
        let (free, len) = known.fold((0u64, 0u64), |sum, one| {
            (sum.0.saturating_add(one.0), sum.1.saturating_add(one.1))
        });
        (len > 0).then(|| free as f64 / len as f64)
    }
}
