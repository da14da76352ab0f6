//! A file record: its header, and how it proves that all of it was written.

use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::volumes::fields;

/// Bytes that one word of the update sequence guards.
pub(crate) const STRIDE: usize = 512;

/// Bytes of the largest file record that is believed; real ones have 1 or 4 KiB.
pub(crate) const MOST_RECORD: usize = 16 << 10;

/// What records and blocks of indexes begin with: where the update sequence lies that replaced the
/// last word of each 512 bytes.
///
/// Source: linux-ntfs, "NTFS Documentation", concept "fixup".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(crate) struct MultiSectorHeader {
    pub(crate) signature: [u8; 4],
    pub(crate) sequence_at: U16,
    pub(crate) sequence_words: U16,
}

/// The header of a record as it lies there.
///
/// Source: linux-ntfs, "NTFS Documentation", concept "file record".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct FileRecordHeader {
    multi_sector: MultiSectorHeader,
    _log_sequence: U64,
    sequence: U16,
    _links: U16,
    first_attribute: U16,
    flags: U16,
    used: U32,
    allocated: U32,
    base: U64,
    _next_attribute: U16,
    _padding: U16,
    /// Since Windows XP; before, the update sequence lies here.
    number: U32,
}

/// A record by its number and the sequence number that it had at the time: how often it had been
/// used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Reference(pub u64);

impl Reference {
    /// The record `number` when it is used for the `sequence`th time.
    pub(crate) fn new(number: u64, sequence: u16) -> Self {
        Reference(number & ((1 << 48) - 1) | u64::from(sequence) << 48)
    }

    /// Which record.
    pub(crate) fn number(self) -> u64 {
        self.0 & ((1 << 48) - 1)
    }

    /// Its sequence number.
    pub(crate) fn sequence(self) -> u16 {
        (self.0 >> 48) as u16
    }

    /// The same record when it was used the time before; no sequence number is zero.
    pub(crate) fn before(self) -> Self {
        let sequence = self.sequence();
        Self::new(self.number(), if sequence <= 1 { u16::MAX } else { sequence - 1 })
    }
}

/// The header of a record, and as much of the record as was written whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileRecord<'r> {
    /// The record with its update sequence undone.
    pub(crate) bytes: &'r [u8],
    /// The slack after the attributes with them, from the start of the record: it may be old.
    pub(crate) with_slack: &'r [u8],
    /// Its sequence number: deletion adds one.
    pub(crate) sequence: u16,
    /// Whether it is of a file that is there.
    pub(crate) in_use: bool,
    /// Whether it is of a folder.
    pub(crate) folder: bool,
    /// The record that this one continues.
    pub(crate) base: Option<Reference>,
    /// Where its first attribute begins.
    pub(crate) first: usize,
    /// Where the words begin that the update sequence replaced, in their order.
    pub(crate) replaced_at: usize,
    /// Whether a part of it is not of the same moment as the rest, and was left out.
    pub(crate) torn: bool,
}

/// Whether a sector may be the first of a file record.
pub(crate) fn begins(sector: &[u8]) -> bool {
    record_len(sector).is_some()
}

/// How long the record is that begins with `sector`, when all that its header says can be.
pub(crate) fn record_len(sector: &[u8]) -> Option<usize> {
    let header: &FileRecordHeader = fields::structure(sector)?;
    let MultiSectorHeader { signature, sequence_at, sequence_words } = &header.multi_sector;
    let (words_at, words) = (usize::from(*sequence_at), usize::from(*sequence_words));
    let first = usize::from(header.first_attribute);
    let (used, len) = (header.used.get() as usize, header.allocated.get() as usize);
    let plausible = *signature == *b"FILE"
        && (512..=MOST_RECORD).contains(&len)
        && len.is_power_of_two()
        && words == len / STRIDE + 1
        && words_at >= 40
        && words_at + 2 * words <= first
        && first.is_multiple_of(8)
        && first + 8 <= used
        && first < STRIDE
        && used <= len;
    plausible.then_some(len)
}

