//! What a disk begins with.

/// What stands at the start of a disk, and where: the ends of boot sectors, superblocks of ext, HFS+, APFS, XFS, F2FS and
/// Btrfs, the map of an Apple disk, the descriptor of a CD.
const OF_DISKS: [(usize, &[u8]); 10] = [
    (510, b"\x55\xaa"),
    (1080, b"\x53\xef"),
    (1024, b"H+"),
    (1024, b"HX"),
    (32, b"NXSB"),
    (0, b"XFSB"),
    (1024, b"\x10\x20\xf5\xf2"),
    (0x1_0040, b"_BHRfS_M"),
    (0, b"ER\x02\x00"),
    (0x8001, b"CD001"),
];

/// Whether bytes are the start of a disk or a volume, as far as they go.
pub fn is_start_of_disk(head: &[u8]) -> bool {
    let stands =
        |at: usize, magic: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(magic));
    OF_DISKS.iter().any(|(at, magic)| stands(*at, magic))
}
