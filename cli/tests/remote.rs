//! Scans of images on servers and in object storage, as users type them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::Command;

use afterimage_testdata::server::{Misbehaviour, Server};
use serde_json::Value;

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+secret";

/// What a run came to.
struct Ran {
    status: i32,
    err: String,
}

/// Runs the program in `folder`, with nothing of object storage in its environment but `variables`.
fn run(folder: &Path, variables: &[(&str, &str)], words: &[&str]) -> Ran {
    let mut program = Command::new(env!("CARGO_BIN_EXE_afterimage"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        program.env_remove(name);
    }
    program.env("HOME", folder).envs(variables.iter().copied());
    let ran = program.args(words).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(ran.stdout), text(ran.stderr));
    assert!(!err.contains(SECRET) && !out.contains(SECRET) && !err.contains("panicked"), "{err}");
    Ran { status: ran.status.code().unwrap(), err }
}

fn demo_card() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/card.img")).unwrap()
}

fn files(folder: &Path, output: &str) -> Value {
    let text = fs::read(folder.join(output).join("report.json")).unwrap();
    let mut report: Value = serde_json::from_slice(&text).unwrap();
    report["files"].take()
}

fn scan<'w>(source: &'w str, output: &'w str) -> Vec<&'w str> {
    vec!["scan", source, "--output", output, "--quiet"]
}

/// The files of the demo card, by a scan of a file.
fn expected(folder: &Path) -> Value {
    fs::write(folder.join("raw.img"), demo_card()).unwrap();
    assert_eq!(run(folder, &[], &scan("raw.img", "raw")).status, 0);
    files(folder, "raw")
}

#[test]
fn signed_requests_reach_a_bucket_by_variables_and_by_a_profile() {
    let (home, server) = (tempfile::tempdir().unwrap(), Server::start());
    let expected = expected(home.path());
    server.put("/cards/2024/card%20%2B1.img", &demo_card());
    server.state().secret = Some(SECRET.to_owned());
    let endpoint = ("AWS_ENDPOINT_URL", server.origin.as_str());
    let address = "s3://cards/2024/card +1.img";

    let keys = [("AWS_ACCESS_KEY_ID", KEY), ("AWS_SECRET_ACCESS_KEY", SECRET), endpoint];
    let ran = run(home.path(), &keys, &scan(address, "out"));
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_eq!(files(home.path(), "out"), expected);

    fs::create_dir(home.path().join(".aws")).unwrap();
    let profile = format!("[lab]\naws_access_key_id={KEY}\naws_secret_access_key={SECRET}\n");
    fs::write(home.path().join(".aws/credentials"), profile).unwrap();
    let config = format!("[profile lab]\nregion=eu-west-1\nendpoint_url={}\n", server.origin);
    fs::write(home.path().join(".aws/config"), config).unwrap();
    let ran = run(home.path(), &[("AWS_PROFILE", "lab")], &scan(address, "lab"));
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_eq!(files(home.path(), "lab"), expected);
    assert_eq!(server.state().rejected, Vec::<String>::new());
    let log = server.state().log.clone();
    assert!(log.iter().any(|ask| ask.target.contains("%2Feu-west-1%2Fs3%2Faws4_request")));
    assert!(log.iter().all(|ask| !ask.target.contains(SECRET)));

    let wrong = [("AWS_ACCESS_KEY_ID", KEY), ("AWS_SECRET_ACCESS_KEY", "another"), endpoint];
    let ran = run(home.path(), &wrong, &scan(address, "wrong"));
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("SignatureDoesNotMatch: It does not."), "{}", ran.err);
    let nobody = run(home.path(), &[endpoint], &scan(address, "nobody"));
    assert!(nobody.err.contains("no credentials were sent"), "{}", nobody.err);
    assert!(nobody.status == 2 && nobody.err.lines().count() == 1, "{}", nobody.err);

    // What the run left tells nobody a key.
    for name in ["out/report.json", "out/.afterimage/scan.log", "out/audit.log"] {
        let text = fs::read_to_string(home.path().join(name)).unwrap_or_default();
        assert!(!text.contains(SECRET) && !text.contains("X-Amz-"), "{name}");
    }
}

