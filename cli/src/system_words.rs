//! Words that differ by system: what devices are called there, and how one may read them.

#[cfg(not(windows))]
pub use unix::*;
#[cfg(windows)]
pub use windows::*;

/// What to do where a reader is empty.
pub const INSERT: &str = "put the card into the reader and try again";

/// Whether whoever runs this program may do all already.
pub fn is_root() -> bool {
    #[cfg(unix)]
    let is_root = rustix::process::geteuid().is_root();
    #[cfg(not(unix))]
    let is_root = false;
    is_root
}

/// A text as it is told to somebody who `has_rights` already: nobody needs to be told how to get them twice.
pub fn told(text: &str, has_rights: bool) -> String {
    let asked = ASKS_FOR_RIGHTS.iter().filter(|_| has_rights);
    asked.fold(text.to_owned(), |text, (with, without)| text.replace(with, without))
}

/// How somebody reads what may not be read: `has_rights` tells whether it is root who may not.
pub fn how_to_read(has_rights: bool) -> &'static str {
    if has_rights {
        "this program runs as root already: see who else keeps it closed, such as a container or the settings of \
         the system"
    } else {
        WITH_RIGHTS
    }
}

#[cfg(not(windows))]
mod unix {
    /// A device, as an example.
    pub const DEVICE: &str = "/dev/sdb";
    /// What names the devices.
    pub const LISTER: &str = if cfg!(target_os = "macos") { "`diskutil list`" } else { "`lsblk`" };
    /// What tells most of them.
    pub const BEST_LISTER: &str =
        if cfg!(target_os = "macos") { LISTER } else { "`afterimage devices`" };
    /// What stands before a command that reads a device.
    pub const AS_ROOT: &str = "sudo ";
    /// How one may read a device.
    pub const WITH_RIGHTS: &str = "run it again with sudo";
    /// What asks for rights: the start of a command line, in a text and in quotes, and a sentence; and what stands in
    /// its place for whoever has them.
    pub const ASKS_FOR_RIGHTS: &[(&str, &str)] =
        &[("sudo afterimage ", "afterimage "), ("`sudo ", "`"), (" Run it again with sudo.", "")];
    /// How the paths of devices begin.
    pub const DEVICES: &str = "/dev";
}

#[cfg(windows)]
mod windows {
    /// A device, as an example.
    pub const DEVICE: &str = r"\\.\PhysicalDrive1";
    /// What names the devices: number 1 is `\\.\PhysicalDrive1`.
    pub const LISTER: &str = "`Get-Disk` in PowerShell";
    /// What tells most of them.
    pub const BEST_LISTER: &str = LISTER;
    /// What stands before a command that reads a device: nothing, since the shell has to be started with rights.
    pub const AS_ROOT: &str = "";
    /// How one may read a device.
    pub const WITH_RIGHTS: &str = "run it again as administrator";
    /// What a command line begins with that asks for rights: none does.
    pub const ASKS_FOR_RIGHTS: &[(&str, &str)] = &[];
    /// How the paths of devices begin.
    pub const DEVICES: &str = r"\\.\";
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use super::*;

    #[cfg(unix)]
    #[test]
    fn root_is_not_told_to_become_root() {
        let text = "first `sudo umount /mnt`, then: sudo afterimage scan /dev/sdb";
        assert_eq!(told(text, false), text);
        assert_eq!(told(text, true), "first `umount /mnt`, then: afterimage scan /dev/sdb");
        assert!(how_to_read(false).contains("sudo") && !how_to_read(true).contains("sudo"));
    }
}
