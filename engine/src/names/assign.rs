//! Names for what was found on one source.

use std::collections::HashMap;

use afterimage_signatures::verdict::Span;
use jiff::tz::TimeZone;

use super::former_names::FormerNames;
use super::join::{Join, Known};
use super::tail::{FoundPhotos, FoundRun};
use crate::claims::Standing;
use crate::control::error::Error;
use crate::ledger::{Ledger, Shown};
use crate::model::Record;
use crate::options::Select;
use crate::volumes::live_map::LiveMap;
use crate::volumes::survey::{EntryId, Survey};

/// What was found of the files that begin at an offset.
#[derive(Clone, Debug, Default)]
pub struct FoundHere {
    /// Paths that they had, or may have had.
    pub paths: Vec<String>,
    /// Their lengths in bytes, and those that the entries say which name them.
    pub sizes: Vec<u64>,
}

/// What was found, by where it begins.
pub type FoundFiles = HashMap<u64, FoundHere>;

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
    /// What files in its trash folders were called before.
    pub former: &'s FormerNames,
    /// Which files are asked for.
    pub select: &'s Select,
}

/// Names the files of their own of one source, and settles which of them were asked for. Gives what was
/// found of which files.
///
/// # Errors
///
/// When a record cannot be read back, or the disk is full or fails.
pub fn assign(
    ledger: &mut Ledger,
    standings: &[Standing],
    naming: &SourceNaming<'_>,
) -> Result<FoundFiles, Error> {
    let mut found = FoundFiles::new();
    let SourceNaming { survey, entries, live, zone, .. } = *naming;
    let own: Vec<usize> = (0..ledger.entries.len())
        .filter(|&at| ledger.entries[at].source == naming.source && standings[at] == Standing::Own)
        .collect();
    let known = Known { survey, entries, live, zone };
    let join = Join::new(known, naming.len, photos(ledger, &own)?);
    for position in own {
        let mut record = ledger.record(&ledger.entries[position])?;
        let before = record.clone();
        // What begins there is its archive.
        let mut none = FoundHere::default();
        let here = match record.inflated {
            Some(_) => &mut none,
            None => found.entry(record.offset()).or_default(),
        };
        if record.facts.path.is_none() {
            let joined = join.join(&mut record);
            if joined.is_changed
                && let Some(digests) = record.digests.take().filter(|_| before.fill.is_empty())
            {
                let tested = (before.source_len(), digests.blake3);
                ledger.tested.insert(position, tested);
            }
            here.sizes.extend(joined.size);
        }
        let Record { facts, listed, .. } = &mut record;
        if let Some(listed) = listed {
            facts.note_listed(listed);
        }
        here.sizes.push(record.own_len());
        here.paths.extend([&record.facts.path, &record.facts.hint].into_iter().flatten().cloned());
        naming.former.rename(&mut record.facts, &here.sizes);
        if record != before {
            ledger.update(position, &record)?;
        }
        ledger.entries[position].chosen = naming.select.wants(&record);
    }
    Ok(found)
}

/// Those files at the positions `own` that are whole, or of which something can be seen.
fn photos(ledger: &Ledger, own: &[usize]) -> Result<FoundPhotos, Error> {
    let mut found = FoundPhotos::default();
    for entry in own.iter().map(|&at| &ledger.entries[at]).filter(|entry| !entry.packed) {
        let is_whole = entry.is_whole();
        if !is_whole && entry.shown != Shown::Decoded {
            continue;
        }
        if is_whole {
            found.whole.insert((entry.offset, entry.len));
        }
        if entry.pieces {
            let record = ledger.record(entry)?;
            found
                .runs
                .extend(record.runs.as_slice().iter().map(|&span| FoundRun { span, is_whole }));
        } else {
            let span = Span { at: entry.offset, len: entry.len };
            found.runs.push(FoundRun { span, is_whole });
        }
    }
    Ok(found)
}
