//! Partition tables: where volumes may begin, as an MBR or a GPT says.
//!
//! Nothing here fails. A damaged table gives what of it is sane, a table that is not there an empty
//! list, and what does not fit together is said in [`Partitions::faults`]. The types of partitions
//! lie (an exFAT volume often has the type of Linux), so they are hints; and the source as a whole
//! is to be tried as a volume in any case.

mod gpt;
mod mbr;
mod start;
mod table;
#[cfg(test)]
mod tests;
mod types;

use afterimage_signatures::Bytes;

pub use table::{Partition, Partitions, TableKind};

/// Faults of one table that are told.
const MOST_FAULTS: usize = 32;

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
        gpt.table = Some(TableKind::Hybrid);
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
