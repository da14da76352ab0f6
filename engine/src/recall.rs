//! What file systems add to what was carved: names, dates, what is still there, and the files that lie in
//! several pieces.

use afterimage_signatures::Bytes;

use crate::claims::{self, Place};
use crate::error::Error;
use crate::index::NONE;
use crate::join::{Join, Naming};
use crate::options::Options;
use crate::pipeline::{Ledger, entry};
use crate::record::Record;
use crate::report;
use crate::samples::Filling;
use crate::source::Source;
use crate::survey::{Survey, Volume};
use crate::undelete::Undelete;

/// Adds the files that only a file system can tell of; claims were settled for what was carved.
///
/// # Errors
///
/// When the output fails, or a record cannot be read back.
pub fn undelete(ledger: &mut Ledger, undelete: &Undelete<'_>) -> Result<(), Error> {
    let entries = &ledger.entries;
    let places: Vec<Place> =
        (0..entries.len()).map(|index| claims::place(entries, index)).collect();
    let added = undelete.run(ledger, &places)?;
    let Ledger { journal, entries, .. } = ledger;
    claims::take(entries, &added, |entry| journal.read(entry.place))
}

/// Names what was found on one source, by its position on the command line and its length, and settles
/// what of it was asked for.
///
/// # Errors
///
/// When a record cannot be read back.
pub fn name(
    ledger: &mut Ledger,
    naming: Naming<'_>,
    (index, len): (u32, u64),
    options: &Options,
) -> Result<(), Error> {
    let proven = proven(ledger, index)?;
    let join = Join::new(naming, len, proven);
    for position in 0..ledger.entries.len() {
        let old = ledger.entries[position];
        let is_own = old.parent == NONE && claims::place(&ledger.entries, position) == Place::Own;
        if old.source != index || !is_own {
            continue;
        }
        let mut record: Record = ledger.journal.read(old.place)?;
        let before = record.clone();
        let mut hash = old.hash;
        if record.file.name.is_none() {
            let changed = join.join(&mut record);
            hash = hash.filter(|_| !changed);
        }
        let chosen = options.select.wants(&record.file);
        let place = if record == before { old.place } else { ledger.journal.append(&record) };
        let fresh = entry(&record, hash, usize::from(old.format), old.parent, place);
        let (fate, shown) = (old.fate, old.shown);
        ledger.entries[position] = crate::index::Entry { fate, shown, chosen, ..fresh };
        ledger.journal.spill()?;
    }
    Ok(())
}

/// Where the pieces of the files of their own of one source begin that are whole.
fn proven(ledger: &mut Ledger, index: u32) -> Result<Vec<u64>, Error> {
    let mut starts = Vec::new();
    for position in 0..ledger.entries.len() {
        let entry = ledger.entries[position];
        let place = claims::place(&ledger.entries, position);
        if (entry.source, place) != (index, Place::Own) || !entry.is_whole() {
            continue;
        }
        starts.push(entry.offset);
        if entry.pieces {
            let record: Record = ledger.journal.read(entry.place)?;
            starts.extend(record.file.runs.iter().skip(1).filter_map(|run| run.offset));
        }
    }
    Ok(starts)
}

/// The volumes as the report lists them, with what their free space on `source` holds.
pub fn volumes(survey: &Survey, source: &dyn Bytes) -> Vec<report::Volume> {
    let volume = |volume: &Volume| {
        let free = volume.contents.free.as_deref().filter(|_| volume.is_trusted());
        let contents = &volume.contents;
        let deleted = contents.entries.iter().filter(|entry| entry.deleted).count() as u64;
        report::Volume {
            kind: contents.kind.to_owned(),
            offset: contents.span.at,
            length: contents.span.len,
            label: contents.label.clone(),
            cluster_size: contents.cluster_len,
            consistent: contents.faults.is_empty() && contents.locked.is_none(),
            faults: contents.faults.clone(),
            locked: contents.locked.map(str::to_owned),
            lost: volume.lost,
            partition: volume.partition,
            live: contents.entries.len() as u64 - deleted,
            deleted,
            free: free
                .map(|spans| spans.iter().fold(0u64, |sum, span| sum.saturating_add(span.len))),
            free_blank: free.and_then(|spans| Some(Filling::of(source, spans)?.blank)),
        }
    };
    survey.volumes.iter().map(volume).collect()
}

/// What the file systems of a source say; nothing where they are not to be asked.
///
/// # Errors
///
/// When a partition is asked for that is not there.
pub fn survey(source: &dyn Source, options: &Options) -> Result<Survey, Error> {
    if !options.filesystems {
        return Ok(Survey::default());
    }
    let mut survey = Survey::of(source as &dyn Bytes);
    if let Some(number) = options.volume {
        let missing = |known| Error::NoVolume { path: source.path().to_path_buf(), number, known };
        survey.keep_only(number).map_err(missing)?;
    }
    Ok(survey)
}
