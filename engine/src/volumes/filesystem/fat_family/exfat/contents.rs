//! What a volume says, in the words that all file systems share.

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::fat_family::budget::Budget;
use crate::volumes::filesystem::fat_family::clusters::{FIRST, read as read_bytes};
use crate::volumes::filesystem::fat_family::exfat::boot::{Boot, COPY, is_whole};
use crate::volumes::filesystem::fat_family::exfat::set::{Layout, Set};
use crate::volumes::filesystem::fat_family::exfat::volume::{File, Trouble, Volume};
use crate::volumes::filesystem::{Contents, Entry, Location};

/// Of so many chains one may be wrong before the map is not believed.
const TRUSTED: u64 = 8;

/// Bytes of all paths of a volume together.
const MOST_TEXT: usize = 512 << 20;

/// The volume with this boot sector, if what follows it looks like one.
pub fn read(bytes: &dyn Bytes, boot: Boot, at: u64, room: u64) -> Option<Contents> {
    let short = boot.len > room.min(bytes.len().saturating_sub(at));
    let mut volume = Volume::new(bytes, boot, at, room);
    volume.walk();
    let empty = volume.files.is_empty() && volume.folders.len() == 1;
    if empty && volume.taken.is_none() && volume.label.is_none() {
        return None;
    }
    let map = Map::of(&volume);
    let entries = entries(&mut volume);
    let faults = faults(&volume, &map, short, is_harmed(bytes, &volume));
    Some(Contents {
        kind: "exfat",
        span: volume.span,
        label: volume.label.clone(),
        cluster_len: volume.clusters.len,
        clusters_at: volume.clusters.at,
        faults,
        encrypted: None,
        entries,
        free: trusted(&volume, &map).then(|| volume.clusters.free(&volume.owned)),
    })
}

/// How the map of clusters in use agrees with the files.
struct Map {
    /// Clusters that are free by the map and belong to a file.
    free_but_owned: u64,
    /// Clusters that are in use by the map and belong to nothing.
    used_but_unowned: u64,
}

impl Map {
    fn of(volume: &Volume<'_>) -> Self {
        let mut map = Map { free_but_owned: 0, used_but_unowned: 0 };
        if let Some(taken) = &volume.taken {
            for cluster in FIRST..volume.clusters.limit() {
                let (taken, owned) = (taken.has(cluster), volume.owned.has(cluster));
                map.free_but_owned += u64::from(owned && !taken);
                map.used_but_unowned += u64::from(taken && !owned);
            }
        }
        map
    }
}

fn entries(volume: &mut Volume<'_>) -> Vec<Entry> {
    let (mut budget, mut text) = (Budget::default(), 0);
    let mut folder = (usize::MAX, String::new());
    let mut entries = Vec::with_capacity(volume.files.len());
    for file in std::mem::take(&mut volume.files) {
        if folder.0 != file.folder {
            folder = (file.folder, volume.path(file.folder));
        }
        let locations = locations(volume, &file, &mut budget);
        let path = format!("{}{}", folder.1, file.set.name);
        text += path.len();
        if text > MOST_TEXT {
            break;
        }
        entries.push(entry(file.set, path, file.at, locations));
    }
    entries
}

/// What a set says of a file.
pub fn entry(set: Set, path: String, at: u64, locations: Vec<Location>) -> Entry {
    Entry {
        path,
        certain: true,
        deleted: !set.live,
        erased: set.erased,
        size: set.size,
        locations,
        modified: set.modified,
        deleted_at: None,
        record: at,
        coded: None,
    }
}

fn locations(volume: &mut Volume<'_>, file: &File, budget: &mut Budget) -> Vec<Location> {
    let File { set, stretches, .. } = file;
    if set.size == 0 || set.layout == Layout::Nothing {
        return Vec::new();
    }
    let clusters = volume.clusters;
    let needed = clusters.needed(set.size);
    let (known, complete) = match (set.live, set.layout) {
        (true, Layout::Chained) => {
            let len: u64 = stretches.iter().map(|&(_, count)| u64::from(count)).sum();
            (Some(stretches.clone()), len >= needed)
        }
        (_, Layout::Contiguous) => {
            let count = u32::try_from(needed).unwrap_or(u32::MAX);
            (Some(vec![(set.cluster, count)]), true)
        }
        _ => (volume.table.surviving(set.cluster, needed, &volume.owned), true),
    };
    // What was never written is not the file's.
    let len = if set.valid == 0 { set.size } else { set.valid };
    let runs = known.and_then(|stretches| budget.runs(&clusters, &stretches, len));
    let start = clusters.offset(set.cluster).map(Location::Start);
    let start = start.filter(|_| runs.is_none() || !complete);
    runs.into_iter().chain(start).collect()
}

/// Whether the boot region or its copy has been changed.
fn is_harmed(bytes: &dyn Bytes, volume: &Volume<'_>) -> bool {
    let len = volume.boot.sector_len;
    let region =
        |at: u64| read_bytes(bytes, volume.span.at.saturating_add(at), (COPY * len) as usize);
    [0, COPY * len].iter().any(|&at| !is_whole(&region(at), len as usize))
}

/// Whether what the volume says of free clusters can be believed.
fn trusted(volume: &Volume<'_>, map: &Map) -> bool {
    let Trouble { rootless, broken, crossed, followed, .. } = volume.trouble;
    let agrees = map.free_but_owned * TRUSTED <= volume.owned.len();
    volume.taken.is_some() && agrees && !rootless && (broken + crossed) * TRUSTED <= followed
}

fn faults(volume: &Volume<'_>, map: &Map, short: bool, harmed: bool) -> Vec<String> {
    let trouble = &volume.trouble;
    let said = |wrong: bool, what: &str| wrong.then(|| what.to_string());
    let counted = |count: u64, what: &str| (count > 0).then(|| format!("{count} {what}"));
    [
        said(short, "the volume claims to reach further than there is room"),
        said(harmed, "the boot region or its copy was changed"),
        said(trouble.rootless, "the root folder cannot be read"),
        said(volume.taken.is_none(), "the map of free clusters cannot be read"),
        counted(trouble.broken, "files do not reach as far as their size"),
        counted(trouble.crossed, "files cross others"),
        counted(trouble.unproven, "folder records have a wrong checksum"),
        counted(map.free_but_owned, "clusters belong to files but are marked as free"),
        counted(map.used_but_unowned, "clusters are in use but belong to no file"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
