//! A file system as it is mounted.

use std::ffi::OsString;
use std::path::PathBuf;

use super::block_device::BlockDevice;

/// One mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where.
    pub point: PathBuf,
    /// The type of the file system.
    pub file_system: String,
    /// From what: often a device, or several with `:` between them.
    pub source: OsString,
    /// For an overlay, the folder that takes what is written.
    pub upper: Option<PathBuf>,
    /// The number of the file system: that of its device, or one that no device has.
    pub number: BlockDevice,
    /// Whether nothing is written to the file system, through whatever mount of it.
    pub is_read_only: bool,
    /// Whether its file system tells the device which blocks are free, as soon as they are.
    pub has_discard: bool,
}
