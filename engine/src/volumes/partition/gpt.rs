//! GUID partition tables: a header in the second sector, its copy in the last one.
//!
//! Source: UEFI specification 2.10, 5.3.

use afterimage_signatures::Bytes;

use super::table::{MOST_PARTITIONS, Partition, Partitions, SECTOR_SIZES, TableKind, span};
use super::types;
use crate::volumes::fields::{array, le32, le64};
use crate::volumes::read;

/// Bytes of a header up to its last field; what it claims beyond is reserved.
const HEADER: usize = 92;

/// Bytes of an entry at least, and where its name ends.
const ENTRY: usize = 128;

/// Bytes of an entry at most.
const LONGEST_ENTRY: u32 = 4096;

/// One of the two tables.
struct GptTable {
    sector: u64,
    /// Sector of the other one.
    alternate: u64,
    sum_holds: bool,
    entries_hold: bool,
    list: Vec<Partition>,
    faults: Vec<String>,
    /// Entries that contradict themselves.
    insane: usize,
}

impl GptTable {
    /// How far it is to be believed.
    fn quality(&self) -> u32 {
        u32::from(self.sum_holds) * 2 + u32::from(self.entries_hold)
    }

    /// Whether it is to be believed at all.
    fn is_sane(&self) -> bool {
        self.sum_holds || !self.list.is_empty() && self.insane <= self.list.len() / 2
    }
}

/// The GPT of `bytes`. Its copy alone counts only where the first sector `yields` to it: otherwise
/// it is left from an earlier use.
pub(crate) fn read_table(bytes: &dyn Bytes, yields: bool) -> Partitions {
    let tables = SECTOR_SIZES.map(|sector| of_sector(bytes, sector, yields));
    let best = tables.into_iter().flatten().reduce(
        |best, other| {
            if other.1 > best.1 { other } else { best }
        },
    );
    best.map(|(found, _)| found).unwrap_or_default()
}

/// The better of the two tables with sectors of that size, and its quality.
fn of_sector(bytes: &dyn Bytes, sector: u64, yields: bool) -> Option<(Partitions, u32)> {
    let sectors = bytes.len() / sector;
    let primary = copy(bytes, sector, 1).filter(GptTable::is_sane);
    let alternate = primary.as_ref().map(|primary| primary.alternate);
    let last = sectors.checked_sub(1);
    let named = if alternate == last { None } else { alternate };
    let backups = [last, named].into_iter().flatten().filter(|&at| at > 1);
    let backups = backups.filter_map(|at| copy(bytes, sector, at));
    // The last of the best would win otherwise.
    let backup = backups
        .filter(GptTable::is_sane)
        .reduce(|best, other| if other.quality() > best.quality() { other } else { best });
    let (chosen, faults) = match (primary, backup) {
        (Some(primary), Some(backup)) if primary.quality() >= backup.quality() => {
            let differ = primary.list != backup.list && backup.quality() == 3;
            (primary, differ.then_some("the two partition tables differ"))
        }
        (Some(primary), None) => (primary, Some("the copy of the partition table is lost")),
        (Some(_), Some(backup)) => {
            (backup, Some("the partition table is damaged; its copy is used"))
        }
        (None, Some(backup)) if yields => {
            (backup, Some("the partition table is lost; its copy is used"))
        }
        (None, _) => return None,
    };
    let quality = chosen.quality();
    let mut found =
        Partitions { table: Some(TableKind::Gpt), faults: Vec::new(), list: chosen.list };
    found.faults.extend(faults.map(String::from));
    if quality < 3 {
        found.faults.push("the checksum of the partition table is wrong".into());
    }
    found.faults.extend(chosen.faults);
    Some((found, quality))
}

/// The table whose header is that sector.
fn copy(bytes: &dyn Bytes, sector: u64, at: u64) -> Option<GptTable> {
    let mut header = read::exact(bytes, at.checked_mul(sector)?, sector as usize)?;
    if array(&header, 0)? != *b"EFI PART" {
        return None;
    }
    let (len, sum) = (le32(&header, 12)? as usize, le32(&header, 16)?);
    header[16..20].fill(0);
    let summed = if len < HEADER { None } else { header.get(..len) };
    let (count, entry_len) = (le32(&header, 80)?, le32(&header, 84)?);
    if entry_len < ENTRY as u32 || entry_len > LONGEST_ENTRY {
        return None;
    }
    let mut copy = GptTable {
        sector,
        alternate: le64(&header, 32)?,
        sum_holds: summed.is_some_and(|summed| crc32fast::hash(summed) == sum),
        entries_hold: false,
        list: Vec::new(),
        faults: Vec::new(),
        insane: 0,
    };
    let kept = (count as usize).min(MOST_PARTITIONS);
    let len = kept * entry_len as usize;
    let entries =
        read::exact(bytes, le64(&header, 72)?.checked_mul(sector)?, len).unwrap_or_default();
    copy.entries_hold = kept == count as usize
        && entries.len() == len
        && crc32fast::hash(&entries) == le32(&header, 88)?;
    for (number, entry) in (1..).zip(entries.chunks_exact(entry_len as usize)) {
        copy.add(bytes.len(), number, entry);
    }
    Some(copy)
}

impl GptTable {
    fn add(&mut self, len: u64, number: u32, entry: &[u8]) -> Option<()> {
        let kind = array::<16>(entry, 0).filter(|kind| *kind != [0; 16])?;
        let (first, last) = (le64(entry, 32)?, le64(entry, 40)?);
        if first <= 1 || last < first {
            self.insane += 1;
            self.faults.push(format!("partition {number} ends before it begins"));
            return None;
        }
        let count = (last - first).saturating_add(1);
        let span = span((first, count), self.sector, (number, len), &mut self.faults);
        let Some(span) = span else {
            self.insane += 1;
            return None;
        };
        let hint = types::of_guid(&kind);
        self.list.push(Partition { span, number, hint, label: label(entry.get(56..ENTRY)?) });
        Some(())
    }
}

/// A name in UTF-16, filled up with zeros.
fn label(name: &[u8]) -> Option<String> {
    let units = name.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let units: Vec<u16> = units.take_while(|&unit| unit != 0).collect();
    (!units.is_empty()).then(|| String::from_utf16_lossy(&units))
}
