//! The table in Parquet: its rows are read back as the report has them, by the crate that wrote it and by pyarrow.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that cannot ask another program says so")]

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use afterimage_engine::error::Error;
use afterimage_engine::progress::Progress;
use afterimage_engine::run::{TableOf, Tabled, table};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Value, json};

/// Texts that have broken other programs.
const HOSTILE: [&str; 10] = [
    "",
    "plain",
    "=cmd|' /C calc'!A0",
    "\0\x01\x1b[2J\u{85}\u{fffe}",
    "a\u{202e}gpj.exe",
    "line\nline\r\n\"quoted\", 'and'; `so`",
    "../../etc/passwd",
    "NULL",
    "写真 🙂",
    "\u{feff}@SUM(1)",
];

fn file(id: u64, text: &str) -> Value {
    json!({
        "id": id, "source": 0, "origin": "carved", "status": "deleted", "format": "jpeg", "mime": "image/jpeg",
        "size": u64::MAX - id, "end": "exact", "grade": "partial", "proof": text, "kept": 20, "share": 0.5,
        "issues": [{ "offset": 7, "what": text }, { "offset": u64::MAX, "what": "" }],
        "runs": [{ "offset": u64::MAX - 100, "length": 20, "origin": "source" },
            { "length": 2, "origin": "fill", "bytes": "ffd9" }],
        "blake3": "12".repeat(32), "name": text, "original_path": text, "path": text,
        "modified": "2024-05-17T18:03:22", "deleted_at": "2024-05-18T10:00:00Z",
        "place": { "name": text, "fidelity": "original", "albums": [text, text] },
        "exif": { "make": text, "taken": "2024-05-01T10:00:00", "utc_offset": "-05:30", "latitude": -33.8 },
        "width": 4,
    })
}

/// A file of which nothing is known that need not be.
fn plain(id: u64) -> Value {
    json!({
        "id": id, "source": 0, "origin": "carved", "status": "unknown", "format": "png", "mime": "image/png",
        "size": 1, "end": "exact", "grade": "verified", "proof": "", "blake3": "",
        "exif": { "taken": "not a time" },
    })
}

/// An output folder with a report of these files.
fn folder(files: impl Iterator<Item = Value>) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let head = json!({
        "schema": "afterimage-report/1",
        "tool": { "name": "afterimage", "version": "0.1.0", "command": [] },
        "started": "2024-05-17T18:03:22Z", "finished": "2024-05-17T18:05:00Z",
        "case": { "number": "7/24" },
        "sources": [{ "path": "card.img", "kind": "image", "size": 1000, "sector_size": 512, "unreadable": [],
            "erased_bytes": 0, "volumes": [] }],
        "summary": { "files": 1, "bytes": 20, "by_format": {}, "by_grade": {}, "by_origin": {}, "duplicates": 0 },
    });
    let head = head.to_string();
    let mut text = head.strip_suffix('}').unwrap().to_owned() + ",\"files\":[";
    for (number, file) in files.enumerate() {
        if number > 0 {
            text.push(',');
        }
        text.push_str(&file.to_string());
    }
    text.push_str("]}");
    fs::write(home.path().join("report.json"), text).unwrap();
    home
}

fn made(folder: &Path, file: &Path) -> Result<Tabled, Error> {
    let asked =
        TableOf { folder: folder.to_path_buf(), file: file.to_path_buf(), command: Vec::new() };
    table(&asked, &Progress::default())
}

fn rows(path: &Path) -> Vec<HashMap<String, Field>> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(Result::unwrap);
    let named = |(name, field): (&String, &Field)| (name.clone(), field.clone());
    rows.map(|row| row.get_column_iter().map(named).collect()).collect()
}

fn text(text: &str) -> Field {
    Field::Str(text.to_owned())
}

#[test]
fn rows_are_read_back_as_the_report_has_them() {
    let files = HOSTILE.iter().zip(1..).map(|(text, id)| file(id, text));
    let home = folder(files.chain([plain(99)]));
    let path = home.path().join("files.parquet");
    let done = made(home.path(), &path).unwrap();
    assert_eq!((done.rows, done.interrupted), (11, false));
    let rows = rows(&path);
    assert_eq!(rows.len(), 11);
    for ((row, hostile), id) in rows.iter().zip(HOSTILE).zip(1..) {
        for (name, expected) in [
            ("id", Field::ULong(id)),
            ("size", Field::ULong(u64::MAX - id)),
            ("name", text(hostile)),
            ("original_path", text(hostile)),
            ("proof", text(hostile)),
            ("grade", text("partial")),
            ("offset", Field::ULong(u64::MAX - 100)),
            ("share", Field::Float(0.5)),
            ("latitude", Field::Double(-33.8)),
            ("longitude", Field::Null),
            ("width", Field::UInt(4)),
            ("height", Field::Null),
            ("is_video", Field::Bool(false)),
            ("source", text("card.img")),
            ("case", text("7/24")),
            ("modified", Field::TimestampMicros(1_715_969_002_000_000)),
            ("modified_utc", Field::Null),
            ("taken", Field::TimestampMicros(1_714_557_600_000_000)),
            ("taken_utc", Field::TimestampMicros(1_714_577_400_000_000)),
            ("deleted_at_utc", Field::TimestampMicros(1_716_026_400_000_000)),
        ] {
            assert_eq!(row[name], expected, "{name} of {id}");
        }
        let Field::ListInternal(runs) = &row["runs"] else { panic!("{:?}", row["runs"]) };
        let run = |at: usize| match &runs.elements()[at] {
            Field::Group(run) => run.get_column_iter().map(|(_, field)| field.clone()).collect(),
            other => vec![other.clone()],
        };
        assert_eq!(run(0), [Field::ULong(u64::MAX - 100), Field::ULong(20), text("source")]);
        assert_eq!(run(1), [Field::Null, Field::ULong(2), text("fill")]);
        let Field::ListInternal(albums) = &row["albums"] else { panic!("{:?}", row["albums"]) };
        assert_eq!(albums.elements(), [text(hostile), text(hostile)]);
    }
    let last = &rows[10];
    for name in ["name", "taken", "taken_utc", "sha256", "offset", "kept"] {
        assert_eq!(last[name], Field::Null, "{name}");
    }
    let Field::ListInternal(runs) = &last["runs"] else { panic!("{:?}", last["runs"]) };
    assert!(runs.elements().is_empty());
}

