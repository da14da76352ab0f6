//! An output folder is verified against its report, its source, its audit log and its signatures.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::options::{CaseData, Options};
use afterimage_engine::progress::Progress;
use afterimage_engine::run::{
    self, DifferenceKind, Recover, Redact, Selection, SignatureFound, Verified, Verify,
};
use afterimage_engine::views::VIEWS;
use serde_json::Value;

/// A key of the standard, whose private half everybody knows. (source: RFC 8410, section 10.3)
const KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
    -----END PRIVATE KEY-----\n";

/// A card, a scan of it, and a key.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Desk(tempfile::tempdir().unwrap());
        fs::write(desk.path("card.img"), afterimage_testdata::card::demo().image).unwrap();
        fs::write(desk.path("key.pem"), KEY).unwrap();
        fs::write(desk.path("other.pem"), KEY.replace("NTuctv5E1hK1bbY8", "NTuctv5E1hK1bbY9"))
            .unwrap();
        let case = CaseData {
            number: Some("7/2026".into()),
            examiner: Some("Ada".into()),
            ..CaseData::default()
        };
        let output = Some(desk.path("out"));
        let options = Options { output, hash_source: true, case, ..Options::default() };
        run::scan(&[desk.path("card.img")], &options, &Progress::default()).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn report(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path("out/report.json")).unwrap()).unwrap()
    }

    /// Where the first photo is that was written.
    fn first(&self) -> PathBuf {
        let report = self.report();
        let mut files = report["files"].as_array().unwrap().iter();
        self.path("out").join(files.find_map(|file| file["path"].as_str()).unwrap())
    }

    fn sign(&self) {
        run::sign(&self.path("out"), &self.path("key.pem"), &[]).unwrap();
    }

    fn verify(&self, change: impl FnOnce(&mut Verify)) -> Verified {
        let mut asked = Verify { folder: self.path("out"), ..Verify::default() };
        change(&mut asked);
        run::verify(&asked, &Progress::default()).unwrap()
    }

    /// Checks that there are differences of that kind and of no other; gives what they say.
    #[track_caller]
    fn finds(&self, kind: DifferenceKind, change: impl FnOnce(&mut Verify)) -> Vec<String> {
        let verified = self.verify(change);
        let differences = &verified.differences;
        let is_one = !differences.is_empty() && differences.iter().all(|one| one.kind == kind);
        assert!(is_one, "{differences:?} {:?}", verified.impossible);
        verified.differences.into_iter().map(|one| one.what).collect()
    }

    #[track_caller]
    fn is_equal(&self, change: impl FnOnce(&mut Verify)) -> Verified {
        let verified = self.verify(change);
        assert!(verified.differences.is_empty() && verified.impossible.is_empty(), "{verified:?}");
        verified
    }
}

fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_is_as_it_was_is_equal_and_each_difference_in_a_file_is_found() {
    let desk = Desk::new();
    let verified = desk.is_equal(|asked| asked.sources = vec![desk.path("card.img")]);
    assert!(verified.files > 10 && verified.replayed >= verified.files && verified.sources == 1);
    assert_eq!(verified.signature, SignatureFound::None);
    let first = desk.first();
    let bytes = fs::read(&first).unwrap();
    change(&first, |bytes| bytes[100] ^= 1);
    desk.finds(DifferenceKind::Changed, |_| {});
    fs::remove_file(&first).unwrap();
    desk.finds(DifferenceKind::Missing, |_| {});
    fs::write(&first, bytes).unwrap();
    let planted = desk.path("out/photos/planted.jpg");
    fs::write(&planted, "of somebody else").unwrap();
    desk.finds(DifferenceKind::Added, |_| {});
    fs::remove_file(&planted).unwrap();
    desk.is_equal(|_| {});
}

