//! A volume, from its boot sector on.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Run, Runs};

use super::boot::{Boot, Geometry};
use super::file::File;
use super::index::Index;
use super::listing::Listing;
use super::record::Reference;
use super::table::{Placed, Table};
use super::{attribute, bitmap, fields, history};
use crate::filesystem::{Contents, Place, SECTOR};

/// Numbers of the records that a volume keeps for itself.
mod own {
    /// The table of file records.
    pub const TABLE: u64 = 0;
    /// The volume, with its label.
    pub const VOLUME: u64 = 3;
    /// The map of clusters.
    pub const BITMAP: u64 = 6;
}

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
    listing.entries.extend(history::of(bytes, &table, &index, &geometry));
    let owned = std::mem::take(&mut listing.owned);
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
        locked: None,
        entries: listing.entries,
        free,
    })
}

/// The table of file records, as its own first record tells, or the copy of that.
fn table(
    bytes: &dyn Bytes,
    geometry: &Geometry,
    boot: &Boot,
    faults: &mut Vec<String>,
) -> Option<Table> {
    let own = |cluster: u64| {
        let start = cluster.checked_mul(geometry.cluster_len)?;
        let len = boot.record_len as u64;
        let inside = start.checked_add(len).is_some_and(|end| end <= geometry.len);
        let runs = Runs::whole(geometry.at.checked_add(start)?, len);
        let start = inside.then_some(Table { runs, record_len: boot.record_len, carved: false })?;
        own_runs(bytes, &start, geometry, boot)
    };
    let mirrored = || {
        let found = own(boot.mirror)?;
        faults.push("the beginning of its file table is lost".into());
        Some(found)
    };
    let found = own(boot.table).or_else(mirrored)?;
    let table = Table { runs: Runs::new(found), record_len: boot.record_len, carved: false };
    Some(grown(bytes, table, geometry))
}

/// The runs of a table whose first record begins `start`; they begin where the boot sector says.
fn own_runs(
    bytes: &dyn Bytes,
    start: &Table,
    geometry: &Geometry,
    boot: &Boot,
) -> Option<Vec<Run>> {
    let mut piece = start.one(bytes, own::TABLE);
    let mut file = File::default();
    file.add(&piece.take(0)?);
    let runs = file.streams.iter().find(|stream| stream.name().is_none())?.runs(geometry);
    let at = geometry.run(boot.table, 1)?.at;
    (runs.first()?.at == at).then_some(runs)
}

/// The whole of a table in so many pieces that its first record does not hold the list of them:
/// records that continue it lie in those that it does hold.
fn grown(bytes: &dyn Bytes, table: Table, geometry: &Geometry) -> Table {
    let mut piece = table.one(bytes, own::TABLE);
    let split = |placed: &Placed<'_>| {
        attribute::attributes(&placed.record).any(|a| a.kind == attribute::ATTRIBUTE_LIST)
    };
    let Some(first) = piece.take(0).filter(split) else { return table };
    let base = Reference::new(own::TABLE, first.record.sequence);
    let (mut table, mut file, mut slot) = (table, File::default(), 0);
    file.add(&first);
    while slot < table.len() {
        let mut piece = table.piece(bytes, slot);
        for here in 0..piece.len() {
            let more = piece.take(here);
            if let Some(more) = more.filter(|more| more.record.base == Some(base)) {
                file.add(&more);
            }
        }
        slot += piece.len().max(1) as u64;
        let data = file.streams.iter().find(|stream| stream.name().is_none());
        let runs = Runs::new(data.map_or(Vec::new(), |data| data.runs(geometry)));
        // Runs that overlap may claim more than there is.
        if runs.len() > table.runs.len() && runs.len() <= geometry.len {
            table.runs = runs;
        }
    }
    table
}

/// What the volume is called.
fn label(bytes: &dyn Bytes, table: &Table) -> Option<String> {
    let mut piece = table.one(bytes, own::VOLUME);
    let placed = piece.take(0)?;
    let mut attributes = attribute::attributes(&placed.record);
    let name = attributes.find(|attribute| attribute.kind == attribute::VOLUME_NAME)?;
    Some(fields::text(name.resident()?)).filter(|label| !label.is_empty())
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
    let Some(Place::Runs(runs)) = data.place(Some(geometry)) else { return Err(LOST) };
    let free = bitmap::free(bytes, &Runs::new(runs), geometry)?;
    if owned.iter().any(|run| bitmap::overlaps(&free, run)) {
        return Err("its map of clusters calls some free that hold files");
    }
    Ok(free)
}