#[test]
fn nothing_is_written_over() {
    let home = folder([plain(1)].into_iter());
    let path = home.path().join("files.parquet");
    fs::write(&path, "mine").unwrap();
    let report = home.path().join("report.json");
    for file in [&path, &report, &home.path().join("photos/x.parquet"), &home.path().to_path_buf()]
    {
        let error = made(home.path(), file).unwrap_err();
        assert!(matches!(error, Error::Destination { .. } | Error::Output { .. }), "{error}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    // Of a report that is cut short nothing is left.
    let text = fs::read_to_string(&report).unwrap();
    fs::write(&report, &text[..text.len() - 9]).unwrap();
    let other = tempfile::tempdir().unwrap();
    assert!(made(home.path(), &other.path().join("x.parquet")).is_err());
    assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);
}

#[test]
fn rows_come_in_groups() {
    const FILES: u64 = 25_000;
    let home = folder((1..=FILES).map(|id| if id % 2 == 0 { plain(id) } else { file(id, "a") }));
    let path = home.path().join("files.parquet");
    assert_eq!(made(home.path(), &path).unwrap().rows, FILES);
    let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    assert_eq!(reader.num_row_groups(), 3);
    let ids = rows(&path).into_iter().map(|row| row["id"].clone());
    assert!(ids.eq((1..=FILES).map(Field::ULong)));
}

/// What a program in Python says of a table; nothing where that is not installed, which is said.
fn asked(module: &str, program: &str, path: &Path) -> Option<String> {
    let python = |code: &str| Command::new("python3").args(["-c", code]).arg(path).output();
    if !python(&format!("import {module}")).is_ok_and(|ran| ran.status.success()) {
        eprintln!("{module} is not there: the table is not read back with it");
        return None;
    }
    let ran = python(program).unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    Some(String::from_utf8(ran.stdout).unwrap())
}

#[test]
fn pyarrow_and_duckdb_read_what_the_report_has() {
    let files = HOSTILE.iter().zip(1..).map(|(text, id)| file(id, text));
    let home = folder(files.chain([plain(99)]));
    let path: PathBuf = home.path().join("files.parquet");
    made(home.path(), &path).unwrap();
    let program = "import sys, json, pyarrow.parquet as q
t = q.read_table(sys.argv[1])
s = {f.name: str(f.type) for f in t.schema}
rows = t.to_pylist()
print(json.dumps({'types': [s[n] for n in ('id', 'taken', 'taken_utc', 'runs')], 'names': [r['name'] for r in rows],
    'sizes': [r['size'] for r in rows], 'runs': rows[0]['runs'], 'none': rows[-1]['runs'],
    'taken': rows[0]['taken'].isoformat(), 'utc': rows[0]['taken_utc'].isoformat()}))";
    if let Some(said) = asked("pyarrow", program, &path) {
        let said: Value = serde_json::from_str(&said).unwrap();
        let names: Vec<Value> =
            HOSTILE.iter().map(|text| json!(text)).chain([Value::Null]).collect();
        assert_eq!(said["names"], json!(names));
        assert_eq!(said["sizes"][0], json!(u64::MAX - 1));
        let run = "list<element: struct<offset: uint64, length: uint64, origin: string>";
        assert!(said["types"][3].as_str().unwrap().starts_with(run), "{}", said["types"]);
        assert_eq!(said["types"][0], "uint64");
        assert_eq!(said["types"][1], "timestamp[us]");
        assert_eq!(said["types"][2], "timestamp[us, tz=UTC]");
        assert_eq!(said["runs"][1], json!({ "offset": null, "length": 2, "origin": "fill" }));
        assert_eq!(said["none"], json!([]));
        assert_eq!(
            (&said["taken"], &said["utc"]),
            (&json!("2024-05-01T10:00:00"), &json!("2024-05-01T15:30:00+00:00"))
        );
    }
    let program = "import sys, duckdb
print(duckdb.sql(f\"select count(*), count(name), max(len(runs)), max(size) from '{sys.argv[1]}'\").fetchall())";
    if let Some(said) = asked("duckdb", program, &path) {
        assert_eq!(said.trim(), format!("[(11, 10, 2, {})]", u64::MAX - 1));
    }
}
