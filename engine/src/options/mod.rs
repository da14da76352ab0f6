//! What a scan is asked to do.

mod arrange;
mod case_data;
mod known_hashes;
mod lost_hashes;
mod select;
mod watcher;
mod workers;

pub use arrange::Arrange;
pub use case_data::CaseData;
pub use known_hashes::{KnownHashes, KnownList};
pub(crate) use lost_hashes::each_photo;
pub use lost_hashes::{ListFailure, ListedPhoto, LostHashes};
pub use select::Select;
pub use watcher::{Sighting, Sightings, Watcher, Watching};
pub use workers::Workers;

use std::path::PathBuf;
use std::sync::Arc;

use crate::formats::Registry;
use crate::model::{Algorithm, Shard};
use crate::source::unlock::Keys;
use crate::source::{Io, Pace};

/// The options of a scan. [`Options::default`] is what the command line does without any.
#[derive(Clone, Debug)]
pub struct Options {
    /// The output folder; nothing for a run that only lists what it finds.
    pub output: Option<PathBuf>,
    /// The command line, for the report.
    pub command: Vec<String>,
    /// Go on where an interrupted run into the same output folder stopped.
    pub resume: bool,
    /// The formats that are known.
    pub registry: Registry,
    /// Names of the built-in formats to look for; empty means all.
    pub formats: Vec<&'static str>,
    /// Structure only: no checksums, no decoding.
    pub quick: bool,
    /// Also look into deflated members of archives and documents.
    pub archives: bool,
    /// Report only.
    pub dry_run: bool,
    /// Also write files that are still there; else they are only listed.
    pub all: bool,
    /// Ask file systems for names, places and what is still there.
    pub filesystems: bool,
    /// Only the volume of that partition.
    pub volume: Option<u32>,
    /// The zone of clocks that do not tell theirs, those of FAT volumes above all.
    pub zone: Option<jiff::tz::TimeZone>,
    /// Which files are asked for.
    pub select: Select,
    /// In which folders they are written.
    pub arrange: Arrange,
    /// Also write thumbnails, previews and other pictures inside pictures.
    pub embedded: bool,
    /// Digests to compute of each file beside BLAKE3.
    pub hashes: Vec<Algorithm>,
    /// Lists of digests of photos that were lost: a file on one is proven by it, and the rest is still lost.
    pub lost_hashes: Option<Arc<LostHashes>>,
    /// Files that somebody has already: what is found of them is not written.
    pub known: Option<Arc<KnownHashes>>,
    /// Hash the whole of each source too.
    pub hash_source: bool,
    /// Worker threads; 0 means one a core.
    pub threads: usize,
    /// Worker threads that this run shares with others, in place of its own.
    pub workers: Option<Workers>,
    /// Bytes a chunk; rounded up to whole regions of 64 KiB.
    pub chunk_len: u64,
    /// How to read.
    pub io: Io,
    /// Leave out files smaller than this, in bytes.
    pub min_size: u64,
    /// Leave out pictures with fewer pixels than this, where the dimensions are known.
    pub min_pixels: u64,
    /// Only headers in this range of each source: first byte and length.
    pub range: Option<(u64, u64)>,
    /// Only headers in this one of equal ranges of what is asked for; the run ends when they are carved.
    pub shard: Option<Shard>,
    /// A map in ddrescue's format of the only source, an image: what is not finished in it is unreadable.
    pub map: Option<PathBuf>,
    /// Where to make an image of the only source while it is read.
    pub image: Option<PathBuf>,
    /// Scan first what matters most: photos that file systems know, and free clusters.
    pub photos_first: bool,
    /// The case that the run belongs to.
    pub case: CaseData,
    /// How fast the sources are read at the most.
    pub pace: Pace,
    /// What opens the encrypted volumes of the sources; with none they stay closed.
    pub keys: Keys,
    /// Who is shown photos while the scan still runs.
    pub watcher: Option<Watcher>,
    /// Make small pictures of what was found, and the usual views of the report.
    pub gallery: bool,
}

impl Options {
    /// The usual chunk: large enough that a chunk costs nothing, small enough to stay in cache.
    pub const CHUNK_LEN: u64 = 2 << 20;
    /// The smallest chunk.
    pub const MIN_CHUNK_LEN: u64 = 4 << 10;
    /// The largest chunk; a few of them must fit into memory.
    pub const MAX_CHUNK_LEN: u64 = 32 << 20;
}

impl Default for Options {
    fn default() -> Self {
        Options {
            output: None,
            command: Vec::new(),
            resume: false,
            registry: Registry::default(),
            formats: Vec::new(),
            quick: false,
            archives: false,
            dry_run: false,
            all: false,
            filesystems: true,
            volume: None,
            zone: None,
            select: Select::default(),
            arrange: Arrange::Original,
            embedded: false,
            hashes: vec![Algorithm::Sha256],
            lost_hashes: None,
            known: None,
            hash_source: false,
            threads: 0,
            workers: None,
            chunk_len: Self::CHUNK_LEN,
            io: Io::Auto,
            min_size: 0,
            min_pixels: 0,
            range: None,
            shard: None,
            map: None,
            image: None,
            photos_first: false,
            case: CaseData::default(),
            pace: Pace::default(),
            keys: Keys::default(),
            watcher: None,
            gallery: true,
        }
    }
}
