//! What an examiner hands in: case data, the audit log, signatures, verification, copies for sharing.
//!
//! openssl is asked where this machine has it.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::{Desk, Ran};

/// A key of the standard, whose private half everybody knows. (source: RFC 8410, section 10.3)
const KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
    -----END PRIVATE KEY-----\n";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
    -----END PUBLIC KEY-----\n";
/// A desk with a card, a scan of it by an examiner, and keys.
fn desk() -> Desk {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), afterimage_testdata::card::demo().image).unwrap();
    fs::write(desk.path("examiner.pem"), KEY).unwrap();
    fs::write(desk.path("examiner.pub.pem"), PUBLIC).unwrap();
    close(&desk.path("examiner.pem"));
    desk.run(&[
        "scan",
        "card.img",
        "--output",
        "out",
        "--hash-source",
        "--case",
        "7/2026",
        "--evidence",
        "card 3",
        "--examiner",
        "Dr. <b>Ada</b>",
        "--notes",
        "sealed bag",
    ])
    .check(0);
    desk
}

#[cfg(unix)]
fn close(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn close(_: &Path) {}

/// Checks that a verification finds differences of that kind and of no other; gives what it told.
#[track_caller]
fn finds(desk: &Desk, arguments: &[&str], kind: &str) -> Value {
    let ran = desk.run(&[&["verify", "out", "--json"], arguments].concat());
    ran.check(1);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    for (name, count) in told["counts"].as_object().unwrap() {
        assert_eq!(*count != 0, name == kind, "{name}: {told}");
    }
    assert_eq!(told["equal"], false);
    told
}

fn verify(desk: &Desk, arguments: &[&str]) -> Ran {
    desk.run(&[&["verify", "out"], arguments].concat())
}

/// The path of the first photo that was written.
fn first(desk: &Desk) -> String {
    let report = desk.report();
    let files = report["files"].as_array().unwrap();
    files.iter().find_map(|file| file["path"].as_str()).unwrap().to_owned()
}

fn lines(desk: &Desk) -> Vec<Value> {
    let log = fs::read_to_string(desk.path("out/audit.log")).unwrap();
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Changes a file.
fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_is_as_it_was_is_equal_and_so_are_its_runs() {
    let desk = desk();
    let ran = verify(&desk, &["--source", "card.img", "--json"]);
    ran.check(0);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    let report = desk.report();
    let files = report["files"].as_array().unwrap();
    let written = files.iter().filter(|file| file["path"].is_string()).count();
    let with_runs =
        files.iter().filter(|file| !file["runs"].is_null() && file["blake3"] != "").count();
    assert_eq!((&told["files"], &told["replayed"]), (&json!(written), &json!(with_runs)));
    assert_eq!((&told["sources"], &told["equal"]), (&json!(1), &json!(true)));
    assert_eq!(told["signature"]["state"], "none");
    let again = verify(&desk, &["--replay"]);
    again.check(0);
    again.says("all is as the report says");
    again.says("The report is not signed.");
    let actions: Vec<Value> = lines(&desk).iter().map(|line| line["action"].clone()).collect();
    assert_eq!(actions, ["scan", "verify", "verify"]);
    verify(&desk, &["--no-log"]).check(0);
    assert_eq!(lines(&desk).len(), 3);
}

#[test]
fn a_flipped_bit_is_found() {
    let desk = desk();
    let path = first(&desk);
    change(&desk.path("out").join(&path), |bytes| bytes[100] ^= 1);
    let told = finds(&desk, &[], "changed");
    assert_eq!(told["differences"][0]["path"], path.as_str());
    verify(&desk, &[]).says("1 difference was found");
}

#[test]
fn a_missing_file_is_found() {
    let desk = desk();
    fs::remove_file(desk.path("out").join(first(&desk))).unwrap();
    finds(&desk, &[], "missing");
}

#[test]
fn an_added_file_is_found() {
    let desk = desk();
    fs::write(desk.path("out/photos/planted.jpg"), "of somebody else").unwrap();
    let told = finds(&desk, &[], "added");
    assert_eq!(told["differences"][0]["path"], "photos/planted.jpg");
}

#[test]
#[cfg(unix)]
fn a_link_in_place_of_a_photo_is_found() {
    let desk = desk();
    let path = desk.path("out").join(first(&desk));
    fs::rename(&path, desk.path("kept")).unwrap();
    std::os::unix::fs::symlink(desk.path("kept"), &path).unwrap();
    finds(&desk, &[], "changed");
}

#[test]
fn a_changed_report_is_found() {
    let desk = desk();
    let report = desk.path("out/report.json");
    let text = fs::read_to_string(&report).unwrap();
    fs::write(&report, text.replacen("7/2026", "8/2026", 1)).unwrap();
    finds(&desk, &[], "report");
    // Also one that is no report any more.
    fs::write(&report, "{}").unwrap();
    finds(&desk, &[], "report");
}

#[test]
fn a_changed_source_is_found() {
    let desk = desk();
    let report = desk.report();
    let file =
        report["files"].as_array().unwrap().iter().find(|file| file["path"].is_string()).unwrap();
    let at = file["runs"][0]["offset"].as_u64().unwrap() as usize + 50;
    change(&desk.path("card.img"), |bytes| bytes[at] ^= 1);
    verify(&desk, &[]).check(0);
    let ran = verify(&desk, &["--source", "card.img", "--json"]);
    ran.check(1);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(told["counts"]["replay"].as_u64().unwrap() >= 1, "{told}");
    assert_eq!(told["counts"]["source"], 2, "SHA-256 and BLAKE3 of all of it: {told}");
    // Where no photo lies, and a source of another length.
    let desk = self::desk();
    change(&desk.path("card.img"), |bytes| {
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
    });
    finds(&desk, &["--replay"], "source");
    change(&desk.path("card.img"), |bytes| bytes.extend([0; 512]));
    finds(&desk, &["--replay"], "source");
    fs::remove_file(desk.path("card.img")).unwrap();
    let ran = verify(&desk, &["--replay"]);
    ran.check(2);
    ran.complains(&["cannot open", "card.img"]);
}

#[test]
fn a_broken_chain_is_found() {
    let desk = desk();
    verify(&desk, &[]).check(0);
    verify(&desk, &[]).check(0);
    let log = desk.path("out/audit.log");
    let text = fs::read_to_string(&log).unwrap();
    fs::write(&log, text.replacen("sealed bag", "opened bag", 1)).unwrap();
    finds(&desk, &["--no-log"], "chain");
    let all: Vec<&str> = text.lines().collect();
    fs::write(&log, format!("{}\n{}\n", all[0], all[2])).unwrap();
    finds(&desk, &["--no-log"], "chain");
    fs::write(&log, text).unwrap();
    verify(&desk, &["--no-log"]).check(0);
}

#[test]
fn a_signature_is_checked_by_the_key_that_is_given() {
    let desk = desk();
    let ran = desk.run(&["sign", "out", "--key", "examiner.pem"]);
    ran.check(0);
    assert_eq!(ran.err, "");
    let good = verify(&desk, &["--key", "examiner.pub.pem"]);
    good.check(0);
    good.says("by the key that was given");
    let unknown = verify(&desk, &[]);
    unknown.check(0);
    unknown.says("whose key that is nobody told");
    assert_eq!(fs::read(desk.path("out/report.sig")).unwrap().len(), 64);
    // By another key, with a signature that is damaged, without one.
    fs::write(desk.path("other.pem"), other_key()).unwrap();
    finds(&desk, &["--key", "other.pem"], "signature");
    let signature = desk.path("out/report.sig");
    change(&signature, |bytes| bytes[10] ^= 1);
    finds(&desk, &["--key", "examiner.pub.pem"], "signature");
    finds(&desk, &[], "signature");
    fs::remove_file(&signature).unwrap();
    finds(&desk, &["--key", "examiner.pub.pem"], "signature");
    let unsigned = self::desk();
    finds(&unsigned, &["--key", "examiner.pub.pem"], "signature");
}

/// Another private key: the one of the standard with other bytes.
fn other_key() -> String {
    KEY.replace("NTuctv5E1hK1bbY8", "NTuctv5E1hK1bbY9")
}

#[test]
#[cfg(target_os = "linux")]
fn a_report_and_a_chain_made_anew_are_found_by_the_signature() {
    let desk = desk();
    desk.run(&["sign", "out", "--key", "examiner.pem"]).check(0);
    // The forger changes the report and makes the whole log anew, with the digests of what is there now.
    let report = desk.path("out/report.json");
    let text = fs::read_to_string(&report).unwrap().replacen("7/2026", "8/2026", 1);
    fs::write(&report, &text).unwrap();
    let digest = sha256(text.as_bytes());
    let mut log = Vec::new();
    let mut previous = "0".repeat(64);
    for mut line in lines(&desk) {
        line["previous_sha256"] = json!(previous);
        if line["report"].is_object() {
            line["report"] = json!({ "size": text.len(), "sha256": digest });
        }
        let line = serde_json::to_vec(&line).unwrap();
        previous = sha256(&line);
        log.extend(line);
        log.push(b'\n');
    }
    fs::write(desk.path("out/audit.log"), log).unwrap();
    let told = finds(&desk, &["--key", "examiner.pub.pem"], "signature");
    assert_eq!(told["counts"]["signature"], 2, "of the log and of the report: {told}");
}

/// By the tool that Linux has for it; no crate of this package does.
#[cfg(target_os = "linux")]
fn sha256(bytes: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), bytes).unwrap();
    let said = Command::new("sha256sum").arg(file.path()).output().unwrap();
    String::from_utf8(said.stdout).unwrap()[..64].to_owned()
}

