//! What can be hoped for on a drive: whether what is deleted stays until it is overwritten.

use super::drive::{Bus, Drive};

/// How likely deleted photos are still there, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hope {
    /// No program can bring them back from there.
    NotPossible,
    /// They are most likely erased or overwritten; what remains is worth a look.
    Unlikely,
    /// They may be there, or may have been erased without anybody asking for it.
    Possible,
    /// They stay until something else is written over them.
    Good,
}

impl Hope {
    /// The word for it, for programs too.
    pub fn name(self) -> &'static str {
        match self {
            Hope::Good => "good",
            Hope::Possible => "possible",
            Hope::Unlikely => "unlikely",
            Hope::NotPossible => "not-possible",
        }
    }

    /// The same for people.
    pub fn said(self) -> &'static str {
        match self {
            Hope::NotPossible => "not possible by software",
            other => other.name(),
        }
    }
}

/// What can be hoped for, and why, in a clause that follows the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prospect {
    /// How much.
    pub hope: Hope,
    /// Why.
    pub why: &'static str,
}

impl Drive {
    /// What can be hoped for on it. `trims_at_times` is whether this system erases free blocks at set times.
    pub fn prospect(&self, trims_at_times: bool) -> Prospect {
        let is_told = self.discard_granularity > 0;
        // What is trimmed at times stands in the system's own table of file systems, as cards do not.
        let is_own = !self.is_removable && !matches!(self.bus, Bus::Sd | Bus::Usb);
        let is_written = self.all_mounts().any(|mount| !mount.is_read_only);
        let is_trimmed = is_told
            && (self.all_mounts().any(|mount| mount.has_discard)
                || trims_at_times && is_own && is_written);
        let (hope, why) = match (self.bus, self.is_rotational) {
            _ if self.size == 0 => (Hope::NotPossible, "no medium is in it"),
            _ if is_trimmed && self.bus != Bus::Loop => {
                (Hope::Unlikely, "this system tells it which blocks are free, and it erases them")
            }
            (Bus::Loop, _) => (Hope::Possible, "an image: as good as what it was made from"),
            (Bus::Mapped, _) => (Hope::Possible, "as good as the disks that it is made of"),
            (Bus::Virtual, _) => {
                (Hope::Possible, "a disk of a virtual machine: its host may erase blocks")
            }
            (Bus::Network, _) => (Hope::Possible, "served by a program, which may erase blocks"),
            (Bus::Sd, _) => (Hope::Good, "a card keeps what is deleted until it is overwritten"),
            (Bus::Usb, _) if self.is_removable => {
                (Hope::Good, "a card or a stick keeps what is deleted until it is overwritten")
            }
            // Bridges say that what is behind them rotates without knowing it.
            (Bus::Usb, _) => (
                Hope::Possible,
                "what is behind a USB bridge does not show: a disk keeps what is \
                deleted, an SSD may have erased it",
            ),
            (Bus::Sata | Bus::Scsi, Some(true)) if !is_told => {
                (Hope::Good, "a hard disk keeps what is deleted until it is overwritten")
            }
            (Bus::Sata | Bus::Scsi, Some(true)) => (
                Hope::Possible,
                "a hard disk that can be told which blocks are free, and may return zeros there",
            ),
            (Bus::Nvme | Bus::Sata | Bus::Scsi | Bus::Mmc, _) if is_told => (
                Hope::Unlikely,
                "flash that erases free blocks as soon as a system tells it, as most do",
            ),
            (Bus::Nvme | Bus::Sata | Bus::Scsi | Bus::Mmc, Some(false)) => {
                (Hope::Possible, "flash, which another system may have told to erase free blocks")
            }
            _ => (Hope::Possible, "nothing tells of what kind it is"),
        };
        Prospect { hope, why }
    }
}
