//! Small images of volumes and disks for the fuzz targets, and how an input damages one.
//!
//! A folder, since Cargo would take a file for tests of its own.

use afterimage_testdata::{apfs, exfat, ext, fat, hfsplus, ntfs};

use crate::cards;

/// Bytes of a sector.
pub const SECTOR: usize = 512;

/// What the content of files consists of after its first bytes, so that it is told from metadata.
const CONTENT: u8 = 0xa5;

/// Seconds since 1970 of all dates.
const SECONDS: u32 = 1_715_961_802;

/// Bytes of one change that an input asks for.
const CHANGE: usize = 6;

/// Numbers that break arithmetic, besides the small ones.
const NUMBERS: [u64; 10] =
    [0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, u64::MAX];

/// An image, to be damaged.
pub struct Seed {
    image: Vec<u8>,
    /// Where the sectors lie that hold neither zeros nor content of files.
    metadata: Vec<usize>,
    /// Makes the checksum valid again that covers the sector at an offset.
    seal: fn(&mut [u8], usize),
}

impl Seed {
    fn new(image: Vec<u8>, seal: fn(&mut [u8], usize)) -> Self {
        let is_metadata = |at: &usize| {
            let sector = &image[*at..*at + SECTOR];
            let is_content = sector[16..].iter().all(|&byte| byte == CONTENT);
            !is_content && sector.iter().any(|&byte| byte != 0)
        };
        let metadata = (0..image.len() / SECTOR).map(|sector| sector * SECTOR);
        let metadata = metadata.filter(is_metadata).collect();
        Seed { image, metadata, seal }
    }

    /// The image as it was made.
    pub fn image(&self) -> &[u8] {
        &self.image
    }

    fn sector(&self, number: u16) -> usize {
        self.metadata[usize::from(number) % self.metadata.len()]
    }
}

/// The image that an input asks for: which seed, whether checksums are made valid again, how much
/// of the image there is, and changes to sectors of metadata.
pub fn damaged(seeds: &[Seed], input: &[u8]) -> Vec<u8> {
    let (head, changes) = input.split_at(input.len().min(2));
    let [first, cut] = [0, 1].map(|at| head.get(at).copied().unwrap_or(0));
    let seed = &seeds[usize::from(first & 0x7f) % seeds.len()];
    let mut image = seed.image.clone();
    for change in changes.as_chunks::<CHANGE>().0 {
        let at = apply(seed, &mut image, change);
        if first & 0x80 != 0 {
            (seed.seal)(&mut image, at);
        }
    }
    if let Some(share) = cut.checked_sub(0xe0) {
        image.truncate(image.len() * usize::from(share) / 0x20);
    }
    image
}

/// Makes one change and says which sector it hits.
fn apply(seed: &Seed, image: &mut [u8], change: &[u8; CHANGE]) -> usize {
    let &[kind, a, b, c, d, value] = change;
    let (sector, other) = (seed.sector(u16::from_le_bytes([a, b])), u16::from_le_bytes([c, d]));
    let (width, big) = (1 << (kind >> 2 & 3), kind & 0x10 != 0);
    let at = sector + usize::from(other) % (SECTOR + 1 - width);
    let number = match NUMBERS.get(usize::from(value).wrapping_sub(0xf0)) {
        Some(number) => *number,
        None => value.into(),
    };
    match kind & 3 {
        0 => image[at] = value,
        1 => image[at] = image[at].wrapping_add(value),
        2 if big => image[at..at + width].copy_from_slice(&number.to_be_bytes()[8 - width..]),
        2 => image[at..at + width].copy_from_slice(&number.to_le_bytes()[..width]),
        _ => {
            // To another sector of metadata, or to any sector at all.
            let to = match kind & 4 {
                0 => seed.sector(other),
                _ => usize::from(other) * SECTOR % (image.len() - SECTOR + 1) / SECTOR * SECTOR,
            };
            image.copy_within(sector..sector + SECTOR, to);
            return to;
        }
    }
    sector
}

/// Writes bytes into an image.
pub fn put(image: &mut [u8], at: usize, bytes: &[u8]) {
    image[at..at + bytes.len()].copy_from_slice(bytes);
}

fn not_sealed(_: &mut [u8], _: usize) {}

/// The bytes of a photo as far as file systems look at them.
fn photo(len: usize) -> Vec<u8> {
    let mut bytes = vec![CONTENT; len];
    bytes[..4].copy_from_slice(&[0xff, 0xd8, 0xff, 0xe0]);
    bytes
}

