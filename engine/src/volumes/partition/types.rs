//! What types of partitions claim.

use crate::volumes::fields::le32;

/// What the type byte of an MBR's entry claims.
///
/// Source: A. Brouwer, "List of partition identifiers for PCs".
pub(crate) fn of_byte(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0x01 => "FAT12",
        0x04 | 0x06 | 0x0e => "FAT16",
        0x0b | 0x0c => "FAT32",
        0x07 => "NTFS or exFAT",
        0x11 | 0x14 | 0x16 | 0x1e => "hidden FAT",
        0x17 => "hidden NTFS",
        0x1b | 0x1c => "hidden FAT32",
        0x27 => "Windows recovery",
        0x42 => "Windows dynamic disk",
        0x82 => "Linux swap",
        0x83 => "Linux",
        0x8e => "Linux LVM",
        0xa5 => "FreeBSD",
        0xaf => "HFS+",
        0xef => "EFI system",
        0xfd => "Linux RAID",
        _ => return None,
    })
}

/// What the type GUID of a GPT's entry claims; its bytes as they lie on the disk.
///
/// Source: UEFI specification 2.10, 5.3.3, and the makers' lists.
pub(crate) fn of_guid(kind: &[u8; 16]) -> Option<&'static str> {
    let first = le32(kind, 0)?;
    // The first and the last bytes tell all of these apart, which is enough for a hint.
    Some(match (first, kind[14], kind[15]) {
        (0xc12a_7328, 0xc9, 0x3b) => "EFI system",
        (0xebd0_a0a2, 0x99, 0xc7) => "Microsoft basic data",
        (0xe3c9_e316, 0x15, 0xae) => "Microsoft reserved",
        (0xde94_bba4, 0xd6, 0xac) => "Windows recovery",
        (0xaf9b_60a0, 0x69, 0xad) => "Windows dynamic disk",
        (0x0fc6_3daf, 0x7d, 0xe4) => "Linux",
        (0x0657_fd6d, 0x4f, 0x4f) => "Linux swap",
        (0xe6d6_d379, 0xf9, 0x28) => "Linux LVM",
        (0x4846_5300, 0xec, 0xac) => "HFS+",
        (0x5374_6f72, 0xec, 0xac) => "Apple CoreStorage",
        (0x7c34_57ef, 0xec, 0xac) => "APFS",
        _ => return None,
    })
}
