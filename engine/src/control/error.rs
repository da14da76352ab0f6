//! What the world can do to a run: paths, devices, full disks. Never a verdict on data.

use std::io;
use std::path::{Path, PathBuf};

use super::os_error::is_without_medium;

/// A failure that keeps a run from starting or from finishing.
///
/// Messages say what and where. What to do about it depends on the program, which tells the kinds apart.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A source cannot be opened or asked for its size.
    #[error("cannot open {}", path.display())]
    Open {
        /// The source.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A drive or reader has nothing in it.
    #[error("cannot open {}", path.display())]
    NoMedium {
        /// The source.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The source is a device, which cannot be mapped.
    #[error("cannot scan {}: a device cannot be mapped", path.display())]
    NotMappable {
        /// The source.
        path: PathBuf,
    },
    /// The source is nothing that can be scanned.
    #[error("cannot scan {}: {why}", path.display())]
    NotASource {
        /// The source.
        path: PathBuf,
        /// Why not.
        why: &'static str,
    },
    /// A batch does not scan this image, or not to its end.
    #[error("cannot scan {}: {why}; {advice}", path.display())]
    InBatch {
        /// The image, or the folder that was searched for images.
        path: PathBuf,
        /// Why not.
        why: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// The source holds a disk or photos in a form that has to be unpacked first.
    #[error("cannot scan {}: it is {}; {}", path.display(), what, advice)]
    Packed {
        /// The source.
        path: PathBuf,
        /// What it is.
        what: String,
        /// What unpacks it.
        advice: String,
        /// Whether it is an archive of files, whole as far as that shows, in which there is not one disk image.
        is_archive: bool,
    },
    /// Nothing of the range that was asked for lies in the source.
    #[error("cannot scan {}: the range begins after its end, at {len} bytes", path.display())]
    Range {
        /// The source.
        path: PathBuf,
        /// Bytes of the source.
        len: u64,
    },
    /// The partition that was asked for is not there, or holds no file system that is known.
    #[error(
        "cannot find volume {number} on {}: {}",
        path.display(),
        others(known)
    )]
    NoVolume {
        /// The source.
        path: PathBuf,
        /// The number of the partition.
        number: u32,
        /// Those that there are.
        known: Vec<u32>,
    },
    /// Encrypted volumes of a source stay closed.
    #[error("cannot unlock {}: {why}", path.display())]
    Locked {
        /// The source.
        path: PathBuf,
        /// Why, and what to do about it.
        why: String,
    },
    /// The output folder must not be used.
    #[error("cannot write to {}: {why}", path.display())]
    Destination {
        /// The output folder.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// Another process writes to the output folder.
    #[error("cannot write to {}: another run is at work there", path.display())]
    Busy {
        /// The output folder.
        path: PathBuf,
    },
    /// The output folder holds a run that was interrupted.
    #[error("cannot write to {}: it holds a run that was not finished", path.display())]
    Unfinished {
        /// The output folder.
        path: PathBuf,
        /// The command line of that run; empty where it is not known.
        command: Vec<String>,
    },
    /// The run in the output folder came to its end, and there is nothing to be gone on with.
    #[error("the run in {} is finished", path.display())]
    Finished {
        /// The output folder.
        path: PathBuf,
    },
    /// The run in the output folder is of other sources or options.
    #[error("cannot go on in {}: {what}", path.display())]
    Differs {
        /// The output folder.
        path: PathBuf,
        /// What differs.
        what: String,
        /// The command line of that run; empty where it is not known.
        command: Vec<String>,
    },
    /// There is no room left for what was found.
    #[error("no room left on the disk of {}", path.display())]
    NoRoom {
        /// The output folder.
        path: PathBuf,
    },
    /// A file of the output cannot be made, written, read back or renamed.
    #[error("cannot {doing} {}", path.display())]
    Output {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The run's own record of what it found does not read back as it was written.
    #[error("the journal {} is damaged at {at:#x}", path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
        /// Where, in bytes from its start.
        at: u64,
    },
    /// A file that should be the map of a rescue is none.
    #[error("{} is no map of a rescue: {fault}", path.display())]
    Map {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and in which line.
        fault: String,
    },
    /// An image of a device must not be written there.
    #[error("cannot write the image {}: {why}", path.display())]
    Image {
        /// The image.
        path: PathBuf,
        /// Why not, and what to do about it.
        why: String,
    },
    /// An image cannot be compared with what it was.
    #[error("cannot verify the image {}: {why}", path.display())]
    Verify {
        /// The image.
        path: PathBuf,
        /// Why not.
        why: &'static str,
    },
    /// A report is of no use here.
    #[error("cannot use the report {}: {why}", path.display())]
    Report {
        /// The report.
        path: PathBuf,
        /// Why not, and what to do about it.
        why: &'static str,
    },
    /// A log of an earlier run is of no use here.
    #[error("cannot go on from {}: {why}", path.display())]
    Replay {
        /// The log.
        path: PathBuf,
        /// Why not.
        why: &'static str,
    },
    /// What an output folder holds cannot be merged.
    #[error("cannot merge {}: {why}", path.display())]
    Shard {
        /// The output folder.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// An output folder holds no whole scan.
    #[error("cannot finish {}: it holds {what} of a scan only", path.display())]
    OnlyShards {
        /// The output folder.
        path: PathBuf,
        /// Which shards, in words.
        what: String,
    },
    /// The scan of a shard did not come to its end.
    #[error("cannot merge {}: the scan of shard {number} there did not come to its end", path.display())]
    ShardNotCarved {
        /// The output folder of that scan.
        path: PathBuf,
        /// The shard.
        number: u32,
    },
    /// Not all shards of a source are there.
    #[error(
        "cannot finish: of {count} shards, {missing} {}{}",
        are_missing(missing),
        are_begun(begun)
    )]
    MissingShards {
        /// How many the source is divided into.
        count: u32,
        /// The numbers of those that are missing, in words.
        missing: String,
        /// The numbers of those among them that did not come to their end, in words; empty where there are none.
        begun: String,
    },
    /// A source is another one than that of the report.
    #[error("{} is another source: it has {len} bytes, not {known}", path.display())]
    OtherSource {
        /// The source.
        path: PathBuf,
        /// Its length in bytes.
        len: u64,
        /// That of the source of the report.
        known: u64,
    },
    /// More sources were named than a report is of.
    #[error("cannot take {} for a source of the report, which has {known}", path.display())]
    SurplusSource {
        /// The first one too many.
        path: PathBuf,
        /// How many sources the report has.
        known: usize,
    },
    /// A source was removed, or became shorter, while it was read.
    #[error("{} was removed or cut short while it was read", path.display())]
    Vanished {
        /// The source.
        path: PathBuf,
    },
    /// A source on a server is another version than that of the report.
    #[error("{} is another version: it was {known}, and is {now} now", path.display())]
    OtherVersion {
        /// The source.
        path: PathBuf,
        /// The version of the report.
        known: String,
        /// That of now.
        now: String,
    },
    /// A source on a server is another version by now than the one that was opened.
    #[error("{} has changed while it was read: {what}", path.display())]
    Changed {
        /// The source.
        path: PathBuf,
        /// What tells, as a clause.
        what: String,
    },
    /// The server of a source does not deliver it any more.
    #[error("cannot go on reading {}: {why}", path.display())]
    Unavailable {
        /// The source.
        path: PathBuf,
        /// Why, as a clause.
        why: String,
    },
    /// A file that should hold a key to sign with, or to check a signature by, is of no use.
    #[error("cannot use the key {}: {why}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why not, and what to do about it.
        why: String,
    },
    /// A report must not be gone on from as it is.
    #[error("cannot go on from {}: {why}", path.display())]
    Unrecorded {
        /// The report.
        path: PathBuf,
        /// Why not, and what to do about it.
        why: String,
    },
    /// A report must not be signed as it is.
    #[error("cannot sign {}: {why}", path.display())]
    Sign {
        /// The report.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A thread or a buffer could not be had.
    #[error("cannot start {what}: {why}")]
    Start {
        /// What.
        what: &'static str,
        /// Why.
        why: String,
    },
}

