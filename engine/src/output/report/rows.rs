//! Files of a report, made of records one after the other.

use afterimage_signatures::Runs;
use afterimage_signatures::exif::Exif;
use afterimage_signatures::verdict::{Issue, Kinship, Span};
use rayon::prelude::*;

use super::disposition::ReportDisposition;
use super::file::{
    ByteRange, DEFLATE, ReportEnclosure, ReportExif, ReportFile, ReportInflated, ReportIssue,
    ReportPlace, ReportRun, RunOrigin,
};
use super::summary::Summary;
use super::totals::Totals;
use crate::control::error::Error;
use crate::formats::Registry;
use crate::ledger::{IndexEntry, Ledger, LogPosition, NONE};
use crate::model::{Enclosure, Inflated, Origin, PlaceFacts, Record, hex};
use crate::options::KnownHashes;
use crate::output::thumbs;
use crate::settle::{Disposition, LostRow, ReportOrder};

/// Files of a report that are made at a time: so many are in memory.
const BATCH: usize = 64;

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
    /// Which files have a small picture, likewise.
    pub thumbs: &'a [bool],
    /// What is left of photos that are known to have existed.
    pub lost: &'a [LostRow],
    /// Whether pictures inside others are written too.
    pub embedded: bool,
    /// The files that are known already.
    pub known: Option<&'a KnownHashes>,
}

impl<'a> Rows<'a> {
    /// The files in order.
    pub fn files(self) -> impl Iterator<Item = Result<ReportFile, Error>> + 'a {
        (0..self.listing.order.len()).map(move |position| self.file(position))
    }

    /// The files in order, some at a time: those are made side by side in the pool of threads that this is called in.
    pub fn batches(self) -> impl Iterator<Item = Result<Vec<ReportFile>, Error>> + 'a {
        let all = self.listing.order.len();
        (0..all).step_by(BATCH).map(move |start| {
            let positions = start..(start + BATCH).min(all);
            positions.into_par_iter().map(|position| self.file(position)).collect()
        })
    }

    /// The files in order, with what becomes of each.
    pub fn listed(self) -> impl Iterator<Item = Result<(ReportFile, Disposition), Error>> + 'a {
        let dispositions = self.listing.dispositions.iter();
        self.files().zip(dispositions).map(|(file, disposition)| Ok((file?, *disposition)))
    }

    /// What becomes of a file, as far as files were written.
    fn disposition(&self, position: usize) -> ReportDisposition {
        match self.listing.dispositions[position].into() {
            ReportDisposition::Recovered if !self.is_written(position) => {
                ReportDisposition::Unwritten
            }
            disposition => disposition,
        }
    }

    /// Whether a file that is to be recovered is written, or would be.
    fn is_written(&self, position: usize) -> bool {
        let is_asked_for = self.embedded || !self.is_inner(position);
        !is_asked_for || self.names.get(position).is_none_or(Option::is_some)
    }

    fn is_inner(&self, position: usize) -> bool {
        self.listing.parent[position] != NONE
    }

    fn entry(&self, position: usize) -> &'a IndexEntry {
        &self.ledger.entries[self.listing.order[position] as usize]
    }

    fn file(&self, position: usize) -> Result<ReportFile, Error> {
        let ReportOrder { parent, pair_of, copy_of, position: positions, .. } = self.listing;
        let mut record = self.ledger.record(self.entry(position))?;
        self.name_known(&mut record);
        let mut file = row(record, self.registry);
        file.id = position as u64 + 1;
        if self.is_inner(position) {
            file.origin = Origin::Embedded;
            file.parent = id(positions[parent[position] as usize]);
            file.kinship.get_or_insert_with(|| Kinship::Inner.name().to_owned());
        }
        file.pair = pair_of.get(&(position as u32)).copied().and_then(id);
        file.duplicate_of = id(copy_of[position]);
        file.disposition = self.disposition(position);
        if let Some(Some(name)) = self.names.get(position) {
            file.path = Some(self.ledger.named(*name)?.path);
        }
        let has_thumb = self.thumbs.get(position).is_some_and(|has| *has);
        file.thumb = has_thumb.then(|| thumbs::path(file.id));
        Ok(file)
    }

    /// Says of a known file where it is known from by the names of this run: shards were told by names of their own.
    fn name_known(&self, record: &mut Record) {
        if record.known.is_some()
            && let (Some(known), Some(digests)) = (self.known, &record.digests)
            && let Some(from) = known.find(digests)
        {
            record.known = Some(Box::new(from));
        }
    }

    /// What the files come to.
    pub fn summary(&self) -> Summary {
        let disposition = |position| self.disposition(position);
        let mut totals = Totals::of(self.listing, self.ledger, self.registry, disposition);
        totals.count_lost(self.lost);
        totals.summary()
    }
}

/// The number of a file in the report, from 1.
fn id(position: u32) -> Option<u64> {
    (position != NONE).then(|| u64::from(position) + 1)
}

/// A record as the report says it, but for what other files are to it.
fn row(record: Record, registry: &Registry) -> ReportFile {
    // A list of digests proves all bytes, also those that are nothing to the picture.
    let unchecked = if record.is_listed_whole() { &[][..] } else { &record.unchecked };
    let unchecked = unchecked.iter().map(|part| part.span.into()).collect();
    let (from, place) = record.place.map(|facts| place(*facts)).unzip();
    let size = match record.inflated {
        Some(inflated) => inflated.len,
        None => record.runs.len(),
    };
    let size = size.saturating_add(record.fill.len() as u64);
    let runs = match from {
        Some(_) => Vec::new(),
        None => runs(&record.runs, record.inflated, &record.fill),
    };
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
        unchecked,
        kept: record.kept,
        share: record.share,
        issues: record.issues.into_iter().map(Into::into).collect(),
        runs,
        from,
        place,
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
        disposition: ReportDisposition::Recovered,
        path: None,
        thumb: None,
        listed: record.listed.map(|listed| (*listed).into()),
        known: record.known.map(|known| (*known).into()),
    }
}

/// The runs of a file, with the bytes that were added.
fn runs(runs: &Runs, inflated: Option<Inflated>, fill: &[u8]) -> Vec<ReportRun> {
    let from_source = runs.as_slice().iter().map(|run| ReportRun {
        offset: Some(run.at),
        length: inflated.map_or(run.len, |inflated| inflated.len),
        origin: if inflated.is_some() { RunOrigin::Inflated } else { RunOrigin::Source },
        bytes: None,
        inflated: inflated.map(|Inflated { skip, start, is_checked, .. }| ReportInflated {
            method: DEFLATE.to_owned(),
            packed: run.len,
            skip,
            start,
            checked: is_checked,
        }),
    });
    let added = (!fill.is_empty()).then(|| ReportRun {
        offset: None,
        length: fill.len() as u64,
        origin: RunOrigin::Fill,
        bytes: Some(hex::encode(fill)),
        inflated: None,
    });
    from_source.chain(added).collect()
}

/// Where a file of a place lies in its source, and what the place says of it.
fn place(facts: PlaceFacts) -> (String, ReportPlace) {
    let place = ReportPlace {
        name: facts.place,
        fidelity: facts.fidelity,
        taken: facts.taken.map(|moment| moment.to_string()),
        expires_at: facts.expires_at.map(|moment| moment.to_string()),
        albums: facts.albums,
        marks: facts.marks,
        shows: facts.shows,
    };
    (facts.from, place)
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
