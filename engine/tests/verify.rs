//! An output folder is verified against its report, its source, its audit log and its signatures.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use afterimage_engine::error::Error;
use afterimage_engine::options::{CaseData, Options, Watcher, Watching};
use afterimage_engine::progress::Progress;
use afterimage_engine::run::{
    self, DifferenceKind, Picks, Recover, Redact, Selection, Show, ShowProgress, Shown, Sign,
    SignatureFaultKind, SignatureFound, Signed, Verified, Verify,
};
use afterimage_engine::source::Pace;
use afterimage_engine::thumbs::{Picture, Thumbnailer};
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
        self.sign_by("key.pem", false).unwrap();
    }

    fn sign_by(&self, key: &str, replace: bool) -> Result<Signed, Error> {
        let (folder, key) = (self.path("out"), self.path(key));
        run::sign(&Sign { folder, key, replace, command: Vec::new() })
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

    /// Checks that the signature alone differs, for these reasons.
    #[track_caller]
    fn fails(&self, expected: &[SignatureFaultKind], change: impl FnOnce(&mut Verify)) {
        let verified = self.verify(change);
        assert_eq!(verified.signature, SignatureFound::Bad { why: expected.to_vec() });
        let differences = &verified.differences;
        assert!(
            differences.iter().all(|one| one.kind == DifferenceKind::Signature),
            "{differences:?}"
        );
    }

    #[track_caller]
    fn is_equal(&self, change: impl FnOnce(&mut Verify)) -> Verified {
        let verified = self.verify(change);
        assert!(verified.differences.is_empty() && verified.impossible.is_empty(), "{verified:?}");
        verified
    }
}

/// The number of a photo that is still there.
fn live(desk: &Desk) -> u64 {
    let report = desk.report();
    let mut files = report["files"].as_array().unwrap().iter();
    let live = files.find(|file| file["status"] == "live" && file["parent"].is_null()).unwrap();
    live["id"].as_u64().unwrap()
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
    desk.fails(&[SignatureFaultKind::WrongKey], |asked| asked.key = Some(desk.path("other.pem")));
    let signature = desk.path("out/report.sig");
    let bytes = fs::read(&signature).unwrap();
    change(&signature, |bytes| bytes[10] ^= 1);
    desk.fails(&[SignatureFaultKind::ChangedSignature], key);
    change(&signature, |bytes| bytes.truncate(10));
    desk.fails(&[SignatureFaultKind::Unreadable], key);
    fs::remove_file(&signature).unwrap();
    desk.fails(&[SignatureFaultKind::Missing], key);
    fs::write(&signature, &bytes).unwrap();
    let log = desk.path("out/audit.log");
    let text = fs::read_to_string(&log).unwrap();
    fs::write(&log, text.replacen("7/2026", "8/2026", 1)).unwrap();
    let found = desk.verify(|asked| (asked.key, asked.no_log) = (Some(desk.path("key.pem")), true));
    assert_eq!(found.signature, SignatureFound::Bad { why: vec![SignatureFaultKind::ChangedLog] });
    fs::write(&log, &text).unwrap();
    // An old one that is put back, as an interrupted signing leaves it.
    desk.is_equal(key);
    desk.sign();
    desk.is_equal(key);
    let of_log = desk.path("out/audit.sig");
    let newer = fs::read(&of_log).unwrap();
    change(&of_log, |bytes| bytes[3] ^= 1);
    desk.fails(&[SignatureFaultKind::ChangedLog], key);
    fs::write(&of_log, newer).unwrap();
    desk.sign();
    // What a recovery changes is told, and signing it again is possible.
    let selection = Some(Selection::parse(&format!("{}\n", live(&desk))).unwrap());
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
    // Somebody without the key changes the report, and removes the log so that nothing tells.
    fs::remove_file(desk.path("out/audit.log")).unwrap();
    change(&desk.path("out/report.json"), |bytes| bytes.push(b'\n'));
    let found = desk.verify(key);
    let kinds: Vec<_> = found.differences.iter().map(|one| one.kind).collect();
    assert!(kinds.contains(&DifferenceKind::Chain) && kinds.contains(&DifferenceKind::Signature));
    assert!(!desk.path("out/audit.log").exists(), "no new log hides that the old one is missing");
    assert!(desk.sign_by("key.pem", true).is_err());
}

