//! What is known of a file that was found.

use std::borrow::Cow;

use afterimage_signatures::Runs;
use afterimage_signatures::exif::Exif;
use afterimage_signatures::verdict::{Issue, Kinship, Role, Unchecked};
use serde::{Deserialize, Serialize};

use super::digest::Digests;
use super::inflated::Inflated;
use super::known_from::KnownFrom;
use super::listed::Listed;
use super::moment::Moment;
use super::place_facts::PlaceFacts;
use super::value::{Enclosure, End, Grade, Origin, Status};

/// The format of a file that none recognises; no position in the registry.
pub const UNKNOWN_FORMAT: u16 = u16::MAX;

/// One file that was found: where its bytes lie, how far they are proven, and what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Position of its source on the command line, from 0.
    pub source: u32,
    /// Position of its format in the registry, or [`UNKNOWN_FORMAT`].
    pub format: u16,
    /// The first means that proved its bytes.
    pub origin: Origin,
    /// Whether a file system says that it is still there.
    pub status: Status,
    /// Media type.
    pub mime: Cow<'static, str>,
    /// Extension of the file that is written, without the dot.
    pub extension: Cow<'static, str>,
    /// Its bytes, as runs of the source in the order of the file; of a file that lies deflated, what it is inflated from.
    pub runs: Runs,
    /// Of a file that lies deflated in an archive: how its bytes come out of those of its only run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub inflated: Option<Inflated>,
    /// Bytes added after those of the source, so that viewers open it.
    #[serde(with = "super::hex", skip_serializing_if = "Vec::is_empty", default)]
    pub fill: Vec<u8>,
    /// How its end is known.
    pub end: End,
    /// How much was proven.
    pub grade: Grade,
    /// What was tested, in a few words.
    pub proof: Cow<'static, str>,
    /// What no check covers, in bytes from the start of the file, in order and without overlaps.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unchecked: Vec<Unchecked>,
    /// Of a partial file: how many of its own bytes are true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<u64>,
    /// Of a partial file: which part of the picture it shows, from 0 to 1, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f32>,
    /// What else is to be said, by bytes from the start of the file.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub issues: Vec<Issue>,
    /// Width and height of the picture in pixels, as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pixels: Option<(u32, u32)>,
    /// What the camera wrote into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exif: Option<Exif>,
    /// What the picture and the video of a Live Photo share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_identifier: Option<String>,
    /// The archive or document that it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enclosure: Option<Enclosure>,
    /// What it is to the file whose structure points at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kinship: Option<Kinship>,
    /// What a file system says of it.
    #[serde(skip_serializing_if = "FileSystemFacts::is_empty", default)]
    pub facts: FileSystemFacts,
    /// What the place says that it survives in, where it is no part of an image or a device.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<Box<PlaceFacts>>,
    /// Digests of its bytes, once they were computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digests: Option<Digests>,
    /// What a list of digests says of it, where it is on one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub listed: Option<Box<Listed>>,
    /// Where a file with its bytes is known from, so that nobody needs it again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub known: Option<Box<KnownFrom>>,
}

impl Record {
    /// A file in these runs of a source, of which nothing is known or claimed yet: a true beginning at most.
    pub fn new(source: u32, format: u16, runs: Runs) -> Self {
        Record {
            source,
            format,
            origin: Origin::Carved,
            status: Status::Unknown,
            mime: "".into(),
            extension: "".into(),
            runs,
            inflated: None,
            fill: Vec::new(),
            end: End::Exact,
            grade: Grade::Partial,
            proof: "".into(),
            unchecked: Vec::new(),
            kept: None,
            share: None,
            issues: Vec::new(),
            pixels: None,
            exif: None,
            content_identifier: None,
            enclosure: None,
            kinship: None,
            facts: FileSystemFacts::default(),
            place: None,
            digests: None,
            listed: None,
            known: None,
        }
    }

