//! What file systems add to what was carved: names, dates, what is still there, and the files that lie in
//! several pieces.

use std::collections::HashMap;

use afterimage_signatures::Bytes;

use crate::claims::{self, Place};
use crate::error::Error;
use crate::ledger::index::{self, NONE};
use crate::ledger::{Ledger, entry};
use crate::model::record::Record;
use crate::names::join::{Join, Naming};
use crate::options::Options;
use crate::output::report::{self, Gone, Grade};
use crate::restore::layouts;
use crate::restore::undelete::{LEAST_SIZE, Undelete};
use crate::source::Source;
use crate::volumes::entropy::Filling;
use crate::volumes::filesystem::Entry;
use crate::volumes::live_map::Owners;
use crate::volumes::survey::{Survey, Volume};

/// Paths of files of which something was found, by where that begins.
pub type Paths = HashMap<u64, Vec<String>>;

/// Files of one volume that are listed of which the name is left alone; all are counted.
const MOST_GONE: usize = 10_000;

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

/// Ends a carved file that nothing proves before the first live file that it would reach into from free
/// space.
fn end_at_live(entry: &mut index::Entry, owners: &Owners<'_>) {
    let &mut index::Entry { offset, len, grade, pieces, .. } = entry;
    let may_end = grade < Grade::Verified && !pieces && owners.at(offset).is_none();
    let first = owners.first_between(offset, offset.saturating_add(len)).filter(|_| may_end);
    if let Some(first) = first {
        entry.cut(first);
    }
}

/// Names what was found on one source, by its position on the command line and its length, and settles
/// what of it was asked for. Returns the paths of the files of which something was found, by where that
/// begins.
///
/// # Errors
///
/// When a record cannot be read back.
pub fn name(
    ledger: &mut Ledger,
    naming: Naming<'_>,
    (index, len): (u32, u64),
    options: &Options,
) -> Result<Paths, Error> {
    let mut found = Paths::new();
    let owners = Owners::of(naming.survey);
    let own = ledger.entries.iter_mut().filter(|entry| entry.source == index);
    own.for_each(|entry| end_at_live(entry, &owners));
    let proven = proven(ledger, index)?;
    let join = Join::new(naming, owners, len, proven);
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
        let paths = [&record.file.original_path, &record.file.name_hint];
        if let Some(path) = paths.into_iter().flatten().next() {
            found.entry(record.offset()).or_default().push(path.clone());
        }
        let chosen = options.select.wants(&record.file);
        let place = if record == before { old.place } else { ledger.journal.append(&record) };
        let fresh = entry(&record, hash, usize::from(old.format), old.parent, place);
        let (fate, shown) = (old.fate, old.shown);
        ledger.entries[position] = crate::ledger::index::Entry { fate, shown, chosen, ..fresh };
        ledger.journal.spill()?;
    }
    Ok(found)
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

/// The volumes as the report lists them, with what their free space on `source` holds, and with what of
/// their photos is not among those that were `found`, where all was looked at.
pub fn volumes(
    naming: Naming<'_>,
    source: &dyn Bytes,
    found: Option<&Paths>,
    options: &Options,
) -> Vec<report::Volume> {
    let volume = |volume: &Volume| {
        let gone = found.map_or_else(Vec::new, |found| gone(naming, volume, found, options));
        let free = volume.contents.free.as_deref().filter(|_| volume.is_trusted());
        let contents = &volume.contents;
        let deleted = contents.entries.iter().filter(|entry| entry.deleted).count() as u64;
        report::Volume {
            kind: contents.kind.to_owned(),
            offset: contents.span.at,
            length: contents.span.len,
            label: contents.label.clone(),
            cluster_size: contents.cluster_len,
            consistent: contents.faults.is_empty() && contents.encrypted.is_none(),
            faults: contents.faults.clone(),
            locked: contents.encrypted.map(str::to_owned),
            lost: volume.lost,
            partition: volume.partition,
            live: contents.entries.len() as u64 - deleted,
            deleted,
            free: free
                .map(|spans| spans.iter().fold(0u64, |sum, span| sum.saturating_add(span.len))),
            free_blank: free.and_then(|spans| Some(Filling::of(source, spans)?.blank)),
            gone: gone.len() as u64,
            gone_files: gone.iter().take(MOST_GONE).map(|entry| described(naming, entry)).collect(),
        }
    };
    naming.survey.volumes.iter().map(volume).collect()
}

/// The deleted photos of a volume that were asked for and of which nothing was found, by their paths.
fn gone<'s>(
    naming: Naming<'s>,
    volume: &'s Volume,
    found: &Paths,
    options: &Options,
) -> Vec<&'s Entry> {
    let wanted = options.registry.wanted(&options.formats);
    let is_asked = |entry: &&Entry| {
        let (_, extension) = entry.path.rsplit_once('.').unwrap_or_default();
        let select = &options.select;
        let date = || entry.modified.map(|stamp| naming.moment(stamp));
        options.registry.has_extension_of(&wanted, extension)
            && (select.is_all() || select.wants_name(&entry.path, date().as_deref()))
    };
    let is_found = |entry: &Entry| {
        let mut here = layouts::starts(entry).filter_map(|start| found.get(&start));
        here.any(|paths| paths.contains(&entry.path))
    };
    let entries = volume.contents.entries.iter();
    let lost = entries.filter(|entry| entry.deleted && entry.coded.is_none());
    let lost = lost.filter(|entry| entry.size >= LEAST_SIZE && !is_found(entry));
    let mut lost: Vec<&Entry> = lost.filter(is_asked).collect();
    lost.sort_by(|one, other| (&one.path, one.size).cmp(&(&other.path, other.size)));
    lost.dedup_by(|one, other| (&one.path, one.size) == (&other.path, other.size));
    lost
}

fn described(naming: Naming<'_>, entry: &Entry) -> Gone {
    let modified = entry.modified.map(|stamp| naming.moment(stamp));
    Gone { path: entry.path.clone(), size: entry.size, modified }
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