#[test]
fn a_public_bucket_is_read_without_credentials_and_a_photo_is_written_later() {
    let (home, server) = (tempfile::tempdir().unwrap(), Server::start());
    let expected = expected(home.path());
    server.put("/cards/card.img", &demo_card());
    let endpoint = [("AWS_ENDPOINT_URL", server.origin.as_str())];
    let mut words = scan("s3://cards/card.img", "out");
    words.push("--dry-run");
    let ran = run(home.path(), &endpoint, &words);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(server.state().log.iter().all(|ask| !ask.target.contains('?')));
    let recovered = run(home.path(), &endpoint, &["recover", "out", "--quiet"]);
    assert_eq!(recovered.status, 0, "{}", recovered.err);
    let path = expected[0]["path"].as_str().unwrap();
    let photo = |output: &str| fs::read(home.path().join(output).join(path)).unwrap();
    assert!(photo("out") == photo("raw"));
    let verified =
        run(home.path(), &endpoint, &["verify", "out", "--source", "s3://cards/card.img"]);
    assert_eq!(verified.status, 0, "{}", verified.err);
    // Another version in its place is told.
    server.state().files.get_mut("/cards/card.img").unwrap().etag = "\"new\"".to_owned();
    let verified =
        run(home.path(), &endpoint, &["verify", "out", "--source", "s3://cards/card.img"]);
    assert_eq!(verified.status, 1, "{}", verified.err);
}

#[test]
fn what_cannot_be_scanned_is_one_line_and_status_2() {
    let (home, server) = (tempfile::tempdir().unwrap(), Server::start());
    let whole = server.put("/whole.img", &demo_card());
    let busy = server.put("/busy.img", &demo_card());
    server.misbehave("/whole", 0, usize::MAX, Misbehaviour::Whole);
    server.misbehave("/busy", 0, usize::MAX, Misbehaviour::Status(503, vec![]));
    let none = format!("{}/none.img", server.origin);
    let secret = "http://me:pass-word@127.0.0.1/card.img";
    for (address, expected) in [
        (whole.as_str(), "no ranges of them; download it"),
        (busy.as_str(), "status 503"),
        (none.as_str(), "check the address"),
        (secret, "leave that out"),
        ("s3://bucket", "s3://BUCKET/KEY"),
        ("http://", "no address"),
    ] {
        let ran = run(home.path(), &[], &scan(address, "out"));
        assert_eq!(ran.status, 2, "{address}: {}", ran.err);
        assert!(ran.err.contains(expected) && ran.err.lines().count() == 1, "{}", ran.err);
        assert!(!home.path().join("out").exists(), "{address}");
    }
    let ran = run(home.path(), &[], &["image", &whole, "copy.img"]);
    assert!(ran.status == 2 && ran.err.contains("this machine alone"), "{}", ran.err);
}

#[test]
fn a_batch_takes_addresses_beside_files_and_goes_on() {
    let (home, server) = (tempfile::tempdir().unwrap(), Server::start());
    let expected = expected(home.path());
    let address = server.put("/card.img", &demo_card());
    let words = ["scan", &address, "raw.img", "--batch", "--output", "out", "--quiet"];
    let ran = run(home.path(), &[], &words);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let text = fs::read(home.path().join("out/report.json")).unwrap();
    let report: Value = serde_json::from_slice(&text).unwrap();
    for image in report["images"].as_array().unwrap() {
        let folder = image["folder"].as_str().unwrap();
        assert_eq!(files(home.path(), &format!("out/{folder}")), expected, "{image}");
    }
    assert_eq!(report["images"][0]["path"], address.as_str());
    assert!(report["images"][0]["absolute_path"].is_null());
    let of_first = home.path().join("out").join(report["images"][0]["folder"].as_str().unwrap());
    let written = || fs::metadata(of_first.join("report.json")).unwrap().modified().unwrap();
    let before = written();
    let again = [&words[..], &["--resume"]].concat();
    assert_eq!(run(home.path(), &[], &again).status, 0);
    assert_eq!(written(), before, "what is done is not scanned again");
}
