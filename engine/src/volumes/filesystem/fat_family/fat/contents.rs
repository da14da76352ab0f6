//! What a volume says, in the words that all file systems share.

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::fat_family::budget::Budget;
use crate::volumes::filesystem::fat_family::fat::boot::Boot;
use crate::volumes::filesystem::fat_family::fat::folder::Record;
use crate::volumes::filesystem::fat_family::fat::tree::Tree;
use crate::volumes::filesystem::fat_family::fat::volume::{Trouble, Volume, candidates};
use crate::volumes::filesystem::fat_family::table::Ending;
use crate::volumes::filesystem::{Contents, Entry, Location, Stamp};

/// Bytes of all paths of a volume together.
const MOST_TEXT: usize = 512 << 20;

/// Of so many chains one may be wrong before the table is not believed.
const TRUSTED: u64 = 8;

/// The volume with this boot sector, if what follows it looks like one.
pub fn read(bytes: &dyn Bytes, boot: Boot, at: u64, room: u64) -> Option<Contents> {
    let short = boot.len > room.min(bytes.len().saturating_sub(at));
    let mut volume = Volume::new(bytes, boot, at, room);
    volume.walk();
    if volume.survey.sound == 0 && !stands_without_table(bytes, &volume) {
        return None;
    }
    let mut budget = Budget::default();
    let mut locations: Vec<Vec<Location>> = Vec::new();
    for index in 0..volume.tree.files.len() {
        let record = volume.tree.files[index].record.clone();
        locations.push(if record.deleted {
            Vec::new()
        } else {
            live_places(&mut volume, &record, &mut budget)
        });
    }
    let live = volume.owned.len();
    volume.walk_lost();
    debug_assert_eq!(live, volume.owned.len(), "what was deleted owns nothing");
    for index in 0..volume.tree.files.len() {
        let record = volume.tree.files[index].record.clone();
        if record.deleted {
            let found = lost_places(&mut volume, &record, &mut budget);
            match locations.get_mut(index) {
                Some(locations) => *locations = found,
                None => locations.push(found),
            }
        }
    }
    volume.tree.restore_letters();
    let entries = entries(&volume.tree, locations);
    let faults = faults(&volume, short);
    let trusted = trusted(&volume);
    Some(Contents {
        kind: volume.boot.kind.name(),
        span: volume.span,
        label: label(&volume),
        cluster_len: volume.clusters.len,
        clusters_at: volume.clusters.at,
        faults,
        encrypted: None,
        entries,
        free: trusted.then(|| volume.clusters.free(&volume.owned)),
    })
}

/// Whether there is a volume although none of its tables begins as one: its root directory says
/// so. What looks like a boot sector may be a copy of one, and then what lies where the root should
/// be is none.
fn stands_without_table(bytes: &dyn Bytes, volume: &Volume<'_>) -> bool {
    let copied = volume.boot.copy_at.is_none_or(|copy| {
        super::boot_at(bytes, volume.span.at.saturating_add(copy)).as_ref() == Some(&volume.boot)
    });
    let named = volume.label.is_some() || volume.tree.folders.len() + volume.tree.files.len() > 1;
    copied && named && volume.trouble.senseless == 0
}

fn live_places(volume: &mut Volume<'_>, record: &Record, budget: &mut Budget) -> Vec<Location> {
    let (size, first) = (u64::from(record.size), record.cluster);
    if first == 0 {
        return Vec::new();
    }
    let mut chain = volume.table.claim(first, &mut volume.owned);
    volume.trouble.followed += 1;
    if chain.ending == Ending::Proper && chain.len < volume.clusters.needed(size) {
        chain.ending = Ending::Broken;
    }
    match chain.ending {
        Ending::Proper => {}
        Ending::Broken => volume.trouble.broken += 1,
        Ending::Crossed => volume.trouble.crossed += 1,
    }
    if size == 0 {
        return Vec::new();
    }
    let whole = chain.len >= volume.clusters.needed(size);
    let mut locations: Vec<Location> =
        budget.runs(&volume.clusters, &chain.stretches, size).into_iter().collect();
    if !whole || locations.is_empty() {
        locations.extend(volume.clusters.offset(first).map(Location::Start));
    }
    locations
}

/// Where a deleted file may lie. Places that live files have taken since come last.
fn lost_places(volume: &mut Volume<'_>, record: &Record, budget: &mut Budget) -> Vec<Location> {
    let size = u64::from(record.size);
    if size == 0 {
        return Vec::new();
    }
    let needed = volume.clusters.needed(size);
    let chain = volume.table.surviving(record.cluster, needed, &volume.owned);
    let mut locations: Vec<Location> =
        chain.and_then(|chain| budget.runs(&volume.clusters, &chain, size)).into_iter().collect();
    let (mut taken, first) = (None, record.cluster);
    for cluster in candidates(&volume.boot, &volume.clusters, first) {
        let Some(at) = volume.clusters.offset(cluster) else { continue };
        match (cluster == first, volume.owned.has(cluster)) {
            (true, true) => taken = Some(at),
            (true, false) => locations.push(Location::Start(at)),
            (false, false) if budget.more() => locations.push(Location::Start(at)),
            _ => {}
        }
    }
    locations.extend(taken.map(Location::Start));
    locations
}

/// The files of a tree; `locations` stand in their order.
pub fn entries(tree: &Tree, locations: Vec<Vec<Location>>) -> Vec<Entry> {
    let (mut entries, mut text) = (Vec::with_capacity(tree.files.len()), 0);
    let mut folder = (usize::MAX, (String::new(), true));
    for (file, locations) in tree.files.iter().zip(locations) {
        if folder.0 != file.folder {
            folder = (file.folder, tree.path(file.folder));
        }
        let (path, certain) = &folder.1;
        let record = &file.record;
        let path = format!("{path}{}", record.name);
        text += path.len();
        if text > MOST_TEXT {
            break;
        }
        entries.push(Entry {
            path,
            certain: record.certain && *certain,
            deleted: record.deleted,
            erased: record.erased,
            size: record.size.into(),
            locations,
            modified: record.modified.map(|civil| Stamp { civil, offset: None }),
            deleted_at: None,
            record: record.at,
            coded: None,
        });
    }
    entries
}

fn label(volume: &Volume<'_>) -> Option<String> {
    let formatted = super::name::label(&volume.boot.label);
    let named = Some(formatted).filter(|label| label != "NO NAME");
    volume.label.clone().or(named).filter(|label| !label.is_empty())
}

/// Whether what the table says of free clusters can be believed.
fn trusted(volume: &Volume<'_>) -> bool {
    let Trouble { rootless, broken, crossed, followed, .. } = volume.trouble;
    volume.survey.sound > 0 && !rootless && (broken + crossed) * TRUSTED <= followed
}

fn faults(volume: &Volume<'_>, short: bool) -> Vec<String> {
    let (survey, trouble) = (&volume.survey, &volume.trouble);
    let unowned = survey.used.saturating_sub(volume.owned.len());
    let counted = |count: u64, what: &str| (count > 0).then(|| format!("{count} {what}"));
    let said = |wrong: bool, what: &str| wrong.then(|| what.to_string());
    [
        said(short, "the volume claims to reach further than there is room"),
        said(survey.sound == 0, "no allocation table begins as one"),
        said(survey.differ, "the two allocation tables differ"),
        said(trouble.rootless, "the root folder cannot be read"),
        counted(trouble.broken, "chains of clusters run out"),
        counted(trouble.crossed, "chains of clusters cross others"),
        counted(trouble.senseless, "folder records make no sense"),
        counted(unowned, "clusters are in use but belong to no file"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
