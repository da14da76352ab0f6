//! `afterimage report DIR --parquet FILE`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn run(folder: &Path, words: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_afterimage"));
    program.args(words).current_dir(folder).output().unwrap()
}

#[test]
fn a_table_is_made_once_and_never_written_over() {
    let home = tempfile::tempdir().unwrap();
    let card = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/card.img");
    let card = card.to_str().unwrap();
    let scanned = run(home.path(), &["scan", card, "--output", "out", "--no-gallery", "--quiet"]);
    assert!(scanned.status.success());
    let made = run(home.path(), &["report", "out", "--parquet", "files.parquet", "--json"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let said: Value = serde_json::from_slice(&made.stdout).unwrap();
    let report: Value =
        serde_json::from_slice(&fs::read(home.path().join("out/report.json")).unwrap()).unwrap();
    assert_eq!(said["rows"], report["files"].as_array().unwrap().len());
    let bytes = fs::read(home.path().join("files.parquet")).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    assert!(!home.path().join("out/report.html").exists(), "nothing else is made");
    let audit = fs::read_to_string(home.path().join("out/audit.log")).unwrap();
    assert!(audit.lines().last().unwrap().contains("files.parquet"));
    assert!(run(home.path(), &["verify", "out"]).status.success());

    let again = run(home.path(), &["report", "out", "--parquet", "files.parquet"]);
    let said = String::from_utf8(again.stderr).unwrap();
    assert_eq!(again.status.code(), Some(2));
    assert!(said.contains("it is not written over") && said.lines().count() == 1, "{said}");
    assert_eq!(fs::read(home.path().join("files.parquet")).unwrap(), bytes);
    for (file, expected) in [("-", "not to a pipe"), ("out/photos/x", "what the scan has written")]
    {
        let refused = run(home.path(), &["report", "out", "--parquet", file]);
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(refused.status.code() == Some(2) && said.contains(expected), "{said}");
    }
}
