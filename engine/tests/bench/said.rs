//! What a run said and wrote, to compare runs with each other.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::report::Report;

use crate::bench::tree;
use crate::of_run::is_of_run;

/// What a run said and wrote: its report but for times and command, and its photos.
pub type Said = (String, BTreeMap<PathBuf, Vec<u8>>);

/// What lies in an output folder.
pub fn said(output: &Path) -> Said {
    let report = fs::read(output.join("report.json")).unwrap();
    let report: Report = serde_json::from_slice(&report).unwrap();
    let parts =
        (&report.files, &report.head.summary, &report.head.sources, &report.head.incomplete);
    let mut written = tree(output);
    written.retain(|path, _| !is_of_run(path));
    (serde_json::to_string_pretty(&parts).unwrap(), written)
}

/// Checks that two runs said and wrote the same.
#[track_caller]
pub fn check_same(whole: &Said, merged: &Said, what: &str) {
    let paths = |said: &Said| said.1.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(whole), paths(merged), "{what}");
    assert!(whole.1 == merged.1, "the content of photos differs: {what}");
    let differs = whole.0.lines().zip(merged.0.lines()).find(|(one, other)| one != other);
    assert!(whole.0 == merged.0, "{what}: {differs:?}");
}
