//! What every file system can be asked.

use afterimage_signatures::Bytes;
use serde::{Deserialize, Serialize};

use crate::volumes::filesystem::contents::Contents;

/// Bytes of a sector that [`FileSystem::clue`] is shown.
pub const SECTOR: usize = 512;

/// One kind of file system.
pub trait FileSystem: Sync {
    /// Its name, such as `fat`; a volume may be called more exactly in reports, such as `fat32`.
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

    /// Where the volume begins whose beginning the sector at `at`, a [`Clue::Start`], is the copy of: the two
    /// lie as far apart as they do in such a volume, and say the same.
    fn original(&self, _bytes: &dyn Bytes, _at: u64) -> Option<u64> {
        None
    }

    /// What records say that no volume reaches any more, as after a quick format: of folders and file
    /// records that lie at `clues`, which are in order. `known` are the volumes of this kind that were
    /// read; what they list already is not listed again. The entries of one lost volume come together.
    fn salvage(&self, bytes: &dyn Bytes, clues: &[u64], known: &[Contents]) -> Vec<Contents>;
}

/// What a sector may be a trace of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clue {
    /// A volume begins here.
    Start,
    /// A copy of the beginning of a volume: a backup boot sector, a copy of a superblock.
    Copy,
    /// Records of files: a folder's cluster, a file record.
    Records,
}
