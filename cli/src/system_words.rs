//! Words that differ by system: what devices are called there, and how one may read them.

#[cfg(not(windows))]
pub use unix::*;
#[cfg(windows)]
pub use windows::*;

/// Whether this process may do what an administrator may, as far as that is known.
pub fn is_administrator() -> bool {
    #[cfg(unix)]
    return rustix::process::geteuid().is_root();
    #[cfg(not(unix))]
    return false;
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
    /// How the paths of devices begin.
    pub const DEVICES: &str = r"\\.\";
}
