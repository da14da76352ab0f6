//! One file of the report, compared with what was written and with its source.

use std::fs::File;
use std::io::{ErrorKind, Read};

use super::difference::{Difference, DifferenceKind};
use super::sources::{Opened, Sources};
use crate::control::progress::Progress;
use crate::formats::Registry;
use crate::ledger::Content;
use crate::model::{Algorithm, Digests, Hasher};
use crate::output::report::{ReportFile, RunOrigin};
use crate::run::kept_report::record;
use crate::system::folder::{EntryKind, Folder};

/// Bytes that are read at a time.
const PIECE: usize = 256 << 10;

/// What a file is compared with.
#[derive(Clone, Copy)]
pub(super) struct Check<'a> {
    pub(super) folder: &'a Folder,
    pub(super) sources: &'a Sources,
    pub(super) registry: &'a Registry,
    pub(super) progress: &'a Progress,
    /// Whether the folder holds a copy of the report without photos.
    pub(super) is_copy: bool,
}

/// What became of one file.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// Whether the report says where it was written.
    pub(super) is_named: bool,
    /// Its bytes that were read, where it is written.
    pub(super) read: Option<u64>,
    /// Whether its runs were read from its source.
    pub(super) replayed: bool,
    /// Whether they cannot be, since it has none, they are not all from its source, or nothing tells what they
    /// were.
    pub(super) has_no_runs: bool,
    pub(super) differences: Vec<Difference>,
    pub(super) impossible: Vec<String>,
}

impl Check<'_> {
    /// Compares a file; nothing once somebody has stopped it.
    pub(super) fn file(&self, file: &ReportFile) -> Option<Compared> {
        let mut compared = Compared { is_named: file.path.is_some(), ..Compared::default() };
        if let Some(path) = file.path.as_ref().filter(|_| !self.is_copy) {
            self.written(file, path, &mut compared);
        }
        self.replay(file, &mut compared);
        (!self.progress.stopped()).then_some(compared)
    }

    fn written(&self, file: &ReportFile, path: &str, compared: &mut Compared) {
        let differs = |kind, what: String| Difference::at(kind, path, what).of(file.id);
        let opened = match self.folder.read_below(path) {
            Ok(opened) => opened,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let what = "it is not there".to_owned();
                return compared.differences.push(differs(DifferenceKind::Missing, what));
            }
            Err(error) => {
                let kind = self.folder.kind(path);
                match kind {
                    Ok(Some(EntryKind::File(_))) | Err(_) => {
                        compared.impossible.push(format!("cannot open {path}: {error}"));
                    }
                    _ => {
                        let what = "it is no regular file any more".to_owned();
                        compared.differences.push(differs(DifferenceKind::Changed, what));
                    }
                }
                return;
            }
        };
        match self.digests(opened, &algorithms(file)) {
            Err(error) => compared.impossible.push(format!("cannot read {path}: {error}")),
            Ok(None) => {}
            Ok(Some((digests, len))) => {
                compared.read = Some(len);
                if let Some(what) = difference(file, &digests, len) {
                    compared.differences.push(differs(DifferenceKind::Changed, what));
                }
            }
        }
    }

    /// The digests and the length of a file; nothing once somebody has stopped it.
    fn digests(
        &self,
        mut file: File,
        algorithms: &[Algorithm],
    ) -> std::io::Result<Option<(Digests, u64)>> {
        let (mut hasher, mut piece, mut len) = (Hasher::new(algorithms), vec![0; PIECE], 0);
        loop {
            if self.progress.stopped() {
                return Ok(None);
            }
            match file.read(&mut piece) {
                Ok(0) => return Ok(Some((hasher.finish(), len))),
                Ok(read) => {
                    hasher.update(&piece[..read]);
                    len += read as u64;
                    self.count(read);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn count(&self, bytes: usize) {
        let order = std::sync::atomic::Ordering::Relaxed;
        self.progress.scanned.fetch_add(bytes as u64, order);
    }

    fn replay(&self, file: &ReportFile, compared: &mut Compared) {
        let source = match self.sources.of(file.source) {
            Opened::NotAsked | Opened::Told => return,
            Opened::Source(source) => source,
        };
        let is_borrowed = file.runs.iter().any(|run| run.origin == RunOrigin::Borrowed);
        if file.runs.is_empty() || file.blake3.is_empty() || is_borrowed {
            compared.has_no_runs = true;
            return;
        }
        let path = source.path().display().to_string();
        let differs =
            |what: String| Difference::at(DifferenceKind::Replay, &path, what).of(file.id);
        let (record, _) = match record(file, source.len(), self.registry) {
            Ok(record) => record,
            Err(why) => return compared.differences.push(differs(why.to_owned())),
        };
        let mut hasher = Hasher::new(&algorithms(file));
        let read = Content::of(&record).each(source, |bytes| {
            if self.progress.stopped() {
                return Err(());
            }
            hasher.update(bytes);
            self.count(bytes.len());
            Ok(())
        });
        if read.is_err() {
            return;
        }
        compared.replayed = true;
        if let Some(what) = difference(file, &hasher.finish(), record.size()) {
            compared.differences.push(differs(format!("its runs in the source: {what}")));
        }
    }
}

/// The digests beside BLAKE3 that the report gives of a file.
fn algorithms(file: &ReportFile) -> Vec<Algorithm> {
    let given = [&file.sha256, &file.sha1, &file.md5];
    let all = [Algorithm::Sha256, Algorithm::Sha1, Algorithm::Md5];
    all.into_iter().zip(given).filter(|(_, given)| given.is_some()).map(|(one, _)| one).collect()
}

/// In what bytes are others than the report says.
fn difference(file: &ReportFile, found: &Digests, len: u64) -> Option<String> {
    if len != file.size {
        return Some(format!("it has {len} bytes, not {}", file.size));
    }
    let blake3 = found.blake3.to_hex();
    let pairs = [
        ("BLAKE3", Some(blake3.as_str()), Some(file.blake3.as_str())),
        ("SHA-256", found.sha256.as_deref(), file.sha256.as_deref()),
        ("SHA-1", found.sha1.as_deref(), file.sha1.as_deref()),
        ("MD5", found.md5.as_deref(), file.md5.as_deref()),
    ];
    let differing = pairs.into_iter().find(|(_, found, said)| said.is_some() && found != said);
    differing.map(|(name, found, said)| {
        let (found, said) = (found.unwrap_or_default(), said.unwrap_or_default());
        format!("its {name} is {found}, not {said}")
    })
}
