//! Tables as tools write them, and damaged as media damage them.

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, proptest};

use super::table::MOST_PARTITIONS;
use super::*;

const DISK: usize = 4 << 20;

/// An entry of an MBR: flag, type, first sector, sectors.
type Entry = (u8, u8, u32, u32);

/// Writes a record with these entries into the 512 bytes at `at`.
fn write_mbr(disk: &mut [u8], at: usize, entries: &[Entry]) {
    for (index, (flag, kind, first, count)) in entries.iter().enumerate() {
        let entry = &mut disk[at + 446 + 16 * index..][..16];
        entry[0] = *flag;
        entry[4] = *kind;
        entry[8..12].copy_from_slice(&first.to_le_bytes());
        entry[12..].copy_from_slice(&count.to_le_bytes());
    }
    disk[at + 510..at + 512].copy_from_slice(&[0x55, 0xaa]);
}

fn disk(entries: &[Entry]) -> Vec<u8> {
    let mut disk = vec![0; DISK];
    write_mbr(&mut disk, 0, entries);
    disk
}

/// The boot sector of a FAT volume.
fn fat_boot() -> [u8; 512] {
    let mut boot = [0; 512];
    boot[..3].copy_from_slice(&[0xeb, 0x3c, 0x90]);
    boot[11..17].copy_from_slice(&[0, 2, 4, 1, 0, 2]);
    boot[19..22].copy_from_slice(&[0, 0x20, 0xf8]);
    boot[510..].copy_from_slice(&[0x55, 0xaa]);
    boot
}

/// The type GUID of Microsoft's basic data, as it lies on the disk.
const BASIC: [u8; 16] = [
    0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33, 0x44, 0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26, 0x99, 0xc7,
];

/// Sectors of a GPT's array of entries, with 512 bytes a sector.
const ARRAY: u64 = 32;

/// Writes one table and its header: entries of a name, the first and the last sector.
fn write_copy(
    disk: &mut [u8],
    sector: u64,
    (header, other, array): (u64, u64, u64),
    entries: &[(&str, u64, u64)],
) {
    let mut bytes = vec![0; 128 * 128];
    for (entry, (name, first, last)) in bytes.chunks_exact_mut(128).zip(entries) {
        entry[..16].copy_from_slice(&BASIC);
        entry[16] = 1;
        entry[32..40].copy_from_slice(&first.to_le_bytes());
        entry[40..48].copy_from_slice(&last.to_le_bytes());
        for (unit, letter) in entry[56..].chunks_exact_mut(2).zip(name.encode_utf16()) {
            unit.copy_from_slice(&letter.to_le_bytes());
        }
    }
    let mut head = [0; 92];
    head[..12].copy_from_slice(b"EFI PART\0\0\x01\0");
    head[12] = 92;
    for (at, value) in [(24, header), (32, other), (40, 34), (48, DISK as u64), (72, array)] {
        head[at..at + 8].copy_from_slice(&value.to_le_bytes());
    }
    head[80..88].copy_from_slice(&[128, 0, 0, 0, 128, 0, 0, 0]);
    head[88..].copy_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    let sum = crc32fast::hash(&head);
    head[16..20].copy_from_slice(&sum.to_le_bytes());
    disk[(header * sector) as usize..][..92].copy_from_slice(&head);
    disk[(array * sector) as usize..][..bytes.len()].copy_from_slice(&bytes);
}

fn gpt(sector: u64, entries: &[(&str, u64, u64)]) -> Vec<u8> {
    let mut disk = disk(&[(0, 0xee, 1, u32::MAX)]);
    let last = DISK as u64 / sector - 1;
    write_copy(&mut disk, sector, (1, last, 2), entries);
    write_copy(&mut disk, sector, (last, 1, last - ARRAY * 512 / sector), entries);
    disk
}

/// Checks table, partitions as number, first byte and length, and the beginnings of faults.
#[track_caller]
fn check(disk: &[u8], table: Option<TableKind>, list: &[(u32, u64, u64)], faults: &[&str]) {
    let found = partitions(&disk);
    let spans = found.list.iter().map(|one| (one.number, one.span.at, one.span.len));
    assert_eq!(spans.collect::<Vec<_>>(), list, "{found:?}");
    assert_eq!(found.table, table);
    assert_eq!(found.faults, faults);
}

const MIB: u64 = 1 << 20;
const TWO: [(&str, u64, u64); 2] = [("Photos", 2048, 4095), ("", 4096, 6143)];
const BOTH: [(u32, u64, u64); 2] = [(1, MIB, MIB), (2, 2 * MIB, MIB)];