#[test]
fn a_signature_of_another_is_replaced_only_when_that_is_asked_for() {
    let desk = Desk::new();
    desk.sign();
    let before = fs::read(desk.path("out/report.sig")).unwrap();
    let refused = desk.sign_by("other.pem", false).unwrap_err().to_string();
    assert!(
        refused.contains("by another key, SHA256:") && refused.contains("--replace"),
        "{refused}"
    );
    assert_eq!(fs::read(desk.path("out/report.sig")).unwrap(), before);
    desk.is_equal(|asked| asked.key = Some(desk.path("key.pem")));
    desk.sign_by("other.pem", true).unwrap();
    desk.is_equal(|asked| asked.key = Some(desk.path("other.pem")));
    desk.fails(&[SignatureFaultKind::WrongKey], |asked| asked.key = Some(desk.path("key.pem")));
    // Signing that was interrupted before it had put its signatures in place.
    fs::write(desk.path("out/report.sig"), before).unwrap();
    let found = desk.verify(|asked| asked.key = Some(desk.path("other.pem")));
    assert_eq!(found.signature, SignatureFound::Bad { why: vec![SignatureFaultKind::Earlier] });
    desk.sign_by("other.pem", false).unwrap();
    desk.is_equal(|asked| asked.key = Some(desk.path("other.pem")));
}

#[test]
fn a_log_that_was_removed_is_told_and_no_command_begins_a_new_one_for_the_report() {
    let desk = Desk::new();
    fs::remove_file(desk.path("out/audit.log")).unwrap();
    let found = desk.verify(|_| {});
    let chain = found.differences.iter().find(|one| one.kind == DifferenceKind::Chain).unwrap();
    assert!(chain.what.contains("was removed"), "{chain:?}");
    assert!(!desk.path("out/audit.log").exists());
    let refused = desk.sign_by("key.pem", false).unwrap_err().to_string();
    assert!(refused.contains("was removed"), "{refused}");
    let asked = Recover { folder: desk.path("out"), ..Recover::default() };
    let refused = run::recover(&asked, &Progress::default()).unwrap_err().to_string();
    assert!(refused.contains("was removed") && refused.contains("put the log back"), "{refused}");
    assert!(!desk.path("out/audit.log").exists());
}

/// Makes the views of the report again.
fn show(desk: &Desk, thumbs: bool) -> Shown {
    let views = VIEWS.iter().copied().filter(|view| view.is_usual).collect();
    let asked = Show { folder: desk.path("out"), views, thumbs, ..Show::default() };
    run::show(&asked, &Undecoded, &Progress::default(), &ShowProgress::default()).unwrap()
}

/// Decodes nothing.
struct Undecoded;

impl Thumbnailer for Undecoded {
    fn knows(&self, _: &str) -> bool {
        false
    }

    fn thumbnail(&self, _: &Picture) -> Result<Vec<u8>, String> {
        Err("nothing is decoded here".to_owned())
    }
}

#[test]
fn a_report_that_was_changed_is_never_put_on_record() {
    let desk = Desk::new();
    let report = desk.path("out/report.json");
    let text = fs::read_to_string(&report).unwrap();
    let (changed, log) = (text.replacen("7/2026", "8/2026", 1), desk.path("out/audit.log"));
    fs::write(&report, &changed).unwrap();
    let before = fs::read(&log).unwrap();
    for to in [None, Some(desk.path("elsewhere"))] {
        let asked = Recover { folder: desk.path("out"), to, ..Recover::default() };
        let refused = run::recover(&asked, &Progress::default()).unwrap_err().to_string();
        assert!(
            refused.contains("not the report that line 1 of the audit log tells of"),
            "{refused}"
        );
    }
    assert_eq!(fs::read(&log).unwrap(), before);
    assert!(!desk.path("elsewhere").exists());
    // Views are made, and say nothing for the report.
    let shown = show(&desk, true);
    assert!(shown.notes.iter().any(|note| note.contains("was not put on record")), "{shown:?}");
    assert_eq!(fs::read_to_string(&report).unwrap(), changed);
    let found = desk.verify(|_| {});
    let kinds: Vec<_> = found.differences.iter().map(|one| one.kind).collect();
    assert!(kinds.contains(&DifferenceKind::Report) && kinds.contains(&DifferenceKind::View));
    // The report is put back, and the views of the changed one are not.
    fs::write(&report, &text).unwrap();
    desk.finds(DifferenceKind::View, |_| {});
    show(&desk, true);
    desk.is_equal(|_| {});
}

