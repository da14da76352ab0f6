//! One volume: its folders and files, and who owns which cluster.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::fat_family::clusters::{self, Clusters, FIRST, Stretch, read};
use crate::volumes::filesystem::fat_family::exfat::boot::Boot;
use crate::volumes::filesystem::fat_family::exfat::set::{Layout, Set, parse, u32_at, u64_at};
use crate::volumes::filesystem::fat_family::exfat::upcase::{self, Upcase};
use crate::volumes::filesystem::fat_family::records::{LEN, Listing};
use crate::volumes::filesystem::fat_family::table::{Ending, Table};
use crate::volumes::filesystem::{MOST_DEPTH, MOST_ENTRIES};

/// Bytes of one folder that are read.
///
/// Source: "exFAT file system specification", 7.4: a directory has 256 MiB at most; a quarter of
/// that are 700,000 files.
const MOST_FOLDER: u64 = 64 << 20;

/// Bytes of all folders together.
const MOST_FOLDERS_LEN: u64 = 4 << 30;

/// Folders of one volume that are kept.
const MOST_FOLDERS: usize = 1 << 20;

/// Records of the root that are no file: the map of free clusters, the table of capitals, the label.
const BITMAP: u8 = 0x81;
const UPCASE: u8 = 0x82;
const LABEL: u8 = 0x83;

/// A folder.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Number of the folder it lies in; the root lies in none.
    pub parent: Option<usize>,
    /// Its name.
    pub name: String,
    depth: usize,
    stretches: Vec<Stretch>,
    live: bool,
}

/// A file.
#[derive(Clone, Debug)]
pub struct File {
    /// Number of the folder it lies in.
    pub folder: usize,
    /// What names it.
    pub set: Set,
    /// Where that lies.
    pub at: u64,
    /// Where its clusters are known to lie.
    pub stretches: Vec<Stretch>,
}

/// What was met that should not be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Whether the root directory is not there.
    pub rootless: bool,
    /// Chains and runs that do not reach as far as the size.
    pub broken: u64,
    /// Those that run into other files.
    pub crossed: u64,
    /// Sets in use whose checksum is wrong.
    pub unproven: u64,
    /// Live files and folders with clusters.
    pub followed: u64,
}

/// A volume that is being read.
pub struct Volume<'b> {
    bytes: &'b dyn Bytes,
    /// Where it lies.
    pub span: Span,
    /// Its boot sector.
    pub boot: Boot,
    /// Where its clusters lie.
    pub clusters: Clusters,
    /// Its allocation table.
    pub table: Table<'b>,
    /// Its table of capitals.
    pub upcase: Upcase,
    /// Clusters that are taken by its map.
    pub taken: Option<clusters::Set>,
    /// Clusters that live files and folders own.
    pub owned: clusters::Set,
    /// Its label.
    pub label: Option<String>,
    /// The root, and folders in the order in which they were found.
    pub folders: Vec<Folder>,
    /// The files.
    pub files: Vec<File>,
    /// What is wrong with it.
    pub trouble: Trouble,
    lost: Vec<(usize, Set)>,
    room: u64,
}

impl<'b> Volume<'b> {
    /// The volume with this boot sector at `at`, which has `room`.
    pub fn new(bytes: &'b dyn Bytes, boot: Boot, at: u64, room: u64) -> Self {
        let room = room.min(bytes.len().saturating_sub(at));
        let span = Span { at, len: boot.len.min(room) };
        let clusters = boot.clusters(at, span.end());
        Volume {
            bytes,
            span,
            clusters,
            table: Table::new(bytes, boot.layout(at, &clusters)),
            upcase: Upcase::default(),
            taken: None,
            owned: clusters::Set::new(clusters.limit()),
            label: None,
            folders: Vec::new(),
            files: Vec::new(),
            trouble: Trouble::default(),
            lost: Vec::new(),
            room: MOST_FOLDERS_LEN,
            boot,
        }
    }

