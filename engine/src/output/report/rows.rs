//! The files of a report, one after the other, out of the index and the journal.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::formats::Registry;
use crate::ledger::Ledger;
use crate::ledger::index::{Entry, NONE, Shown};
use crate::model::record::Record;
use crate::output::report::{File, Grade, Origin, Summary};
use crate::output::write::{Named, Written};
use crate::settle::Settled;

/// All that a report says of files.
pub struct Listing<'a> {
    /// The formats.
    pub registry: &'a Registry,
    /// Records and entries.
    pub ledger: &'a Ledger,
    /// Which of them are listed, and in what order.
    pub settled: &'a Settled,
    /// Where they were written.
    pub written: &'a Written,
    /// Whether files that are still there are written too.
    pub all: bool,
}

impl Listing<'_> {
    /// The files in order.
    pub fn files(&self) -> impl Iterator<Item = Result<File, Error>> + '_ {
        (0..self.settled.order.len()).map(|position| self.file(position))
    }

    fn is_inner(&self, position: usize) -> bool {
        self.settled.parent[position] != NONE
    }

    fn entry(&self, position: usize) -> &Entry {
        &self.ledger.entries[self.settled.order[position] as usize]
    }

    fn file(&self, position: usize) -> Result<File, Error> {
        let entry = self.entry(position);
        let Record { mut file, .. } = self.ledger.journal.read(entry.place)?;
        file.id = position as u64 + 1;
        let parent = self.settled.parent[position];
        if parent != NONE {
            file.origin = Origin::Embedded;
            file.parent = self.id(self.settled.position[parent as usize]);
            file.kinship.get_or_insert_with(|| "inner".to_owned());
        }
        let pair = self.settled.pair_of.get(&(position as u32));
        file.pair = pair.map(|&pair| u64::from(pair) + 1);
        file.duplicate_of = self.id(self.settled.copy_of[position]);
        if let Some(Some(place)) = self.written.names.get(position) {
            let Named { path, .. } = self.ledger.journal.read(*place)?;
            file.path = Some(path);
        }
        Ok(file)
    }

    fn id(&self, position: u32) -> Option<u64> {
        (position != NONE).then(|| u64::from(position) + 1)
    }

    /// The totals.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for position in 0..self.settled.order.len() {
            let entry = self.entry(position);
            let format = self.registry.name(usize::from(entry.format));
            let origin = if self.is_inner(position) { Origin::Embedded } else { entry.origin };
            summary.files += 1;
            summary.bytes += entry.len + u64::from(entry.fill);
            *summary.by_format.entry(format.to_owned()).or_default() += 1;
            *summary.by_grade.entry(word(entry.grade)).or_default() += 1;
            *summary.by_origin.entry(word(origin)).or_default() += 1;
            summary.duplicates += u64::from(self.settled.copy_of[position] != NONE);
        }
        summary
    }

    /// How many pictures lie inside other files.
    pub fn inner(&self) -> u64 {
        let inside = |position: &usize| self.is_inner(*position);
        (0..self.settled.order.len()).filter(inside).count() as u64
    }

    /// Files of their own that show nothing of their picture and are listed only.
    pub fn lost(&self) -> u64 {
        self.own(|shown| shown == Shown::Nothing).count() as u64
    }

    /// Files of their own that show something, without copies, and that are listed only, since they are
    /// still there.
    pub fn live(&self) -> u64 {
        self.own(|shown| shown != Shown::Nothing).filter(|entry| self.is_left(entry)).count() as u64
    }

    /// Whether a file is left where it is.
    fn is_left(&self, entry: &Entry) -> bool {
        entry.live && !self.all
    }

    /// Files of their own that show something, by grade, best first, without copies.
    pub fn photos(&self) -> Vec<(Grade, u64)> {
        self.shown(|entry| entry.grade).into_iter().rev().collect()
    }

    /// Files of their own that show something, by name of their format, without copies.
    pub fn formats(&self) -> Vec<(&'static str, u64)> {
        let name = |entry: &Entry| self.registry.name(usize::from(entry.format));
        self.shown(name).into_iter().collect()
    }

    /// Files of their own that show something and are not left where they are, by what `key` says of
    /// them, without copies.
    fn shown<K: Ord>(&self, key: impl Fn(&Entry) -> K) -> BTreeMap<K, u64> {
        let mut counts = BTreeMap::new();
        let shown = self.own(|shown| shown != Shown::Nothing);
        for entry in shown.filter(|entry| !self.is_left(entry)) {
            *counts.entry(key(entry)).or_default() += 1;
        }
        counts
    }

    /// Files of their own, without copies, that show what `asked` wants.
    fn own(&self, asked: impl Fn(Shown) -> bool) -> impl Iterator<Item = &Entry> {
        let own =
            |&position: &usize| !self.is_inner(position) && self.settled.copy_of[position] == NONE;
        let entries =
            (0..self.settled.order.len()).filter(own).map(|position| self.entry(position));
        entries.filter(move |entry| asked(entry.shown))
    }
}

/// The word that a value has in the report.
fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("a unit variant is a word, not {other:?}"),
    }
}
