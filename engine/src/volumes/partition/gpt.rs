//! GUID partition tables: a header in the second sector, its copy in the last one.
//!
//! Source: UEFI specification 2.10, 5.3.

use std::ops::Range;

use afterimage_signatures::Bytes;
use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::table::{MOST_PARTITIONS, Partition, Partitions, SECTOR_SIZES, SectorRange, TableKind};
use super::types;
use crate::volumes::{fields, read};

/// A header as it lies there; what it claims beyond is reserved.
///
/// Source: UEFI specification 2.10, 5.3.2, table 5-5.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct GptHeader {
    signature: [u8; 8],
    _revision: U32,
    header_len: U32,
    header_sum: U32,
    _reserved: U32,
    _own_sector: U64,
    alternate_sector: U64,
    _first_usable: U64,
    _last_usable: U64,
    _disk: [u8; 16],
    entries_sector: U64,
    entry_count: U32,
    entry_len: U32,
    entries_sum: U32,
}

/// An entry as it lies there: the shortest that there is.
///
/// Source: UEFI specification 2.10, 5.3.3, table 5-6.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct GptEntry {
    kind: [u8; 16],
    _partition: [u8; 16],
    first_sector: U64,
    last_sector: U64,
    _attributes: U64,
    name: [u8; 72],
}

/// Where the checksum of a header lies in it: it counts as zero in itself.
const SUM: Range<usize> = 16..20;

/// Bytes of an entry at most.
const LONGEST_ENTRY: usize = 4096;

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
    let mut raw = read::exact(bytes, at.checked_mul(sector)?, sector as usize)?;
    let header: &GptHeader = fields::structure(&raw)?;
    if header.signature != *b"EFI PART" {
        return None;
    }
    let (len, sum) = (header.header_len.get() as usize, header.header_sum.get());
    let (count, entry_len) = (header.entry_count.get() as usize, header.entry_len.get() as usize);
    let (entries_at, entries_sum) = (header.entries_sector.get(), header.entries_sum.get());
    let alternate = header.alternate_sector.get();
    if !(size_of::<GptEntry>()..=LONGEST_ENTRY).contains(&entry_len) {
        return None;
    }
    raw[SUM].fill(0);
    let summed = if len < size_of::<GptHeader>() { None } else { raw.get(..len) };
    let mut copy = GptTable {
        sector,
        alternate,
        sum_holds: summed.is_some_and(|summed| crc32fast::hash(summed) == sum),
        entries_hold: false,
        list: Vec::new(),
        faults: Vec::new(),
        insane: 0,
    };
    let kept = count.min(MOST_PARTITIONS);
    let len = kept * entry_len;
    let entries = read::exact(bytes, entries_at.checked_mul(sector)?, len).unwrap_or_default();
    copy.entries_hold =
        kept == count && entries.len() == len && crc32fast::hash(&entries) == entries_sum;
    for (number, entry) in (1..).zip(entries.chunks_exact(entry_len)) {
        copy.add(bytes.len(), number, entry);
    }
    Some(copy)
}

impl GptTable {
    fn add(&mut self, len: u64, number: u32, entry: &[u8]) -> Option<()> {
        let entry: &GptEntry = fields::structure(entry)?;
        if entry.kind == [0; 16] {
            return None;
        }
        let (first, last) = (entry.first_sector.get(), entry.last_sector.get());
        if first <= 1 || last < first {
            self.insane += 1;
            self.faults.push(format!("partition {number} ends before it begins"));
            return None;
        }
        let count = (last - first).saturating_add(1);
        let range = SectorRange { first, count, sector: self.sector };
        let span = range.span(number, len, &mut self.faults);
        let Some(span) = span else {
            self.insane += 1;
            return None;
        };
        let hint = types::of_guid(&entry.kind);
        self.list.push(Partition { span, number, hint, label: label(&entry.name) });
        Some(())
    }
}

/// A name in UTF-16, filled up with zeros.
fn label(name: &[u8; 72]) -> Option<String> {
    let units = name.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let units: Vec<u16> = units.take_while(|&unit| unit != 0).collect();
    (!units.is_empty()).then(|| String::from_utf16_lossy(&units))
}
