//! The drives that a device is part of, and what is unlocked on it.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::block_device::BlockDevice;
use super::drive::{Bus, Drive};
use super::system::{System, attribute, entries};

/// How the names begin that cryptsetup gives to what it unlocks (Linux, `dm/uuid`).
const UNLOCKED: &str = "CRYPT-";

impl System {
    /// The drives that the device at `path` is, is a part of, or is made from. Where what lies beneath is known,
    /// loop and mapped devices are left out.
    pub fn drives_below(&self, path: &Path) -> Vec<Drive> {
        let Some(device) = number_of(path) else { return Vec::new() };
        let mut below: Vec<Drive> = self
            .drives()
            .into_iter()
            .filter(|drive| {
                self.device_at(&drive.path).is_some_and(|disk| self.is_below(disk, device))
            })
            .collect();
        let is_real = |drive: &Drive| !matches!(drive.bus, Bus::Loop | Bus::Mapped);
        if below.iter().any(is_real) {
            below.retain(is_real);
        }
        below
    }

    /// The unlocked volumes that lie on the device at `path` or on a part of it, such as `/dev/mapper/home`.
    pub fn unlocked_on(&self, path: &Path) -> Vec<PathBuf> {
        let Some(device) = number_of(path) else { return Vec::new() };
        let mapped = entries(&self.root.join("sys/block")).filter_map(|folder| {
            attribute(&folder, "dm/uuid").filter(|uuid| uuid.starts_with(UNLOCKED))?;
            let upper = self.device_in(&folder)?;
            let name = attribute(&folder, "dm/name")?;
            self.is_below(device, upper).then(|| Path::new("/dev/mapper").join(name))
        });
        let mut mapped: Vec<PathBuf> = mapped.collect();
        mapped.sort();
        mapped
    }
}

fn number_of(path: &Path) -> Option<BlockDevice> {
    let metadata = fs::metadata(path).ok()?;
    metadata.file_type().is_block_device().then(|| BlockDevice::of(metadata.rdev()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_device_lies_on_no_drive() {
        let folder = tempfile::tempdir().unwrap();
        let image = folder.path().join("card.img");
        fs::write(&image, [0; 512]).unwrap();
        let system = System::running();
        for path in [image.as_path(), folder.path(), Path::new("/dev/null"), Path::new("/none")] {
            assert_eq!(system.drives_below(path), []);
            assert_eq!(system.unlocked_on(path), [""; 0].map(PathBuf::from));
        }
    }
}