#[test]
fn what_was_recovered_after_it_was_signed_is_told() {
    let desk = desk();
    desk.run(&["sign", "out", "--key", "examiner.pem"]).check(0);
    let report = desk.report();
    let files = report["files"].as_array().unwrap();
    let live =
        files.iter().find(|file| file["status"] == "live" && file["parent"].is_null()).unwrap();
    fs::write(desk.path("wanted.txt"), format!("{}\n", live["id"])).unwrap();
    desk.run(&["recover", "out", "--select", "wanted.txt"]).check(0);
    let told = finds(&desk, &["--key", "examiner.pub.pem"], "signature");
    let what = told["differences"][0]["what"].as_str().unwrap();
    assert!(what.contains("by these lines of the audit log: line 3: recover"), "{what}");
    desk.run(&["sign", "out", "--key", "examiner.pem"]).check(0);
    verify(&desk, &["--key", "examiner.pub.pem"]).check(0);
}

/// Whether `openssl` finds a signature in the folder of a report to be that of a file; nothing where it is not on this
/// machine.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn openssl_verifies(desk: &Desk, file: &str, signature: &str) -> Option<bool> {
    let verify = ["pkeyutl", "-verify", "-pubin", "-inkey", "examiner.pub.pem", "-rawin"];
    let files = ["-in", file, "-sigfile", signature];
    let ran = Command::new("openssl").args(verify).args(files).current_dir(desk.path(".")).output();
    let Ok(ran) = ran else {
        eprintln!("openssl is not on this machine, and was not asked");
        return None;
    };
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    Some(ran.status.success() && said.contains("Verified Successfully"))
}