/// Volumes of FAT in all widths: with live and deleted files, in pieces, and formatted again.
pub fn fat() -> Vec<Seed> {
    let stamp = fat::Stamp::new(2024, 5, 17, 18, 3, 22);
    let volume = |kind, sectors, cluster| {
        let mut volume = fat::Volume::new(kind, sectors, cluster, "CARD");
        volume.make_folder("DCIM", 30, stamp);
        volume.make_folder("DCIM/100CANON", 60, stamp);
        volume.make_folder("MISC", 30, stamp);
        for (number, from) in [(1, 60), (2, 80), (3, 78)] {
            volume.write(&format!("DCIM/100CANON/IMG_000{number}.JPG"), &photo(4096), stamp, from);
        }
        volume.write("MISC/a rather long name.jpeg", &photo(4096), stamp, 120);
        volume.delete("DCIM/100CANON/IMG_0001.JPG");
        volume.delete("DCIM/100CANON/IMG_0003.JPG");
        volume.delete_folder("MISC");
        volume
    };
    let fat16 = volume(fat::Kind::Fat16, 5 << 11, 1024);
    let mut formatted = fat16.clone();
    formatted.format_again("NEW");
    // A table of FAT32 alone takes half a mebibyte.
    let mut fat32 = volume(fat::Kind::Fat32, 34 << 11, SECTOR).image().to_vec();
    fat32.truncate(1 << 20);
    let images = [fat16.image().to_vec(), formatted.image().to_vec(), fat32, fat12(fat16)];
    images.map(|image| Seed::new(image, not_sealed)).into()
}

/// A volume of FAT16 made one of FAT12: with fewer clusters, and each entry of its tables narrower.
fn fat12(volume: fat::Volume) -> Vec<u8> {
    let mut image = volume.image().to_vec();
    image.truncate(2 << 20);
    let sectors = (image.len() / SECTOR) as u16;
    put(&mut image, 19, &sectors.to_le_bytes());
    let table = volume.table();
    let wide = image[table.clone()].to_vec();
    let second = table.start + table.len();
    for copy in [table.start, second] {
        image[copy..copy + table.len()].fill(0);
        for (index, entry) in wide.as_chunks::<2>().0.iter().enumerate().take(2000) {
            let at = copy + index * 3 / 2;
            let low = u16::from_le_bytes(*entry) & 0xfff;
            let shifted = if index % 2 == 1 { low << 4 } else { low };
            let there = u16::from_le_bytes([image[at], image[at + 1]]);
            image[at..at + 2].copy_from_slice(&(there | shifted).to_le_bytes());
        }
    }
    image
}

/// Volumes of exFAT, and one that was formatted again.
pub fn exfat() -> Vec<Seed> {
    let stamp = fat::Stamp::new(2024, 5, 17, 18, 3, 22);
    let mut volume = exfat::Volume::new(100, "CARD");
    volume.make_folder("DCIM", stamp);
    volume.make_folder("DCIM/100CANON", stamp);
    for (number, from) in [(1, 10), (2, 20), (3, 18)] {
        volume.write(&format!("DCIM/100CANON/IMG_000{number}.JPG"), &photo(16_384), stamp, from);
    }
    volume.delete("DCIM/100CANON/IMG_0001.JPG");
    let whole = volume.image().to_vec();
    volume.format("NEW");
    [whole, volume.image().to_vec()].map(|image| Seed::new(image, not_sealed)).into()
}

/// Volumes of NTFS: with files in pieces, in several records and in a record itself; and one that
/// was formatted again.
pub fn ntfs() -> Vec<Seed> {
    let mut volume = ntfs::Volume::new(128);
    volume.make_folder("DCIM");
    volume.make_folder("DCIM/100CANON");
    let name = |number: u32| format!("DCIM/100CANON/IMG_000{number}.JPG");
    volume.write(&name(1), &photo(16_384), &[4], SECONDS.into());
    volume.write(&name(2), &photo(16_384), &[3, 1], SECONDS.into());
    volume.write_continued(&name(3), &photo(16_384), [2, 2], SECONDS.into());
    volume.write_named_apart(&name(4), &photo(8192), SECONDS.into());
    volume.write_resident(&name(5), &photo(200), SECONDS.into());
    volume.delete(&name(1));
    volume.delete(&name(3));
    let whole = volume.image().to_vec();
    volume.format(2);
    [whole, volume.image().to_vec()].map(|image| Seed::new(image, not_sealed)).into()
}

