//! What file systems still say of files: names, dates, sizes and locations, of those that are there and
//! of those that were deleted.
//!
//! A [`FileSystem`] is read from the bytes of a source, the same for all of them. Like a format it
//! never fails: what is damaged costs names, never photos, and what contradicts itself is said in
//! [`Contents::faults`]. Nothing it says is believed before the bytes prove it.
//!
//! All offsets count from the first byte of the source, all lengths are bytes.

pub mod apfs;
pub mod clusters;
pub mod encrypted;
pub mod ext;
pub mod fat_family;
pub mod hfsplus;
pub mod ntfs;
pub mod opening;
pub mod path;

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Run};

/// Entries of one volume that are kept; a real one has fewer, a hostile one may claim more.
pub const MOST_ENTRIES: usize = 4 << 20;

/// Runs of one file that are followed.
pub const MOST_RUNS: usize = 1 << 16;

/// Folders inside folders that are followed.
pub const MOST_DEPTH: usize = 128;

/// Bytes of a sector that [`FileSystem::clue`] is shown.
pub const SECTOR: usize = 512;

/// Every file system, in the order in which a place is tried.
pub static ALL: &[&dyn FileSystem] = &[
    &fat_family::fat::Fat,
    &fat_family::exfat::ExFat,
    &ntfs::Ntfs,
    &ext::Ext,
    &hfsplus::HfsPlus,
    &apfs::Apfs,
    &encrypted::Encrypted,
];

/// One kind of file system.
pub trait FileSystem: Sync {
    /// Its name in the report, such as `fat`; a volume may be called more exactly, such as `fat32`.
    fn name(&self) -> &'static str;

    /// What a sector may be a trace of. It is asked of every sector of a source that is not constant,
    /// so it tells most of them apart by a few bytes.
    fn clue(&self, sector: &[u8; SECTOR]) -> Option<Clue>;

    /// The volume whose first byte lies at `at`, when one of this kind begins there. `room` is how far
    /// the partition or the source reaches from there: the volume may claim less, not more.
    fn read(&self, bytes: &dyn Bytes, at: u64, room: u64) -> Option<Contents>;

    /// The volume that the [`Clue::Copy`] at `at` is a copy of the beginning of, for when that is lost.
    /// It may begin at a place that was overwritten.
    fn read_copy(&self, bytes: &dyn Bytes, at: u64) -> Option<Contents>;

    /// What records say that no volume reaches any more, as after a quick format: of folders and file
    /// records that lie at `clues`, which are in order. `known` are the volumes of this kind that were
    /// read; what they list already is not listed again. The entries of one lost volume come together.
    fn salvage(&self, bytes: &dyn Bytes, clues: &[u64], known: &[Contents]) -> Vec<Contents>;
}

/// What a sector may be a trace of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clue {
    /// A volume begins here.
    Start,
    /// A copy of the beginning of a volume: a backup boot sector, a copy of a superblock.
    Copy,
    /// Records of files: a folder's cluster, a file record.
    Records,
}

/// What a volume says of itself and of its files.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    /// Name of the file system for the report, such as `fat32`.
    pub kind: &'static str,
    /// Where the volume lies.
    pub span: Span,
    /// Its label, where it has one.
    pub label: Option<String>,
    /// Bytes a cluster, or a block.
    pub cluster_len: u64,
    /// Where one of its clusters begins: all others lie whole clusters from there.
    pub clusters_at: u64,
    /// In what it contradicts itself, one clause each, such as "the two allocation tables differ".
    pub faults: Vec<String>,
    /// What its files cannot be read for, such as "encrypted by BitLocker"; one clause for the user.
    pub encrypted: Option<&'static str>,
    /// Files, not folders. No two say exactly the same.
    pub entries: Vec<Entry>,
    /// Clusters that no live file owns, as stretches in order and apart. Nothing where it is not
    /// known, or not to be trusted.
    pub free: Option<Vec<Span>>,
}

/// What a record says of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Path from the root of the volume, names joined by `/`, as they stand there: from an attacker,
    /// perhaps. A folder that is not known any more is left out.
    pub path: String,
    /// Whether all of the name is recorded; otherwise its first letter is inferred or a `_`.
    pub certain: bool,
    /// Whether it was deleted, or lost with its folder or its volume.
    pub deleted: bool,
    /// Whether its own record says that it was deleted: what lay there may have been used again before
    /// the volume came to what it is now.
    pub erased: bool,
    /// Its size.
    pub size: u64,
    /// Where its bytes may lie, the likeliest first.
    pub locations: Vec<Location>,
    /// When it was last modified.
    pub modified: Option<Stamp>,
    /// When it was deleted.
    pub deleted_at: Option<Stamp>,
    /// Where the record lies that says so.
    pub record: u64,
    /// Why its bytes are not the file's, such as "compressed by NTFS"; one clause for the user.
    pub coded: Option<&'static str>,
}

/// Where the bytes of a file may lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// In these runs, as they are recorded: a chain, a run list, extents. Together they hold the file,
    /// with slack behind it, or as much of it as is recorded.
    Runs(Vec<Run>),
    /// From there on: in one piece, or in clusters that were free.
    Start(u64),
}

/// A moment as a file system has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// What the clock showed.
    pub civil: jiff::civil::DateTime,
    /// Seconds east of UTC of that clock, where they are known.
    pub offset: Option<i32>,
}

impl Stamp {
    /// A moment of that many seconds since 1970 in UTC, with nanoseconds; nothing far from our time.
    pub fn utc(seconds: i64, nanoseconds: i32) -> Option<Self> {
        let moment = jiff::Timestamp::new(seconds, nanoseconds).ok()?;
        let civil = moment.to_zoned(jiff::tz::TimeZone::UTC).datetime();
        (1970..2200).contains(&civil.year()).then_some(Stamp { civil, offset: Some(0) })
    }
}
