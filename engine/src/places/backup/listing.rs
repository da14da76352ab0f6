//! Backups below a folder of this machine, with what they say of themselves.

use std::fs;
use std::path::{Path, PathBuf};

use super::location::{Location, locate};
use super::metadata::Metadata;
use crate::model::Moment;
use crate::places::tree::Tree;

/// Entries of a folder that are looked at for links: those of a folder of backups, and more.
const MOST_ENTRIES: usize = 10_000;

/// What a backup says of itself.
#[derive(Clone, Debug)]
pub struct BackupAbout {
    /// Where it lies.
    pub path: String,
    /// What the owner calls the device.
    pub device_name: Option<String>,
    /// The model, as `iPhone12,1`.
    pub product_type: Option<String>,
    /// The version of the system.
    pub version: Option<String>,
    /// The number of the device.
    pub device: Option<String>,
    /// When it was made.
    pub date: Option<Moment>,
    /// Whether it is encrypted, where it says so.
    pub is_encrypted: Option<bool>,
    /// Whether it was made in one go, not added to an earlier one.
    pub is_full: Option<bool>,
    /// How far it came: `finished` where it is complete.
    pub state: Option<String>,
    /// Files that are stored in it.
    pub files: usize,
    /// Their length in bytes, as they are stored.
    pub bytes: u64,
    /// What is wrong with it, a clause each.
    pub faults: Vec<String>,
}

/// The backups in a tree.
pub fn list(tree: &dyn Tree) -> Vec<BackupAbout> {
    let about = |location: &Location| {
        let metadata = Metadata::read(tree, &location.folder);
        let mut faults = metadata.faults;
        if location.database().or(location.mbdb()).is_none() {
            faults.push("its list of files is lost (Manifest.db)".to_owned());
        }
        let len = |(_, node): &(String, usize)| tree.nodes()[*node].len;
        BackupAbout {
            path: location.title(tree),
            device_name: metadata.device_name,
            product_type: metadata.product_type,
            version: metadata.version,
            device: metadata.device,
            date: metadata.date,
            is_encrypted: metadata.is_encrypted,
            is_full: metadata.is_full,
            state: metadata.state,
            files: location.blobs.len(),
            bytes: location.blobs.iter().map(len).fold(0, u64::saturating_add),
            faults,
        }
    };
    locate(tree).iter().map(about).collect()
}

/// Backups that links in a folder lead to, or in its folders `MobileSync` and `Backup`: users move their backups to
/// other disks and leave a link. Other links are not followed.
pub fn linked_backups(folder: &Path) -> Vec<PathBuf> {
    let usual = [PathBuf::new(), "Backup".into(), "MobileSync".into(), "MobileSync/Backup".into()];
    let mut found: Vec<PathBuf> = Vec::new();
    for part in usual {
        let folder = folder.join(&part);
        if !part.as_os_str().is_empty() && is_link(&folder) && holds_backup(&folder) {
            found.push(folder);
            continue;
        }
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let links = entries.flatten().take(MOST_ENTRIES).map(|entry| entry.path());
        found.extend(links.filter(|path| is_link(path) && is_backup(path)));
    }
    // What lies in a folder that is a link was seen through it.
    let all = found.clone();
    found.retain(|path| !all.iter().any(|other| path != other && path.starts_with(other)));
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a folder is a backup, or one lies directly in it: a link that leads elsewhere is not followed.
fn holds_backup(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(MOST_ENTRIES);
    is_backup(folder) || entries.into_iter().any(|entry| is_backup(&entry.path()))
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_symlink())
}

fn is_backup(path: &Path) -> bool {
    let has = |name: &str| path.join(name).is_file();
    has("Manifest.plist") || has("Manifest.db") || has("Manifest.mbdb")
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn a_link_to_a_backup_is_followed_and_no_other() {
        use super::*;
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("disk/one")).unwrap();
        fs::write(at("disk/one/Manifest.db"), [0]).unwrap();
        fs::create_dir_all(at("other")).unwrap();
        fs::create_dir_all(at("MobileSync")).unwrap();
        symlink(at("disk/one"), at("one")).unwrap();
        symlink(at("other"), at("two")).unwrap();
        symlink(at("disk"), at("MobileSync/Backup")).unwrap();
        assert_eq!(linked_backups(folder.path()), [at("MobileSync/Backup"), at("one")]);
        assert_eq!(linked_backups(&at("MobileSync")), [at("MobileSync/Backup")]);
        assert!(linked_backups(&at("none")).is_empty());
    }
}
