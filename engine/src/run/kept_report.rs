//! A report that lies in an output folder, read back to go on from it.
//!
//! Somebody may have changed it, so that nothing in it is believed: runs lie in their source, sizes agree, and
//! what is written has the BLAKE3 that the report gives.

use std::io::{BufReader, BufWriter, Read, Write};

use afterimage_signatures::Runs;
use afterimage_signatures::exif::Exif;
use afterimage_signatures::verdict::Span;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::control::error::Error;
use crate::formats::Registry;
use crate::model::{FileSystemFacts, Inflated, Listed, Moment, Record, UNKNOWN_FORMAT, hex};
use crate::output::destination::REPORT;
use crate::output::report::{
    DEFLATE, Grade, ReportCase, ReportDisposition, ReportFile, ReportInflated, ReportListed,
    ReportOptions, ReportRun, ReportSource, ReportTool, RunOrigin, SCHEMA, Status, Summary,
    recount, why_none,
};
use crate::system::folder::Folder;

/// The longest report that is read, in bytes: half a million files.
const LONGEST: u64 = 1 << 30;

/// The most bytes that a file has which are not from its source: what makes a cut photo viewable is shorter.
const MOST_FILL: usize = 1 << 20;

/// The field that says that there is an audit log.
const LOG: &str = "audit_log";

/// What is known of a part of a report, and what other versions of the program said beside that.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Kept<T> {
    #[serde(flatten)]
    pub(super) known: T,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// A report, with all that it says.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct KeptReport {
    schema: String,
    tool: Kept<ReportTool>,
    started: String,
    finished: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) incomplete: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) options: Option<Kept<ReportOptions>>,
    pub(super) sources: Vec<Kept<ReportSource>>,
    summary: Kept<Summary>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    lost: Vec<Value>,
    pub(super) files: Vec<Kept<ReportFile>>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl KeptReport {
    /// The report in an output folder.
    ///
    /// # Errors
    ///
    /// When there is none, or it is none of this program.
    pub(super) fn read(folder: &Folder) -> Result<Self, Error> {
        let path = folder.path().join(REPORT);
        let failed = |error| Error::output("open", &path, error);
        let file = folder.read(REPORT).map_err(failed)?;
        let refused = |why| Error::Report { path: path.clone(), why };
        if file.metadata().map_err(failed)?.len() > LONGEST {
            return Err(refused("it is longer than any report"));
        }
        Self::parse(BufReader::new(file.take(LONGEST))).ok_or_else(|| {
            let text = folder.read(REPORT);
            refused(
                text.map_or_else(
                    |_| why_none(std::io::empty()),
                    |text| why_none(BufReader::new(text)),
                ),
            )
        })
    }

    /// The case that it belongs to, where it says so.
    pub(super) fn case(&self) -> Option<ReportCase> {
        serde_json::from_value(self.more.get("case")?.clone()).ok()
    }

    /// Whether it says that there is an audit log beside it.
    pub(super) fn tells_of_log(&self) -> bool {
        self.more.get(LOG) == Some(&Value::Bool(true))
    }

    /// Lets it say so.
    pub(super) fn tell_of_log(&mut self) {
        self.more.insert(LOG.to_owned(), Value::Bool(true));
    }

    /// The report that a text is; nothing where it is none that this program knows.
    fn parse(text: impl Read) -> Option<Self> {
        let mut report: Self = serde_json::from_reader(text).ok()?;
        if report.schema != SCHEMA {
            return None;
        }
        if report.options.is_none() {
            // It is of a version that did not say what becomes of files.
            for file in report.files.iter_mut().map(|file| &mut file.known) {
                file.disposition = disposition(file);
            }
        }
        Some(report)
    }

    /// Brings what is said of all files up to what each of them says, now that some were written: what has a path is
    /// recovered, what has none and was to be is not.
    pub(super) fn settle(&mut self) {
        for file in self.files.iter_mut().map(|file| &mut file.known) {
            let is_own = file.parent.is_none();
            match (&file.path, file.disposition) {
                (Some(_), _) => file.disposition = ReportDisposition::Recovered,
                (None, ReportDisposition::Recovered) if is_own => {
                    file.disposition = ReportDisposition::Unwritten;
                }
                _ => {}
            }
        }
        let files = self.files.iter().map(|file| &file.known);
        self.summary.known = recount(&self.summary.known, files);
        if let Some(options) = &mut self.options {
            options.known.dry_run = false;
        }
    }

    /// Writes the report into `state`, the folder from which it is put in place; it is on the disk itself then.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub(super) fn write(&self, state: &Folder) -> Result<(), Error> {
        let written = self.write_to(state);
        if written.is_err() {
            // It takes room that something else may have use for.
            drop(state.remove(REPORT));
        }
        written
    }

    fn write_to(&self, state: &Folder) -> Result<(), Error> {
        let whole = state.path().join(REPORT);
        let failed = |error| Error::output("write", &whole, error);
        let mut out = BufWriter::new(state.replace(REPORT).map_err(failed)?);
        serde_json::to_writer_pretty(&mut out, self).map_err(|error| failed(error.into()))?;
        out.write_all(b"\n").map_err(failed)?;
        let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().and_then(|()| state.sync()).map_err(failed)
    }
}

