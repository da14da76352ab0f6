//! The allocation table of FAT and exFAT: which cluster follows which.

use std::collections::HashMap;

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::clusters::{FIRST, Set, Stretch, extend, read};

/// Bytes of a table that are read at once.
const PAGE: u64 = 1 << 16;

/// Bytes that a page holds of the next one, for entries that lie on the edge.
const OVERLAP: u64 = 4;

/// Pages kept in memory.
const MOST_PAGES: usize = 256;

/// How often all of the table may be read before its chains jump about too wildly to be followed.
const MOST_PASSES: u64 = 8;

/// How many times the table's length the chains of deleted files may be followed, all together.
const MOST_STEPS: u64 = 8;

/// Copies of the table that are looked at.
const MOST_COPIES: usize = 2;

/// How wide an entry of the table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 12 bits: FAT12.
    Twelve,
    /// 16 bits: FAT16.
    Sixteen,
    /// 32 bits, the upper four of which do not count: FAT32.
    TwentyEight,
    /// 32 bits: exFAT.
    ThirtyTwo,
}

impl Width {
    /// Bits of an entry, as they lie.
    pub fn bits(self) -> u64 {
        match self {
            Width::Twelve => 12,
            Width::Sixteen => 16,
            Width::TwentyEight | Width::ThirtyTwo => 32,
        }
    }

    /// All bits of an entry that count.
    fn ones(self) -> u32 {
        match self {
            Width::Twelve => 0xfff,
            Width::Sixteen => 0xffff,
            Width::TwentyEight => 0x0fff_ffff,
            Width::ThirtyTwo => u32::MAX,
        }
    }
}

/// Where the table of a volume lies.
#[derive(Clone, Debug)]
pub struct Layout {
    /// How wide its entries are.
    pub width: Width,
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
pub enum Next {
    /// The cluster belongs to nothing.
    Free,
    /// The next one of its chain.
    Cluster(u32),
    /// There is none: the chain ends.
    End,
    /// The cluster cannot be used.
    Bad,
    /// Nothing that makes sense.
    Wild,
}

/// How a chain came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It ends where a chain should.
    Proper,
    /// It runs into clusters that are free, bad or not there.
    Broken,
    /// It runs into a cluster that has an owner.
    Crossed,
}

/// The clusters of a file as the table has them.
#[derive(Clone, Debug)]
pub struct Chain {
    /// In the order of the file.
    pub stretches: Vec<Stretch>,
    /// How many clusters these are.
    pub len: u64,
    /// How they end.
    pub ending: Ending,
}

/// What a look over all copies of the table shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Clusters that belong to chains.
    pub used: u64,
    /// Whether the copies differ.
    pub differ: bool,
    /// Copies that begin as a table of this volume does.
    pub sound: usize,
}

/// The allocation table of one volume, read in pieces.
pub struct Table<'b> {
    bytes: &'b dyn Bytes,
    layout: Layout,
    pages: HashMap<u64, Vec<u8>>,
    loads: u64,
    steps: u64,
}

impl<'b> Table<'b> {
    /// The table that lies so.
    pub fn new(bytes: &'b dyn Bytes, mut layout: Layout) -> Self {
        layout.copies.truncate(MOST_COPIES);
        let pages_of_all = (layout.len / PAGE + 1).saturating_mul(MOST_COPIES as u64);
        let mut table = Table {
            bytes,
            steps: u64::from(layout.limit).saturating_mul(MOST_STEPS),
            layout,
            pages: HashMap::new(),
            loads: pages_of_all.saturating_mul(MOST_PASSES),
        };
        if !table.is_sound(0) && table.is_sound(1) {
            table.layout.copies.swap(0, 1);
            table.pages.clear();
        }
        table
    }

    /// Whether a copy begins with the kind of medium, as every table does.
    fn is_sound(&mut self, copy: usize) -> bool {
        let wanted = self.layout.width.ones() & (0xffff_ff00 | u32::from(self.layout.media));
        copy < self.layout.copies.len() && self.raw(copy, 0) == wanted
    }

    /// Reads all copies once, in order. Clusters that cannot be used are added to `bad`.
    pub fn survey(&mut self, bad: &mut Set) -> Survey {
        let sound = (0..self.layout.copies.len()).filter(|&copy| self.is_sound(copy)).count();
        let mut survey = Survey { used: 0, differ: false, sound };
        for cluster in FIRST..self.layout.limit {
            let raw = self.raw(0, cluster);
            survey.differ |= self.layout.copies.len() > 1 && raw != self.raw(1, cluster);
            match self.meaning(raw) {
                Next::Free => {}
                Next::Bad => drop(bad.add(cluster)),
                Next::Wild => {}
                Next::Cluster(_) | Next::End => survey.used += 1,
            }
        }
        survey
    }

