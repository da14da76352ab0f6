//! Headers of file systems and databases, a sector each: the volumes and files that they describe are not there.

use crate::fat::Stamp;
use crate::{apfs, encrypted, exfat, ext, fat, hfsplus, ntfs};

const SECTOR: usize = 512;

/// What the files hold that are spoken of: no photo.
const FILE: [u8; 3000] = [7; 3000];

/// When they were written, in seconds since 1970.
const SECONDS: u32 = 1_700_000_000;

fn stamp() -> Stamp {
    Stamp::new(2023, 11, 14, 22, 13, 20)
}

fn sector(image: &[u8], at: usize) -> Vec<u8> {
    let at = at / SECTOR * SECTOR;
    image[at..at + SECTOR].to_vec()
}

fn fat_volume() -> fat::Volume {
    let mut volume = fat::Volume::new(fat::Kind::Fat16, 40_000, 2048, "CARD");
    volume.write("A.JPG", &FILE, stamp(), 0);
    volume.write("B.JPG", &FILE, stamp(), 0);
    volume
}

pub(super) fn fat_boot() -> Vec<u8> {
    sector(fat_volume().image(), 0)
}

pub(super) fn fat_folder() -> Vec<u8> {
    let volume = fat_volume();
    sector(volume.image(), volume.record("A.JPG"))
}

fn exfat_volume() -> exfat::Volume {
    let mut volume = exfat::Volume::new(64, "CARD");
    volume.write("A.JPG", &FILE, stamp(), 0);
    volume
}

pub(super) fn exfat_boot() -> Vec<u8> {
    sector(exfat_volume().image(), 0)
}

pub(super) fn exfat_folder() -> Vec<u8> {
    let volume = exfat_volume();
    sector(volume.image(), volume.record("A.JPG"))
}

fn ntfs_volume() -> ntfs::Volume {
    let mut volume = ntfs::Volume::new(256);
    volume.make_folder("DCIM");
    volume.write("DCIM/A.JPG", &FILE, &[1], SECONDS.into());
    volume
}

pub(super) fn ntfs_boot() -> Vec<u8> {
    sector(ntfs_volume().image(), 0)
}

pub(super) fn ntfs_record() -> Vec<u8> {
    let volume = ntfs_volume();
    let at = volume.record_at("DCIM/A.JPG");
    volume.image()[at..at + 2 * SECTOR].to_vec()
}

pub(super) fn ntfs_index() -> Vec<u8> {
    let volume = ntfs_volume();
    let mut blocks = volume.image().chunks(ntfs::CLUSTER);
    blocks.find(|block| block.starts_with(b"INDX")).map(<[u8]>::to_vec).unwrap_or_default()
}

pub(super) fn ext_superblock() -> Vec<u8> {
    let mut volume = ext::Volume::new(ext::Kind::Ext4);
    volume.write("a.jpg", &FILE, SECONDS, 0);
    sector(volume.image(), ext::BLOCK)
}

fn hfs_volume() -> hfsplus::Volume {
    let mut volume = hfsplus::Volume::new("CARD");
    volume.write((hfsplus::ROOT, "a.jpg"), &FILE, SECONDS.into(), 1);
    volume
}

pub(super) fn hfs_header() -> Vec<u8> {
    sector(hfs_volume().image(), 1024)
}

pub(super) fn hfs_leaf() -> Vec<u8> {
    const LEAF: &[u8] = &[0, 0, 0, 0, 0, 0, 0, 0, 0xff];
    let volume = hfs_volume();
    let mut blocks = volume.image().chunks(hfsplus::BLOCK);
    blocks.find(|block| block.starts_with(LEAF)).map(<[u8]>::to_vec).unwrap_or_default()
}

pub(super) fn apfs_superblock() -> Vec<u8> {
    apfs::Container::new(false).image()[..apfs::BLOCK].to_vec()
}

pub(super) fn luks() -> Vec<u8> {
    encrypted::luks1(&[])[..592].to_vec()
}

pub(super) fn bitlocker() -> Vec<u8> {
    sector(&encrypted::bitlocker(&FILE), 0)
}

/// A partition table of four partitions, the last of which holds another one.
pub(super) fn partitions() -> Vec<u8> {
    let mut bytes = vec![0; SECTOR];
    for (index, kind) in [0x0c, 0x07, 0x83, 0x05].into_iter().enumerate() {
        let entry = &mut bytes[446 + 16 * index..][..16];
        entry[4] = kind;
        entry[8..12].copy_from_slice(&(1 + index as u32).to_le_bytes());
        entry[12..].copy_from_slice(&100_000u32.to_le_bytes());
    }
    bytes[510..].copy_from_slice(&[0x55, 0xaa]);
    bytes
}

/// The first page of a database.
pub(super) fn sqlite() -> Vec<u8> {
    let mut bytes = b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20\0\0\0\x01\0\0\0\x10".to_vec();
    bytes.resize(100, 0);
    bytes.extend(b"\x0d\0\0\0\x01\x0f\xf0\0");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sector_is_one_of_its_file_system() {
        for sector in [fat_boot(), exfat_boot(), ntfs_boot(), partitions()] {
            assert_eq!(sector[510..], [0x55, 0xaa]);
        }
        assert!(fat_folder().windows(11).any(|name| name == b"A       JPG"));
        assert_eq!(exfat_folder().len(), SECTOR);
        assert!(ntfs_record().starts_with(b"FILE") && ntfs_index().starts_with(b"INDX"));
        assert_eq!(ext_superblock()[56..58], [0x53, 0xef]);
        assert_eq!(hfs_header()[..2], *b"H+");
        assert_eq!(hfs_leaf().len(), hfsplus::BLOCK);
        assert_eq!(apfs_superblock()[32..36], *b"NXSB");
        assert!(luks().starts_with(b"LUKS") && bitlocker()[3..].starts_with(b"-FVE-FS-"));
    }
}