/// What becomes of a file, by all else that a report says of it.
fn disposition(file: &ReportFile) -> ReportDisposition {
    let is_seen = file.grade == Grade::Verified || file.share.is_none_or(|share| share > 0.0);
    match () {
        () if file.path.is_some() => ReportDisposition::Recovered,
        () if file.duplicate_of.is_some() => ReportDisposition::Copy,
        () if file.status == Status::Live => ReportDisposition::Live,
        () if !is_seen => ReportDisposition::Unseen,
        () => ReportDisposition::Recovered,
    }
}

/// Why a file is not written that has no runs in a source.
pub(super) const IN_A_PLACE: &str =
    "it lies in a folder, a backup or an archive: `afterimage find` recovers it";

/// What is to be written of a file: its record, and the BLAKE3 that its bytes must have; or why it cannot be.
/// `len` is the length of its source in bytes.
pub(super) fn record(
    file: &ReportFile,
    len: u64,
    registry: &Registry,
) -> Result<(Record, blake3::Hash), &'static str> {
    let hash = blake3::Hash::from_hex(&file.blake3)
        .map_err(|_| "the report gives no BLAKE3 to check it by")?;
    if file.from.is_some() {
        return Err(IN_A_PLACE);
    }
    let (spans, inflated, fill) = runs(&file.runs, len)?;
    let mut record = Record { runs: Runs::new(spans), inflated, fill, ..dated_record(file) };
    // Runs of a file do not overlap, so that no file is longer than its source.
    let own_len = record.own_len().checked_add(record.fill.len() as u64);
    if record.runs.len() > len || own_len != Some(file.size) {
        return Err("its runs in the report do not give its size");
    }
    let known = registry.formats().iter().map(|format| format.signature());
    let format = known.into_iter().find(|signature| signature.name == file.format);
    record.extension = match format.and_then(|signature| signature.extensions.first()) {
        Some(extension) => (*extension).into(),
        None => "".into(),
    };
    record.grade = file.grade;
    Ok((record, hash))
}

/// A record of a file with all that gives it its name and its time, and without any bytes.
pub(super) fn dated_record(file: &ReportFile) -> Record {
    let mut record = Record::new(file.source, UNKNOWN_FORMAT, Runs::new(Vec::new()));
    let told = file.place.as_ref().and_then(|place| place.taken.as_deref());
    record.facts = FileSystemFacts {
        path: file.original_path.clone(),
        modified: told.or(file.modified.as_deref()).and_then(moment),
        ..FileSystemFacts::default()
    };
    record.listed = file.listed.clone().map(|listed| Box::new(from_list(listed)));
    record.exif = file.exif.as_ref().map(|exif| Exif {
        make: exif.make.clone(),
        model: exif.model.clone(),
        taken: exif.taken.clone(),
        utc_offset: exif.utc_offset.clone(),
        ..Exif::default()
    });
    record
}

/// What a report says that a list says of a file.
fn from_list(listed: ReportListed) -> Listed {
    Listed {
        list: listed.list,
        entry: listed.entry,
        path: listed.path,
        albums: listed.albums,
        date: listed.date.as_deref().and_then(moment),
        kind: listed.algorithm,
        digest: listed.digest,
        is_witness: !listed.former,
    }
}

/// The runs of a file in its source, how its bytes come out of the only one where they are packed, and the bytes
/// after them.
type Parts = (Vec<Span>, Option<Inflated>, Vec<u8>);

/// What the runs of a report say of a file in a source of `len` bytes.
fn runs(runs: &[ReportRun], len: u64) -> Result<Parts, &'static str> {
    let (mut spans, mut inflated, mut fill) = (Vec::new(), None, Vec::new());
    for run in runs {
        match (run.origin, run.offset, &run.bytes) {
            (RunOrigin::Inflated, Some(at), _) if spans.is_empty() && fill.is_empty() => {
                let (span, how) = packed(run, at, len)?;
                spans.push(span);
                inflated = Some(how);
            }
            (RunOrigin::Source, Some(at), _) if fill.is_empty() && inflated.is_none() => {
                let end = at.checked_add(run.length).filter(|end| *end <= len);
                end.ok_or("a run of it in the report lies outside of its source")?;
                spans.push(Span { at, len: run.length });
            }
            (RunOrigin::Fill, _, Some(bytes)) if fill.len() + bytes.len() / 2 <= MOST_FILL => {
                let bytes =
                    hex::decode(bytes).ok_or("its added bytes in the report are damaged")?;
                fill.extend(bytes);
            }
            _ => return Err("its runs in the report are of a kind that is not known"),
        }
    }
    Ok((spans, inflated, fill))
}