#[test]
fn an_mbr_lists_its_partitions_by_their_first_byte() {
    let one = disk(&[(0, 0x83, 4096, 2048), (0, 0, 0, 0), (0x80, 0x0c, 2048, 2048)]);
    check(&one, Some(TableKind::Mbr), &[(3, MIB, MIB), (1, 2 * MIB, MIB)], &[]);
    let hints = partitions(&one.as_slice()).list.into_iter().map(|partition| partition.hint);
    assert_eq!(hints.collect::<Vec<_>>(), [Some("FAT32"), Some("Linux")]);
}

#[test]
fn logical_partitions_are_found_through_their_chain() {
    let mut one = disk(&[(0, 0x0c, 2048, 1024), (0, 0x05, 4096, 4096)]);
    write_mbr(&mut one, 4096 * 512, &[(0, 0x83, 64, 960), (0, 0x05, 1024, 1024)]);
    write_mbr(&mut one, 5120 * 512, &[(0, 0x83, 64, 960), (0, 0x05, 2048, 1024)]);
    write_mbr(&mut one, 6144 * 512, &[(0, 0x07, 64, 1000)]);
    let kib = 1024;
    let found = [
        (1, MIB, 512 * kib),
        (5, 2 * MIB + 32 * kib, 480 * kib),
        (6, 2 * MIB + 544 * kib, 480 * kib),
        (7, 3 * MIB + 32 * kib, 500 * kib),
    ];
    check(&one, Some(TableKind::Mbr), &found, &[]);
    // The third points back at the second.
    write_mbr(&mut one, 6144 * 512, &[(0, 0x07, 64, 1000), (0, 0x05, 1024, 1024)]);
    check(&one, Some(TableKind::Mbr), &found, &["the chain of logical partitions breaks"]);
    one[5120 * 512 + 511] = 0;
    check(&one, Some(TableKind::Mbr), &found[..2], &["the chain of logical partitions breaks"]);
}

#[test]
fn an_endless_chain_is_followed_only_so_far() {
    let mut one = vec![0; 1 << 20];
    write_mbr(&mut one, 0, &[(0, 0x05, 1, 2047)]);
    for link in 1..2047 {
        write_mbr(&mut one, link * 512, &[(0, 0x83, 1, 1), (0, 0x05, link as u32, 1)]);
    }
    let found = partitions(&one.as_slice());
    assert_eq!((found.list.len(), found.faults.len()), (256, 1), "{:?}", found.faults);
}

#[test]
fn partitions_that_overlap_or_reach_beyond_the_end_are_kept_and_cut() {
    let one = disk(&[(0, 7, 2048, 4096), (0, 7, 4096, 1 << 20), (0, 7, 1 << 20, 8)]);
    let faults = [
        "partition 2 reaches beyond the end",
        "partition 3 begins beyond the end",
        "partitions 1 and 2 overlap",
    ];
    check(&one, Some(TableKind::Mbr), &[(1, MIB, 2 * MIB), (2, 2 * MIB, 2 * MIB)], &faults);
}

#[test]
fn a_volume_without_a_table_is_not_taken_for_one() {
    let mut one = disk(&[(0x80, 0x06, 63, 4096), (0, 0x06, 5000, 100)]);
    let boot = fat_boot();
    one[..446].copy_from_slice(&boot[..446]);
    check(&one, None, &[], &[]);
    for name in [b"NTFS    ", b"EXFAT   "] {
        one[3..90].fill(0);
        one[3..11].copy_from_slice(name);
        check(&one, None, &[], &[]);
    }
    // Yet a table may look like a volume: then a volume begins where it says.
    one[63 * 512..64 * 512].copy_from_slice(&boot);
    check(&one, Some(TableKind::Mbr), &[(1, 63 * 512, 4096 * 512), (2, 5000 * 512, 51_200)], &[]);
}

#[test]
fn code_and_lost_marks_are_believed_only_when_a_volume_begins_there() {
    let mut one = disk(&[(0, 0x0c, 2048, 2048)]);
    one[510] = 0;
    check(&one, None, &[], &[]);
    one[2048 * 512..2049 * 512].copy_from_slice(&fat_boot());
    check(&one, Some(TableKind::Mbr), &BOTH[..1], &["the mark of the partition table is lost"]);
    check(&disk(&[(0x33, 0xc0, 0x8ed8, 77)]), None, &[], &[]);
    check(&disk(&[]), None, &[], &[]);
    check(&[0x55; 100], None, &[], &[]);
}

#[test]
fn sectors_of_4096_bytes_are_told_by_the_volumes_that_begin() {
    let mut one = disk(&[(0, 0x0c, 256, 256), (0, 0x07, 512, 256)]);
    one[256 * 4096..256 * 4096 + 512].copy_from_slice(&fat_boot());
    check(&one, Some(TableKind::Mbr), &BOTH, &[]);
}

