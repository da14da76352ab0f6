//! The lines of a log.
//!
//! A line is tagged with its kind, as in `{"chunk":{…}}`. The head, which comes first, names the version of
//! all of them.

use std::borrow::Cow;
use std::path::PathBuf;

use afterimage_signatures::verdict::Span;
use serde::{Deserialize, Serialize};

use crate::model::{Algorithm, Digests, Record, ShardSet};
use crate::source::Identity;
use crate::volumes::entropy::Fill;
use crate::volumes::traces::Trace;

/// The version of the lines that this program writes, and the only one that it reads.
pub(super) const VERSION: u32 = 1;

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::large_enum_variant, reason = "a line lives as long as it is read or written")]
pub enum Line<'r> {
    /// The first line: what is scanned, and how.
    Head(Cow<'r, HeadLine>),
    /// A file that was found, or what is known of it by now.
    Found(FoundLine<'r>),
    /// The end of what was found in one chunk.
    Chunk(Cow<'r, ChunkLine>),
    /// The end of the scan of a source.
    End(Cow<'r, EndLine>),
    /// The name that content is to get.
    Named(Cow<'r, NamedLine>),
    /// The name that content got.
    Placed(Cow<'r, PlacedLine>),
    /// The run came to its end, and its report is written.
    Done(Cow<'r, DoneLine>),
}

/// What is scanned, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadLine {
    /// The version of the lines.
    pub version: u32,
    /// The version of the program.
    pub program: String,
    /// What decides what a scan finds.
    pub settings: ScanSettings,
    /// What is scanned, by position on the command line; nothing for what could not be opened.
    pub sources: Vec<Option<Identity>>,
    /// The command line, to be typed again; empty where the log was begun without one.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub command: Vec<String>,
    /// The paths of the sources, as they were given.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub paths: Vec<PathBuf>,
    /// The folder that relative ones are meant from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub folder: Option<PathBuf>,
    /// The map of the only source, as it was given, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub map: Option<PathBuf>,
    /// Which shards of the only source it is of, where it is not of all of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shards: Option<ShardSet>,
    /// How many shards were joined to it, where it is of all of them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub merged: Option<u32>,
}

impl HeadLine {
    /// The head of a new log.
    pub fn new(
        settings: ScanSettings,
        sources: Vec<Option<Identity>>,
        command: Vec<String>,
    ) -> Self {
        let program = env!("CARGO_PKG_VERSION").to_owned();
        HeadLine {
            version: VERSION,
            program,
            settings,
            sources,
            command,
            paths: Vec::new(),
            folder: None,
            map: None,
            shards: None,
            merged: None,
        }
    }

    /// Whether two logs are of the same sources, scanned in the same way.
    pub fn is_alike(&self, other: &HeadLine) -> bool {
        (&self.settings, &self.sources) == (&other.settings, &other.sources)
    }

    /// In what a run that is to go on with this log differs from the one that began it, in words; nothing
    /// where it does not.
    pub fn difference(&self, now: &HeadLine) -> Option<String> {
        if let Some(option) = self.settings.difference(&now.settings) {
            return Some(format!("{option} is not as it was when the run there was begun"));
        }
        let shards =
            |head: &HeadLine| head.shards.as_ref().map(|set| (set.count, set.numbers.clone()));
        if shards(self) != shards(now) {
            return Some("--shard is not as it was when the run there was begun".to_owned());
        }
        let (before, now) = (&self.sources, &now.sources);
        if before.len() != now.len() {
            return Some(format!("it is of {} sources, not of {}", before.len(), now.len()));
        }
        let mut pairs = (1..).zip(before.iter().zip(now));
        pairs.find_map(|(number, pair)| match pair {
            (Some(before), Some(now)) => {
                let what = before.difference(now)?;
                Some(format!("source {number} is another than that of the run there: {what}"))
            }
            (Some(_), None) => Some(format!("source {number} cannot be opened any more")),
            (None, Some(_)) => {
                Some(format!("source {number} could not be opened when the run there was begun"))
            }
            (None, None) => None,
        })
    }
}

/// What decides what a scan finds: a log is gone on with only under the same settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanSettings {
    /// Names of the formats of the registry, in its order: records name formats by their positions.
    pub formats: Vec<Cow<'static, str>>,
    /// Which of them are asked for.
    pub wanted: Vec<bool>,
    /// Whether structure alone is checked.
    pub quick: bool,
    /// Whether deflated members of archives are looked into.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub archives: bool,
    /// Whether file systems are asked.
    pub filesystems: bool,
    /// The partition that is asked for.
    pub volume: Option<u32>,
    /// The range that headers may start in: first byte and length.
    pub range: Option<(u64, u64)>,
    /// Digests beside BLAKE3.
    pub hashes: Vec<Algorithm>,
    /// Whether whole sources are hashed.
    pub hash_source: bool,
    /// What tells the lists of digests that are looked for from others, where there are any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lost_hashes: Option<String>,
    /// What tells the files that are known already from others, where there are any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub known: Option<String>,
}

impl ScanSettings {
    /// The first option in which two runs differ.
    pub fn difference(&self, now: &ScanSettings) -> Option<&'static str> {
        let pairs = [
            ("--signatures", self.formats == now.formats),
            ("--format", self.wanted == now.wanted),
            ("--quick", self.quick == now.quick),
            ("--archives", self.archives == now.archives),
            ("--no-filesystem", self.filesystems == now.filesystems),
            ("--volume", self.volume == now.volume),
            ("--range", self.range == now.range),
            ("--hash", self.hashes == now.hashes),
            ("--hash-source", self.hash_source == now.hash_source),
            ("--lost-hashes", self.lost_hashes == now.lost_hashes),
            ("--known", self.known == now.known),
        ];
        pairs.into_iter().find_map(|(option, is_same)| (!is_same).then_some(option))
    }
}

/// A file that was found.
///
/// Its id is the source, the offset and the format of the candidate, which are those of the file with `nth`
/// 0, and `nth`. Files of one candidate stand side by side, in the order of `nth`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundLine<'r> {
    /// Its position among the files of its candidate.
    pub nth: u32,
    /// The `nth` of the file whose structure points at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<u32>,
    /// The file.
    pub record: Cow<'r, Record>,
}

/// A range of a source that was scanned: all that begins in it is in the lines before this one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChunkLine {
    /// Position of the source on the command line.
    pub source: u32,
    /// Which part of the source.
    pub span: ByteSpan,
    /// Bytes of it in blocks of one value, and in sparse holes.
    pub erased: u64,
    /// Candidates in it that were not measured to their end, since the region around them is dense.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub left_out: u64,
    /// What of it could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unreadable: Vec<Span>,
    /// Sectors in it that may be traces of file systems.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub traces: Vec<Trace>,
    /// Where the trailers may lie whose footers stand in it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub trailers: Vec<Span>,
    /// What samples in it hold, by the offset of their first byte.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub samples: Vec<(u64, Fill)>,
}

/// A [`Span`] that may be empty and at 0.
pub type ByteSpan = (u64, u64);

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// How the scan of a source ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EndLine {
    /// Position of the source on the command line.
    pub source: u32,
    /// The shard that it is the end of, where it is not that of the whole source.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shard: Option<u32>,
    /// Whether all that was asked for was scanned.
    pub complete: bool,
    /// All that could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unreadable: Vec<Span>,
    /// Digests of the whole source, where they were asked for and it was read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digests: Option<Digests>,
}

/// The name that content is to get; on disk before it gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedLine {
    /// BLAKE3 of the content.
    #[serde(with = "crate::model::hash_hex")]
    pub blake3: blake3::Hash,
    /// Where it goes, below the output folder, with `/` between the parts.
    pub path: String,
}

/// The name that content got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedLine {
    /// Where it lies, below the output folder, with `/` between the parts.
    pub path: String,
}

/// The run came to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoneLine {
    /// When its report was written, RFC 3339.
    pub finished: String,
    /// Whether it was to write the report only.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub dry_run: bool,
}
