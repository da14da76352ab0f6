//! Sets of entries: each names a file or a directory and proves itself.
//!
//! Deletion clears one bit of each entry. With it set again the checksum over the set fits, and the
//! hash of the name: 32 bits of proof.
//!
//! Source: "exFAT file system specification", 6.3, 7.4, 7.6 and 7.7.

use crate::model::Moment;
use crate::volumes::filesystem::fat_family::directory_bytes::{ENTRY_LEN, entry};
use crate::volumes::filesystem::fat_family::dos_time;
use crate::volumes::filesystem::fat_family::exfat::entry::{
    FILE, FileEntry, IN_USE, NAME, NAME_PART, NameEntry, STREAM, StreamEntry,
};
use crate::volumes::filesystem::fat_family::exfat::upcase::UpcaseTable;
use crate::volumes::filesystem::fat_family::file_record::{FileAllocation, FileRecord};

/// Entries of a set after the first: a stream and up to 17 parts of a name, or other things.
const MOST_SECONDARY: usize = 18;

/// Entries of the longest set.
pub(crate) const MOST_SET: usize = MOST_SECONDARY + 1;

/// Attribute of a directory.
const DIRECTORY: u16 = 0x10;

/// Seconds of a step of the offset from UTC.
const QUARTER: i32 = 15 * 60;

/// A set.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EntrySet {
    /// How many entries it has.
    pub entries: usize,
    /// Whether its first entry is there, and not only the stream and the name.
    pub has_file_entry: bool,
    /// Whether its checksum fits.
    pub is_whole: bool,
    /// What it says.
    pub record: FileRecord,
}

impl EntrySet {
    /// The set that begins at the `index`th entry of a directory, if its checksum or the hash of its
    /// name proves it. Where that lies is not known here.
    ///
    /// Where the first entry is lost, what is left begins with the stream, and the hash proves it:
    /// such a set has no times, and whether it is a directory is not known.
    pub fn parse(directory: &[u8], index: usize, upcase: &UpcaseTable) -> Option<EntrySet> {
        let first = *directory.get(index.checked_mul(ENTRY_LEN)?)?;
        let used = first & IN_USE;
        match first & !IN_USE {
            FILE => {
                let first: &FileEntry = entry(directory, index)?;
                let count = usize::from(first.secondary_count);
                let (mut record, _, is_hashed) = stream(directory, index + 1, used, count, upcase)?;
                let is_whole = (2..=MOST_SECONDARY).contains(&count)
                    && checksum(directory, index, count + 1) == Some(first.checksum.get());
                record.is_directory = first.attributes.get() & DIRECTORY != 0;
                record.modified = modified(first);
                let set = EntrySet { entries: count + 1, has_file_entry: true, is_whole, record };
                (is_whole || is_hashed).then_some(set)
            }
            STREAM => {
                let (record, entries, is_hashed) =
                    stream(directory, index, used, MOST_SECONDARY, upcase)?;
                let set = EntrySet { entries, has_file_entry: false, is_whole: false, record };
                is_hashed.then_some(set)
            }
            _ => None,
        }
    }
}

/// What the stream at `index` and the parts of a name behind it say, how many of at most `count`
/// entries these are, and whether the hash of the name fits. `used` is the bit of use of them all.
fn stream(
    directory: &[u8],
    index: usize,
    used: u8,
    count: usize,
    upcase: &UpcaseTable,
) -> Option<(FileRecord, usize, bool)> {
    let stream: &StreamEntry = entry(directory, index)?;
    let len = usize::from(stream.name_len);
    let parts = len.div_ceil(NAME_PART);
    let (cluster, size, written) = (stream.cluster.get(), stream.len.get(), stream.valid_len.get());
    let is_possible = stream.kind == STREAM | used
        && len > 0
        && parts < count
        && written <= size
        && (cluster >= 2 || cluster == 0 && size == 0);
    if !is_possible {
        return None;
    }
    let mut characters = Vec::with_capacity(parts * NAME_PART);
    for part in 1..=parts {
        let part: &NameEntry = entry(directory, index + part)?;
        if part.kind != NAME | used {
            return None;
        }
        characters.extend(part.characters.iter().map(|character| character.get()));
    }
    characters.truncate(len);
    if !characters.iter().all(|&character| is_legal(character)) {
        return None;
    }
    let record = FileRecord {
        name: String::from_utf16_lossy(&characters),
        certain: true,
        deleted: used == 0,
        erased: used == 0,
        allocation: match stream.flags & 3 {
            3 if cluster > 0 => FileAllocation::Contiguous,
            1 if cluster > 0 => FileAllocation::Chained,
            _ => FileAllocation::Nothing,
        },
        cluster,
        size,
        written,
        ..FileRecord::default()
    };
    Some((record, parts + 1, upcase.hash(&characters) == stream.name_hash.get()))
}

/// The checksum over `count` entries, with their bit of use set.
fn checksum(directory: &[u8], index: usize, count: usize) -> Option<u16> {
    let start = index.checked_mul(ENTRY_LEN)?;
    let set = directory.get(start..start.checked_add(count * ENTRY_LEN)?)?;
    let bytes = set.iter().enumerate().filter(|(at, _)| !matches!(at, 2 | 3));
    Some(bytes.fold(0, |sum: u16, (at, &byte)| {
        let byte = if at % ENTRY_LEN == 0 { byte | IN_USE } else { byte };
        sum.rotate_right(1).wrapping_add(byte.into())
    }))
}

fn modified(first: &FileEntry) -> Option<Moment> {
    let (date, time) = (first.modified_date.get(), first.modified_time.get());
    let civil = dos_time::moment(date, time, first.modified_hundredths)?;
    let zone = first.modified_zone;
    let quarters = i32::from((zone << 1) as i8 >> 1);
    Some(Moment { civil, offset: (zone & 0x80 != 0).then_some(quarters * QUARTER) })
}

/// Whether a name may have the character. Source: 7.7.3.
fn is_legal(character: u16) -> bool {
    let is_sign = u8::try_from(character).is_ok_and(|byte| b"\"*/:<>?\\|".contains(&byte));
    character >= 0x20 && !is_sign
}
