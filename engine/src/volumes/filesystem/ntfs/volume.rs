//! A volume, from its boot sector on.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Runs};

use super::boot::NtfsBoot;
use super::file::NtfsFile;
use super::geometry::NtfsGeometry;
use super::history::IndexHistory;
use super::index::TableIndex;
use super::listing::NtfsListing;
use super::record::Reference;
use super::table::RecordTable;
use super::{attribute, bitmap};
use crate::model::SpanSet;
use crate::volumes::fields;
use crate::volumes::filesystem::{Contents, Location, MOST_ENTRIES};

/// Numbers of the records that a volume keeps for itself.
mod own {
    /// The table of file records.
    pub(crate) const TABLE: u64 = 0;
    /// The volume, with its label.
    pub(crate) const VOLUME: u64 = 3;
    /// The map of clusters.
    pub(crate) const BITMAP: u64 = 6;
}

/// Records that continue the first one of a table, as many as are read.
const MOST_CONTINUING: usize = 1024;

/// Records of which there is a copy.
const MIRRORED: u64 = 4;

/// What the volume at `at` says, whose boot sector or a copy of it is `boot`. Nothing when no file
/// record of it can be found, as after a copy that is taken for the beginning.
pub(crate) fn read(bytes: &dyn Bytes, at: u64, room: u64, boot: &NtfsBoot) -> Option<Contents> {
    let room = room.min(bytes.len().checked_sub(at)?);
    let geometry = boot.geometry(at, room);
    let mut faults = Vec::new();
    if boot.len() > room {
        faults.push("it is longer than the room it lies in".into());
    }
    let table = table(bytes, &geometry, boot, &mut faults)?;
    let index = TableIndex::of(bytes, &table);
    let mut listing = NtfsListing::of(bytes, &table, &index, Some(&geometry));
    if index.torn > 0 {
        faults.push(format!("file records that were not written whole: {}", index.torn));
    }
    let history = IndexHistory::of(bytes, &table, &index, &geometry);
    let left = MOST_ENTRIES - listing.entries.len().min(MOST_ENTRIES);
    listing.entries.extend(history.entries(&index.tree).take(left));
    let mut owned = std::mem::take(&mut listing.owned);
    owned.sort_unstable_by_key(|run| run.at);
    if owned.windows(2).any(|pair| pair[0].at + pair[0].len > pair[1].at) {
        faults.push("some of its clusters belong to two files".into());
    }
    let free = match free(bytes, &table, &index, &geometry, &owned) {
        Ok(free) => Some(free.iter().chain(listing.idle).collect()),
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
    geometry: &NtfsGeometry,
    boot: &NtfsBoot,
    faults: &mut Vec<String>,
) -> Option<RecordTable> {
    if let Some(runs) = own_runs(bytes, geometry, boot, boot.table) {
        return Some(records(boot, runs));
    }
    let found = own_runs(bytes, geometry, boot, boot.mirror)?;
    faults.push("the beginning of its file table is lost".into());
    let copied = (MIRRORED * boot.record_len as u64).min(found.len());
    let mirror = Span { at: geometry.run(boot.mirror, 1)?.at, len: copied };
    let rest = found.slice(copied, u64::MAX);
    let runs = std::iter::once(mirror).chain(rest.as_slice().iter().copied());
    Some(records(boot, Runs::new(runs.collect())))
}

/// The file records in `runs`, as long as the boot sector says.
fn records(boot: &NtfsBoot, runs: Runs) -> RecordTable {
    RecordTable { runs, record_len: boot.record_len, carved: false }
}

/// The runs of the table whose first record, or a copy of it, begins at `cluster`. They begin where
/// the boot sector says.
fn own_runs(
    bytes: &dyn Bytes,
    geometry: &NtfsGeometry,
    boot: &NtfsBoot,
    cluster: u64,
) -> Option<Runs> {
    let len = boot.record_len as u64;
    let at = geometry.run(cluster, len.div_ceil(geometry.cluster_len))?.at;
    let mut batch = records(boot, Runs::whole(at, len)).one(bytes, own::TABLE);
    let first = batch.take(0)?;
    let mut file = NtfsFile::default();
    file.add(&first);
    let runs = runs(&file, geometry)?;
    let begins = geometry.run(boot.table, 1)?.at;
    if runs.as_slice().first()?.at != begins {
        return None;
    }
    let mut attributes = attribute::attributes(&first.record);
    if attributes.all(|attribute| attribute.kind != attribute::ATTRIBUTE_LIST) {
        return Some(runs);
    }
    let base = Reference::new(own::TABLE, first.record.sequence);
    Some(grown(bytes, records(boot, runs), base, file, geometry))
}

/// The runs of the data of the table, when there is no more of it than the volume has room for:
/// runs that overlap may claim more.
fn runs(file: &NtfsFile, geometry: &NtfsGeometry) -> Option<Runs> {
    let data = file.streams.iter().find(|stream| stream.name().is_none())?;
    Some(Runs::new(data.runs(geometry)).slice(0, geometry.len))
}

/// The runs of all of a table that lies in so many that its first record does not hold the list of
/// them: records that continue it, which is `base`, lie in the runs that are known by then.
fn grown(
    bytes: &dyn Bytes,
    mut table: RecordTable,
    base: Reference,
    mut file: NtfsFile,
    geometry: &NtfsGeometry,
) -> Runs {
    let (mut slot, mut added) = (0, 0);
    while slot < table.len() && added < MOST_CONTINUING {
        let mut batch = table.batch(bytes, slot);
        let before = added;
        for here in 0..batch.len() {
            if let Some(placed) = batch.take(here).filter(|own| own.record.base == Some(base)) {
                file.add(&placed);
                added += 1;
            }
        }
        slot += batch.len().max(1) as u64;
        if added > before
            && let Some(runs) = runs(&file, geometry)
        {
            table.runs = runs;
        }
    }
    table.runs
}

/// What the volume is called.
fn label(bytes: &dyn Bytes, table: &RecordTable) -> Option<String> {
    let mut batch = table.one(bytes, own::VOLUME);
    let placed = batch.take(0)?;
    let mut attributes = attribute::attributes(&placed.record);
    let name = attributes.find(|attribute| attribute.kind == attribute::VOLUME_NAME)?;
    Some(fields::utf16(name.resident()?)).filter(|label| !label.is_empty())
}

/// The clusters that no file owns, when that can be believed.
fn free(
    bytes: &dyn Bytes,
    table: &RecordTable,
    index: &TableIndex,
    geometry: &NtfsGeometry,
    owned: &[Span],
) -> Result<SpanSet, &'static str> {
    const LOST: &str = "its map of clusters is lost";
    let mut batch = table.one(bytes, own::BITMAP);
    let placed = batch.take(0).ok_or(LOST)?;
    let mut file = NtfsFile::default();
    file.add(&placed);
    index.complete(bytes, table, &placed, &mut file);
    let data = file.streams.iter().find(|stream| stream.name().is_none()).ok_or(LOST)?;
    let Some(Location::Runs(runs)) = data.place(Some(geometry)) else { return Err(LOST) };
    let free = SpanSet::from(bitmap::free(bytes, &Runs::new(runs), geometry)?);
    if owned.iter().any(|run| free.meets(*run)) {
        return Err("its map of clusters calls some free that hold files");
    }
    Ok(free)
}
