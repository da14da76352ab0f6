//! One lost volume: its folders with their names, and the files in them.

use std::collections::{HashMap, HashSet};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::clusters::is_free;
use crate::volumes::filesystem::fat_family::budget::Budget;
use crate::volumes::filesystem::fat_family::clusters::Clusters;
use crate::volumes::filesystem::fat_family::dcf;
use crate::volumes::filesystem::fat_family::fat::boot_of;
use crate::volumes::filesystem::fat_family::fat::contents::entries;
use crate::volumes::filesystem::fat_family::fat::folder::Record;
use crate::volumes::filesystem::fat_family::fat::salvage::SECTOR_LEN;
use crate::volumes::filesystem::fat_family::fat::salvage::geometry::{Geometry, Head};
use crate::volumes::filesystem::fat_family::fat::salvage::pieces::{Folder, folders};
use crate::volumes::filesystem::fat_family::fat::tree::{self, ROOT, Tree};
use crate::volumes::filesystem::fat_family::fat::volume::{MOST_HIGH, Volume};
use crate::volumes::filesystem::{Contents, Location};

/// What the folders say that begin at `heads`, and the other records at `rest`; files whose record
/// is in `listed` are left out, and the others are added there. Without a geometry only names can be
/// told.
pub fn contents(
    bytes: &dyn Bytes,
    geometry: Option<&Geometry<'_>>,
    heads: &[Head],
    rest: &[u64],
    listed: &mut HashSet<u64>,
) -> Option<Contents> {
    let names = names(bytes, geometry);
    let (heads, rest) = (&unowned_heads(geometry, heads, &names), &unowned(geometry, rest));
    let first = heads.iter().map(|head| head.at).chain(rest.iter().copied()).min()?;
    let end = bytes.len();
    let nowhere = Clusters { at: first, len: SECTOR_LEN, count: u32::MAX, end };
    let assumed = Geometry { clusters: nowhere, known: None };
    let found = folders(bytes, geometry.unwrap_or(&assumed), heads, rest);
    let mut tree = plant(found, &names, listed);
    tree.restore_letters();
    if tree.files.is_empty() {
        return None;
    }
    let known = geometry.and_then(|geometry| geometry.known);
    let wide = known.map_or(is_wide(&tree, heads), |known| known.kind == "fat32");
    let mut budget = Budget::default();
    let files = tree.files.iter();
    let locations = match geometry {
        Some(geometry) => {
            files.map(|file| locations(geometry, &file.record, wide, &mut budget)).collect()
        }
        None => vec![Vec::new(); files.count()],
    };
    let geometry = geometry.unwrap_or(&assumed);
    let (clusters, known) = (&geometry.clusters, geometry.known);
    Some(Contents {
        kind: known.map_or(if wide { "fat32" } else { "fat" }, |known| known.kind),
        span: known.map_or(Span::between(clusters.at.min(first), end), |known| known.span),
        label: None,
        cluster_len: clusters.len,
        clusters_at: clusters.at,
        faults: Vec::new(),
        encrypted: None,
        entries: entries(&tree, locations),
        free: known.and_then(|known| known.free.clone()),
    })
}

/// Records that lie in no live file: there may be a volume in one, whose records are its own
/// matter. Those of live folders are listed.
fn unowned(geometry: Option<&Geometry<'_>>, rest: &[u64]) -> Vec<u64> {
    let known = geometry.and_then(|geometry| geometry.known);
    let free = known.and_then(|known| known.free.as_deref());
    rest.iter().copied().filter(|&at| is_free(free, at)).collect()
}

/// The same for beginnings of folders, but those of live folders stay: others may lie in them.
fn unowned_heads(
    geometry: Option<&Geometry<'_>>,
    heads: &[Head],
    names: &[(u32, Record)],
) -> Vec<Head> {
    let live: HashSet<u32> = names.iter().map(|(_, record)| record.cluster).collect();
    let known = geometry.and_then(|geometry| geometry.known);
    let free = known.and_then(|known| known.free.as_deref());
    let stays = |head: &&Head| is_free(free, head.at) || live.contains(&head.own);
    heads.iter().filter(stays).copied().collect()
}

/// Names of folders that a known volume still has, by their clusters and their parents'.
fn names(bytes: &dyn Bytes, geometry: Option<&Geometry<'_>>) -> Vec<(u32, Record)> {
    let known = geometry.and_then(|geometry| geometry.known);
    let Some((known, boot)) = known.and_then(|known| Some((known, boot_of(bytes, known)?))) else {
        return Vec::new();
    };
    let mut volume = Volume::new(bytes, boot, known.span.at, known.span.len);
    volume.walk();
    volume.walk_lost();
    let cluster =
        |parent: usize| if parent == ROOT { 0 } else { volume.tree.folders[parent].cluster };
    let named = volume.tree.folders.iter().filter_map(|folder| {
        let record = Record { cluster: folder.cluster, ..folder.record.clone()? };
        Some((cluster(folder.parent?), record))
    });
    named.collect()
}

