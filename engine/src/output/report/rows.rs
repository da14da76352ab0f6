//! Files of a report, made of records one after the other, and their totals.

use std::collections::BTreeMap;

use afterimage_signatures::exif::Exif;
use afterimage_signatures::verdict::{Issue, Kinship, Span};

use super::file::{
    ByteRange, ReportEnclosure, ReportExif, ReportFile, ReportIssue, ReportRun, RunOrigin,
};
use super::report::Summary;
use crate::error::Error;
use crate::formats::Registry;
use crate::ledger::{IndexEntry, Ledger, LogPosition, NONE, Shown};
use crate::model::{Enclosure, Grade, Origin, Record, hex};
use crate::settle::ReportOrder;

/// All that a report says of files.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// The formats.
    pub registry: &'a Registry,
    /// Records and entries.
    pub ledger: &'a Ledger,
    /// Which of them are listed, and in what order.
    pub listing: &'a ReportOrder,
    /// For each file that was written, by position in the order of the report: the line with its name.
    pub names: &'a [Option<LogPosition>],
    /// Whether files that are still there are written too.
    pub all: bool,
}

/// What files come to.
#[derive(Clone, Debug)]
pub struct Totals {
    /// What the report says.
    pub summary: Summary,
    /// Files of their own that show something of their picture, by grade, best first, without copies and
    /// without those of `live`.
    pub photos: Vec<(Grade, u64)>,
    /// The same files by name of their format.
    pub formats: Vec<(&'static str, u64)>,
    /// Pictures that lie inside other files.
    pub inner: u64,
    /// Files of their own, without copies, of which nothing can be seen any more: they are listed and not
    /// written.
    pub lost: u64,
    /// Files of their own, without copies, that are still there and were not asked for: they are listed and
    /// not written.
    pub live: u64,
}

impl<'a> Rows<'a> {
    /// The files in order.
    pub fn files(self) -> impl Iterator<Item = Result<ReportFile, Error>> + 'a {
        (0..self.listing.order.len()).map(move |position| self.file(position))
    }

    fn is_inner(&self, position: usize) -> bool {
        self.listing.parent[position] != NONE
    }

    fn entry(&self, position: usize) -> &'a IndexEntry {
        &self.ledger.entries[self.listing.order[position] as usize]
    }

    fn file(&self, position: usize) -> Result<ReportFile, Error> {
        let ReportOrder { parent, pair_of, copy_of, position: positions, .. } = self.listing;
        let record = self.ledger.record(self.entry(position))?;
        let mut file = row(record, self.registry);
        file.id = position as u64 + 1;
        if self.is_inner(position) {
            file.origin = Origin::Embedded;
            file.parent = id(positions[parent[position] as usize]);
            file.kinship.get_or_insert_with(|| Kinship::Inner.name().to_owned());
        }
        file.pair = pair_of.get(&(position as u32)).copied().and_then(id);
        file.duplicate_of = id(copy_of[position]);
        if let Some(Some(name)) = self.names.get(position) {
            file.path = Some(self.ledger.named(*name)?.path);
        }
        Ok(file)
    }

    /// What the files come to.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals {
            summary: Summary::default(),
            photos: Vec::new(),
            formats: Vec::new(),
            inner: 0,
            lost: 0,
            live: 0,
        };
        let (mut photos, mut formats) = (BTreeMap::new(), BTreeMap::new());
        for position in 0..self.listing.order.len() {
            let entry = self.entry(position);
            let is_inner = self.is_inner(position);
            self.sum(&mut totals.summary, position, entry);
            totals.inner += u64::from(is_inner);
            if is_inner || self.listing.copy_of[position] != NONE {
                continue;
            }
            if entry.shown == Shown::Nothing {
                totals.lost += 1;
            } else if entry.live && !self.all {
                totals.live += 1;
            } else {
                *photos.entry(entry.grade).or_default() += 1;
                *formats.entry(self.registry.name(usize::from(entry.format))).or_default() += 1;
            }
        }
        totals.photos = photos.into_iter().rev().collect();
        totals.formats = formats.into_iter().collect();
        totals
    }

    fn sum(&self, summary: &mut Summary, position: usize, entry: &IndexEntry) {
        let format = self.registry.name(usize::from(entry.format));
        let origin = if self.is_inner(position) { Origin::Embedded } else { entry.origin };
        summary.files += 1;
        summary.bytes += entry.len + u64::from(entry.fill);
        *summary.by_format.entry(format.to_owned()).or_default() += 1;
        *summary.by_grade.entry(word(entry.grade)).or_default() += 1;
        *summary.by_origin.entry(word(origin)).or_default() += 1;
        summary.duplicates += u64::from(self.listing.copy_of[position] != NONE);
    }
}

