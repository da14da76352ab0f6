//! Files that come from another machine or out of a program, which may take its time to answer.

use std::fs::File;

/// File systems of networks and of programs (Linux, `include/uapi/linux/magic.h` and the sources of each):
/// FUSE, NFS, SMB in three ages, 9P, Ceph, AFS, Coda.
#[cfg(any(target_os = "linux", target_os = "android"))]
const REMOTE: [u32; 9] = [
    0x6573_5546,
    0x6969,
    0x517B,
    0xFF53_4D42,
    0xFE53_4D42,
    0x0102_1997,
    0x00C3_6400,
    0x5346_414F,
    0x7375_7245,
];

/// Whether the file system of `file` is one of a network or of a program.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn is_remote(file: &File) -> bool {
    // The type is a machine word of either sign; the numbers have 32 bits.
    rustix::fs::fstatfs(file).is_ok_and(|disk| REMOTE.contains(&(disk.f_type as u32)))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn is_remote(_: &File) -> bool {
    false
}