/// The tree of the folders that were found.
fn plant(found: Vec<Folder>, known: &[(u32, Record)], listed: &mut HashSet<u64>) -> Tree {
    let root = tree::Folder { parent: None, record: None, cluster: 0, depth: 0 };
    let mut tree = Tree { folders: vec![root], files: Vec::new() };
    // Numbers in the tree, by cluster; the root's is zero.
    let mut numbers: HashMap<u32, usize> = HashMap::from([(0, ROOT)]);
    for folder in &found {
        if let Some(head) = folder.head.filter(|_| tree.folders.len() < tree::MOST_FOLDERS) {
            numbers.entry(head.own).or_insert(tree.folders.len());
            let nameless = tree::Folder { parent: None, record: None, cluster: head.own, depth: 0 };
            tree.folders.push(nameless);
        }
    }
    let names = Names::of(&found, known);
    for folder in &found {
        if let Some(head) = folder.head
            && let Some(&number) = numbers.get(&head.own)
        {
            tree.folders[number].parent = numbers.get(&head.parent).copied();
            tree.folders[number].record = names.find(head.own, head.parent, &folder.records);
        }
    }
    for folder in found {
        let own = folder.head.map(|head| head.own).or(folder.part_of);
        let number = own.and_then(|own| numbers.get(&own).copied()).unwrap_or(ROOT);
        for record in folder.records {
            if !record.folder && listed.insert(record.at) {
                tree.add_file(number, record);
            }
        }
    }
    tree
}

/// What names folders, by the cluster of what is named.
struct Names {
    /// The folder that the name stands in, where that is known, and the name.
    by_cluster: HashMap<u32, Vec<(Option<u32>, Record)>>,
}

/// Names of one cluster that are kept: a few generations of a card.
const MOST_NAMES: usize = 64;

impl Names {
    fn of(found: &[Folder], known: &[(u32, Record)]) -> Self {
        let mut names = Names { by_cluster: HashMap::new() };
        known.iter().for_each(|(parent, record)| names.add(Some(*parent), record));
        for folder in found {
            let own = folder.head.map(|head| head.own).or(folder.part_of);
            folder.records.iter().filter(|record| record.folder).for_each(|r| names.add(own, r));
        }
        names
    }

    fn add(&mut self, parent: Option<u32>, record: &Record) {
        let names = self.by_cluster.entry(record.cluster).or_default();
        if names.len() < MOST_NAMES {
            names.push((parent, record.clone()));
        }
    }

    /// The name of a folder: the one in its parent, one in pieces of what may be its parent, or, of
    /// a folder of the root that holds folders as cameras call them, the one they give it.
    fn find(&self, own: u32, parent: u32, records: &[Record]) -> Option<Record> {
        let names = self.by_cluster.get(&own).map_or(&[][..], Vec::as_slice);
        let named = names
            .iter()
            .find(|(by, _)| *by == Some(parent))
            .or_else(|| names.iter().find(|(by, _)| by.is_none()));
        named.map(|(_, record)| record.clone()).or_else(|| {
            let camera = |record: &Record| {
                let letter = if record.short[0] == 0 { "1" } else { "" };
                let name = format!("{letter}{}", record.name.trim_start_matches('_'));
                record.folder && dcf::is_folder(&name)
            };
            let record = records.iter().find(|record| parent == 0 && camera(record))?.clone();
            let (name, short) = (dcf::ROOT.to_string(), *b"DCIM       ");
            Some(Record { name, short, certain: false, cluster: own, ..record })
        })
    }
}

/// Whether clusters have more than 16 bits: then the upper half of a number may be lost.
fn is_wide(tree: &Tree, heads: &[Head]) -> bool {
    let folders = heads.iter().map(|head| head.own);
    let files = tree.files.iter().map(|file| file.record.cluster);
    folders.chain(files).any(|cluster| cluster > 0xffff)
}

/// Where a file may lie. Places that live files have taken since come last.
fn locations(
    geometry: &Geometry<'_>,
    record: &Record,
    wide: bool,
    budget: &mut Budget,
) -> Vec<Location> {
    let (clusters, first) = (&geometry.clusters, record.cluster);
    if record.size == 0 {
        return Vec::new();
    }
    let free = geometry.known.and_then(|known| known.free.as_deref());
    let high = if wide && first < 1 << 16 { MOST_HIGH } else { 0 };
    let (mut locations, mut taken) = (Vec::new(), None);
    for number in (0..=high).map(|high| first | high << 16) {
        let Some(at) = clusters.offset(number) else { continue };
        match (number == first, is_free(free, at)) {
            (true, false) => taken = Some(at),
            (true, true) => locations.push(Location::Start(at)),
            (false, true) if budget.more() => locations.push(Location::Start(at)),
            _ => {}
        }
    }
    locations.extend(taken.map(Location::Start));
    locations
}