#[test]
fn openssl_checks_both_signatures_too_also_after_more_lines_were_added_to_the_log() {
    let desk = desk();
    verify(&desk, &[]).check(0);
    let ran = desk.run(&["sign", "out", "--key", "examiner.pem", "--json"]);
    ran.check(0);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    let line = told["audit_line"].as_u64().unwrap() as usize;
    assert_eq!(line, 3);
    for _ in 0..2 {
        verify(&desk, &["--key", "examiner.pub.pem"]).check(0);
        let log = fs::read_to_string(desk.path("out/audit.log")).unwrap();
        assert!(log.lines().count() > line);
        // As `head -n 3` gives it.
        let signed: String = log.split_inclusive('\n').take(line).collect();
        fs::write(desk.path("signed.log"), &signed).unwrap();
        let Some(holds) = openssl_verifies(&desk, "out/report.json", "out/report.sig") else {
            return;
        };
        assert!(holds, "the signature of the report");
        assert_eq!(openssl_verifies(&desk, "signed.log", "out/audit.sig"), Some(true));
        fs::write(desk.path("signed.log"), signed.replacen("7/2026", "8/2026", 1)).unwrap();
        assert_eq!(openssl_verifies(&desk, "signed.log", "out/audit.sig"), Some(false));
    }
}

