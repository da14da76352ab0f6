//! What the report says of a source.

use std::collections::BTreeMap;
use std::path::Path;

use crate::output::report;
use crate::pipeline::Scanned;
use crate::source::Source;

/// A source that was scanned.
pub fn describe(source: &dyn Source, scanned: Scanned) -> report::Source {
    let mut hashes = BTreeMap::new();
    if let Some(digests) = scanned.digests {
        hashes.insert("blake3".to_owned(), digests.blake3.to_hex().to_string());
        let others = [("sha256", digests.sha256), ("sha1", digests.sha1), ("md5", digests.md5)];
        for (name, digest) in others {
            hashes.extend(digest.map(|digest| (name.to_owned(), digest)));
        }
    }
    let unreadable = source.unreadable();
    let lost: u64 = unreadable.iter().map(|hole| hole.len).sum();
    report::Source {
        path: source.path().to_string_lossy().into_owned(),
        kind: source.kind().name().to_owned(),
        size: source.len(),
        sector_size: source.sector_size(),
        hashes,
        unreadable: unreadable.into_iter().map(Into::into).collect(),
        // What could not be read was scanned as zeros, but nobody knows what it is.
        erased_bytes: scanned.erased.saturating_sub(lost),
        left_out: scanned.left_out,
        error: (!scanned.complete).then(|| "not scanned to its end".to_owned()),
        ..report::Source::default()
    }
}

/// A source that could not be opened keeps its place in the report.
pub fn missing(path: &Path, why: Option<String>) -> report::Source {
    report::Source {
        path: path.to_string_lossy().into_owned(),
        error: why,
        ..report::Source::default()
    }
}
