//! The metadata of a volume: a boot sector that says where three copies of it lie.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::entry::{entries, purpose, u16_at, u32_at, u64_at, value};
use crate::source::unlock::fault::LockedWhy;

const NAME: [u8; 8] = *b"-FVE-FS-";

/// The boot sector.
const BOOT: usize = 512;

/// Where a boot sector has the identifier and, after it, the offsets of the three copies: the usual one, and one for the
/// reader of BitLocker To Go.
const PLACES: [usize; 2] = [160, 424];

/// 4967d63b-2e29-4ad8-8399-f6a339e3d001.
const USUAL: [u8; 16] = [
    0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01,
];

/// 92a84d3b-dd80-4d0e-9e4e-b1e3284eaed8: encrypted as it is written to.
const ON_WRITE: [u8; 16] = [
    0x3b, 0x4d, 0xa8, 0x92, 0x80, 0xdd, 0x0e, 0x4d, 0x9e, 0x4e, 0xb1, 0xe3, 0x28, 0x4e, 0xae, 0xd8,
];

/// Bytes that each copy takes up; no more of them are in use.
pub(super) const COPY_LEN: u64 = 64 << 10;

/// Where the header of the entries stands in a copy, and its length.
const HEADER_AT: usize = 64;
const HEADER_LEN: usize = 48;

/// The most of a volume's first bytes that lie elsewhere; usually they are 8 KiB, and some MiB where the reader of BitLocker
/// To Go is in their place.
const MOST_MOVED: u64 = 64 << 20;

/// What it says.
#[derive(PartialEq, Eq)]
pub(super) struct Metadata {
    /// Bytes of a sector: what is encrypted at once.
    pub(super) sector: u32,
    /// Where the copies of the metadata lie, from the volume's first byte.
    pub(super) copies: [u64; 3],
    /// From the volume's first byte on, how much is encrypted.
    pub(super) encrypted: u64,
    /// Where the volume's first bytes lie instead, and how many they are.
    pub(super) moved: Span,
    /// How it is encrypted.
    pub(super) method: u16,
    /// The entries, one after the other.
    pub(super) entries: Vec<u8>,
}

/// Reads the metadata of the volume in `span`: each copy that can be read and says something else than those before it.
/// There is at least one. Whether a copy is as it was written shows when a key opens it.
pub(super) fn read(bytes: &dyn Bytes, span: Span) -> Result<Vec<Metadata>, LockedWhy> {
    let beyond = LockedWhy::Damaged("it lies beyond the end");
    let boot = read_all(bytes, span, 0, BOOT).ok_or(beyond)?;
    let sector = match u16_at(&boot, 11) {
        0 => 512,
        sector => u32::from(sector),
    };
    if !sector.is_power_of_two() || !(512..=4096).contains(&sector) {
        return Err(LockedWhy::Damaged("it has sectors of an impossible size"));
    }
    let identifier = |at: usize| boot.get(at..at + 16);
    if PLACES.into_iter().any(|at| identifier(at) == Some(&ON_WRITE)) {
        return Err(LockedWhy::unsupported(
            "only what was in use is encrypted, as files were written (encrypt-on-write); dislocker opens it, or \
             `manage-bde -unlock` on Windows",
        ));
    }
    let place = PLACES.into_iter().find(|at| identifier(*at) == Some(&USUAL));
    let Some(place) = place else {
        return Err(LockedWhy::unsupported(
            "it is of Windows Vista, or has a boot sector that is not known; dislocker opens it, or `manage-bde -unlock` on \
             Windows",
        ));
    };
    let copies = [0, 8, 16].map(|at| u64_at(&boot, place + 16 + at));
    let mut why = LockedWhy::Damaged("none of the three copies of its metadata is there");
    let mut found = Vec::new();
    for at in copies {
        match copy(bytes, span, at) {
            Some(Ok(read)) => {
                let read = Metadata { sector, copies, ..read };
                if !found.contains(&read) {
                    found.push(read);
                }
            }
            Some(Err(fault)) => why = fault,
            None => {}
        }
    }
    if found.is_empty() { Err(why) } else { Ok(found) }
}

/// The copy at an offset from the volume's first byte; nothing where none begins there.
fn copy(bytes: &dyn Bytes, span: Span, at: u64) -> Option<Result<Metadata, LockedWhy>> {
    let block = read_all(bytes, span, at, COPY_LEN as usize)?;
    if block[..8] != NAME {
        return None;
    }
    let version = u16_at(&block, 10);
    if version != 2 {
        return Some(Err(LockedWhy::unsupported(format!(
            "its metadata are of version {version}, as those of Windows Vista; dislocker opens it"
        ))));
    }
    let (size, method) = (u32_at(&block, HEADER_AT) as usize, u16_at(&block, HEADER_AT + 36));
    let damaged = LockedWhy::Damaged("its metadata have an impossible size");
    let Some(own) = block.get(HEADER_AT..HEADER_AT.saturating_add(size)) else {
        return Some(Err(damaged));
    };
    let Some(list) = own.get(HEADER_LEN..) else { return Some(Err(damaged)) };
    let listed = match entries(list) {
        Ok(listed) => listed,
        Err(fault) => return Some(Err(fault)),
    };
    let moved = listed.iter().find(|entry| {
        (entry.purpose, entry.value) == (purpose::VOLUME_HEADER, value::OFFSET_AND_SIZE)
    });
    let moved = match moved {
        Some(entry) => Span { at: u64_at(entry.data, 0), len: u64_at(entry.data, 8) },
        None => Span { at: u64_at(&block, 56), len: u64::from(u32_at(&block, 28)) * 512 },
    };
    if moved.len == 0 || moved.len > MOST_MOVED {
        return Some(Err(LockedWhy::Damaged(
            "the volume's first bytes are moved in an impossible way",
        )));
    }
    Some(Ok(Metadata {
        sector: 512,
        copies: [0; 3],
        encrypted: u64_at(&block, 16),
        moved,
        method,
        entries: list.to_vec(),
    }))
}

/// The `len` bytes at `at` from the volume's first; nothing where some lie outside or cannot be read.
fn read_all(bytes: &dyn Bytes, span: Span, at: u64, len: usize) -> Option<Vec<u8>> {
    let inside = at.checked_add(len as u64).is_some_and(|end| end <= span.len);
    let place = span.at.checked_add(at).filter(|_| inside)?;
    let read = Span { at: place, len: len as u64 };
    if place.checked_add(read.len)? > bytes.len() {
        return None;
    }
    let mut out = vec![0; len];
    bytes.read_at(place, &mut out);
    bytes.unreadable_in(read).is_none().then_some(out)
}