#[test]
fn a_signature_by_another_key_is_not_replaced_unasked() {
    let desk = desk();
    desk.run(&["sign", "out", "--key", "examiner.pem"]).check(0);
    fs::write(desk.path("other.pem"), other_key()).unwrap();
    close(&desk.path("other.pem"));
    let ran = desk.run(&["sign", "out", "--key", "other.pem"]);
    ran.check(2);
    ran.complains(&["cannot sign", "by another key, SHA256:", "--replace"]);
    verify(&desk, &["--key", "examiner.pub.pem"]).check(0);
    desk.run(&["sign", "out", "--key", "other.pem", "--replace"]).check(0);
    let ran = verify(&desk, &["--key", "examiner.pub.pem"]);
    ran.check(1);
    ran.says("The signature does not hold: it is by another key.");
}

#[test]
fn a_changed_report_is_not_gone_on_from_and_its_views_say_so() {
    let desk = desk();
    let report = desk.path("out/report.json");
    let text = fs::read_to_string(&report).unwrap();
    fs::write(&report, text.replacen("7/2026", "8/2026", 1)).unwrap();
    for arguments in [&["recover", "out"][..], &["recover", "out", "--to", "elsewhere"]] {
        let ran = desk.run(arguments);
        ran.check(2);
        ran.complains(&[
            "cannot go on from",
            "report.json",
            "line 1 of the audit log",
            "from a copy",
        ]);
    }
    assert!(!desk.path("elsewhere").exists());
    let ran = desk.run(&["report", "out", "--no-thumbs"]);
    ran.check(0);
    ran.says("it was not put on record");
    let told: Value = serde_json::from_str(&verify(&desk, &["--json"]).out).unwrap();
    assert_eq!((&told["counts"]["report"], &told["counts"]["chain"]), (&json!(1), &json!(0)));
}

#[test]
fn what_was_scanned_by_a_relative_path_is_found_from_elsewhere() {
    let desk = desk();
    let report = desk.report();
    assert_eq!(report["sources"][0]["path"], "card.img");
    let absolute = Path::new(report["sources"][0]["absolute_path"].as_str().unwrap());
    assert!(absolute.is_absolute() && absolute.ends_with("card.img"));
    fs::create_dir(desk.path("elsewhere")).unwrap();
    fs::rename(desk.path("out"), desk.path("elsewhere/out")).unwrap();
    let said = Command::new(env!("CARGO_BIN_EXE_afterimage"))
        .args(["verify", "out", "--replay"])
        .current_dir(desk.path("elsewhere"))
        .output()
        .unwrap();
    assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stderr));
    // A copy for sharing tells nobody where that was.
    let ran = desk.run(&["report", "elsewhere/out", "--redact", "--to", "shared"]);
    ran.check(0);
    let shared = fs::read_to_string(desk.path("shared/report.json")).unwrap();
    assert!(!shared.contains("audit_log"), "the log stays with the original");
}

#[test]
fn a_source_that_is_not_there_is_one_line_with_what_to_do() {
    let desk = desk();
    fs::rename(desk.path("card.img"), desk.path("away.img")).unwrap();
    let ran = verify(&desk, &["--source", "card.img"]);
    ran.check(2);
    ran.complains(&["cannot open card.img", "--source"]);
    let ran = verify(&desk, &["--replay"]);
    ran.check(2);
    ran.complains(&["cannot open", "card.img", "--source names where it is now"]);
    fs::remove_file(desk.path("out").join(first(&desk))).unwrap();
    for more in [&[][..], &["--source", "card.img"]] {
        let ran = desk.run(&[&["recover", "out"], more].concat());
        ran.check(2);
        ran.complains(&["cannot open", "card.img", "name where the source is now with --source"]);
    }
    let ran = desk.run(&["recover", "out", "--source", "away.img"]);
    ran.check(0);
    ran.says("1 photo was written");
    verify(&desk, &[]).check(0);
}

#[test]
fn keys_that_are_of_no_use_are_refused_in_one_line() {
    let desk = desk();
    fs::write(desk.path("encrypted.pem"), KEY.replace("PRIVATE", "ENCRYPTED PRIVATE")).unwrap();
    close(&desk.path("encrypted.pem"));
    let ran = desk.run(&["sign", "out", "--key", "encrypted.pem"]);
    ran.check(2);
    ran.complains(&["encrypted.pem", "not supported", "openssl pkey"]);
    let ran = verify(&desk, &["--key", "card.img"]);
    ran.check(2);
    ran.complains(&["cannot use the key card.img"]);
    let path = first(&desk);
    change(&desk.path("out/report.json"), |bytes| bytes.push(b'\n'));
    let ran = desk.run(&["sign", "out", "--key", "examiner.pem"]);
    ran.check(2);
    ran.complains(&["cannot sign", "it is not the report that line 1 of the audit log tells of"]);
    assert!(desk.path("out").join(path).is_file());
}

