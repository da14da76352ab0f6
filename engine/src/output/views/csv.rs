//! `report.csv`: a table of all files, for spreadsheets and scripts.
//!
//! RFC 4180 in UTF-8 with a header. A cell that a spreadsheet would take for a formula, because it begins with
//! `=`, `+`, `-`, `@`, a tab or a carriage return, has an apostrophe before it, unless it is a number that this
//! program wrote; control characters are shown as signs. The exact texts stand in `report.json`.

use std::io::{self, Write};

use super::shown::shown;
use super::view::View;
use crate::output::report::{ReportCase, ReportFile, ReportHead, ReportRun, RunOrigin, word};

/// The columns, in order.
const COLUMNS: [&str; 54] = [
    "id",
    "disposition",
    "grade",
    "format",
    "mime",
    "size",
    "name",
    "original_path",
    "path",
    "taken",
    "modified",
    "deleted_at",
    "make",
    "model",
    "width",
    "height",
    "orientation",
    "latitude",
    "longitude",
    "origin",
    "status",
    "proof",
    "end",
    "kept",
    "share",
    "issues",
    "unchecked",
    "source",
    "runs",
    "from",
    "place",
    "albums",
    "blake3",
    "sha256",
    "sha1",
    "md5",
    "duplicate_of",
    "parent",
    "kinship",
    "pair",
    "content_identifier",
    "container",
    "name_inferred",
    "name_hint",
    "listed",
    "known",
    "known_path",
    "thumb",
    "is_video",
    "case",
    "evidence",
    "examiner",
    "notes",
    "redacted",
];

/// `report.csv`.
#[derive(Debug, Default)]
pub struct Csv {
    /// Paths of the sources.
    sources: Vec<String>,
    case: ReportCase,
    redacted: String,
}

impl Csv {
    /// Begins one.
    pub fn start() -> Box<dyn View> {
        Box::new(Csv::default())
    }
}

impl View for Csv {
    fn begin(&mut self, head: &ReportHead, out: &mut dyn Write) -> io::Result<()> {
        self.sources = head.sources.iter().map(|source| source.path.clone()).collect();
        self.case = head.case.clone().unwrap_or_default();
        self.redacted = head.redacted.join("; ");
        line(out, COLUMNS.iter().map(|name| (*name).to_owned()))
    }

    fn file(&mut self, file: &ReportFile, out: &mut dyn Write) -> io::Result<()> {
        line(out, self.cells(file).into_iter())
    }

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

impl Csv {
    fn cells(&self, file: &ReportFile) -> [String; COLUMNS.len()] {
        let exif = file.exif.as_ref();
        let place = file.place.as_ref();
        let source = usize::try_from(file.source).ok().and_then(|at| self.sources.get(at));
        let taken = exif.and_then(|exif| {
            let zone = exif.utc_offset.as_deref().unwrap_or_default();
            exif.taken.as_ref().map(|taken| format!("{taken}{zone}"))
        });
        let pixels = |own: Option<u32>, of_exif: Option<u32>| own.or(of_exif);
        [
            file.id.to_string(),
            file.fate(),
            word(file.grade),
            text(Some(&file.format)),
            text(Some(&file.mime)),
            file.size.to_string(),
            text(file.name.as_ref()),
            text(file.original_path.as_ref()),
            text(file.path.as_ref()),
            text(taken.as_ref()),
            text(file.modified.as_ref()),
            text(file.deleted_at.as_ref()),
            text(exif.and_then(|exif| exif.make.as_ref())),
            text(exif.and_then(|exif| exif.model.as_ref())),
            number(pixels(file.width, exif.and_then(|exif| exif.width))),
            number(pixels(file.height, exif.and_then(|exif| exif.height))),
            number(exif.and_then(|exif| exif.orientation)),
            number(exif.and_then(|exif| exif.latitude)),
            number(exif.and_then(|exif| exif.longitude)),
            word(file.origin),
            word(file.status),
            text(Some(&file.proof)),
            word(file.end),
            number(file.kept),
            number(file.share),
            text(Some(&issues(file))),
            text(Some(&unchecked(file))),
            text(source),
            runs(&file.runs),
            text(file.from.as_ref()),
            text(place.and_then(|place| place.name.as_ref())),
            text(place.map(|place| place.albums.join("; ")).as_ref()),
            text(Some(&file.blake3)),
            text(file.sha256.as_ref()),
            text(file.sha1.as_ref()),
            text(file.md5.as_ref()),
            number(file.duplicate_of),
            number(file.parent),
            text(file.kinship.as_ref()),
            number(file.pair),
            text(file.content_identifier.as_ref()),
            text(container(file).as_ref()),
            file.name_inferred.to_string(),
            text(file.name_hint.as_ref()),
            text(file.listed.as_ref().map(|listed| &listed.list)),
            text(file.known.as_ref().map(|known| &known.by)),
            text(file.known.as_ref().and_then(|known| known.path.as_ref())),
            text(file.thumb.as_ref()),
            file.is_video().to_string(),
            text(self.case.number.as_ref()),
            text(self.case.evidence.as_ref()),
            text(self.case.examiner.as_ref()),
            text(self.case.notes.as_ref()),
            text(Some(&self.redacted)),
        ]
    }
}

fn line(out: &mut dyn Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    let mut builder = csv::WriterBuilder::new();
    let mut writer = builder.terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(cells).map_err(io::Error::from)?;
    writer.flush()
}

/// A text that is shown and is no formula.
fn text(text: Option<&String>) -> String {
    let Some(text) = text else { return String::new() };
    let apostrophe = if is_formula(text) { "'" } else { "" };
    format!("{apostrophe}{}", shown(text))
}

/// Whether a spreadsheet could take a text for a formula; those of East Asia know the wide forms of the signs.
fn is_formula(text: &str) -> bool {
    let signs =
        ['=', '+', '-', '@', '\t', '\r', '\n', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];
    // What comes before a sign and takes no room is no protection.
    text.trim_start_matches([' ', '\u{FEFF}', '\u{200B}']).starts_with(signs)
}

fn number(number: Option<impl ToString>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn issues(file: &ReportFile) -> String {
    let told = file.issues.iter().map(|issue| format!("{:#x} {}", issue.offset, issue.what));
    told.collect::<Vec<_>>().join("; ")
}

fn unchecked(file: &ReportFile) -> String {
    let ranges = file.unchecked.iter().map(|range| format!("{:#x}:{}", range.offset, range.length));
    ranges.collect::<Vec<_>>().join(" ")
}

/// The runs in order: `OFFSET:LENGTH` in the source, `inflated@OFFSET:LENGTH` for bytes that come out of packed ones
/// there, `fill:LENGTH` and `borrowed:LENGTH` for bytes that are not from there.
fn runs(runs: &[ReportRun]) -> String {
    let one = |run: &ReportRun| match (run.origin, run.offset) {
        (RunOrigin::Source, Some(offset)) => format!("{offset:#x}:{}", run.length),
        (RunOrigin::Inflated, Some(offset)) => format!("inflated@{offset:#x}:{}", run.length),
        (origin, _) => format!("{}:{}", word(origin), run.length),
    };
    runs.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn container(file: &ReportFile) -> Option<String> {
    let container = file.container.as_ref()?;
    Some(match &container.name {
        Some(name) => format!("{}: {name}", container.kind),
        None => container.kind.clone(),
    })
}
