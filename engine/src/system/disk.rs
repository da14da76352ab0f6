//! What the disk below a folder can take.

use std::io;
use std::path::Path;

#[cfg(windows)]
use super::win32;

/// The longest file of FAT, whose lengths have 32 bits (Microsoft, "FAT File System
/// Specification", section 6).
#[cfg(any(target_os = "linux", windows))]
const LONGEST_ON_FAT: u64 = u32::MAX as u64;

/// What is known of a disk.
pub struct Disk {
    /// Whether it is FAT or exFAT.
    pub fat: bool,
    /// The longest file in bytes.
    pub longest: u64,
    /// Bytes that are free for us.
    pub free: u64,
}

/// The disk on which `path` lies or would be made: that of as much of it as exists.
///
/// # Errors
///
/// When the system does not tell.
pub fn disk_for(path: &Path) -> io::Result<Disk> {
    let absolute = std::path::absolute(path)?;
    let existing = absolute.ancestors().find(|above| above.exists());
    disk_of(existing.unwrap_or(Path::new("/")))
}

/// The disk on which the existing `folder` lies.
///
/// # Errors
///
/// When the system does not tell.
#[cfg(unix)]
pub fn disk_of(folder: &Path) -> io::Result<Disk> {
    let volume = rustix::fs::statvfs(folder)?;
    let (fat, longest) = limits(folder)?;
    Ok(Disk { fat, longest, free: volume.f_bavail.saturating_mul(volume.f_frsize) })
}

/// The disk on which the existing `folder` lies.
///
/// # Errors
///
/// When the system does not tell.
#[cfg(windows)]
pub fn disk_of(folder: &Path) -> io::Result<Disk> {
    let file_system = win32::file_system(&win32::mount_point(folder)?)?.name;
    let fat = file_system.eq_ignore_ascii_case("exFAT") || is_short(&file_system);
    let longest = if is_short(&file_system) { LONGEST_ON_FAT } else { u64::MAX };
    Ok(Disk { fat, longest, free: win32::free_space(folder)? })
}

/// Whether it is FAT by its name: `FAT` or `FAT32`.
#[cfg(windows)]
fn is_short(file_system: &str) -> bool {
    ["FAT", "FAT32"].iter().any(|fat| file_system.eq_ignore_ascii_case(fat))
}

/// Whether the file system is FAT or exFAT, and its longest file; numbers as in Linux,
/// `include/uapi/linux/magic.h`.
#[cfg(target_os = "linux")]
fn limits(folder: &Path) -> io::Result<(bool, u64)> {
    const MSDOS: u32 = 0x4d44;
    const EXFAT: u32 = 0x2011_bab0;
    // The type is a machine word of either sign; the numbers have 32 bits.
    Ok(match rustix::fs::statfs(folder)?.f_type as u32 {
        MSDOS => (true, LONGEST_ON_FAT),
        EXFAT => (true, u64::MAX),
        _ => (false, u64::MAX),
    })
}

#[cfg(not(any(target_os = "linux", windows)))]
fn limits(_: &Path) -> io::Result<(bool, u64)> {
    Ok((false, u64::MAX))
}
