//! The columns of the table, in order.

use super::cell::{Cell, Type};
use super::moment::{Time, time};
use crate::output::report::{ReportCase, ReportExif, ReportFile, ReportHead, word};

/// What a row is made of.
pub(super) struct Row<'r> {
    pub file: &'r ReportFile,
    pub about: &'r About,
}

/// What all rows of a report share.
pub(super) struct About {
    /// Paths of the sources.
    sources: Vec<String>,
    case: ReportCase,
    redacted: Option<String>,
}

/// A column.
pub(super) struct Column {
    pub name: &'static str,
    pub cells: Cells,
}

/// What a column holds.
pub(super) enum Cells {
    /// One cell a row.
    One(Type, fn(&Row<'_>) -> Cell),
    /// A list of texts.
    Texts(fn(&Row<'_>) -> Vec<Cell>),
    /// A list of records with these fields.
    Records(&'static [(&'static str, Type)], fn(&Row<'_>) -> Vec<Vec<Cell>>),
}

impl About {
    pub(super) fn of(head: &ReportHead) -> Self {
        About {
            sources: head.sources.iter().map(|source| source.path.clone()).collect(),
            case: head.case.clone().unwrap_or_default(),
            redacted: (!head.redacted.is_empty()).then(|| head.redacted.join("; ")),
        }
    }
}

impl Row<'_> {
    fn exif(&self) -> Option<&ReportExif> {
        self.file.exif.as_ref()
    }

    fn taken(&self) -> Option<Time> {
        let exif = self.exif()?;
        time(exif.taken.as_deref()?, exif.utc_offset.as_deref())
    }

    fn modified(&self) -> Option<Time> {
        time(self.file.modified.as_deref()?, None)
    }

    fn deleted(&self) -> Option<Time> {
        time(self.file.deleted_at.as_deref()?, None)
    }

    fn source(&self) -> Option<&String> {
        usize::try_from(self.file.source).ok().and_then(|at| self.about.sources.get(at))
    }

    fn issues(&self) -> Vec<Vec<Cell>> {
        let issues = self.file.issues.iter();
        issues.map(|issue| vec![Cell::U64(issue.offset), Cell::text(&issue.what)]).collect()
    }

    fn unchecked(&self) -> Vec<Vec<Cell>> {
        let ranges = self.file.unchecked.iter();
        ranges.map(|range| vec![Cell::U64(range.offset), Cell::U64(range.length)]).collect()
    }

    fn runs(&self) -> Vec<Vec<Cell>> {
        let runs = self.file.runs.iter();
        runs.map(|run| {
            vec![Cell::u64(run.offset), Cell::U64(run.length), Cell::text(word(run.origin))]
        })
        .collect()
    }

    /// Where its first byte lies in the source, or the deflated data that it came out of.
    fn offset(&self) -> Option<u64> {
        self.file.runs.first()?.offset
    }

    fn albums(&self) -> Vec<Cell> {
        let albums = self.file.place.iter().flat_map(|place| &place.albums);
        albums.map(Cell::text).collect()
    }
}

const RANGE: &[(&str, Type)] = &[("offset", Type::U64), ("length", Type::U64)];
const RUN: &[(&str, Type)] =
    &[("offset", Type::U64), ("length", Type::U64), ("origin", Type::Text)];
const ISSUE: &[(&str, Type)] = &[("offset", Type::U64), ("what", Type::Text)];

const fn text(name: &'static str, cell: fn(&Row<'_>) -> Cell) -> Column {
    Column { name, cells: Cells::One(Type::Text, cell) }
}

const fn one(name: &'static str, of: Type, cell: fn(&Row<'_>) -> Cell) -> Column {
    Column { name, cells: Cells::One(of, cell) }
}

/// The columns.
pub(super) const COLUMNS: &[Column] = &[
    one("id", Type::U64, |row| Cell::U64(row.file.id)),
    text("disposition", |row| Cell::text(row.file.fate())),
    text("grade", |row| Cell::text(word(row.file.grade))),
    text("format", |row| Cell::text(&row.file.format)),
    text("mime", |row| Cell::text(&row.file.mime)),
    one("size", Type::U64, |row| Cell::U64(row.file.size)),
    text("name", |row| Cell::some_text(row.file.name.as_ref())),
    text("original_path", |row| Cell::some_text(row.file.original_path.as_ref())),
    text("path", |row| Cell::some_text(row.file.path.as_ref())),
    one("taken", Type::Clock, |row| Cell::micros(row.taken().map(|time| time.clock))),
    one("taken_utc", Type::Instant, |row| Cell::micros(row.taken().and_then(|time| time.instant))),
    one("modified", Type::Clock, |row| Cell::micros(row.modified().map(|time| time.clock))),
    one("modified_utc", Type::Instant, |row| {
        Cell::micros(row.modified().and_then(|time| time.instant))
    }),
    one("deleted_at", Type::Clock, |row| Cell::micros(row.deleted().map(|time| time.clock))),
    one("deleted_at_utc", Type::Instant, |row| {
        Cell::micros(row.deleted().and_then(|time| time.instant))
    }),
    text("make", |row| Cell::some_text(row.exif().and_then(|exif| exif.make.as_ref()))),
    text("model", |row| Cell::some_text(row.exif().and_then(|exif| exif.model.as_ref()))),
    one("width", Type::U32, |row| {
        Cell::u32(row.file.width.or_else(|| row.exif().and_then(|exif| exif.width)))
    }),
    one("height", Type::U32, |row| {
        Cell::u32(row.file.height.or_else(|| row.exif().and_then(|exif| exif.height)))
    }),
    one("orientation", Type::U32, |row| {
        Cell::u32(row.exif().and_then(|exif| exif.orientation).map(u32::from))
    }),
    one("latitude", Type::F64, |row| Cell::f64(row.exif().and_then(|exif| exif.latitude))),
    one("longitude", Type::F64, |row| Cell::f64(row.exif().and_then(|exif| exif.longitude))),
    text("origin", |row| Cell::text(word(row.file.origin))),
    text("status", |row| Cell::text(word(row.file.status))),
    text("proof", |row| Cell::text(&row.file.proof)),
    text("end", |row| Cell::text(word(row.file.end))),
    one("kept", Type::U64, |row| Cell::u64(row.file.kept)),
    one("share", Type::F32, |row| row.file.share.map_or(Cell::Empty, Cell::F32)),
    Column { name: "issues", cells: Cells::Records(ISSUE, |row| row.issues()) },
    Column { name: "unchecked", cells: Cells::Records(RANGE, |row| row.unchecked()) },
    text("source", |row| Cell::some_text(row.source())),
    one("source_index", Type::U32, |row| Cell::U32(row.file.source)),
    one("offset", Type::U64, |row| Cell::u64(row.offset())),
    Column { name: "runs", cells: Cells::Records(RUN, |row| row.runs()) },
    text("from", |row| Cell::some_text(row.file.from.as_ref())),
    text("place", |row| {
        Cell::some_text(row.file.place.as_ref().and_then(|place| place.name.as_ref()))
    }),
    Column { name: "albums", cells: Cells::Texts(|row| row.albums()) },
    text("blake3", |row| Cell::text(&row.file.blake3)),
    text("sha256", |row| Cell::some_text(row.file.sha256.as_ref())),
    text("sha1", |row| Cell::some_text(row.file.sha1.as_ref())),
    text("md5", |row| Cell::some_text(row.file.md5.as_ref())),
    one("duplicate_of", Type::U64, |row| Cell::u64(row.file.duplicate_of)),
    one("parent", Type::U64, |row| Cell::u64(row.file.parent)),
    text("kinship", |row| Cell::some_text(row.file.kinship.as_ref())),
    one("pair", Type::U64, |row| Cell::u64(row.file.pair)),
    text("content_identifier", |row| Cell::some_text(row.file.content_identifier.as_ref())),
    text("container", |row| Cell::some_text(row.file.container.as_ref().map(|one| &one.kind))),
    text("container_name", |row| {
        Cell::some_text(row.file.container.as_ref().and_then(|one| one.name.as_ref()))
    }),
    one("name_inferred", Type::Bool, |row| Cell::Bool(row.file.name_inferred)),
    text("name_hint", |row| Cell::some_text(row.file.name_hint.as_ref())),
    text("listed", |row| Cell::some_text(row.file.listed.as_ref().map(|listed| &listed.list))),
    one("listed_entry", Type::U64, |row| {
        Cell::u64(row.file.listed.as_ref().map(|listed| listed.entry))
    }),
    text("known", |row| Cell::some_text(row.file.known.as_ref().map(|known| &known.by))),
    text("known_path", |row| {
        Cell::some_text(row.file.known.as_ref().and_then(|known| known.path.as_ref()))
    }),
    text("thumb", |row| Cell::some_text(row.file.thumb.as_ref())),
    one("is_video", Type::Bool, |row| Cell::Bool(row.file.is_video())),
    text("case", |row| Cell::some_text(row.about.case.number.as_ref())),
    text("evidence", |row| Cell::some_text(row.about.case.evidence.as_ref())),
    text("examiner", |row| Cell::some_text(row.about.case.examiner.as_ref())),
    text("notes", |row| Cell::some_text(row.about.case.notes.as_ref())),
    text("redacted", |row| Cell::some_text(row.about.redacted.as_ref())),
];

impl Column {
    /// The column in the language of Parquet's schemas.
    pub(super) fn declared(&self) -> String {
        let name = self.name;
        let list = |element: &str| {
            format!("REQUIRED GROUP {name} (LIST) {{ REPEATED GROUP list {{ {element} }} }}")
        };
        match &self.cells {
            Cells::One(of, _) => of.declared(name),
            Cells::Texts(_) => list(&Type::Text.declared("element")),
            Cells::Records(fields, _) => {
                let fields: String = fields.iter().map(|(name, of)| of.declared(name)).collect();
                list(&format!("REQUIRED GROUP element {{ {fields} }}"))
            }
        }
    }
}