fn are_missing(numbers: &str) -> &'static str {
    if is_one(numbers) { "is missing" } else { "are missing" }
}

fn are_begun(numbers: &str) -> String {
    match numbers {
        "" => String::new(),
        one if is_one(one) => format!(" ({one} was begun)"),
        some => format!(" ({some} were begun)"),
    }
}

/// Whether numbers in words are only one.
fn is_one(numbers: &str) -> bool {
    numbers.bytes().all(|byte| byte.is_ascii_digit())
}

/// Which volumes can be asked for instead.
fn others(known: &[u32]) -> String {
    let known: Vec<String> = known.iter().map(u32::to_string).collect();
    match known.as_slice() {
        [] => "no file system is known there".to_owned(),
        [one] => format!("there is only volume {one}"),
        some => format!("there are volumes {}", some.join(", ")),
    }
}

impl Error {
    /// What it is, with its cause where it has one.
    pub fn with_cause(&self) -> String {
        match std::error::Error::source(self) {
            Some(cause) => format!("{self}: {cause}"),
            None => self.to_string(),
        }
    }

    /// The failure to open the source at `path`; a drive without a medium is told apart.
    pub fn open(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        if is_without_medium(&source) {
            Error::NoMedium { path, source }
        } else {
            Error::Open { path, source }
        }
    }

    /// The failure of `doing` something with the output file at `path`; a full disk is told apart.
    pub fn output(doing: &'static str, path: &Path, source: io::Error) -> Self {
        if is_full(&source) {
            return Error::NoRoom { path: path.to_path_buf() };
        }
        Error::Output { doing, path: path.to_path_buf(), source }
    }
}

/// Whether an I/O error says that a disk or a quota is full, or a file too large for its disk.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