#[test]
fn a_gpt_gives_names_and_a_hybrid_its_own_partitions_too() {
    let mut one = gpt(512, &TWO);
    check(&one, Some(TableKind::Gpt), &BOTH, &[]);
    let labels = partitions(&one.as_slice()).list.into_iter().map(|one| (one.hint, one.label));
    let hint = Some("Microsoft basic data");
    let expected = [(hint, Some("Photos".to_owned())), (hint, None)];
    assert_eq!(labels.collect::<Vec<_>>(), expected);
    write_mbr(&mut one, 0, &[(0, 0xee, 1, 2047), (0, 7, 2048, 2048), (0, 7, 6144, 1024)]);
    check(&one, Some(TableKind::Hybrid), &[BOTH[0], BOTH[1], (3, 3 * MIB, MIB / 2)], &[]);
    check(&gpt(4096, &[("", 256, 511), ("", 512, 767)]), Some(TableKind::Gpt), &BOTH, &[]);
}

#[test]
fn the_better_of_both_tables_is_used() {
    let whole = gpt(512, &TWO);
    let last = DISK / 512 - 1;
    let mut one = whole.clone();
    one[512..1024].fill(0);
    check(&one, Some(TableKind::Gpt), &BOTH, &["the partition table is lost; its copy is used"]);
    one[last * 512..].fill(0);
    check(&one, None, &[], &["the partition table is lost, and its copy as well"]);
    let mut one = whole.clone();
    one[last * 512..].fill(0);
    check(&one, Some(TableKind::Gpt), &BOTH, &["the copy of the partition table is lost"]);
    let mut one = whole.clone();
    one[1024 + 32] ^= 1;
    check(&one, Some(TableKind::Gpt), &BOTH, &["the partition table is damaged; its copy is used"]);
    // The same damage in both: all that is left, and still of use.
    one[(last - 32) * 512 + 32] ^= 1;
    let moved = [(1, MIB + 512, MIB - 512), BOTH[1]];
    check(&one, Some(TableKind::Gpt), &moved, &["the checksum of the partition table is wrong"]);
}

#[test]
fn a_copy_is_found_where_the_header_says_on_a_larger_disk() {
    let mut one = gpt(512, &TWO);
    one.extend(vec![0; DISK]);
    check(&one, Some(TableKind::Gpt), &BOTH, &[]);
    one[1024] ^= 1;
    check(&one, Some(TableKind::Gpt), &BOTH, &["the partition table is damaged; its copy is used"]);
}

#[test]
fn the_copy_that_an_earlier_table_left_is_not_used() {
    let mut one = gpt(512, &TWO);
    one[..2048].fill(0);
    write_mbr(&mut one, 0, &[(0, 0x0c, 2048, 6144)]);
    check(&one, Some(TableKind::Mbr), &[(1, MIB, 3 * MIB)], &[]);
    one[..512].copy_from_slice(&fat_boot());
    check(&one, None, &[], &[]);
    one[..512].fill(0);
    let lost = "the partition table is lost; its copy is used";
    check(&one, Some(TableKind::Gpt), &BOTH, &[lost]);
}

#[test]
fn entries_that_contradict_themselves_are_told() {
    let one = gpt(512, &[("", 2048, 4095), ("", 5000, 4999), ("", u64::MAX / 2, u64::MAX)]);
    let faults = ["partition 2 ends before it begins", "partition 3 begins beyond the end"];
    check(&one, Some(TableKind::Gpt), &BOTH[..1], &faults);
}

proptest! {
    /// Whatever a table says, its partitions lie inside the source and are in order.
    #[test]
    fn partitions_lie_inside_whatever_a_table_says(
        kind in 0..3,
        flips in vec((any::<proptest::sample::Index>(), any::<u8>()), 0..40),
        noise in vec(any::<u8>(), 0..2048),
    ) {
        let mut one = match kind {
            0 => gpt(512, &TWO),
            1 => {
                let mut one = disk(&[(0, 5, 1, 100), (0, 7, 2, 3)]);
                write_mbr(&mut one, 512, &[(0, 7, 1, 1), (0, 5, 1, 1)]);
                one
            }
            _ => noise,
        };
        let most = one.len().min(3 << 10);
        for (index, byte) in flips {
            if most > 0 {
                let at = index.index(most);
                one[at] = byte;
            }
        }
        let found = partitions(&one.as_slice());
        prop_assert!(found.list.iter().all(|part| part.span.end() <= one.len() as u64));
        prop_assert!(found.list.is_sorted_by_key(|part| part.span));
        prop_assert!(found.list.len() <= MOST_PARTITIONS + 4 * 4 * 257);
    }
}
