//! Files that only sets without a way to them name: after a quick format, and where a deleted folder
//! was in several pieces.

mod geometry;
mod tree;

use std::collections::HashSet;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::clusters::is_free;
use crate::volumes::filesystem::fat_family::budget::Budget;
use crate::volumes::filesystem::fat_family::clusters::{Clusters, read};
use crate::volumes::filesystem::fat_family::exfat::clue::capitals;
use crate::volumes::filesystem::fat_family::exfat::contents::entry;
use crate::volumes::filesystem::fat_family::exfat::set::{Layout, MOST_RECORDS, Set, parse};
use crate::volumes::filesystem::fat_family::records::LEN;
use crate::volumes::filesystem::{Contents, Entry, Location, MOST_ENTRIES, SECTOR};
use tree::Tree;

/// Clues that are followed: a folder of a real volume gives one for every five files.
const MOST_CLUES: usize = 1 << 22;

/// Bytes of all paths of a volume together.
const MOST_TEXT: usize = 512 << 20;

/// A set and where it lies.
#[derive(Clone, Debug)]
struct Found {
    at: u64,
    set: Set,
}

/// What the records at `clues` say that no volume in `known` does.
pub fn salvage(bytes: &dyn Bytes, clues: &[u64], known: &[Contents]) -> Vec<Contents> {
    let listed: HashSet<u64> =
        known.iter().flat_map(|known| known.entries.iter().map(|entry| entry.record)).collect();
    let mut rest = sets(bytes, clues);
    drop_halves(&mut rest, known);
    let mut salvaged = Vec::new();
    for known in known {
        let (inside, outside) = rest
            .into_iter()
            .partition(|found| known.span.at <= found.at && found.at < known.span.end());
        rest = outside;
        let count = (known.span.end().saturating_sub(known.clusters_at) / known.cluster_len.max(1))
            .min(u32::MAX.into()) as u32;
        let (at, len, end) = (known.clusters_at, known.cluster_len, known.span.end());
        let clusters = Clusters { at, len, count, end };
        salvaged.extend(contents(bytes, inside, Some(clusters), Some(known), &listed));
    }
    let clusters = geometry::agreed(bytes, &rest);
    salvaged.extend(contents(bytes, rest, clusters, None, &listed));
    salvaged
}

/// The sets that begin in sectors with clues. They may reach into the sector behind.
fn sets(bytes: &dyn Bytes, clues: &[u64]) -> Vec<Found> {
    let (mut sets, mut end) = (Vec::new(), 0);
    for &sector in clues.iter().take(MOST_CLUES) {
        let slots = read(bytes, sector, SECTOR + MOST_RECORDS * LEN);
        for index in 0..SECTOR / LEN {
            let at = sector + (index * LEN) as u64;
            if at < end || sets.len() >= MOST_ENTRIES {
                continue;
            }
            if let Some(set) = parse(&slots, index, capitals()) {
                end = at + (set.records * LEN) as u64;
                sets.push(Found { at, set });
            }
        }
    }
    sets
}

/// Drops sets without their first record where the whole one is known: they lay across the edge of a
/// cluster.
fn drop_halves(found: &mut Vec<Found>, known: &[Contents]) {
    let entries = known.iter().flat_map(|known| &known.entries);
    let listed = entries.map(|entry| {
        let name = entry.path.rsplit_once('/').map_or(entry.path.as_str(), |pair| pair.1);
        (name.to_string(), entry.size)
    });
    let whole = found.iter().filter(|found| found.set.is_whole());
    let whole = whole.map(|found| (found.set.name.clone(), found.set.size));
    let listed: HashSet<(String, u64)> = listed.chain(whole).collect();
    found.retain(|Found { set, .. }| {
        set.is_whole() || !listed.contains(&(set.name.clone(), set.size))
    });
}

/// What these sets say of one volume, except what is listed already.
fn contents(
    bytes: &dyn Bytes,
    found: Vec<Found>,
    clusters: Option<Clusters>,
    known: Option<&Contents>,
    listed: &HashSet<u64>,
) -> Option<Contents> {
    let first = found.first()?.at;
    let free = known.and_then(|known| known.free.as_deref());
    let mut folder: Option<(u64, (String, bool))> = None;
    let tree = clusters.map(|clusters| Tree::new(bytes, clusters, &found));
    let (mut entries, mut budget, mut text) = (Vec::<Entry>::new(), Budget::default(), 0);
    for Found { at, set } in &found {
        // In a live file there may be a volume, whose records are its own matter.
        if set.folder || listed.contains(at) || !is_free(free, *at) {
            continue;
        }
        let unknown = || (String::new(), true);
        // Sets of one sector lie in one folder.
        let sector = at / SECTOR as u64;
        if folder.as_ref().is_none_or(|(known, _)| *known != sector) {
            let path = tree.as_ref().map_or_else(unknown, |tree| tree.path_to(&found, *at));
            folder = Some((sector, path));
        }
        let (path, certain) = folder.as_ref().map_or_else(unknown, |(_, path)| path.clone());
        let path = path + &set.name;
        text += path.len();
        if text > MOST_TEXT {
            break;
        }
        let locations =
            clusters.map_or(Vec::new(), |clusters| locations(&clusters, set, &mut budget));
        let lost = Set { live: false, ..set.clone() };
        entries.push(Entry { certain, ..entry(lost, path, *at, locations) });
    }
    let lost =
        clusters.unwrap_or(Clusters { at: first, len: SECTOR as u64, count: 0, end: bytes.len() });
    (!entries.is_empty()).then(|| Contents {
        kind: "exfat",
        span: known.map_or(Span::between(lost.at.min(first), lost.end), |known| known.span),
        label: None,
        cluster_len: lost.len,
        clusters_at: lost.at,
        faults: Vec::new(),
        encrypted: None,
        entries,
        free: known.and_then(|known| known.free.clone()),
    })
}

fn locations(clusters: &Clusters, set: &Set, budget: &mut Budget) -> Vec<Location> {
    let needed = u32::try_from(clusters.needed(set.size)).unwrap_or(u32::MAX);
    let len = if set.valid == 0 { set.size } else { set.valid };
    let place = match set.layout {
        _ if set.size == 0 => None,
        Layout::Nothing => None,
        Layout::Contiguous => budget.runs(clusters, &[(set.cluster, needed)], len),
        Layout::Chained => clusters.offset(set.cluster).map(Location::Start),
    };
    place.into_iter().collect()
}
