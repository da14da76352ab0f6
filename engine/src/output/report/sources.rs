//! What the report says of a source.

use std::collections::BTreeMap;
use std::path::Path;

use super::source::{ReportDiskContainer, ReportSource, ReportUnlocked};
use crate::ledger::ScanTally;
use crate::source::unlock::UnlockedVolume;
use crate::source::{Source, SourceKind, is_relative};
use crate::system::System;

/// A source, by what its scan came to; without `source` it could not be opened, for the reason `error`. A `path` that
/// does not begin at the root is meant from `folder`.
pub fn describe(
    path: &Path,
    folder: Option<&Path>,
    source: Option<&dyn Source>,
    tally: &ScanTally,
    error: Option<String>,
) -> ReportSource {
    let shown = path.to_string_lossy().into_owned();
    let Some(source) = source else {
        return ReportSource { path: shown, error, ..ReportSource::default() };
    };
    let absolute = folder.filter(|_| is_relative(path)).map(|folder| folder.join(path));
    let (model, serial) = match source.kind() {
        SourceKind::Device if !source.is_of_files() => identity(path),
        _ => (None, None),
    };
    let mut unreadable = tally.unreadable();
    unreadable.extend(source.unreadable());
    ReportSource {
        path: shown,
        absolute_path: absolute.map(|path| path.to_string_lossy().into_owned()),
        model,
        serial,
        kind: if source.is_of_files() { "folder" } else { source.kind().name() }.to_owned(),
        version: source.version(),
        container: container(source),
        size: source.len(),
        sector_size: source.sector_size(),
        hashes: hashes(tally),
        unreadable: unreadable.iter().map(Into::into).collect(),
        // What could not be read was scanned as zeros, but nobody knows what it is.
        erased_bytes: tally.erased.saturating_sub(tally.unreadable().total()),
        left_out: tally.left_out,
        unlocked: source.unlocked().iter().map(unlocked).collect(),
        error: (!tally.complete).then(|| "not scanned to its end".to_owned()),
        ..ReportSource::default()
    }
}

fn container(source: &dyn Source) -> Option<ReportDiskContainer> {
    let kind = source.container()?.to_owned();
    Some(ReportDiskContainer { kind, fault: source.container_fault().map(str::to_owned) })
}

fn unlocked(open: &UnlockedVolume) -> ReportUnlocked {
    ReportUnlocked {
        kind: open.kind.clone(),
        offset: open.span.at,
        length: open.span.len,
        payload_offset: open.payload.at,
        payload_length: open.payload.len,
        cipher: open.cipher.clone(),
        opened_by: open.opened_by.clone(),
        partition: open.partition,
    }
}

/// Model and serial number of the drive that a device is or lies on, where it is one drive and the system knows it.
fn identity(path: &Path) -> (Option<String>, Option<String>) {
    let mut drives = System::running().drives_below(path).into_iter();
    match (drives.next(), drives.next()) {
        (Some(drive), None) => (drive.model, drive.serial),
        _ => (None, None),
    }
}

/// Digests of a whole source by name of the algorithm.
fn hashes(tally: &ScanTally) -> BTreeMap<String, String> {
    let Some(digests) = &tally.digests else { return BTreeMap::new() };
    let others = [("sha256", &digests.sha256), ("sha1", &digests.sha1), ("md5", &digests.md5)];
    let others = others.into_iter().filter_map(|(name, digest)| Some((name, digest.clone()?)));
    let blake3 = ("blake3", digests.blake3.to_hex().to_string());
    others.chain([blake3]).map(|(name, digest)| (name.to_owned(), digest)).collect()
}
