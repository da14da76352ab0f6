//! Where an allocation table lies, and what its entries mean.

use crate::volumes::filesystem::fat_family::clusters::FIRST;

/// How wide an entry of the table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryWidth {
    /// 12 bits: FAT12.
    Twelve,
    /// 16 bits: FAT16.
    Sixteen,
    /// 32 bits, the upper four of which do not count: FAT32.
    TwentyEight,
    /// 32 bits: exFAT.
    ThirtyTwo,
}

impl EntryWidth {
    /// Bits from one entry to the next.
    pub fn bits(self) -> u64 {
        match self {
            EntryWidth::Twelve => 12,
            EntryWidth::Sixteen => 16,
            EntryWidth::TwentyEight | EntryWidth::ThirtyTwo => 32,
        }
    }

    /// All bits of an entry that count.
    pub fn ones(self) -> u32 {
        match self {
            EntryWidth::Twelve => 0xfff,
            EntryWidth::Sixteen => 0xffff,
            EntryWidth::TwentyEight => 0x0fff_ffff,
            EntryWidth::ThirtyTwo => u32::MAX,
        }
    }
}

/// Where the table of a volume lies.
#[derive(Clone, Debug)]
pub(crate) struct TableLayout {
    /// How wide its entries are.
    pub width: EntryWidth,
    /// One more than the highest number of a cluster.
    pub limit: u32,
    /// Kind of medium, which the first entry repeats.
    pub media: u8,
    /// Where each copy begins, in bytes from the start of the source; the first counts.
    pub copies: Vec<u64>,
    /// Bytes of a copy.
    pub len: u64,
}

/// What a table entry says of the cluster after its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextCluster {
    /// The cluster belongs to nothing.
    Free,
    /// The next one of its chain.
    Is(u32),
    /// There is none: the chain ends.
    End,
    /// The cluster cannot be used.
    Bad,
    /// Nothing that makes sense.
    Invalid,
}

impl TableLayout {
    /// What an entry's bits mean.
    ///
    /// Source: "FAT: General Overview of On-Disk Format" 1.03, "FAT Data Structure";
    /// "exFAT file system specification", 4.1.
    pub fn meaning(&self, raw: u32) -> NextCluster {
        let ones = self.width.ones();
        match raw {
            0 => NextCluster::Free,
            _ if (FIRST..self.limit).contains(&raw) => NextCluster::Is(raw),
            _ if raw == ones - 8 => NextCluster::Bad,
            _ if raw >= ones - 7 => NextCluster::End,
            _ => NextCluster::Invalid,
        }
    }
}
