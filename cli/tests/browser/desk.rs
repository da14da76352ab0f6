//! Reports for the gallery: of the demo card, as the program writes it, and made ones.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use afterimage_engine::report::{ReportFile, ReportHead};
use afterimage_engine::views::VIEWS;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder that is removed with the test.
pub struct Desk(TempDir);

impl Desk {
    pub fn new() -> Self {
        Desk(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs the program; its exit status must be 0.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_afterimage"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        let ran = command.output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }

    /// Scans the demo card with the program; the path of the gallery.
    pub fn demo(&self) -> PathBuf {
        let card = afterimage_testdata::card::demo();
        fs::write(self.path("card.img"), card.image).unwrap();
        self.run(&["scan", "card.img", "--output", "out"]);
        self.gallery("out")
    }

    /// The report in a folder.
    pub fn report(&self, folder: &str) -> Value {
        let file = File::open(self.path(folder).join("report.json")).unwrap();
        serde_json::from_reader(BufReader::new(file)).unwrap()
    }

    /// The gallery of the report in a folder, made where the program did not make it.
    pub fn gallery(&self, folder: &str) -> PathBuf {
        let path = self.path(folder).join("report.html");
        if !path.exists() {
            let report = self.report(folder);
            let head = serde_json::from_value(report.clone()).unwrap();
            let files = report["files"].as_array().unwrap().iter();
            write(&path, &head, files.map(|file| serde_json::from_value(file.clone()).unwrap()));
        }
        path
    }

    /// The gallery of a made report.
    pub fn made(&self, n: u64, file: impl Fn(u64) -> ReportFile) -> PathBuf {
        let path = self.path("report.html");
        write(&path, &head(n), (1..=n).map(file));
        path
    }
}

fn write(path: &Path, head: &ReportHead, files: impl Iterator<Item = ReportFile>) {
    let known = VIEWS.iter().find(|view| view.name == "html").unwrap();
    let mut out = BufWriter::new(File::create(path).unwrap());
    let mut view = (known.new)();
    view.begin(head, &mut out).unwrap();
    files.for_each(|file| view.file(&file, &mut out).unwrap());
    view.end(&mut out).unwrap();
    out.flush().unwrap();
}

/// The head of a made report of `n` photos.
fn head(n: u64) -> ReportHead {
    let none = json!({});
    serde_json::from_value(json!({
        "schema": "afterimage-report/1",
        "tool": { "name": "afterimage", "version": "0.1.0", "command": ["afterimage", "scan", "card.img"] },
        "started": "2024-06-01T10:00:00Z", "finished": "2024-06-01T11:00:00Z",
        "sources": [{ "path": "card.img", "kind": "image", "size": 64_000_000_000_u64, "sector_size": 512,
                      "unreadable": [], "erased_bytes": 0, "volumes": [] }],
        "summary": { "files": n, "bytes": 0, "by_format": none, "by_grade": none, "by_origin": none,
                     "duplicates": 0, "photos": n }
    }))
    .unwrap()
}

/// A file of a made report; `more` replaces fields.
pub fn file(id: u64, more: &Value) -> ReportFile {
    let day = id % 28 + 1;
    let mut file = json!({
        "id": id, "source": 0, "origin": "carved", "status": "deleted", "format": "jpeg",
        "mime": "image/jpeg", "size": 1_000_000 + id, "end": "exact", "grade": "verified",
        "proof": "every scan decoded to its last unit",
        "runs": [{ "offset": id << 20, "length": 1_000_000 + id, "origin": "source" }],
        "blake3": format!("{id:064x}"), "sha256": format!("{:064x}", id * 7919),
        "name": format!("IMG_{id:06}.JPG"), "original_path": format!("DCIM/{}CANON/IMG_{id:06}.JPG", 100 + id / 1000),
        "exif": { "make": "Canon", "model": format!("Canon EOS R{}", id % 7),
                  "taken": format!("{}-{:02}-{day:02}T12:00:00", 2010 + id % 14, id % 12 + 1) },
        "disposition": "recovered"
    });
    file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(file).unwrap()
}
