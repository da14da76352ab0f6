//! Whether the system itself writes to a source while it is searched, and what ends that.

use std::path::PathBuf;
#[cfg(unix)]
use std::{fs, path::Path};

#[cfg(unix)]
use super::block_device::BlockDevice;
use super::mount::Mount;
use super::system::System;

/// A use of a source that may change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Use {
    /// A file system on it is mounted, and may be written to.
    Mounted(Mount),
    /// It holds swap space that is in use, by its path.
    Swap(PathBuf),
}

#[cfg(unix)]
impl System {
    /// What may change the source at `path` while it is searched; nothing where the source cannot be
    /// looked at.
    pub fn uses(&self, path: &Path) -> Vec<Use> {
        let Ok(metadata) = fs::metadata(path) else { return Vec::new() };
        let mounts = self.mounts_on(&metadata).into_iter().filter(|mount| !mount.is_read_only);
        let mut uses: Vec<Use> = Vec::new();
        for mount in mounts {
            // One is named of several mounts of a file system: the first, from which the others come.
            let is_known =
                |known: &Use| matches!(known, Use::Mounted(one) if one.number == mount.number);
            if !uses.iter().any(is_known) {
                uses.push(Use::Mounted(mount));
            }
        }
        let swaps = self.swaps().into_iter();
        let swaps = swaps.filter(|(_, device)| self.lie_on(vec![*device], &metadata));
        uses.extend(swaps.map(|(path, _)| Use::Swap(path)));
        uses
    }

    /// Devices that are used as swap space (proc(5), `/proc/swaps`).
    pub(super) fn swaps(&self) -> Vec<(PathBuf, BlockDevice)> {
        let text = fs::read_to_string(self.root.join("proc/swaps")).unwrap_or_default();
        let paths = text.lines().skip(1).filter_map(|line| line.split_whitespace().next());
        paths
            .filter(|path| path.starts_with('/'))
            .filter_map(|path| Some((PathBuf::from(path), self.device_at(Path::new(path))?)))
            .collect()
    }
}

impl System {
    /// Whether removable media are mounted by udisks here, which is to unmount them then.
    pub fn has_udisks(&self) -> bool {
        self.root.join("run/udisks2").is_dir()
    }
}
