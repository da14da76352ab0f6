//! Files that are still there, are called as photos are, and hold what no format recognises.
//!
//! A file system says where each of its bytes lies, so such a file can be copied as it is; nothing of it is
//! proven.

use std::collections::HashSet;

use afterimage_signatures::verdict::{Issue, Joints, Role, Span, Unchecked};
use afterimage_signatures::{Bytes, Runs};
use jiff::tz::TimeZone;

use super::prover::Prover;
use crate::carve::Found;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::formats::is_photo_extension;
use crate::ledger::{Fate, Ledger, NONE};
use crate::model::{Grade, Origin, Record, Status, UNKNOWN_FORMAT};
use crate::names::{is_bin_record, note_entry};
use crate::volumes::filesystem::{Entry, Location};
use crate::volumes::recorded::recorded;
use crate::volumes::survey::{EntryId, Survey, Volume};

/// Files of one source that are copied so.
const MOST_COPIED: usize = 1 << 20;

/// Characters of an extension that are kept.
const LONGEST_EXTENSION: usize = 16;

/// What is needed to copy such files of one source.
pub struct LiveCopies<'a> {
    /// Hashes and stores files.
    pub prover: Prover<'a>,
    /// What the file systems say.
    pub survey: &'a Survey,
    /// Its entries, in the order in which they count.
    pub entries: &'a [EntryId],
    /// The zone of clocks that do not tell theirs.
    pub zone: Option<&'a TimeZone>,
    /// Which formats are asked for, by position in the registry.
    pub wanted: &'a [bool],
    /// Whether files that are still there are written too.
    pub all: bool,
    /// The bytes that files are asked for in.
    pub range: Span,
    /// Stops it.
    pub progress: &'a Progress,
}

impl LiveCopies<'_> {
    /// Adds those of which nothing was found.
    ///
    /// # Errors
    ///
    /// When the output fails.
    pub fn run(&self, ledger: &mut Ledger) -> Result<(), Error> {
        let own = ledger.entries.iter().filter(|entry| {
            let is_own = matches!(entry.fate, Fate::Top | Fate::Cut(_));
            is_own && entry.parent == NONE && entry.source == self.prover.index
        });
        let mut known: HashSet<u64> = own.map(|entry| entry.offset).collect();
        let mut left = MOST_COPIED;
        for &id in self.entries {
            let (volume, entry) = self.survey.entry(id);
            let Some(runs) = self.runs(volume, entry) else { continue };
            let start = runs.as_slice().first().map_or(0, |run| run.at);
            if !known.insert(start) {
                continue;
            }
            if left == 0 || self.progress.stopped() {
                break;
            }
            left -= 1;
            let record = self.record(volume, entry, runs);
            let mut found = [Found { record, joints: Joints::Untested, parent: None }];
            self.prover.keep(&mut found, self.all);
            ledger.add_restored(&found)?;
        }
        Ok(())
    }

    /// Where the file of an entry lies, if it is one of those and all of it is recorded.
    fn runs(&self, volume: &Volume, entry: &Entry) -> Option<Runs> {
        let is_asked = volume.has_live(entry)
            && entry.coded.is_none()
            && entry.size > 0
            && self.is_wanted(entry.extension());
        let Some(Location::Runs(runs)) = entry.locations.first().filter(|_| is_asked) else {
            return None;
        };
        let runs = recorded(runs, entry.size, self.prover.source.len())?;
        let start = runs.as_slice().first()?.at;
        let is_inside = self.range.holds(Span { at: start, len: 1 });
        // What the Recycle Bin notes of a photo ends in the same letters.
        let is_record = || is_bin_record(self.prover.source as &dyn Bytes, entry);
        (is_inside && runs.len() == entry.size && !is_record()).then_some(runs)
    }

    /// Whether photos of that extension are asked for; where some formats are, only theirs are.
    fn is_wanted(&self, extension: &str) -> bool {
        let registry = self.prover.carver.registry;
        let is_any = || self.wanted.iter().all(|wanted| *wanted);
        is_photo_extension(extension)
            && (registry.has_extension_of(self.wanted, extension) || is_any())
    }

    fn record(&self, volume: &Volume, entry: &Entry, runs: Runs) -> Record {
        let extension = entry.extension().to_ascii_lowercase();
        let span = Span { at: 0, len: entry.size };
        let what = "no format recognises what it holds; it is copied as the file system has it";
        let mut record = Record {
            origin: Origin::Undeleted,
            status: Status::Live,
            mime: "application/octet-stream".into(),
            extension: extension.chars().take(LONGEST_EXTENSION).collect::<String>().into(),
            grade: Grade::Damaged,
            proof: "none: a file that is there, in the clusters that the file system names".into(),
            unchecked: vec![Unchecked { span, role: Role::Payload }],
            issues: vec![Issue::new(0, what)],
            ..Record::new(self.prover.index, UNKNOWN_FORMAT, runs)
        };
        note_entry(&mut record, volume, entry, self.zone);
        record
    }
}