    /// What follows the cluster; where the better copy does not say, the other is asked.
    pub fn next(&mut self, cluster: u32) -> Next {
        let mut next = Next::Wild;
        for copy in 0..self.layout.copies.len() {
            let raw = self.raw(copy, cluster);
            match self.meaning(raw) {
                said @ (Next::Cluster(_) | Next::End) => return said,
                said if copy == 0 => next = said,
                _ => {}
            }
        }
        next
    }

    /// The chain from `first` on, as far as `owned` has none of it; it is added there.
    pub fn claim(&mut self, first: u32, owned: &mut Set) -> Chain {
        let mut chain = Chain { stretches: Vec::new(), len: 0, ending: Ending::Broken };
        let mut cluster = first;
        loop {
            if !(FIRST..self.layout.limit).contains(&cluster) {
                return chain;
            }
            if owned.has(cluster) {
                chain.ending = Ending::Crossed;
                return chain;
            }
            let next = self.next(cluster);
            if matches!(next, Next::Bad) {
                return chain;
            }
            owned.add(cluster);
            extend(&mut chain.stretches, cluster);
            chain.len += 1;
            match next {
                Next::Cluster(next) => cluster = next,
                Next::End => {
                    chain.ending = Ending::Proper;
                    return chain;
                }
                _ => return chain,
            }
        }
    }

    /// The chain from `first` on, if it is still there: exactly `len` clusters that nobody owns.
    pub fn surviving(&mut self, first: u32, len: u64, owned: &Set) -> Option<Vec<Stretch>> {
        let (mut stretches, mut cluster) = (Vec::new(), first);
        for left in (0..len).rev() {
            self.steps = self.steps.checked_sub(1)?;
            if !(FIRST..self.layout.limit).contains(&cluster) || owned.has(cluster) {
                return None;
            }
            extend(&mut stretches, cluster);
            match self.next(cluster) {
                Next::Cluster(next) if left > 0 => cluster = next,
                Next::End if left == 0 => return Some(stretches),
                _ => return None,
            }
        }
        None
    }

    /// What an entry's bits mean.
    ///
    /// Source: "FAT: General Overview of On-Disk Format" 1.03, "FAT Data Structure";
    /// "exFAT file system specification", 4.1.
    fn meaning(&self, raw: u32) -> Next {
        let ones = self.layout.width.ones();
        match raw {
            0 => Next::Free,
            _ if (FIRST..self.layout.limit).contains(&raw) => Next::Cluster(raw),
            _ if raw == ones - 8 => Next::Bad,
            _ if raw >= ones - 7 => Next::End,
            _ => Next::Wild,
        }
    }

    /// The entry's bits; zero when the table has been read too often.
    fn raw(&mut self, copy: usize, cluster: u32) -> u32 {
        let at = u64::from(cluster) * self.layout.width.bits() / 8;
        let mut entry = [0; 4];
        let width = self.layout.width.bits().div_ceil(8) as usize;
        self.fetch(copy, at, &mut entry[..width]);
        let raw = u32::from_le_bytes(entry);
        match self.layout.width {
            Width::Twelve if cluster % 2 == 1 => raw >> 4,
            width => raw & width.ones(),
        }
    }

    fn fetch(&mut self, copy: usize, at: u64, out: &mut [u8]) {
        let Some(&start) = self.layout.copies.get(copy) else { return };
        let from = start.saturating_add(at);
        if let Some(mapped) = self.bytes.mapped(from, out.len()) {
            return out.copy_from_slice(mapped);
        }
        let (page, inside) = (at / PAGE, (at % PAGE) as usize);
        let key = page * MOST_COPIES as u64 + copy as u64;
        if !self.pages.contains_key(&key) {
            if self.loads == 0 {
                return;
            }
            self.loads -= 1;
            if self.pages.len() >= MOST_PAGES {
                self.pages.clear();
            }
            let from = start.saturating_add(page * PAGE);
            self.pages.insert(key, read(self.bytes, from, (PAGE + OVERLAP) as usize));
        }
        if let Some(bytes) = self.pages.get(&key).and_then(|page| page.get(inside..)) {
            out.copy_from_slice(&bytes[..out.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that are not mapped.
    struct Unmapped(Vec<u8>);

    impl Bytes for Unmapped {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }

        fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
            None
        }

        fn read_at(&self, at: u64, out: &mut [u8]) {
            out.copy_from_slice(&self.0[at as usize..][..out.len()]);
        }
    }

    #[test]
    fn where_the_first_copy_is_overwritten_a_device_gives_the_second_as_well() {
        let sound = [0xf8, 0xff, 0xff, 0xff, 3, 0, 0xff, 0xff];
        let device = Unmapped([[0xee; 8], sound].concat());
        let layout =
            Layout { width: Width::Sixteen, limit: 4, media: 0xf8, copies: vec![0, 8], len: 8 };
        let mut table = Table::new(&device, layout);
        assert_eq!(table.survey(&mut Set::new(4)).used, 2);
    }
}