/// The number of a file in the report, from 1.
fn id(position: u32) -> Option<u64> {
    (position != NONE).then(|| u64::from(position) + 1)
}

/// A record as the report says it, but for what other files are to it.
fn row(record: Record, registry: &Registry) -> ReportFile {
    let (size, runs) = (record.size(), runs(&record));
    let facts = record.facts;
    let (width, height) = record.pixels.unzip();
    let (blake3, others) = match record.digests {
        Some(digests) => {
            let blake3 = digests.blake3.to_hex().to_string();
            (blake3, [digests.sha256, digests.sha1, digests.md5])
        }
        None => (String::new(), [None, None, None]),
    };
    let [sha256, sha1, md5] = others;
    ReportFile {
        id: 0,
        source: record.source,
        origin: record.origin,
        status: record.status,
        format: registry.name(usize::from(record.format)).to_owned(),
        mime: record.mime.into_owned(),
        size,
        end: record.end,
        grade: record.grade,
        proof: record.proof.into_owned(),
        unchecked: record.unchecked.iter().map(|part| part.span.into()).collect(),
        kept: record.kept,
        share: record.share,
        issues: record.issues.into_iter().map(Into::into).collect(),
        runs,
        blake3,
        sha256,
        sha1,
        md5,
        duplicate_of: None,
        parent: None,
        kinship: record.kinship.map(|kinship| kinship.name().to_owned()),
        content_identifier: record.content_identifier,
        pair: None,
        container: record.enclosure.map(Into::into),
        name: facts.name().map(str::to_owned),
        name_inferred: facts.is_inferred,
        name_hint: facts.hint,
        original_path: facts.path,
        modified: facts.modified.map(|moment| moment.to_string()),
        deleted_at: facts.deleted_at.map(|moment| moment.to_string()),
        exif: record.exif.map(Into::into),
        width,
        height,
        path: None,
    }
}

/// The runs of a file, with the bytes that were added.
fn runs(record: &Record) -> Vec<ReportRun> {
    let from_source = record.runs.as_slice().iter().map(|run| ReportRun {
        offset: Some(run.at),
        length: run.len,
        origin: RunOrigin::Source,
        bytes: None,
    });
    let added = (!record.fill.is_empty()).then(|| ReportRun {
        offset: None,
        length: record.fill.len() as u64,
        origin: RunOrigin::Fill,
        bytes: Some(hex::encode(&record.fill)),
    });
    from_source.chain(added).collect()
}

impl From<Span> for ByteRange {
    fn from(span: Span) -> Self {
        ByteRange { offset: span.at, length: span.len }
    }
}

impl From<Issue> for ReportIssue {
    fn from(issue: Issue) -> Self {
        ReportIssue { offset: issue.at, what: issue.what.into_owned() }
    }
}

impl From<Enclosure> for ReportEnclosure {
    fn from(enclosure: Enclosure) -> Self {
        ReportEnclosure { kind: enclosure.kind, name: enclosure.name }
    }
}

impl From<Exif> for ReportExif {
    fn from(exif: Exif) -> Self {
        ReportExif {
            make: exif.make,
            model: exif.model,
            taken: exif.taken,
            utc_offset: exif.utc_offset,
            width: exif.width,
            height: exif.height,
            orientation: exif.orientation,
            latitude: exif.latitude,
            longitude: exif.longitude,
        }
    }
}

/// The word that a value has in the report.
fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("a unit variant is a word, not {other:?}"),
    }
}
