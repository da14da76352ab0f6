//! What every kind of partition table gives: partitions, and what is wrong with them.

use afterimage_signatures::verdict::Span;

/// Sizes of a sector in bytes that tables are tried with; nothing in an MBR tells.
pub const SECTOR_SIZES: [u64; 2] = [512, 4096];

/// Partitions of one table that are kept.
pub const MOST_PARTITIONS: usize = 1024;

/// What a source's partition table says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partitions {
    /// Which table it is, if there is one.
    pub table: Option<TableKind>,
    /// In what it is damaged or contradicts itself, one clause each.
    pub faults: Vec<String>,
    /// The partitions by their first byte. They may overlap; none reaches beyond the source.
    pub list: Vec<Partition>,
}

/// A kind of partition table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKind {
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

/// A range of sectors, as an entry of a table has it.
pub struct SectorRange {
    pub first: u64,
    pub count: u64,
    /// Bytes of a sector.
    pub sector: u64,
}

impl SectorRange {
    /// Where the partition `number` lies, as far as a source of `len` bytes goes; nothing when it begins
    /// beyond. What is wrong with it is added to `faults`.
    pub fn span(&self, number: u32, len: u64, faults: &mut Vec<String>) -> Option<Span> {
        let at = self.first.checked_mul(self.sector).filter(|&at| at < len);
        let Some(at) = at else {
            faults.push(format!("partition {number} begins beyond the end"));
            return None;
        };
        let end = at.saturating_add(self.count.saturating_mul(self.sector));
        if end > len {
            faults.push(format!("partition {number} reaches beyond the end"));
        }
        Some(Span::between(at, end.min(len)))
    }
}
