//! The files of a table of records.

use std::collections::HashSet;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::file::{DataStream, NtfsFile};
use super::geometry::NtfsGeometry;
use super::index::TableIndex;
use super::name::FileName;
use super::table::{PlacedRecord, RecordTable};
use crate::model::Moment;
use crate::volumes::filesystem::{Entry, Location, MOST_ENTRIES};

/// Streams beside the data of a file are listed from this many bytes on: what browsers and systems
/// note there is shorter, and a photo longer.
const LEAST_STREAM: u64 = 1024;

/// Runs of all entries together, so that no small record multiplies many runs.
const MOST_RUNS_IN_ALL: usize = 16 << 20;

/// Bytes of all paths together; beyond, folders are left out.
const MOST_TEXT: usize = 512 << 20;

/// What is listed of a volume.
#[derive(Debug, Default)]
pub(crate) struct NtfsListing {
    /// The files.
    pub(crate) entries: Vec<Entry>,
    /// What files that are there own, to be compared with the map of free clusters; in no order.
    pub(crate) owned: Vec<Span>,
    /// Clusters that belong to files that are there and in which nothing of them was written; in no order.
    pub(crate) idle: Vec<Span>,
    runs: usize,
    text: usize,
}

impl NtfsListing {
    /// The files of `table`, which lie in a volume of that geometry, if it is known.
    pub(crate) fn of(
        bytes: &dyn Bytes,
        table: &RecordTable,
        index: &TableIndex,
        geometry: Option<&NtfsGeometry>,
    ) -> Self {
        let mut listing = NtfsListing::default();
        // Where the runs of the table overlap, a record would be listed once for each.
        let overlap = table.overlaps_itself();
        let mut listed = HashSet::new();
        let mut slot = 0;
        while slot < table.len() && listing.entries.len() < MOST_ENTRIES {
            let mut batch = table.batch(bytes, slot);
            for here in 0..batch.len() {
                let Some(placed) = batch.take(here) else { continue };
                if overlap && !listed.insert(placed.at()) {
                    continue;
                }
                if placed.record.base.is_none() && !placed.record.folder {
                    let mut file = NtfsFile::default();
                    file.add(&placed);
                    index.complete(bytes, table, &placed, &mut file);
                    listing.add(&placed, &file, index, geometry);
                }
            }
            slot += batch.len().max(1) as u64;
        }
        listing
    }

    fn add(
        &mut self,
        placed: &PlacedRecord<'_>,
        file: &NtfsFile,
        index: &TableIndex,
        geometry: Option<&NtfsGeometry>,
    ) {
        if placed.record.in_use
            && let Some(geometry) = geometry
        {
            let room = MOST_RUNS_IN_ALL - self.owned.len().min(MOST_RUNS_IN_ALL);
            let runs = file.streams.iter().flat_map(|stream| stream.runs(geometry));
            self.owned.extend(runs.take(room));
            let room = MOST_RUNS_IN_ALL - self.idle.len().min(MOST_RUNS_IN_ALL);
            let idle = file.streams.iter().flat_map(|stream| stream.idle(geometry));
            self.idle.extend(idle.take(room));
        }
        let nothing = DataStream::default();
        let data = file.streams.iter().find(|stream| stream.name().is_none());
        if file.names.is_empty()
            && let Some(data) = data
        {
            self.push_nameless(placed, file, data, geometry);
        }
        for name in &file.names {
            let path = match self.text {
                ..MOST_TEXT => index.tree.path(name.parent, &name.text),
                _ => name.text.clone(),
            };
            self.push(entry(placed, file, name, path.clone(), data.unwrap_or(&nothing), geometry));
            let others = file.streams.iter().filter_map(|stream| Some((stream.name()?, stream)));
            for (beside, stream) in others {
                if stream.len() >= Some(LEAST_STREAM) && stream.coded().is_none() {
                    let path = format!("{path}:{beside}");
                    self.push(entry(placed, file, name, path, stream, geometry));
                }
            }
        }
    }

    /// Of a file whose name is lost, only the runs are of use.
    fn push_nameless(
        &mut self,
        placed: &PlacedRecord<'_>,
        file: &NtfsFile,
        data: &DataStream,
        geometry: Option<&NtfsGeometry>,
    ) {
        let name = FileName::unknown();
        let mut entry = entry(placed, file, &name, name.text.clone(), data, geometry);
        entry.certain = false;
        if !entry.locations.is_empty() {
            self.push(entry);
        }
    }

    fn push(&mut self, mut entry: Entry) {
        self.text = self.text.saturating_add(entry.path.len());
        if self.entries.len() >= MOST_ENTRIES {
            return;
        }
        if let Some(Location::Runs(runs)) = entry.locations.first() {
            if self.runs + runs.len() > MOST_RUNS_IN_ALL {
                entry.locations.clear();
            } else {
                self.runs += runs.len();
            }
        }
        self.entries.push(entry);
    }
}

fn entry(
    placed: &PlacedRecord<'_>,
    file: &NtfsFile,
    name: &FileName,
    path: String,
    stream: &DataStream,
    geometry: Option<&NtfsGeometry>,
) -> Entry {
    // Deletion by Windows may leave a long run list with no size.
    let emptied = stream.len() == Some(0) && !placed.record.in_use;
    let size = if emptied { name.size } else { stream.len().unwrap_or(name.size) };
    Entry {
        path,
        certain: true,
        deleted: !placed.record.in_use,
        erased: !placed.record.in_use,
        size,
        written: stream.written().unwrap_or(size),
        locations: stream.place(geometry).into_iter().collect(),
        modified: Moment::filetime(file.modified.unwrap_or(name.modified)),
        deleted_at: None,
        record: placed.at(),
        coded: stream.coded(),
    }
}
