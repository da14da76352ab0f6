//! What carving found, as the journal keeps it.

use afterimage_signatures::verdict::{self, Kinship, Role, Span};
use afterimage_signatures::{Run, Runs, exif};
use serde::{Deserialize, Serialize};

use crate::model::digest::{Digests, hex};
use crate::output::report;

/// One file that was found, with what later stages need to settle whose bytes are whose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What the report will say, but for its number, its copies and its place.
    pub file: report::File,
    /// Extension of the file that is written.
    pub extension: String,
    /// What each of `file.unchecked` is for.
    pub roles: Vec<WireRole>,
}

/// [`Role`] in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WireRole {
    /// [`Role::Metadata`].
    Metadata,
    /// [`Role::Payload`].
    Payload,
    /// [`Role::Part`].
    Part,
    /// [`Role::Trailer`].
    Trailer,
}

impl From<Role> for WireRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Metadata => WireRole::Metadata,
            Role::Payload => WireRole::Payload,
            Role::Part => WireRole::Part,
            Role::Trailer => WireRole::Trailer,
        }
    }
}

impl Record {
    /// First byte in the source.
    pub fn offset(&self) -> u64 {
        self.file.runs.first().and_then(|run| run.offset).unwrap_or(0)
    }

    /// Bytes that come from the source.
    pub fn source_len(&self) -> u64 {
        self.file.runs.iter().filter(|run| run.offset.is_some()).map(|run| run.length).sum()
    }

    /// Enters the digests of the file.
    pub fn set_digests(&mut self, digests: Digests) {
        self.file.blake3 = hex(digests.blake3.as_bytes());
        self.file.sha256 = digests.sha256;
        self.file.sha1 = digests.sha1;
        self.file.md5 = digests.md5;
    }

    /// Where the bytes lie in the source, and what is added behind them.
    pub fn content(&self) -> (Runs, Vec<u8>) {
        let runs = self.file.runs.iter();
        let from_source =
            runs.clone().filter_map(|run| Some(Run { at: run.offset?, len: run.length }));
        let added = runs.filter_map(|run| unhex(run.bytes.as_deref()?)).flatten();
        (Runs::new(from_source.collect()), added.collect())
    }

    /// What the unchecked stretch that holds byte `at` of the file is for; nothing where a check
    /// covers that byte.
    pub fn role_at(&self, at: u64) -> Option<WireRole> {
        let spans = &self.file.unchecked;
        let index = spans.partition_point(|span| span.offset <= at).checked_sub(1)?;
        let inside = at - spans[index].offset < spans[index].length;
        inside.then(|| self.roles.get(index).copied()).flatten()
    }
}

impl From<Span> for report::Range {
    fn from(span: Span) -> Self {
        report::Range { offset: span.at, length: span.len }
    }
}

impl From<verdict::Grade> for report::Grade {
    fn from(grade: verdict::Grade) -> Self {
        match grade {
            verdict::Grade::Partial => report::Grade::Partial,
            verdict::Grade::Damaged => report::Grade::Damaged,
            verdict::Grade::Structural => report::Grade::Structural,
            verdict::Grade::Verified => report::Grade::Verified,
        }
    }
}

impl From<verdict::End> for report::End {
    fn from(end: verdict::End) -> Self {
        match end {
            verdict::End::Exact => report::End::Exact,
            verdict::End::Minimum => report::End::Minimum,
            verdict::End::Estimated => report::End::Estimated,
        }
    }
}

impl From<verdict::Issue> for report::Issue {
    fn from(issue: verdict::Issue) -> Self {
        report::Issue { offset: issue.at, what: issue.what.into_owned() }
    }
}

impl From<exif::Exif> for report::Exif {
    fn from(exif: exif::Exif) -> Self {
        report::Exif {
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

/// The bytes that hex digits stand for.
fn unhex(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// The word for a kinship in the report.
pub fn kinship(kinship: Kinship) -> &'static str {
    match kinship {
        Kinship::Thumbnail => "thumbnail",
        Kinship::Preview => "preview",
        Kinship::Secondary => "secondary",
        Kinship::GainMap => "gainmap",
        Kinship::Motion => "motion",
        Kinship::Inner => "inner",
    }
}
