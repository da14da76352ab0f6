//! A volume, from its boot sector on.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Run, Runs};

use super::boot::{Boot, Geometry};
use super::file::File;
use super::history::History;
use super::index::Index;
use super::listing::Listing;
use super::record::Reference;
use super::table::Table;
use super::{attribute, bitmap};
use crate::volumes::fields;
use crate::volumes::filesystem::{Contents, Location, MOST_ENTRIES, SECTOR};

/// Numbers of the records that a volume keeps for itself.
mod own {
    /// The table of file records.
    pub const TABLE: u64 = 0;
    /// The volume, with its label.
    pub const VOLUME: u64 = 3;
    /// The map of clusters.
    pub const BITMAP: u64 = 6;
}

/// Records of which there is a copy.
const MIRRORED: u64 = 4;

/// The boot sector at `at`.
pub fn boot(bytes: &dyn Bytes, at: u64) -> Option<Boot> {
    let mut sector = [0; SECTOR];
    let end = at.checked_add(SECTOR as u64)?;
    (end <= bytes.len()).then(|| bytes.read_at(at, &mut sector))?;
    Boot::parse(&sector)
}

/// What the volume at `at` says, whose boot sector or a copy of it is `boot`. Nothing when no file
/// record of it can be found, as behind a copy that is taken for the beginning.
pub fn read(bytes: &dyn Bytes, at: u64, room: u64, boot: &Boot) -> Option<Contents> {
    let room = room.min(bytes.len().checked_sub(at)?);
    let geometry = boot.geometry(at, room);
    let mut faults = Vec::new();
    if boot.len() > room {
        faults.push("it is longer than the room it lies in".into());
    }
    let table = table(bytes, &geometry, boot, &mut faults)?;
    let index = Index::of(bytes, &table);
    let mut listing = Listing::of(bytes, &table, &index, Some(&geometry));
    if index.torn > 0 {
        faults.push(format!("file records that were not written whole: {}", index.torn));
    }
    let history = History::of(bytes, &table, &index, &geometry);
    let left = MOST_ENTRIES - listing.entries.len().min(MOST_ENTRIES);
    listing.entries.extend(history.entries(&index.tree).take(left));
    let mut owned = std::mem::take(&mut listing.owned);
    owned.sort_unstable_by_key(|run| run.at);
    if owned.windows(2).any(|pair| pair[0].at + pair[0].len > pair[1].at) {
        faults.push("some of its clusters belong to two files".into());
    }
    let free = match free(bytes, &table, &index, &geometry, &owned) {
        Ok(free) => Some(free),
        Err(fault) => {
            faults.push(fault.into());
            None
        }
    };
    Some(Contents {
        kind: "ntfs",
        span: Span { at, len: boot.len().saturating_add(boot.sector_len).min(room) },
        label: label(bytes, &table),
        cluster_len: geometry.cluster_len,
        clusters_at: at,
        faults,
        encrypted: None,
        entries: listing.entries,
        free,
        kept: Default::default(),
    })
}

/// The table of file records, as its own first record tells, or the copy of that.
fn table(
    bytes: &dyn Bytes,
    geometry: &Geometry,
    boot: &Boot,
    faults: &mut Vec<String>,
) -> Option<Table> {
    if let Some(runs) = own_runs(bytes, geometry, boot, boot.table) {
        return Some(boot.records(runs));
    }
    let found = own_runs(bytes, geometry, boot, boot.mirror)?;
    faults.push("the beginning of its file table is lost".into());
    let copied = (MIRRORED * boot.record_len as u64).min(found.len());
    let mirror = Run { at: geometry.run(boot.mirror, 1)?.at, len: copied };
    let rest = found.slice(copied, u64::MAX);
    let runs = std::iter::once(mirror).chain(rest.as_slice().iter().copied());
    Some(boot.records(Runs::new(runs.collect())))
}

/// The runs of the table whose first record, or a copy of it, begins at `cluster`. They begin where
/// the boot sector says.
fn own_runs(bytes: &dyn Bytes, geometry: &Geometry, boot: &Boot, cluster: u64) -> Option<Runs> {
    let len = boot.record_len as u64;
    let at = geometry.run(cluster, len.div_ceil(geometry.cluster_len))?.at;
    let mut piece = boot.records(Runs::whole(at, len)).one(bytes, own::TABLE);
    let first = piece.take(0)?;
    let mut file = File::default();
    file.add(&first);
    let runs = runs(&file, geometry)?;
    let begins = geometry.run(boot.table, 1)?.at;
    let split = |record| attribute::attributes(record).any(|a| a.kind == attribute::ATTRIBUTE_LIST);
    match runs.as_slice().first()?.at == begins {
        true if split(&first.record) => {
            let base = Reference::new(own::TABLE, first.record.sequence);
            Some(grown(bytes, boot.records(runs), base, file, geometry))
        }
        same => same.then_some(runs),
    }
}

/// The runs of the data of the table, when there is no more of it than the volume has room for:
/// runs that overlap may claim more.
fn runs(file: &File, geometry: &Geometry) -> Option<Runs> {
    let data = file.streams.iter().find(|stream| stream.name().is_none())?;
    Some(Runs::new(data.runs(geometry)).slice(0, geometry.len))
}

/// The runs of all of a table in so many pieces that its first record does not hold the list of
/// them: records that continue it, which is `base`, lie in the pieces that are known by then.
fn grown(
    bytes: &dyn Bytes,
    mut table: Table,
    base: Reference,
    mut file: File,
    geometry: &Geometry,
) -> Runs {
    let mut slot = 0;
    while slot < table.len() {
        let mut piece = table.piece(bytes, slot);
        let mut more = false;
        for here in 0..piece.len() {
            if let Some(placed) = piece.take(here).filter(|own| own.record.base == Some(base)) {
                file.add(&placed);
                more = true;
            }
        }
        slot += piece.len().max(1) as u64;
        if let Some(runs) = runs(&file, geometry).filter(|_| more) {
            table.runs = runs;
        }
    }
    table.runs
}

/// What the volume is called.
fn label(bytes: &dyn Bytes, table: &Table) -> Option<String> {
    let mut piece = table.one(bytes, own::VOLUME);
    let placed = piece.take(0)?;
    let mut attributes = attribute::attributes(&placed.record);
    let name = attributes.find(|attribute| attribute.kind == attribute::VOLUME_NAME)?;
    Some(fields::utf16(name.resident()?)).filter(|label| !label.is_empty())
}

/// The clusters that no file owns, when that can be believed.
fn free(
    bytes: &dyn Bytes,
    table: &Table,
    index: &Index,
    geometry: &Geometry,
    owned: &[Run],
) -> Result<Vec<Span>, &'static str> {
    const LOST: &str = "its map of clusters is lost";
    let mut piece = table.one(bytes, own::BITMAP);
    let placed = piece.take(0).ok_or(LOST)?;
    let mut file = File::default();
    file.add(&placed);
    index.complete(bytes, table, &placed, &mut file);
    let data = file.streams.iter().find(|stream| stream.name().is_none()).ok_or(LOST)?;
    let Some(Location::Runs(runs)) = data.place(Some(geometry)) else { return Err(LOST) };
    let free = bitmap::free(bytes, &Runs::new(runs), geometry)?;
    if owned.iter().any(|run| bitmap::overlaps(&free, run)) {
        return Err("its map of clusters calls some free that hold files");
    }
    Ok(free)
}