#[test]
fn a_command_that_was_interrupted_before_it_put_its_report_in_place_is_brought_to_its_end() {
    let desk = Desk::new();
    let before = fs::read(desk.path("out/report.json")).unwrap();
    let selection = Some(Selection::parse(&format!("{}\n", live(&desk))).unwrap());
    let asked = Recover { folder: desk.path("out"), selection, ..Recover::default() };
    assert_eq!(run::recover(&asked, &Progress::default()).unwrap().written, 1);
    // As it is between the line of the log and the last step.
    fs::rename(desk.path("out/report.json"), desk.path("out/.afterimage/report.json")).unwrap();
    fs::write(desk.path("out/report.json"), &before).unwrap();
    let found = desk.verify(|_| {});
    let told = found.differences.iter().find(|one| one.kind == DifferenceKind::Report).unwrap();
    assert!(told.what.contains("was interrupted before it put its report in place"), "{told:?}");
    show(&desk, false);
    desk.is_equal(|_| {});
    assert_ne!(fs::read(desk.path("out/report.json")).unwrap(), before);
}

#[test]
fn views_that_were_changed_or_are_missing_are_told() {
    let desk = Desk::new();
    change(&desk.path("out/report.html"), |bytes| bytes.push(b'\n'));
    let said = desk.finds(DifferenceKind::View, |_| {});
    assert!(said[0].contains("line 1 of the audit log"), "{said:?}");
    fs::remove_file(desk.path("out/report.html")).unwrap();
    let verified = desk.is_equal(|_| {});
    assert!(
        verified
            .notes
            .iter()
            .any(|note| note.starts_with("report.html") && note.contains("missing"))
    );
    show(&desk, false);
    assert!(desk.is_equal(|_| {}).notes.is_empty());
    // Of somebody else, and of an earlier report.
    fs::write(desk.path("out/report.body"), "planted").unwrap();
    desk.finds(DifferenceKind::View, |_| {});
    fs::remove_file(desk.path("out/report.body")).unwrap();
    let views = VIEWS.to_vec();
    let asked = Show { folder: desk.path("out"), views, thumbs: false, ..Show::default() };
    run::show(&asked, &Undecoded, &Progress::default(), &ShowProgress::default()).unwrap();
    let selection = Some(Selection::parse(&format!("{}\n", live(&desk))).unwrap());
    let asked = Recover { folder: desk.path("out"), selection, ..Recover::default() };
    assert_eq!(run::recover(&asked, &Progress::default()).unwrap().written, 1);
    let notes = desk.is_equal(|_| {}).notes;
    assert!(notes.iter().any(|note| note.starts_with("report.body is of an earlier report")));
}

#[test]
fn chosen_photos_are_known_by_what_is_on_record_and_others_are_found() {
    let desk = Desk::new();
    let chosen = desk.path("out/chosen");
    fs::create_dir_all(chosen.join("DCIM")).unwrap();
    fs::copy(desk.first(), chosen.join("DCIM/a.jpg")).unwrap();
    fs::write(chosen.join("half-3"), "unfinished").unwrap();
    let notes = desk.is_equal(|_| {}).notes;
    assert!(notes.iter().any(|note| note.starts_with("chosen/half-3")), "{notes:?}");
    change(&chosen.join("DCIM/a.jpg"), |bytes| bytes[100] ^= 1);
    desk.finds(DifferenceKind::Added, |_| {});
    fs::remove_file(chosen.join("DCIM/a.jpg")).unwrap();
    fs::write(chosen.join("planted.jpg"), "of somebody else").unwrap();
    desk.finds(DifferenceKind::Added, |_| {});
}

