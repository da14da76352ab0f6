//! Volumes whose files only a key can read: they are named, so that nobody searches noise in vain.
//!
//! BitLocker keeps a boot sector of its own, or one of FAT for the reader of a BitLocker To Go
//! stick; LUKS a header in front; CoreStorage, which is what FileVault 2 and Fusion Drives lie in,
//! one at either end. What leaves no mark, as VeraCrypt, cannot be told from noise.
//!
//! Source: J. Metz, "BitLocker Drive Encryption (BDE) format" and "FileVault Drive Encryption (FVDE)
//! format"; C. Fruhwirth, "LUKS1 On-Disk Format"; M. Broz, "LUKS2 On-Disk Format" 1.1.

mod bitlocker;
mod header;
mod luks;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::{Clue, Contents, FileSystem, SECTOR};
use crate::volumes::fields::{array, be32, le16, le32, le64};
use crate::volumes::read;
use header::EncryptedHeader;

/// The file systems that cannot be read.
pub(crate) struct Encrypted;

/// Nothing that is encrypted is shorter, in bytes: a header alone is no volume.
const SHORTEST: u64 = 64 << 10;

impl FileSystem for Encrypted {
    fn name(&self) -> &'static str {
        "encrypted"
    }

    fn clue(&self, sector: &[u8; SECTOR]) -> Option<Clue> {
        // Cheap enough for every sector: what all but a few fail is two bytes at a fixed place.
        match sector[..6] {
            [b'S', b'K', b'U', b'L', 0xba, 0xbe] => Some(Clue::Copy),
            [b'-', b'F', b'V', b'E', b'-', b'F'] => Some(Clue::Copy),
            _ => header(sector).map(|_| Clue::Start),
        }
    }

    fn read(&self, bytes: &dyn Bytes, at: u64, room: u64) -> Option<Contents> {
        let header = header(&read::exact(bytes, at, SECTOR)?)?;
        let room = room.min(bytes.len().saturating_sub(at));
        contents(header, at, room)
    }

    fn read_copy(&self, bytes: &dyn Bytes, at: u64) -> Option<Contents> {
        let sector = read::exact(bytes, at, SECTOR)?;
        let (start, header) =
            luks::of_copy(&sector, at).or_else(|| bitlocker::of_copy(bytes, &sector, at))?;
        contents(header, start, bytes.len().saturating_sub(start))
    }

    fn salvage(&self, _: &dyn Bytes, _: &[u64], _: &[Contents]) -> Vec<Contents> {
        Vec::new() // Without the key there is no record.
    }
}

/// The kind and the length of an encrypted volume that begins at `at` and has so much room: by its first sector or,
/// where that is lost, by a second header of LUKS at one of the `seconds`, in bytes from there.
pub(crate) fn encrypted_at(
    bytes: &dyn Bytes,
    at: u64,
    room: u64,
    seconds: &[u64],
) -> Option<(&'static str, u64)> {
    let own = Encrypted.read(bytes, at, room);
    let second = || {
        seconds.iter().filter(|second| **second + SECTOR as u64 <= room).find_map(|second| {
            let sector = read::exact(bytes, at.checked_add(*second)?, SECTOR)?;
            let (start, header) = luks::of_copy(&sector, at + second)?;
            if start == at { contents(header, at, room) } else { None }
        })
    };
    own.or_else(second).map(|found| (found.kind, found.span.len))
}

fn contents(header: EncryptedHeader, at: u64, room: u64) -> Option<Contents> {
    let len = header.len.filter(|&len| len > 0).unwrap_or(room).min(room);
    (len >= SHORTEST).then(|| Contents {
        kind: header.kind,
        span: Span { at, len },
        label: header.label,
        cluster_len: SECTOR as u64,
        clusters_at: at,
        faults: Vec::new(),
        encrypted: Some(header.encrypted),
        entries: Vec::new(),
        free: None,
        kept: Default::default(),
    })
}