    /// Takes what a list says of a file with its digest. Where the list tells of the photo as it was, all of
    /// its bytes are proven by that; what is metadata or a trailer in it is known to be its own.
    pub fn note_listed(&mut self, listed: Listed) {
        if listed.is_witness {
            self.grade = Grade::Verified;
            self.end = End::Exact;
            (self.kept, self.share) = (None, None);
            self.proof = listed.proof().into();
            self.unchecked.retain(|part| matches!(part.role, Role::Metadata | Role::Trailer));
        }
        self.listed = Some(Box::new(listed));
    }

    /// Ends a file that lies in one piece after `len` bytes; more or fewer than it had.
    pub fn end_at(&mut self, len: u64) {
        self.runs = Runs::whole(self.offset(), len);
        self.fill.clear();
        self.unchecked.retain_mut(|part| {
            part.span.len = part.span.len.min(len.saturating_sub(part.span.at));
            part.span.len > 0
        });
        self.issues.retain(|issue| issue.at < len);
    }

    /// Whether a list of digests proves all of its bytes.
    pub fn is_listed_whole(&self) -> bool {
        self.grade == Grade::Verified && self.listed.as_ref().is_some_and(|one| one.is_witness)
    }

    /// First byte in the source.
    pub fn offset(&self) -> u64 {
        self.runs.as_slice().first().map_or(0, |run| run.at)
    }

    /// Bytes that it takes in the source.
    pub fn source_len(&self) -> u64 {
        self.runs.len()
    }

    /// Length of the file in bytes, without what is added to it.
    pub fn own_len(&self) -> u64 {
        self.inflated.map_or(self.runs.len(), |inflated| inflated.len)
    }

    /// Length of the file that is written, in bytes.
    pub fn size(&self) -> u64 {
        self.own_len().saturating_add(self.fill.len() as u64)
    }

    /// Whether it survives in a place that keeps copies, a trash folder or a backup: it may be there and is to
    /// be recovered all the same.
    pub fn is_in_place(&self) -> bool {
        self.place.as_ref().is_some_and(|place| place.place.is_some())
    }

    /// Whether the format holds it to be whole, and its structure says where it ends.
    pub fn is_sound(&self) -> bool {
        self.grade >= Grade::Structural && self.end == End::Exact
    }

    /// What the unchecked range that holds byte `at` of the file is for; nothing where a check covers
    /// that byte.
    pub fn role_at(&self, at: u64) -> Option<Role> {
        let index = self.unchecked.partition_point(|one| one.span.at <= at).checked_sub(1)?;
        let Unchecked { span, role } = self.unchecked[index];
        (at < span.end()).then_some(role)
    }
}

/// What a file system says of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSystemFacts {
    /// Its path in the volume, names joined by `/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Whether part of its name is inferred: the first letter of a deleted file on FAT, for example.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub is_inferred: bool,
    /// Path that may have been its: of the file that lies or lay here, when that is another one, or when
    /// its size does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// When it was last modified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<Moment>,
    /// When it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Moment>,
}

impl FileSystemFacts {
    /// Whether no file system says anything.
    pub fn is_empty(&self) -> bool {
        *self == FileSystemFacts::default()
    }

    /// How little the path tells, from 0: all names, one without its first letter, a folder without a name, a
    /// hint, nothing.
    pub fn path_rank(&self) -> u8 {
        let has = |path: &str, start: &str| path.split('/').any(|part| part.starts_with(start));
        match (&self.path, &self.hint) {
            (Some(path), _) if has(path, "lost-folder-") => 2,
            (Some(path), _) => u8::from(self.is_inferred && has(path, "_")),
            (None, Some(_)) => 3,
            (None, None) => 4,
        }
    }

    /// Takes the path that a list gives for a file with these bytes where no file system knows any, and its name
    /// in place of one whose first letter is inferred.
    pub fn note_listed(&mut self, listed: &Listed) {
        let Some(path) = listed.path.as_deref() else { return };
        let Some(own) = &mut self.path else {
            self.path = Some(path.to_owned());
            return;
        };
        let (folder, name) = own.rsplit_once('/').unwrap_or(("", own));
        let known = listed.name().unwrap_or_default();
        let rest = |name: &str| name.chars().skip(1).collect::<String>().to_lowercase();
        if self.is_inferred && rest(name) == rest(known) {
            self.is_inferred = folder.split('/').any(|part| part.starts_with('_'));
            *own = if folder.is_empty() { known.to_owned() } else { format!("{folder}/{known}") };
        }
    }