#[test]
#[cfg(unix)]
fn a_key_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let desk = desk();
    let key = desk.path("examiner.pem");
    fs::set_permissions(key, fs::Permissions::from_mode(0o644)).unwrap();
    let ran = desk.run(&["sign", "out", "--key", "examiner.pem"]);
    ran.check(0);
    ran.complains(&["warning", "others than its owner can read the key"]);
}

#[test]
fn the_case_stands_in_the_report_its_views_and_the_log() {
    let desk = desk();
    let case = &desk.report()["case"];
    let given = json!({ "number": "7/2026", "evidence": "card 3", "examiner": "Dr. <b>Ada</b>",
        "notes": "sealed bag" });
    assert_eq!(*case, given);
    let log = lines(&desk);
    assert_eq!(log[0]["case"], given);
    assert_eq!(log[0]["sources"][0]["size"], fs::metadata(desk.path("card.img")).unwrap().len());
    assert!(log[0]["sources"][0]["hashes"]["sha256"].is_string());
    desk.run(&["report", "out", "--no-thumbs", "--format", "html,csv,dfxml,case,bodyfile"])
        .check(0);
    for name in ["report.html", "report.csv", "report.dfxml", "report.jsonld", "report.body"] {
        let text = fs::read_to_string(desk.path("out").join(name)).unwrap();
        for part in ["7/2026", "card 3", "sealed bag", "Ada"] {
            assert!(text.contains(part), "{part} in {name}");
        }
    }
    assert_eq!(lines(&desk)[1]["action"], "report");
    verify(&desk, &[]).check(0);
    let ran = desk.run(&["scan", "card.img", "--output", "x", "--case", " "]);
    ran.check(2);
    ran.complains(&["--case cannot take ' '"]);
    // Whoever names no examiner is not named.
    desk.run(&["scan", "card.img", "--output", "plain"]).check(0);
    let log = fs::read_to_string(desk.path("plain/audit.log")).unwrap();
    assert!(!log.contains("\"user\"") && !log.contains("\"case\""), "{log}");
}

#[test]
fn a_redacted_copy_says_so_and_the_original_stays() {
    let desk = desk();
    let before = fs::read(desk.path("out/report.json")).unwrap();
    let ran = desk.run(&["report", "out", "--redact", "--to", "shared", "--redact-case"]);
    ran.check(0);
    ran.says("stays in them");
    let text = fs::read_to_string(desk.path("shared/report.json")).unwrap();
    let copy: Value = serde_json::from_str(&text).unwrap();
    assert!(copy["redacted"].as_array().unwrap().len() > 3);
    for gone in ["latitude", "longitude", "serial\"", "Ada", "7/2026", "sealed bag"] {
        assert!(!text.contains(gone), "{gone}");
    }
    let files = |report: &Value| report["files"].as_array().unwrap().len();
    assert_eq!(files(&copy), files(&desk.report()));
    for name in ["report.csv", "report.dfxml"] {
        let text = fs::read_to_string(desk.path("shared").join(name)).unwrap();
        assert!(text.contains("GPS positions") && !text.contains("Ada"), "{name}");
    }
    assert_eq!(fs::read(desk.path("out/report.json")).unwrap(), before);
    assert_eq!(lines(&desk)[1]["action"], "redact");
    verify(&desk, &[]).check(0);
    let again = desk.run(&["report", "out", "--redact", "--to", "shared"]);
    again.check(2);
}

#[test]
#[cfg(unix)]
fn evidence_that_cannot_be_written_to_is_verified_all_the_same() {
    use std::os::unix::fs::PermissionsExt;
    let desk = desk();
    let mode =
        |mode| fs::set_permissions(desk.path("out"), fs::Permissions::from_mode(mode)).unwrap();
    fs::set_permissions(desk.path("out/audit.log"), fs::Permissions::from_mode(0o444)).unwrap();
    mode(0o555);
    let ran = verify(&desk, &[]);
    mode(0o755);
    ran.check(0);
    // Root may write anywhere.
    if lines(&desk).len() == 1 {
        ran.says("could not be put on record in the audit log");
    }
}