/// The number that the record beginning with `sector` says it has.
pub(crate) fn number(sector: &[u8]) -> Option<u64> {
    let header: &FileRecordHeader = fields::structure(sector)?;
    let has_number = usize::from(header.multi_sector.sequence_at) >= size_of::<FileRecordHeader>();
    has_number.then(|| header.number.into())
}

/// Where the words that the update sequence replaced lie in a structure, as offsets.
pub(crate) fn guarded(len: usize) -> impl Iterator<Item = usize> {
    (1..=len / STRIDE).map(|stride| stride * STRIDE - 2)
}

/// Puts back the last word of each 512 bytes, which holds a counter on the disk, and says how many
/// bytes carried the counter; after them, something else was written.
///
/// Source: linux-ntfs, "NTFS Documentation", concept "fixup".
pub(crate) fn restore(bytes: &mut [u8]) -> usize {
    let Some(header) = fields::structure::<MultiSectorHeader>(bytes) else { return 0 };
    let words_at = usize::from(header.sequence_at);
    let words = usize::from(header.sequence_words);
    let Some(counter) = fields::le16(bytes, words_at) else { return 0 };
    if words != bytes.len() / STRIDE + 1 || words_at + 2 * words > STRIDE - 2 {
        return 0;
    }
    for (word, at) in guarded(bytes.len()).enumerate() {
        let replaced = words_at + 2 + 2 * word;
        if fields::le16(bytes, at) != Some(counter) {
            return at + 2 - STRIDE;
        }
        bytes.copy_within(replaced..replaced + 2, at);
    }
    bytes.len()
}

impl<'r> FileRecord<'r> {
    /// The record in `bytes`, all of them, whose update sequence is undone in place.
    pub(crate) fn parse(bytes: &'r mut [u8]) -> Option<Self> {
        if record_len(bytes) != Some(bytes.len()) {
            return None;
        }
        let whole = restore(bytes);
        let bytes: &'r [u8] = bytes;
        let header: &FileRecordHeader = fields::structure(bytes)?;
        let (flags, base) = (header.flags.get(), header.base.get());
        (whole > 0).then_some(FileRecord {
            bytes: &bytes[..whole.min(header.used.get() as usize)],
            with_slack: &bytes[..whole],
            sequence: header.sequence.get(),
            in_use: flags & 1 != 0,
            folder: flags & 2 != 0,
            base: (base != 0).then_some(Reference(base)),
            first: header.first_attribute.into(),
            replaced_at: usize::from(header.multi_sector.sequence_at) + 2,
            torn: whole < bytes.len(),
        })
    }

    /// What others called it when it was last in use.
    pub(crate) fn reference(&self, number: u64) -> Reference {
        let now = Reference::new(number, self.sequence);
        if self.in_use { now } else { now.before() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guarded_kib() -> Vec<u8> {
        let mut bytes = vec![0; 1024];
        bytes[4] = 48;
        bytes[6] = 3;
        bytes[48..54].copy_from_slice(b"cc1234");
        bytes[510..512].copy_from_slice(b"cc");
        bytes[1022..].copy_from_slice(b"cc");
        bytes
    }

    #[test]
    fn the_last_word_of_each_stride_is_put_back() {
        let mut bytes = guarded_kib();
        assert_eq!(restore(&mut bytes), 1024);
        assert_eq!((&bytes[510..512], &bytes[1022..]), (&b"12"[..], &b"34"[..]));
    }

    #[test]
    fn what_was_not_written_at_the_same_time_is_left_out() {
        for (at, expected) in [(1023, 512), (511, 0), (6, 0), (5, 0)] {
            let mut bytes = guarded_kib();
            bytes[at] ^= 0xff;
            assert_eq!(restore(&mut bytes), expected, "changed at {at}");
        }
    }

    #[test]
    fn the_use_before_has_the_sequence_number_before_and_none_is_zero() {
        assert_eq!(Reference::new(7, 3).before(), Reference::new(7, 2));
        assert_eq!(Reference::new(7, 1).before(), Reference::new(7, u16::MAX));
    }
}