    /// The last part of its path.
    pub fn name(&self) -> Option<&str> {
        let path = self.path.as_deref()?;
        Some(path.rsplit('/').next().unwrap_or(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::build::record;
    use afterimage_signatures::verdict::Span;

    #[test]
    fn a_byte_is_unchecked_inside_of_a_range_alone() {
        let part = |at, len, role| Unchecked { span: Span { at, len }, role };
        let mut file = record(0, 100);
        file.unchecked = vec![part(10, 5, Role::Metadata), part(90, 10, Role::Trailer)];
        let roles = [9, 10, 14, 15, 99, 100].map(|at| file.role_at(at));
        let (metadata, trailer) = (Some(Role::Metadata), Some(Role::Trailer));
        assert_eq!(roles, [None, metadata, metadata, None, trailer, None]);
    }

    fn listed(path: &str) -> Listed {
        Listed {
            list: "list.csv".to_owned(),
            entry: 3,
            path: Some(path.to_owned()),
            albums: Vec::new(),
            date: None,
            kind: crate::model::DigestKind::Sha1,
            digest: "00".repeat(20),
            is_witness: true,
        }
    }

    #[test]
    fn a_list_proves_what_it_tells_of_and_not_what_a_scan_made() {
        let part = |at, len, role| Unchecked { span: Span { at, len }, role };
        let made = || Record {
            grade: Grade::Partial,
            kept: Some(100),
            end: End::Minimum,
            unchecked: vec![part(10, 5, Role::Metadata), part(20, 70, Role::Payload)],
            ..record(0, 100)
        };
        let mut file = made();
        file.note_listed(Listed { is_witness: false, ..listed("a.jpg") });
        assert_eq!(
            (file.grade, file.kept, file.is_listed_whole()),
            (Grade::Partial, Some(100), false)
        );
        let mut file = made();
        file.note_listed(listed("x/a.jpg"));
        assert_eq!((file.grade, file.kept, file.end), (Grade::Verified, None, End::Exact));
        assert_eq!(file.unchecked, [part(10, 5, Role::Metadata)]);
        assert_eq!(file.proof, "sha1 of a.jpg in list.csv matches, over all of its bytes");
        assert!(file.is_listed_whole());
    }

    #[test]
    fn a_name_of_a_file_system_counts_before_that_of_a_list() {
        let check = |own: Option<&str>, is_inferred, expected: &str| {
            let path = own.map(str::to_owned);
            let mut facts = FileSystemFacts { path, is_inferred, ..FileSystemFacts::default() };
            facts.note_listed(&listed("Album/IMG_0001.JPG"));
            assert_eq!(facts.path.as_deref(), Some(expected));
        };
        check(None, false, "Album/IMG_0001.JPG");
        check(Some("DCIM/IMG_0002.JPG"), false, "DCIM/IMG_0002.JPG");
        check(Some("DCIM/_MG_0001.JPG"), true, "DCIM/IMG_0001.JPG");
        check(Some("DCIM/JMG_0001.JPG"), true, "DCIM/IMG_0001.JPG");
        check(Some("DCIM/JMG_0001.JPG"), false, "DCIM/JMG_0001.JPG");
        check(Some("DCIM/_MG_0002.JPG"), true, "DCIM/_MG_0002.JPG");
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let mut file = record(4096, 100);
        file.fill = vec![0xff, 0xd9];
        file.facts.path = Some("DCIM/IMG_0001.JPG".to_owned());
        file.facts.modified = Moment::utc(1_715_961_802, 0);
        file.digests = Some(Digests::of(b"abc"));
        let text = serde_json::to_string(&file).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), file);
        assert_eq!((file.size(), file.facts.name()), (102, Some("IMG_0001.JPG")));
    }
}