#[test]
fn a_changed_report_source_or_log_is_found() {
    let desk = Desk::new();
    let report = desk.path("out/report.json");
    let text = fs::read(&report).unwrap();
    change(&report, |bytes| bytes.push(b'\n'));
    desk.finds(DifferenceKind::Report, |_| {});
    fs::write(&report, text).unwrap();
    change(&desk.path("card.img"), |bytes| *bytes.last_mut().unwrap() ^= 1);
    desk.is_equal(|_| {});
    assert_eq!(desk.finds(DifferenceKind::Source, |asked| asked.replay = true).len(), 2);
    let at = desk.report()["files"][0]["runs"][0]["offset"].as_u64().unwrap() as usize + 50;
    change(&desk.path("card.img"), |bytes| bytes[at] ^= 1);
    let found = desk.verify(|asked| asked.replay = true);
    assert!(found.differences.iter().any(|one| one.kind == DifferenceKind::Replay));
    change(&desk.path("card.img"), |bytes| bytes.extend([0; 512]));
    assert_eq!(desk.finds(DifferenceKind::Source, |asked| asked.replay = true).len(), 1);
    fs::remove_file(desk.path("card.img")).unwrap();
    assert_eq!(desk.verify(|asked| asked.replay = true).impossible.len(), 1);
    let log = desk.path("out/audit.log");
    let text = fs::read_to_string(&log).unwrap();
    fs::write(&log, text.replacen("7/2026", "8/2026", 1)).unwrap();
    desk.finds(DifferenceKind::Chain, |asked| asked.no_log = true);
}

#[test]
fn signatures_hold_until_something_is_changed() {
    let desk = Desk::new();
    let key = |asked: &mut Verify| asked.key = Some(desk.path("key.pem"));
    desk.finds(DifferenceKind::Signature, key);
    desk.sign();
    assert!(matches!(desk.is_equal(key).signature, SignatureFound::Good { .. }));
    assert!(matches!(desk.is_equal(|_| {}).signature, SignatureFound::Unknown { .. }));
    desk.finds(DifferenceKind::Signature, |asked| asked.key = Some(desk.path("other.pem")));
    let signature = desk.path("out/report.sig");
    change(&signature, |bytes| bytes[10] ^= 1);
    desk.finds(DifferenceKind::Signature, key);
    fs::remove_file(&signature).unwrap();
    desk.finds(DifferenceKind::Signature, key);
    desk.sign();
    // What a recovery changes is told, and signing it again is possible.
    let report = desk.report();
    let mut files = report["files"].as_array().unwrap().iter();
    let live = files.find(|file| file["status"] == "live" && file["parent"].is_null()).unwrap();
    let selection = Some(Selection::parse(&format!("{}\n", live["id"])).unwrap());
    let asked = Recover {
        folder: desk.path("out"),
        sources: vec![desk.path("card.img")],
        selection,
        ..Recover::default()
    };
    assert_eq!(run::recover(&asked, &Progress::default()).unwrap().written, 1);
    let said = desk.finds(DifferenceKind::Signature, key);
    assert!(
        said[0].contains("by these lines of the audit log: line ") && said[0].contains(": recover"),
        "{said:?}"
    );
    desk.sign();
    desk.is_equal(key);
    // Somebody without the key changes the report, and makes the log anew so that it fits.
    fs::remove_file(desk.path("out/audit.log")).unwrap();
    change(&desk.path("out/report.json"), |bytes| bytes.push(b'\n'));
    desk.finds(DifferenceKind::Signature, key);
}

#[test]
fn a_copy_for_sharing_says_what_it_leaves_out() {
    let desk = Desk::new();
    let asked = Redact {
        folder: desk.path("out"),
        to: desk.path("shared"),
        without_case: true,
        views: VIEWS.to_vec(),
        command: Vec::new(),
    };
    let made = run::redact(&asked).unwrap();
    assert_eq!(made.paths.len(), VIEWS.len() + 1);
    let text = fs::read_to_string(desk.path("shared/report.json")).unwrap();
    let copy: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(copy["redacted"].as_array().unwrap().len(), made.left_out.len());
    for gone in ["latitude", "longitude", "\"serial\"", "\"label\"", "Ada", "7/2026"] {
        assert!(!text.contains(gone), "{gone}");
    }
    let files = |report: &Value| report["files"].as_array().unwrap().len();
    assert_eq!(files(&copy), files(&desk.report()));
    desk.is_equal(|_| {});
    assert!(run::redact(&asked).is_err(), "no report is overwritten");
    if let Some(keep) = std::env::var_os("KEEP_VIEWS") {
        fs::create_dir_all(&keep).unwrap();
        for path in &made.paths {
            fs::copy(path, Path::new(&keep).join(path.file_name().unwrap())).unwrap();
        }
    }
}