    /// Reads what is there, from the root on.
    pub fn walk(&mut self) {
        let chain = self.table.claim(self.boot.root, &mut self.owned);
        let stretches = match chain.len {
            // The table is wrong about it, the boot sector hardly.
            0 => vec![(self.boot.root, 1)],
            _ => chain.stretches,
        };
        let (parent, name) = (None, String::new());
        self.folders.push(Folder { parent, name, depth: 0, stretches, live: true });
        let root = self.listing(0);
        self.trouble.rootless = root.slots().iter().all(|&byte| byte == 0);
        self.system(&root);
        let mut folder = 0;
        while folder < self.folders.len() {
            self.sort(folder);
            folder += 1;
        }
        self.walk_lost(folder);
    }

    /// Reads the folders that were deleted; those before `folder` were read.
    fn walk_lost(&mut self, mut folder: usize) {
        let mut next = 0;
        let mut seen = clusters::Set::new(self.clusters.limit());
        while let Some((parent, set)) = self.lost.get(next).cloned() {
            next += 1;
            let needed = self.clusters.needed(set.size.max(1));
            let stretches = match set.layout {
                Layout::Nothing => continue,
                Layout::Contiguous => {
                    vec![(set.cluster, u32::try_from(needed).unwrap_or(u32::MAX))]
                }
                Layout::Chained => self
                    .table
                    .surviving(set.cluster, needed, &self.owned)
                    .unwrap_or_else(|| vec![(set.cluster, 1)]),
            };
            let open =
                |volume: &Self, cluster| !volume.owned.has(cluster) && volume.clusters.has(cluster);
            if !open(self, set.cluster) || !seen.add(set.cluster) {
                continue;
            }
            if self.add_folder(parent, set.name, stretches, false) {
                self.sort(folder);
                folder += 1;
            }
        }
    }

    fn add_folder(
        &mut self,
        parent: usize,
        name: String,
        stretches: Vec<Stretch>,
        live: bool,
    ) -> bool {
        let depth = self.folders[parent].depth + 1;
        let fits = depth <= MOST_DEPTH && self.folders.len() < MOST_FOLDERS;
        if fits {
            self.folders.push(Folder { parent: Some(parent), name, depth, stretches, live });
        }
        fits
    }

    fn listing(&mut self, folder: usize) -> Listing {
        let runs = self.clusters.runs(&self.folders[folder].stretches, MOST_FOLDER.min(self.room));
        let listing = Listing::read(self.bytes, runs, MOST_FOLDER);
        self.room = self.room.saturating_sub(listing.slots().len() as u64);
        listing
    }

    /// The records of the root that are about the volume.
    fn system(&mut self, root: &Listing) {
        let slots = root.slots().as_chunks::<LEN>().0;
        let bitmap = u8::from(self.boot.second);
        for slot in slots.iter().take_while(|slot| slot[0] != 0) {
            let (cluster, len) = (u32_at(slot, 20), u64_at(slot, 24));
            match slot[0] {
                LABEL => {
                    let units =
                        slot[2..24].as_chunks::<2>().0.iter().map(|&unit| u16::from_le_bytes(unit));
                    let label: Vec<u16> = units.take(slot[1].into()).collect();
                    self.label =
                        Some(String::from_utf16_lossy(&label)).filter(|label| !label.is_empty());
                }
                UPCASE if len <= upcase::MOST_LEN => {
                    let table = self.system_file(cluster, len);
                    if let Some(upcase) = Upcase::parse(&table, u32_at(slot, 4)) {
                        self.upcase = upcase;
                    }
                }
                BITMAP if slot[1] & 1 == bitmap => {
                    let needed = u64::from(self.clusters.count).div_ceil(8);
                    if len >= needed {
                        let map = self.system_file(cluster, needed);
                        self.taken = Some(taken(&map, self.clusters.limit()));
                    }
                }
                // The other map of two.
                BITMAP => drop(self.table.claim(cluster, &mut self.owned)),
                _ => {}
            }
        }
    }