/// A volume of ext2 and one of ext4, whose journal knows deleted files.
pub fn ext() -> Vec<Seed> {
    let volume = |kind| {
        let mut volume = ext::Volume::new(kind);
        for (name, from) in [("IMG_0001.JPG", 120), ("IMG_0002.JPG", 140), ("IMG_0003.JPG", 138)] {
            volume.write(name, &photo(16_384), SECONDS, from);
        }
        volume.delete("IMG_0001.JPG", SECONDS + 60);
        volume.delete("IMG_0003.JPG", SECONDS + 60);
        Seed::new(volume.image().to_vec(), not_sealed)
    };
    vec![volume(ext::Kind::Ext2), volume(ext::Kind::Ext4)]
}

/// Volumes of HFS+: with a file in more extents than its record holds, a hard link and a journal;
/// and one that was formatted again.
pub fn hfsplus() -> Vec<Seed> {
    let mut volume = hfsplus::Volume::new("Disk");
    let dcim = volume.make_folder(hfsplus::ROOT, "DCIM");
    let folder = volume.make_folder(dcim, "100CANON");
    volume.write((folder, "IMG_0001.JPG"), &photo(8192), SECONDS.into(), 1);
    volume.write((folder, "IMG_0002.JPG"), &photo(10 * hfsplus::BLOCK), SECONDS.into(), 2);
    let linked = volume.write((folder, "iNode19"), &photo(4096), SECONDS.into(), 1);
    volume.link(folder, "IMG_0003.JPG", linked);
    volume.log();
    volume.delete(folder, "IMG_0001.JPG");
    let whole = volume.image().to_vec();
    volume.format("New");
    [whole, volume.image().to_vec()].map(|image| Seed::new(image, not_sealed)).into()
}

/// Containers of APFS, one of them encrypted.
pub fn apfs() -> Vec<Seed> {
    let container = |locked| {
        let mut container = apfs::Container::new(locked);
        container.write("IMG_0001.JPG", &photo(8192), u64::from(SECONDS) * 1_000_000_000, 99);
        container.write("IMG_0002.JPG", &photo(16_384), u64::from(SECONDS) * 1_000_000_000, 2);
        container.commit(true);
        container.delete("IMG_0001.JPG");
        container.commit(false);
        Seed::new(container.image().to_vec(), seal_apfs)
    };
    vec![container(false), container(true)]
}

/// Fletcher's checksum of 64 bits over a block.
///
/// Source: Apple, "Apple File System Reference" (2020-06-22), "Object Checksums".
fn seal_apfs(image: &mut [u8], at: usize) {
    const MODULUS: u64 = u32::MAX as u64;
    let start = at - at % apfs::BLOCK;
    let Some(block) = image.get_mut(start..start + apfs::BLOCK) else { return };
    let words = block[8..].as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word));
    let (one, two) = words.fold((0, 0), |(one, two), word| {
        let one = (one + u64::from(word)) % MODULUS;
        (one, (two + one) % MODULUS)
    });
    let low = MODULUS - (one + two) % MODULUS;
    let sum = (MODULUS - (one + low) % MODULUS) << 32 | low;
    block[..8].copy_from_slice(&sum.to_le_bytes());
}

/// Headers of volumes that only a key can read, each with its copies.
pub fn encrypted() -> Vec<Seed> {
    const LEN: usize = 256 << 10;
    let bitlocker = {
        let offsets = [0x1_0000_u64, 0x2_0000, 0x3_0000].map(u64::to_le_bytes).concat();
        let len = (LEN as u64).to_le_bytes();
        let block = [&b"-FVE-FS-"[..], &[0; 8], &len, &[0; 8], &offsets].concat();
        let blocks = [0x1_0000, 0x2_0000, 0x3_0000].map(|at| (at, block.clone()));
        let boot = [(0, b"\xeb\x58\x90-FVE-FS-\0\x02\x08".to_vec()), (510, vec![0x55, 0xaa])];
        [&boot[..], &blocks[..]].concat()
    };
    let luks = vec![
        (0, b"LUKS\xba\xbe\0\x02".to_vec()),
        (24, b"backup".to_vec()),
        (0x8000, b"SKUL\xba\xbe\0\x02".to_vec()),
        (0x8000 + 256, 0x8000_u64.to_be_bytes().to_vec()),
    ];
    let core_storage = vec![(8, vec![1, 0, 16, 0]), (88, b"CS".to_vec()), (96, vec![0, 16, 0, 0])];
    let disk_image = vec![(0, b"encrcdsa\0\0\0\x02".to_vec())];
    let seed = |pieces: Vec<(usize, Vec<u8>)>| {
        let mut image = vec![0; LEN];
        for (at, piece) in pieces {
            put(&mut image, at, &piece);
        }
        Seed::new(image, not_sealed)
    };
    [bitlocker, luks, core_storage, disk_image].map(seed).into()
}

