//! Master boot records, and the chain of logical partitions in an extended one.
//!
//! Source: UEFI specification 2.10, 5.2.1; A. Brouwer, "Partition tables", "Extended partitions".

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use zerocopy::little_endian::U32;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::table::{Partition, Partitions, SECTOR_SIZES, SectorRange, TableKind};
use super::{start, types};
use crate::volumes::{fields, read};

/// Bytes of a record, of whatever length sectors are.
const SECTOR: usize = 512;

/// Links of a chain of logical partitions that are followed.
const MOST_LINKS: usize = 256;

/// The number of the first logical partition.
const FIRST_LOGICAL: u32 = 5;

/// Type of a partition that stands for a GPT.
const PROTECTIVE: u8 = 0xee;

/// A record as it lies there.
///
/// Source: UEFI specification 2.10, 5.2.1, table 5-1.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct MbrSector {
    _code: [u8; 446],
    entries: [RawEntry; 4],
    mark: [u8; 2],
}

/// One of its entries. Cylinders and heads are not looked at.
///
/// Source: UEFI specification 2.10, 5.2.1, table 5-2.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct RawEntry {
    flag: u8,
    _first_chs: [u8; 3],
    kind: u8,
    _last_chs: [u8; 3],
    first_sector: U32,
    sectors: U32,
}

/// What the first sector says.
pub(crate) struct Mbr {
    /// The partitions.
    pub(crate) found: Partitions,
    /// Whether a GPT may be meant though only its copy at the end is left: nothing here is a table
    /// or a volume of its own.
    pub(crate) yields: bool,
    /// Whether it stands for a GPT.
    pub(crate) protects: bool,
}

/// An entry that is not empty.
#[derive(Clone, Copy)]
struct MbrEntry {
    number: u32,
    kind: u8,
    first: u64,
    count: u64,
    /// Whether its flag is one that there is, and it does not begin at the table itself.
    sane: bool,
}

impl MbrEntry {
    fn is_extended(self) -> bool {
        matches!(self.kind, 0x05 | 0x0f | 0x85)
    }
}

/// The master boot record of `bytes`.
pub(crate) fn read_record(bytes: &dyn Bytes) -> Mbr {
    let none = |yields| Mbr { found: Partitions::default(), yields, protects: false };
    let Some(sector) = read_sector(bytes, 0) else { return none(true) };
    let is_volume = start::is_boot_sector(&sector);
    let entries = entries(&sector);
    if entries.iter().any(|entry| entry.kind == PROTECTIVE) {
        let own: Vec<MbrEntry> =
            entries.into_iter().filter(|entry| entry.kind != PROTECTIVE && entry.sane).collect();
        return Mbr { found: best(bytes, &own).0, yields: true, protects: true };
    }
    let sane = entries.iter().filter(|entry| entry.sane).count();
    if sane == 0 || sane * 2 < entries.len() {
        return none(!is_volume);
    }
    let (mut found, begun) = best(bytes, &entries);
    let marked = is_marked(&sector);
    // What may well be code, or no table at all, must point at a volume to be believed.
    if (is_volume || !marked || sane < entries.len()) && begun == 0 {
        return none(!is_volume);
    }
    if !marked {
        found.faults.push("the mark of the partition table is lost".into());
    }
    Mbr { found, yields: false, protects: false }
}

/// The partitions of these entries with the size of a sector that lets the most of them begin with
/// a volume, and how many do.
fn best(bytes: &dyn Bytes, entries: &[MbrEntry]) -> (Partitions, usize) {
    let mut best = (Partitions::default(), 0);
    for sector in SECTOR_SIZES {
        let mut reader = MbrReader { bytes, sector, found: Partitions::default() };
        reader.primary(entries);
        let starts = reader.found.list.iter().map(|partition| partition.span.at);
        let begun = starts.filter(|&at| start::begins(bytes, at)).count();
        if sector == SECTOR_SIZES[0] || begun > best.1 {
            best = (reader.found, begun);
        }
    }
    if !best.0.list.is_empty() {
        best.0.table = Some(TableKind::Mbr);
    }
    best
}

/// Reads the partitions with one size of a sector.
struct MbrReader<'b> {
    bytes: &'b dyn Bytes,
    sector: u64,
    found: Partitions,
}

impl MbrReader<'_> {
    fn primary(&mut self, entries: &[MbrEntry]) {
        let mut logical = FIRST_LOGICAL;
        for entry in entries {
            if !entry.is_extended() {
                self.add(0, *entry, entry.number);
            } else if let Some(span) = self.span(0, *entry, entry.number) {
                self.chain(span, &mut logical);
            }
        }
    }

    /// The logical partitions of the extended one at `within`. Each has a record of its own, which
    /// says where it lies counted from that record, and where the next record lies counted from
    /// the extended partition.
    fn chain(&mut self, within: Span, logical: &mut u32) {
        let mut seen = Vec::new();
        let mut next = Some(within.at);
        while let Some(at) = next {
            let is_new = !seen.contains(&at) && seen.len() < MOST_LINKS;
            let record = if is_new { read_sector(self.bytes, at) } else { None };
            let Some(record) = record.filter(is_marked) else {
                self.found.faults.push("the chain of logical partitions breaks".into());
                return;
            };
            seen.push(at);
            next = None;
            for entry in entries(&record) {
                if !entry.is_extended() {
                    self.add(at, entry, *logical);
                    *logical += 1;
                } else if next.is_none() {
                    next = within.at.checked_add(entry.first.saturating_mul(self.sector));
                }
            }
        }
    }

    fn add(&mut self, from: u64, entry: MbrEntry, number: u32) {
        if entry.first == 0 {
            self.found.faults.push(format!("partition {number} begins at its own table"));
        } else if let Some(span) = self.span(from, entry, number) {
            let hint = types::of_byte(entry.kind);
            self.found.list.push(Partition { span, number, hint, label: None });
        }
    }

    fn span(&mut self, from: u64, entry: MbrEntry, number: u32) -> Option<Span> {
        let first = (from / self.sector).checked_add(entry.first)?;
        let len = self.bytes.len();
        let range = SectorRange { first, count: entry.count, sector: self.sector };
        range.span(number, len, &mut self.found.faults)
    }
}

/// The first 512 bytes of a sector, which are all that matters of it.
fn read_sector(bytes: &dyn Bytes, at: u64) -> Option<[u8; SECTOR]> {
    read::array(bytes, at)
}

fn is_marked(sector: &[u8; SECTOR]) -> bool {
    fields::structure::<MbrSector>(sector).is_some_and(|raw| raw.mark == [0x55, 0xaa])
}

/// The entries of a record that are not empty.
fn entries(sector: &[u8; SECTOR]) -> Vec<MbrEntry> {
    let raw = fields::structure::<MbrSector>(sector).map_or(&[][..], |raw| &raw.entries);
    let entries = (1..).zip(raw).filter_map(|(number, raw)| {
        let (first, count) = (raw.first_sector.into(), raw.sectors.into());
        let sane = matches!(raw.flag, 0 | 0x80) && first > 0;
        let is_used = raw.kind != 0 && count > 0;
        is_used.then_some(MbrEntry { number, kind: raw.kind, first, count, sane })
    });
    entries.collect()
}
