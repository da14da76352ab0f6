//! Phones and tablets: what is deleted on them is out of reach, and a folder that shows one says which it is.

use std::path::{Component, Path};

use crate::system::Mount;

/// A phone or tablet by the way in which its photos are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phone {
    /// An iPhone or iPad.
    Apple,
    /// One with Android, or a camera: what it shows over USB are files, never its memory.
    Other,
}

/// Names of file systems that show an iPhone (ifuse).
const APPLE_MOUNTS: [&str; 2] = ["fuse.ifuse", "ifuse"];

/// Names of file systems that show what speaks MTP (jmtpfs, simple-mtpfs, go-mtpfs, aft-mtp-mount).
const OTHER_MOUNTS: [&str; 5] =
    ["fuse.jmtpfs", "fuse.simple-mtpfs", "fuse.go-mtpfs", "fuse.aft-mtp-mount", "fuse.mtpfs"];

impl Phone {
    /// The phone that the folder at `path` shows, which lies on `mount`.
    ///
    /// GNOME shows an iPhone as `afc:host=ID` or, for its photos, as `gphoto2:host=Apple_...`, others as
    /// `mtp:host=NAME`, in one folder for all.
    pub(super) fn of(path: &Path, mount: Option<&Mount>) -> Option<Self> {
        let kind = mount.map(|mount| mount.file_system.as_str()).unwrap_or_default();
        if APPLE_MOUNTS.contains(&kind) {
            return Some(Phone::Apple);
        }
        if OTHER_MOUNTS.contains(&kind) {
            return Some(Phone::Other);
        }
        let is_gvfs = kind == "fuse.gvfsd-fuse"
            || path
                .components()
                .any(|part| part.as_os_str() == "gvfs" || part.as_os_str() == ".gvfs");
        let mut names = path.components().filter_map(|part| match part {
            Component::Normal(name) => name.to_str(),
            _ => None,
        });
        names.find_map(|name| match name.split_once(":host=")? {
            ("afc", _) if is_gvfs => Some(Phone::Apple),
            ("gphoto2" | "mtp", host) if is_gvfs && host.starts_with("Apple") => Some(Phone::Apple),
            ("gphoto2" | "mtp", _) if is_gvfs => Some(Phone::Other),
            _ => None,
        })
    }

    /// The word for programs.
    pub fn name(self) -> &'static str {
        match self {
            Phone::Apple => "iphone",
            Phone::Other => "phone",
        }
    }

    /// Why what is deleted on it cannot be read, for people.
    pub fn why(self) -> &'static str {
        match self {
            Phone::Apple => {
                "An iPhone or iPad encrypts every file with a key of its own and throws the key away when the \
                 file is deleted for good. Without a backup no program and no lab can read it again, whatever \
                 is promised"
            }
            Phone::Other => {
                "A phone shows its files over USB, not its memory, and phones of the last years encrypt that \
                 and erase what is deleted. No program on this computer can read it"
            }
        }
    }

    /// Where to look in its stead, for people.
    pub fn instead(self) -> &'static str {
        match self {
            Phone::Apple => {
                "Look in Photos > Recently Deleted (30 days), in iCloud, in backups on a computer \
                 (`afterimage backup list`), and on other devices of the same account"
            }
            Phone::Other => {
                "Look in the trash of its gallery and of Google Photos, in the cloud, and scan its memory card \
                 in a reader if it has one"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_told_by_how_it_is_shown() {
        let of = |path: &str| Phone::of(Path::new(path), None);
        assert_eq!(of("/run/user/1000/gvfs/afc:host=00008030-0011/DCIM"), Some(Phone::Apple));
        assert_eq!(of("/run/user/1000/gvfs/gphoto2:host=Apple_Inc._iPhone_0"), Some(Phone::Apple));
        assert_eq!(of("/run/user/1000/gvfs/mtp:host=SAMSUNG_Android_RZ8"), Some(Phone::Other));
        assert_eq!(of("/run/user/1000/gvfs/smb-share:server=nas,share=x"), None);
        assert_eq!(of("/home/me/afc:host=1"), None, "a folder that is only called so");
        assert_eq!(of("/home/me/DCIM/100APPLE"), None);
    }
}