/// Empty disks with a master boot record, a chain of logical partitions, a GUID partition table and a
/// hybrid of both.
pub fn tables() -> Vec<Seed> {
    let disk = || vec![0; 64 << 10];
    let mut mbr = disk();
    cards::mbr(&mut mbr, 16 << 10, 16 << 10);
    cards::add_mbr_entry(&mut mbr, 1, 32 << 10, 8 << 10);
    let mut chain = disk();
    cards::mbr(&mut chain, 8 << 10, 8 << 10);
    add_extended(&mut chain, 16 << 10, 48 << 10);
    let mut gpt = disk();
    cards::gpt(&mut gpt, 32 << 10, 16 << 10);
    let mut hybrid = gpt.clone();
    cards::add_mbr_entry(&mut hybrid, 1, 48 << 10, 8 << 10);
    [mbr, chain, gpt, hybrid].map(|image| Seed::new(image, seal_gpt)).into()
}

/// Adds an extended partition with two logical ones to the master boot record.
fn add_extended(disk: &mut [u8], start: usize, len: usize) {
    const EXTENDED: u8 = 0x05;
    cards::add_mbr_entry(disk, 1, start, len);
    disk[446 + 16 + 4] = EXTENDED;
    let (first, second) = disk[start..].split_at_mut(len / 2);
    // Logical partitions count from their own record, the next record from the first of the chain.
    cards::add_mbr_entry(first, 0, SECTOR, len / 4);
    cards::add_mbr_entry(first, 1, len / 2, len / 2);
    first[446 + 16 + 4] = EXTENDED;
    cards::add_mbr_entry(second, 0, SECTOR, len / 4);
}

/// Makes the checksums of the headers and arrays of a GUID partition table valid again.
fn seal_gpt(disk: &mut [u8], _: usize) {
    let last = disk.len() - SECTOR;
    for header in [SECTOR, last] {
        let number = |disk: &[u8], at: usize, width: usize| {
            let mut bytes = [0; 8];
            bytes[..width].copy_from_slice(&disk[header + at..][..width]);
            u64::from_le_bytes(bytes)
        };
        let array = number(disk, 72, 8).saturating_mul(SECTOR as u64);
        let len = number(disk, 80, 4).saturating_mul(number(disk, 84, 4));
        let end = array.saturating_add(len);
        if let Some(entries) = disk.get(array as usize..end as usize) {
            let sum = crc32fast::hash(entries);
            disk[header + 88..header + 92].copy_from_slice(&sum.to_le_bytes());
        }
        let len = number(disk, 12, 4).min(SECTOR as u64) as usize;
        disk[header + 16..header + 20].fill(0);
        let sum = crc32fast::hash(&disk[header..header + len]);
        disk[header + 16..header + 20].copy_from_slice(&sum.to_le_bytes());
    }
}

/// Disks with several volumes: side by side in partitions, one inside a file of another, and without
/// any table.
pub fn disks() -> Vec<Seed> {
    let image = |seeds: Vec<Seed>, number: usize| seeds[number].image().to_vec();
    let parts = [image(ntfs(), 0), image(encrypted(), 1), image(apfs(), 0)];
    let start = 64 << 10;
    let mut mbr = vec![0; start];
    let mut at = start;
    for part in &parts {
        mbr.extend(part);
    }
    for (index, part) in parts.iter().enumerate() {
        cards::add_mbr_entry(&mut mbr, index, at, part.len());
        at += part.len();
    }
    let exfat = image(exfat(), 0);
    let mut gpt = [vec![0; start], exfat.clone()].concat();
    cards::gpt(&mut gpt, start, exfat.len());
    let bare = [vec![0; start], image(ext(), 1), image(hfsplus(), 1)].concat();
    let mut nested = image(fat(), 1);
    let middle = nested.len() / 2;
    let inner = image(encrypted(), 0);
    put(&mut nested, middle, &inner);
    [mbr, gpt, bare, nested].map(|image| Seed::new(image, not_sealed)).into()
}