#[test]
fn what_was_removed_from_the_folder_is_written_again_at_its_own_path() {
    let desk = Desk::new();
    let first = desk.first();
    let bytes = fs::read(&first).unwrap();
    fs::remove_file(&first).unwrap();
    let asked = Recover { folder: desk.path("out"), ..Recover::default() };
    assert_eq!(run::recover(&asked, &Progress::default()).unwrap().written, 1);
    assert_eq!(fs::read(&first).unwrap(), bytes);
    desk.is_equal(|_| {});
    assert_eq!(run::recover(&asked, &Progress::default()).unwrap().written, 0);
    // Without the source that is one failure, not one for each photo.
    fs::remove_file(&first).unwrap();
    fs::rename(desk.path("card.img"), desk.path("away.img")).unwrap();
    let log = fs::read(desk.path("out/audit.log")).unwrap();
    let failed = run::recover(&asked, &Progress::default()).unwrap_err();
    assert!(matches!(failed, Error::Open { .. }), "{failed}");
    let sources = vec![desk.path("nowhere.img")];
    let failed = run::recover(&Recover { sources, ..asked }, &Progress::default()).unwrap_err();
    assert!(matches!(failed, Error::Open { .. }), "{failed}");
    assert_eq!(fs::read(desk.path("out/audit.log")).unwrap(), log);
    assert!(!desk.path("out/.afterimage/store").exists());
}

#[test]
fn a_source_that_is_named_and_not_there_is_a_failure() {
    let desk = Desk::new();
    let sources = vec![desk.path("nowhere.img")];
    let asked = Verify { folder: desk.path("out"), sources, ..Verify::default() };
    let failed = run::verify(&asked, &Progress::default()).unwrap_err();
    assert!(matches!(failed, Error::Open { .. }), "{failed}");
}

#[test]
#[cfg(unix)]
fn nothing_is_written_to_a_source_that_lies_in_the_place_of_the_log() {
    let desk = Desk::new();
    let image = fs::read(desk.path("card.img")).unwrap();
    let log = desk.path("out/audit.log");
    fs::remove_file(&log).unwrap();
    fs::hard_link(desk.path("card.img"), &log).unwrap();
    desk.verify(|_| {});
    assert!(desk.sign_by("key.pem", true).is_err());
    let to = desk.path("shared");
    let asked = Redact { folder: desk.path("out"), to, ..Redact::default() };
    assert!(!run::redact(&asked).unwrap().notes.is_empty());
    assert_eq!(fs::read(desk.path("card.img")).unwrap(), image);
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
    for inside in ["out/shared", "out/photos/shared", "out"] {
        let refused = run::redact(&Redact { to: desk.path(inside), ..asked.clone() });
        assert!(matches!(refused, Err(Error::Destination { .. })), "{inside}");
        assert!(!desk.path("out/shared").exists());
    }
    if let Some(keep) = std::env::var_os("KEEP_VIEWS") {
        fs::create_dir_all(&keep).unwrap();
        for path in &made.paths {
            fs::copy(path, Path::new(&keep).join(path.file_name().unwrap())).unwrap();
        }
    }
}

#[test]
fn what_could_not_be_read_counts_as_zeros_also_afterwards() {
    let desk = Desk::new();
    let report = desk.report();
    let mut files = report["files"].as_array().unwrap().iter();
    let long =
        files.find(|file| file["path"].is_string() && file["runs"][0]["length"] == file["size"]);
    let at = long.unwrap()["runs"][0]["offset"].as_u64().unwrap() + 1024;
    let len = fs::metadata(desk.path("card.img")).unwrap().len();
    let rest = at + 512;
    let map = format!("0x0 ? 1\n0x0 {at} +\n{at} 512 -\n{rest} {} +\n", len - rest);
    fs::write(desk.path("card.map"), map).unwrap();
    for (name, dry_run) in [("holed", false), ("dry", true)] {
        let output = Some(desk.path(name));
        let map = Some(desk.path("card.map"));
        let options = Options { output, map, dry_run, hash_source: true, ..Options::default() };
        run::scan(&[desk.path("card.img")], &options, &Progress::default()).unwrap();
    }
    let verified = desk.is_equal(|asked| {
        asked.folder = desk.path("holed");
        asked.sources = vec![desk.path("card.img")];
    });
    assert!(verified.replayed > 10 && verified.sources == 1, "{verified:?}");
    let notes = &verified.notes;
    assert!(notes.iter().any(|note| note.starts_with("512 bytes of ")), "{notes:?}");
    let asked = Recover { folder: desk.path("dry"), ..Recover::default() };
    let done = run::recover(&asked, &Progress::default()).unwrap();
    assert!(done.written > 10 && done.refused.is_empty(), "{done:?}");
}