    fn system_file(&mut self, cluster: u32, len: u64) -> Vec<u8> {
        let chain = self.table.claim(cluster, &mut self.owned);
        let mut out = Vec::new();
        for run in self.clusters.runs(&chain.stretches, len) {
            let len = run.len.min(len - (out.len() as u64).min(len));
            out.extend(read(self.bytes, run.at, len as usize));
        }
        out
    }

    /// Sorts the sets of a folder: what is there is followed, what was deleted is remembered.
    fn sort(&mut self, folder: usize) {
        let listing = self.listing(folder);
        let alive = self.folders[folder].live;
        let (mut index, mut ended) = (0, false);
        while index < listing.slots().len() / LEN {
            ended |= listing.slots()[index * LEN] == 0;
            let Some(mut set) = parse(listing.slots(), index, &self.upcase) else {
                index += 1;
                continue;
            };
            let at = listing.offset(index);
            index += set.records;
            set.live &= alive && !ended;
            self.trouble.unproven += u64::from(set.live && !set.whole);
            let stretches = if set.live { self.follow(&set) } else { Vec::new() };
            match (set.folder, set.live) {
                (true, true) => drop(self.add_folder(folder, set.name, stretches, true)),
                (true, false) if self.lost.len() < MOST_FOLDERS => self.lost.push((folder, set)),
                (false, _) if self.files.len() < MOST_ENTRIES => {
                    self.files.push(File { folder, set, at, stretches });
                }
                _ => {}
            }
        }
    }

    /// Where the clusters of what is there lie; they are owned from now on.
    fn follow(&mut self, set: &Set) -> Vec<Stretch> {
        let needed = self.clusters.needed(set.size);
        let (stretches, len, crossed) = match set.layout {
            Layout::Nothing => return Vec::new(),
            Layout::Chained => {
                let chain = self.table.claim(set.cluster, &mut self.owned);
                (chain.stretches, chain.len, chain.ending == Ending::Crossed)
            }
            Layout::Contiguous => self.take(set.cluster, needed),
        };
        self.trouble.followed += 1;
        self.trouble.crossed += u64::from(crossed);
        self.trouble.broken += u64::from(!crossed && len < needed);
        stretches
    }

    fn take(&mut self, first: u32, needed: u64) -> (Vec<Stretch>, u64, bool) {
        let there = u64::from(self.clusters.limit().saturating_sub(first.max(FIRST)));
        let count = needed.min(there) as u32;
        let mut crossed = false;
        let mut len = 0;
        for cluster in first..first.saturating_add(count) {
            if !self.owned.add(cluster) {
                crossed = true;
                break;
            }
            len += 1;
        }
        // What is recorded is recorded, whoever else claims it.
        (vec![(first, count)], if crossed { len } else { count.into() }, crossed)
    }

    /// The path of a folder, with a `/` behind it.
    pub fn path(&self, folder: usize) -> String {
        let (mut names, mut here) = (Vec::new(), Some(folder));
        while let Some(folder) = here.and_then(|here| self.folders.get(here)) {
            if folder.parent.is_some() {
                names.push(folder.name.as_str());
            }
            here = folder.parent;
        }
        names.iter().rev().flat_map(|name| [name, "/"]).collect()
    }
}

/// The clusters that a map takes: a bit for each, the lowest first.
///
/// Source: "exFAT file system specification", 7.1.5.
fn taken(map: &[u8], limit: u32) -> clusters::Set {
    let mut taken = clusters::Set::new(limit);
    for (index, &byte) in map.iter().enumerate() {
        for bit in (0..8).filter(|bit| byte >> bit & 1 == 1) {
            let cluster = (index as u32).saturating_mul(8).saturating_add(bit + FIRST);
            if cluster < limit {
                taken.add(cluster);
            }
        }
    }
    taken
}