/// Where the packed bytes of a run lie, which begin at `at`, and how its own come out of them.
fn packed(run: &ReportRun, at: u64, len: u64) -> Result<(Span, Inflated), &'static str> {
    let told = run.inflated.as_ref().filter(|told| told.method == DEFLATE);
    let told = told.ok_or("a run of it in the report is packed in a way that is not known")?;
    let end = at.checked_add(told.packed).filter(|end| *end <= len);
    end.ok_or("a run of it in the report lies outside of its source")?;
    let &ReportInflated { packed, skip, start, checked, .. } = told;
    let inflated = Inflated { skip, start, len: run.length, is_checked: checked };
    let most = "a run of it in the report lies farther in its archive than anything is inflated";
    inflated.end().ok_or(most)?;
    Ok((Span { at, len: packed }, inflated))
}

/// A time of the report, with its zone where it has one.
fn moment(text: &str) -> Option<Moment> {
    let at = text.find('T').map(|at| at + 1)?;
    let zone = text[at..].find(['Z', '+', '-']).map(|zone| at + zone);
    match zone {
        None => Moment::parse(text, None),
        Some(zone) => {
            let offset = if &text[zone..] == "Z" { "+00:00" } else { &text[zone..] };
            Moment::parse(&text[..zone], Some(offset))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> String {
        serde_json::json!({
            "schema": SCHEMA,
            "tool": { "name": "afterimage", "version": "0", "command": [] },
            "started": "", "finished": "", "new": { "field": 1 },
            "sources": [{ "path": "card.img", "kind": "image", "size": 1000, "sector_size": 512,
                "unreadable": [], "erased_bytes": 0, "volumes": [], "later": [1] }],
            "summary": { "files": 1, "bytes": 20, "by_format": {}, "by_grade": {}, "by_origin": {},
                "duplicates": 0 },
            "files": [{ "id": 1, "source": 0, "origin": "carved", "status": "deleted",
                "format": "jpeg", "mime": "image/jpeg", "size": 22, "end": "exact",
                "grade": "verified", "proof": "", "blake3": blake3::hash(b"x").to_hex().to_string(),
                "runs": [{ "offset": 100, "length": 20, "origin": "source" },
                    { "length": 2, "origin": "fill", "bytes": "ffd9" }],
                "modified": "2024-05-01T10:00:00+02:00", "later": true }],
        })
        .to_string()
    }

    fn parsed(text: &str) -> KeptReport {
        KeptReport::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_other_versions_say_is_kept() {
        let report = parsed(&text());
        let again: Value = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
        assert_eq!(again["new"]["field"], 1);
        assert_eq!(again["sources"][0]["later"][0], 1);
        assert_eq!(again["files"][0]["later"], true);
        assert!(KeptReport::parse("{}".as_bytes()).is_none());
        assert!(KeptReport::parse(text().replace("report/1", "report/9").as_bytes()).is_none());
    }

    #[test]
    fn a_file_is_believed_as_far_as_its_source_goes() {
        let registry = Registry::default();
        let file = parsed(&text()).files.remove(0).known;
        let (made, hash) = record(&file, 1000, &registry).unwrap();
        assert_eq!(
            (made.size(), made.offset(), made.fill.as_slice()),
            (22, 100, &[0xff, 0xd9][..])
        );
        assert_eq!((made.extension.as_ref(), hash), ("jpg", blake3::hash(b"x")));
        let modified = made.facts.modified.unwrap();
        assert_eq!(modified.to_string(), "2024-05-01T10:00:00+02:00");
        assert!(record(&file, 119, &registry).is_err(), "a run outside of the source");
        let wrong: [fn(&mut ReportFile); 6] = [
            |file| file.size = 23,
            |file| file.blake3 = String::new(),
            |file| file.runs[0].offset = Some(u64::MAX),
            |file| file.runs[0].offset = None,
            |file| file.runs[1].bytes = Some("ffd".to_owned()),
            |file| {
                // Longer than its source.
                file.runs = vec![file.runs[0].clone(); 100];
                file.size = 2000;
            },
        ];
        for change in wrong {
            let mut file = file.clone();
            change(&mut file);
            assert!(record(&file, 1000, &registry).is_err(), "{file:?}");
        }
    }

    proptest! {
        /// A report that somebody changed anywhere is refused, or what it asks for lies in its source.
        #[test]
        fn whatever_a_report_says_no_run_leaves_its_source(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let mut text = text().into_bytes();
            for (at, byte) in changes {
                let at = at.index(text.len());
                text[at] = byte;
            }
            if let Some(report) = KeptReport::parse(text.as_slice()) {
                for file in &report.files {
                    if let Ok((record, _)) = record(&file.known, 1000, &Registry::default()) {
                        prop_assert!(record.runs.as_slice().iter().all(|run| run.end() <= 1000));
                        prop_assert_eq!(record.size(), file.known.size);
                    }
                }
            }
        }
    }
}
