//! Photos that somebody chose while the scan still ran: the report does not name where they were written.
//!
//! One is as it was when it has the bytes that the audit log tells of, or, where the log does not tell of it, those of any
//! file of the report.

use std::collections::{BTreeMap, HashSet};

use super::difference::{Difference, DifferenceKind};
use super::entries::{Entry, entries};
use super::found::Verified;
use crate::control::progress::Progress;
use crate::ledger::hash_of;
use crate::output::destination::CHOSEN;
use crate::run::audit::Chain;
use crate::run::picks;
use crate::system::folder::{EntryKind, Folder};

/// What may lie in the folder of chosen photos.
pub(super) struct Chosen<'a> {
    pub(super) folder: &'a Folder,
    pub(super) chain: &'a Chain,
    /// The content of all files of the report.
    pub(super) content: &'a HashSet<blake3::Hash>,
    pub(super) progress: &'a Progress,
}

impl Chosen<'_> {
    /// Whether there are any, so that the content of the report is needed.
    pub(super) fn is_any(folder: &Folder) -> bool {
        !folder.is_free(CHOSEN)
    }

    /// Tells of each that is not as it was, of those that are missing, and of what somebody else has put there.
    pub(super) fn compare(&self, verified: &mut Verified) {
        let mut told = self.told();
        for entry in entries(self.folder, CHOSEN, &mut verified.impossible) {
            if self.progress.stopped() {
                return;
            }
            self.one(&entry, told.remove(entry.path.as_str()), verified);
        }
        let missing = told.into_keys().filter(|path| self.folder.is_free(path));
        let missing = missing.map(|path| {
            let what = "it is missing, and the audit log tells that it was written";
            Difference::at(DifferenceKind::Missing, path, what.to_owned())
        });
        verified.differences.extend(missing);
    }

    /// The paths that the audit log tells of, with the content that was written there last.
    fn told(&self) -> BTreeMap<&str, blake3::Hash> {
        let lines = self.chain.lines.iter().map(|one| &one.line);
        let told = lines.filter(|line| line.action == picks::ACTION).filter_map(|line| {
            let text = |name: &str| line.outcome.get(name)?.as_str();
            Some((text("path")?, blake3::Hash::from_hex(text("blake3")?).ok()?))
        });
        told.collect()
    }

    fn one(&self, entry: &Entry, told: Option<blake3::Hash>, verified: &mut Verified) {
        let Entry { path, is_text, kind } = entry;
        let mut differs =
            |kind, what: String| verified.differences.push(Difference::at(kind, path, what));
        match kind {
            EntryKind::Other(kind) => {
                differs(DifferenceKind::Added, format!("it is {kind}, which nothing here writes"));
            }
            _ if path == CHOSEN => {
                differs(DifferenceKind::Added, "it is no folder".to_owned());
            }
            _ if !is_text => differs(DifferenceKind::Added, NOBODYS.to_owned()),
            _ if picks::is_unfinished(path) => verified
                .notes
                .push(format!("{path} is a copy that was interrupted; it can be removed.")),
            _ => match self.folder.read_below(path).and_then(|mut file| hash_of(&mut file)) {
                Err(error) => verified.impossible.push(format!("cannot read {path}: {error}")),
                Ok(hash) => match told {
                    Some(told) if told == hash => {}
                    Some(told) => differs(
                        DifferenceKind::Changed,
                        format!("its BLAKE3 is {hash}, not {told}, which the audit log tells of"),
                    ),
                    None if self.content.contains(&hash) => {}
                    None => differs(DifferenceKind::Added, NOBODYS.to_owned()),
                },
            },
        }
    }
}

/// What is said of a file of somebody else.
const NOBODYS: &str = "it is no photo of the report, and the audit log does not tell of it";