#[test]
fn the_log_tells_what_was_read_and_a_source_too_many_is_refused() {
    let desk = Desk::new();
    let last = || -> Value {
        let log = fs::read_to_string(desk.path("out/audit.log")).unwrap();
        serde_json::from_str(log.lines().last().unwrap()).unwrap()
    };
    desk.is_equal(|_| {});
    assert!(last().get("sources").is_none(), "{}", last());
    desk.is_equal(|asked| asked.replay = true);
    let len = fs::metadata(desk.path("card.img")).unwrap().len();
    assert_eq!(
        (&last()["sources"][0]["size"], last()["sources"].as_array().unwrap().len()),
        (&len.into(), 1)
    );
    assert_eq!(last()["sources"][0]["kind"], "image");
    let sources = vec![desk.path("card.img"), desk.path("card.img")];
    let asked = Verify { folder: desk.path("out"), sources: sources.clone(), ..Verify::default() };
    let failed = run::verify(&asked, &Progress::default()).unwrap_err();
    assert!(matches!(failed, Error::SurplusSource { known: 1, .. }), "{failed}");
    let asked = Recover { folder: desk.path("out"), sources, ..Recover::default() };
    let failed = run::recover(&asked, &Progress::default()).unwrap_err();
    assert!(matches!(failed, Error::SurplusSource { known: 1, .. }), "{failed}");
}

#[test]
fn a_log_that_cannot_be_read_is_no_difference() {
    let desk = Desk::new();
    desk.sign();
    let log = fs::File::options().write(true).open(desk.path("out/audit.log")).unwrap();
    log.set_len(65 << 20).unwrap();
    let verified = desk.verify(|_| {});
    assert!(verified.differences.is_empty(), "{:?}", verified.differences);
    assert_eq!(verified.impossible.len(), 1, "{:?}", verified.impossible);
    assert_eq!(verified.signature, SignatureFound::Unchecked);
}

#[test]
fn a_chosen_photo_that_is_missing_or_another_one_is_found() {
    let desk = Desk::new();
    let (watcher, sightings) = Watcher::channel(1000);
    let output = Some(desk.path("seen"));
    let options = Options { watcher: Some(watcher), output, dry_run: true, ..Options::default() };
    run::scan(&[desk.path("card.img")], &options, &Progress::default()).unwrap();
    drop(options);
    let picks = Picks::new(&desk.path("out"), &[desk.path("card.img")], None, &Pace::default());
    let mut paths = Vec::new();
    while let Watching::Seen(photo) = sightings.next(Duration::ZERO) {
        paths.push(desk.path("out").join(picks.save(&photo).unwrap()));
    }
    assert!(paths.len() > 2);
    desk.is_equal(|_| {});
    fs::copy(&paths[0], &paths[1]).unwrap();
    desk.finds(DifferenceKind::Changed, |_| {});
    fs::remove_file(&paths[1]).unwrap();
    desk.finds(DifferenceKind::Missing, |_| {});
}

#[test]
fn small_pictures_that_are_not_there_are_not_named_in_a_report_of_chosen_photos() {
    let desk = Desk::new();
    fs::remove_dir_all(desk.path("out/report")).unwrap();
    let selection = Some(Selection::parse(&live(&desk).to_string()).unwrap());
    let (folder, to) = (desk.path("out"), Some(desk.path("some")));
    let asked = Recover { folder, to, selection, ..Recover::default() };
    assert_eq!(run::recover(&asked, &Progress::default()).unwrap().written, 1);
    let text = fs::read_to_string(desk.path("some/report.json")).unwrap();
    assert!(!text.contains("report/thumbs"));
}

#[test]
fn no_photo_is_missing_from_a_copy_for_sharing() {
    let desk = Desk::new();
    let (folder, to) = (desk.path("out"), desk.path("shared"));
    let asked =
        Redact { folder, to, without_case: false, views: VIEWS.to_vec(), command: Vec::new() };
    run::redact(&asked).unwrap();
    let verified = desk.verify(|asked| asked.folder = desk.path("shared"));
    assert!(verified.files == 0 && !verified.notes.is_empty(), "{verified:?}");
    let kinds: Vec<_> = verified.differences.iter().map(|one| one.kind).collect();
    assert!(!kinds.contains(&DifferenceKind::Missing), "{kinds:?}");
}
