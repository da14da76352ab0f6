//! Partition tables: where volumes may begin, as an MBR or a GPT says.
//!
//! Nothing here fails. A damaged table gives what of it is sane, a table that is not there an empty
//! list, and what does not fit together is said in [`Partitions::faults`]. The types of partitions
//! lie (an exFAT volume often has the type of Linux), so they are hints; and the source as a whole
//! is to be tried as a volume in any case.

mod gpt;
mod mbr;
mod start;
#[cfg(test)]
mod tests;
mod types;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

/// Sizes of a sector in bytes that tables are tried with; nothing in an MBR tells.
const SECTOR_SIZES: [u64; 2] = [512, 4096];

/// Partitions of one table that are kept.
const MOST_PARTITIONS: usize = 1024;

/// Faults of one table that are told.
const MOST_FAULTS: usize = 32;

/// What a source's partition table says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partitions {
    /// Which table it is, if there is one.
    pub table: Option<Table>,
    /// In what it is damaged or contradicts itself, one clause each.
    pub faults: Vec<String>,
    /// The partitions by their first byte. They may overlap; none reaches beyond the source.
    pub list: Vec<Partition>,
}

/// A kind of partition table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// A master boot record, with its chain of logical partitions.
    Mbr,
    /// A GUID partition table.
    Gpt,
    /// A GUID partition table, and a master boot record with partitions of its own.
    Hybrid,
}

/// One partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Where it lies in the source, in bytes.
    pub span: Span,
    /// Its number, as systems count: from 1, logical ones from 5. Those that only the MBR of a
    /// hybrid table has go on after the GPT's.
    pub number: u32,
    /// What its type claims that it is for; not to be trusted.
    pub hint: Option<&'static str>,
    /// Its name, where the table gives it one: from an attacker, perhaps.
    pub label: Option<String>,
}

/// What the partition table of `bytes` says.
pub fn partitions(bytes: &dyn Bytes) -> Partitions {
    let mbr = mbr::read_record(bytes);
    let gpt = gpt::read_table(bytes, mbr.yields);
    let lost = mbr.protects && gpt.table.is_none();
    let mbr = mbr.found;
    let mut found = match (gpt.table, mbr.table) {
        (Some(_), _) => merged(gpt, mbr),
        (None, _) => Partitions { faults: [gpt.faults, mbr.faults].concat(), ..mbr },
    };
    if lost {
        found.faults.push("the partition table is lost, and its copy as well".into());
    }
    found.list.sort_by_key(|partition| (partition.span, partition.number));
    tell_overlaps(&mut found);
    found.faults.truncate(MOST_FAULTS);
    found
}

/// The partitions of a GPT, and those that only the MBR has.
fn merged(mut gpt: Partitions, mbr: Partitions) -> Partitions {
    let first = gpt.list.iter().map(|partition| partition.number).max().unwrap_or(0) + 1;
    let own = mbr
        .list
        .into_iter()
        .filter(|own| gpt.list.iter().all(|partition| partition.span.at != own.span.at));
    let own: Vec<Partition> = own.collect();
    if !own.is_empty() {
        gpt.table = Some(Table::Hybrid);
    }
    gpt.list.extend((first..).zip(own).map(|(number, own)| Partition { number, ..own }));
    gpt.faults.extend(mbr.faults);
    gpt
}

/// Says which partitions, in order of their first byte, begin inside an earlier one.
fn tell_overlaps(found: &mut Partitions) {
    let mut widest: Option<&Partition> = None;
    for partition in &found.list {
        if let Some(before) = widest.filter(|before| partition.span.at < before.span.end()) {
            let (one, other) = (before.number, partition.number);
            found.faults.push(format!("partitions {one} and {other} overlap"));
        }
        if widest.is_none_or(|before| before.span.end() < partition.span.end()) {
            widest = Some(partition);
        }
    }
}

/// The stretch of `count` sectors from the `first`, as far as the source goes; nothing when it
/// begins beyond. What is wrong with it is added to `faults`.
fn span(
    (first, count): (u64, u64),
    sector: u64,
    (number, len): (u32, u64),
    faults: &mut Vec<String>,
) -> Option<Span> {
    let at = first.checked_mul(sector).filter(|&at| at < len);
    let Some(at) = at else {
        faults.push(format!("partition {number} begins beyond the end"));
        return None;
    };
    let end = at.saturating_add(count.saturating_mul(sector));
    if end > len {
        faults.push(format!("partition {number} reaches beyond the end"));
    }
    Some(Span::between(at, end.min(len)))
}
