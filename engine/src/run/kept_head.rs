//! Changing the files of a report in passing: it is read and written at once, and never held in memory. The report in
//! its folder stays what it is.

use std::io::{BufReader, BufWriter};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::kept_report::Kept;
use crate::control::error::Error;
use crate::output::destination::REPORT;
use crate::output::report::{
    NO_REPORT, ReportFile, ReportReader, ReportSource, ReportTool, Summary, Writer,
};
use crate::system::folder::Folder;

/// All that a report says but for the files.
#[derive(Debug, Deserialize, Serialize)]
struct KeptHead {
    schema: String,
    tool: Kept<ReportTool>,
    started: String,
    finished: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    incomplete: Option<String>,
    sources: Vec<Kept<ReportSource>>,
    summary: Kept<Summary>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    lost: Vec<Value>,
    /// Read in their turn.
    #[serde(rename = "files", skip_serializing)]
    _files: serde::de::IgnoredAny,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// Lets `change` change each file of the report in `folder`; all that other versions of the program said stays. What it
/// comes to is written into `state`, the folder from which it is put in place; it is on the disk itself then.
///
/// # Errors
///
/// When there is no report, or the disk is full or fails.
pub(super) fn change_files(
    folder: &Folder,
    state: &Folder,
    change: impl FnMut(&mut ReportFile),
) -> Result<(), Error> {
    let changed = write_changed(folder, state, change);
    if changed.is_err() {
        // It takes room that something else may have use for.
        drop(state.remove(REPORT));
    }
    changed
}

fn write_changed(
    folder: &Folder,
    state: &Folder,
    mut change: impl FnMut(&mut ReportFile),
) -> Result<(), Error> {
    let whole = folder.path().join(REPORT);
    let failed = |error| Error::output("write", &whole, error);
    let mut reader = ReportReader::open(folder)?;
    let text = folder.read(REPORT).map_err(|error| Error::output("open", &whole, error))?;
    let head: KeptHead = serde_json::from_reader(BufReader::new(text))
        .map_err(|_| Error::Report { path: whole.clone(), why: NO_REPORT })?;
    let mut out = BufWriter::new(state.replace(REPORT).map_err(failed)?);
    let mut writer = Writer::begin(&mut out, &head).map_err(failed)?;
    reader.files_as(|mut file: Kept<ReportFile>| {
        change(&mut file.known);
        writer.file(&file).map_err(failed)
    })?;
    writer.end().map_err(failed)?;
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().and_then(|()| state.sync()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::folder::Owner;

    #[test]
    fn files_are_changed_and_all_else_stays() {
        let home = tempfile::tempdir().unwrap();
        let path = std::fs::canonicalize(home.path()).unwrap();
        let folder = Folder::open(&path, Owner::default(), Vec::new()).unwrap();
        let file = |id: u64| {
            serde_json::json!({ "id": id, "source": 0, "origin": "carved", "status": "deleted",
                "format": "jpeg", "mime": "image/jpeg", "size": 22, "end": "exact",
                "grade": "partial", "proof": "", "share": 0.25, "blake3": "", "later": [id] })
        };
        let report = serde_json::json!({
            "schema": "afterimage-report/1", "started": "", "finished": "",
            "tool": { "name": "afterimage", "version": "0", "command": [], "later": 3 },
            "new": { "field": 1 }, "sources": [], "lost": [{ "by": "a list", "state": "name-only" }],
            "summary": { "files": 1, "bytes": 20, "by_format": {}, "by_grade": {}, "by_origin": {},
                "duplicates": 0, "later": 4 },
            "files": [file(1), file(2)],
        });
        let state = folder.make(".afterimage").unwrap();
        let made = path.join(".afterimage").join(REPORT);
        let read = || -> Value { serde_json::from_slice(&std::fs::read(&made).unwrap()).unwrap() };
        assert!(change_files(&folder, &state, |_| {}).is_err(), "there is no report yet");
        std::fs::write(path.join(REPORT), report.to_string()).unwrap();
        change_files(&folder, &state, |file| {
            file.thumb = (file.id == 2).then(|| "report/thumbs/2.jpg".to_owned());
        })
        .unwrap();
        let mut changed = read();
        assert_eq!(changed["files"][1]["thumb"], "report/thumbs/2.jpg");
        changed["files"][1].as_object_mut().unwrap().remove("thumb");
        for (field, usual) in [("disposition", "recovered")] {
            for file in changed["files"].as_array_mut().unwrap() {
                assert_eq!(file.as_object_mut().unwrap().remove(field).unwrap(), usual);
            }
        }
        let usual = ["photos", "videos", "live", "copies", "unseen", "inside", "embedded"];
        for field in usual {
            changed["summary"].as_object_mut().unwrap().remove(field);
        }
        assert_eq!(changed, report);
        assert_eq!(std::fs::read(path.join(REPORT)).unwrap(), report.to_string().into_bytes());
        std::fs::write(path.join(REPORT), &report.to_string()[..400]).unwrap();
        assert!(change_files(&folder, &state, |_| {}).is_err());
        assert_eq!(std::fs::read(path.join(REPORT)).unwrap().len(), 400);
        assert!(!made.exists());
    }
}