/// What the first sector of an encrypted volume says.
fn header(sector: &[u8]) -> Option<EncryptedHeader> {
    match array::<2>(sector, 0)? {
        [b'L', b'U'] => luks::header(sector),
        [b'e', b'n'] => disk_image(sector),
        [0xeb | 0xe9, _] => bitlocker::header(sector),
        _ => core_storage(sector),
    }
}

/// A physical volume of CoreStorage: version 1, block type 10h, the signature at 88, a size at 64.
fn core_storage(sector: &[u8]) -> Option<EncryptedHeader> {
    let block = le32(sector, 96)?;
    let is = array(sector, 88)? == *b"CS"
        && le16(sector, 8)? == 1
        && le16(sector, 10)? == 0x10
        && block.is_power_of_two()
        && (512..=1 << 20).contains(&block);
    let encrypted = "kept in CoreStorage, by FileVault 2 or as a Fusion Drive";
    is.then_some(EncryptedHeader {
        kind: "corestorage",
        encrypted,
        label: None,
        len: le64(sector, 64),
    })
}

/// An encrypted disk image of macOS, version 2.
fn disk_image(sector: &[u8]) -> Option<EncryptedHeader> {
    let is = array(sector, 0)? == *b"encrcdsa" && be32(sector, 8)? == 2;
    let encrypted = "encrypted as a disk image of macOS";
    is.then_some(EncryptedHeader { kind: "encrcdsa", encrypted, label: None, len: None })
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;

    const LEN: usize = 1 << 20;

    /// A volume in noise-free surroundings: pieces of it, each at its place.
    fn volume(pieces: &[(usize, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![0; LEN];
        for &(at, piece) in pieces {
            bytes[at..at + piece.len()].copy_from_slice(piece);
        }
        bytes
    }

    fn sector(bytes: &[u8], at: usize) -> [u8; SECTOR] {
        bytes[at..at + SECTOR].try_into().unwrap()
    }

    /// Checks what is found at 4096, in a source of which it has the rest.
    #[track_caller]
    fn check(pieces: &[(usize, &[u8])], expected: Option<(&str, u64)>) {
        let bytes = [vec![0; 4096], volume(pieces)].concat();
        let clue = Encrypted.clue(&sector(&bytes, 4096));
        assert_eq!(clue, expected.map(|_| Clue::Start));
        let found = Encrypted.read(&bytes.as_slice(), 4096, u64::MAX);
        let said = found.as_ref().map(|found| (found.kind, found.span.len));
        assert_eq!(said, expected);
        assert!(found.is_none_or(|found| found.encrypted.is_some() && found.span.at == 4096));
    }

    const BOOT: (usize, &[u8]) = (0, b"\xeb\x58\x90-FVE-FS-\0\x02\x08");
    const TO_GO: (usize, &[u8]) = (0, b"\xeb\x58\x90MSWIN4.1\0\x02\x08");
    const MARK: (usize, &[u8]) = (510, &[0x55, 0xaa]);
    const GUID: (usize, &[u8]) = (
        424,
        &[
            59, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0,
            1,
        ],
    );

    #[test]
    fn bitlocker_is_told_by_its_name_or_its_identifier() {
        check(&[BOOT, MARK], Some(("bitlocker", LEN as u64)));
        check(&[BOOT, MARK, (40, &[0, 4])], Some(("bitlocker", 512 << 10)));
        check(&[TO_GO, MARK, GUID], Some(("bitlocker", LEN as u64)));
        check(&[TO_GO, MARK, GUID, (32, &[0, 2])], Some(("bitlocker", 256 << 10)));
        check(&[TO_GO, MARK], None);
        check(&[BOOT], None);
    }

    #[test]
    fn luks_is_told_by_its_magic_and_version() {
        check(&[(0, b"LUKS\xba\xbe\0\x01")], Some(("luks1", LEN as u64)));
        check(&[(0, b"LUKS\xba\xbe\0\x02"), (24, b"backup")], Some(("luks2", LEN as u64)));
        check(&[(0, b"LUKS\xba\xbe\0\x03")], None);
        let bytes = volume(&[(0, b"LUKS\xba\xbe\0\x02"), (24, b"backup")]);
        let found = Encrypted.read(&bytes.as_slice(), 0, LEN as u64).unwrap();
        assert_eq!(found.label.as_deref(), Some("backup"));
    }

    #[test]
    fn other_headers_are_told_by_more_than_two_letters() {
        let core: [(usize, &[u8]); 3] = [(8, &[1, 0, 16, 0]), (88, b"CS"), (96, &[0, 16, 0, 0])];
        check(&core, Some(("corestorage", LEN as u64)));
        check(&core[1..], None);
        check(&[(0, b"encrcdsa\0\0\0\x02")], Some(("encrcdsa", LEN as u64)));
        check(&[(0, b"encrcdsa\0\0\0\x01")], None);
    }

    #[test]
    fn a_header_with_no_volume_behind_it_is_none() {
        let bytes = volume(&[(LEN - 512, b"LUKS\xba\xbe\0\x01")]);
        assert_eq!(Encrypted.read(&bytes.as_slice(), LEN as u64 - 512, 512), None);
        assert_eq!(Encrypted.read(&bytes.as_slice(), u64::MAX, 512), None);
    }

    #[test]
    fn a_copy_says_where_the_volume_began() {
        let at = 4096 + 0x8000;
        let bytes = volume(&[(at, b"SKUL\xba\xbe\0\x02"), (at + 256, &0x8000_u64.to_be_bytes())]);
        assert_eq!(Encrypted.clue(&sector(&bytes, at)), Some(Clue::Copy));
        let found = Encrypted.read_copy(&bytes.as_slice(), at as u64).unwrap();
        assert_eq!((found.kind, found.span.at), ("luks2", 4096));
        // Three blocks of BitLocker, of which one is lost.
        let locations = [0x10_000_u64, 0x20_000, 0x30_000].map(u64::to_le_bytes).concat();
        let block =
            [&b"-FVE-FS-"[..], &[0; 8], &(LEN as u64 / 2).to_le_bytes(), &[0; 8], &locations];
        let block = block.concat();
        let bytes = volume(&[(4096 + 0x20_000, &block), (4096 + 0x30_000, &block)]);
        for at in [4096 + 0x20_000, 4096 + 0x30_000] {
            assert_eq!(Encrypted.clue(&sector(&bytes, at)), Some(Clue::Copy));
            let found = Encrypted.read_copy(&bytes.as_slice(), at as u64).unwrap();
            assert_eq!((found.kind, found.span.at, found.span.len), ("bitlocker", 4096, 512 << 10));
        }
        assert_eq!(Encrypted.read_copy(&bytes.as_slice(), 0), None);
    }

    proptest! {
        /// Whatever a header says, the volume lies inside the source.
        #[test]
        fn volumes_lie_inside_whatever_a_header_says(
            noise in vec(any::<u8>(), 512..700), kind in 0..4usize, at in 0u64..200_000,
        ) {
            let magic: [&[u8]; 4] =
                [b"LUKS\xba\xbe\0\x02", b"SKUL\xba\xbe\0\x02", b"-FVE-FS-", b"\xeb\x58\x90-FVE-FS-"];
            let at = at as usize;
            let mut bytes = volume(&[(at, &noise), (at, magic[kind])]);
            bytes.truncate(300_000);
            let bytes = bytes.as_slice();
            let read = [Encrypted.read(&bytes, at as u64, u64::MAX), Encrypted.read_copy(&bytes, at as u64)];
            for found in read.into_iter().flatten() {
                prop_assert!(found.span.end() <= bytes.len() as u64);
            }
        }
    }
}
