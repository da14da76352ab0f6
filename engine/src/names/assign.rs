//! Names for what was found on one source.

use std::collections::HashMap;

use super::join::{Join, Known};
use crate::claims::Standing;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::options::Select;
use crate::volumes::live_map::LiveMap;
use crate::volumes::survey::{EntryId, Survey};
use jiff::tz::TimeZone;

/// Paths of files of which something was found, by where that begins.
pub type FoundPaths = HashMap<u64, Vec<String>>;

/// What is needed to name the files of one source.
#[derive(Clone, Copy)]
pub struct SourceNaming<'s> {
    /// Position of the source on the command line.
    pub source: u32,
    /// Its length in bytes.
    pub len: u64,
    /// What its file systems say.
    pub survey: &'s Survey,
    /// The entries of the survey, in the order in which they count.
    pub entries: &'s [EntryId],
    /// What is in use.
    pub live: &'s LiveMap,
    /// The zone of clocks that do not tell theirs; without it their times stay without a zone.
    pub zone: Option<&'s TimeZone>,
    /// Which files are asked for.
    pub select: &'s Select,
}

/// Names the files of their own of one source, and settles which of them were asked for. Gives the paths of
/// the files of which something was found.
///
/// # Errors
///
/// When a record cannot be read back, or the disk is full or fails.
pub fn assign(
    ledger: &mut Ledger,
    standings: &[Standing],
    naming: &SourceNaming<'_>,
) -> Result<FoundPaths, Error> {
    let mut found = FoundPaths::new();
    let SourceNaming { survey, entries, live, zone, .. } = *naming;
    let own: Vec<usize> = (0..ledger.entries.len())
        .filter(|&at| ledger.entries[at].source == naming.source && standings[at] == Standing::Own)
        .collect();
    let known = Known { survey, entries, live, zone };
    let join = Join::new(known, naming.len, proven(ledger, &own)?);
    for position in own {
        let mut record = ledger.record(&ledger.entries[position])?;
        let before = record.clone();
        if record.facts.path.is_none() && join.join(&mut record) {
            if let Some(digests) = record.digests.take().filter(|_| before.fill.is_empty()) {
                let tested = (before.source_len(), digests.blake3);
                ledger.tested.insert(position, tested);
            }
        }
        let paths = [&record.facts.path, &record.facts.hint];
        if let Some(path) = paths.into_iter().flatten().next() {
            found.entry(record.offset()).or_default().push(path.clone());
        }
        if record != before {
            ledger.update(position, &record)?;
        }
        ledger.entries[position].chosen = naming.select.wants(&record);
    }
    Ok(found)
}

/// Where the runs begin of those files at the positions `own` that are whole.
fn proven(ledger: &Ledger, own: &[usize]) -> Result<Vec<u64>, Error> {
    let mut starts = Vec::new();
    for entry in own.iter().map(|&at| &ledger.entries[at]).filter(|entry| entry.is_whole()) {
        starts.push(entry.offset);
        if entry.pieces {
            let record = ledger.record(entry)?;
            starts.extend(record.runs.as_slice().iter().skip(1).map(|run| run.at));
        }
    }
    Ok(starts)
}
