//! The consent, the tokens and the client.

use std::fs;

use serde_json::{Value, json};

use crate::desk::Desk;
#[cfg(unix)]
use crate::fake::Fault;
use crate::fake::{Answer, CLIENT};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.fake.state().drive.add("f1", "a.jpg", b"a", json!({}));
    desk
}

#[test]
fn the_first_run_asks_for_consent_and_later_ones_do_not() {
    let desk = desk();
    let ran = desk.run("list", "drive", &[]);
    ran.check(0);
    assert!(ran.consented && ran.out.contains("a.jpg"), "{}", ran.out);
    let tokens: Value = serde_json::from_slice(&fs::read(desk.tokens("drive")).unwrap()).unwrap();
    assert_eq!(tokens["scopes"], json!(["https://www.googleapis.com/auth/drive.readonly"]));
    // Neither the id nor the secret is needed any more.
    let ran = desk.run_bare(&["cloud", "list", "drive"]);
    ran.check(0);
    assert!(!ran.consented);
    assert_eq!(desk.fake.asked("POST /token"), 1);
    desk.fake.rejected_nothing();
}

#[test]
#[cfg(unix)]
fn tokens_are_for_the_user_alone() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let desk = desk();
    desk.run("list", "drive", &[]).check(0);
    let path = desk.tokens("drive");
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let before = desk.fake.state().log.len();
    let ran = desk.run("list", "drive", &[]);
    ran.check(2);
    ran.complains(&["drive-tokens.json", "others than you can read", "chmod 600"]);
    assert_eq!(desk.fake.state().log.len(), before, "the service was asked all the same");
}

#[test]
fn nothing_secret_is_printed() {
    let desk = desk();
    let ran = desk.run("list", "drive", &["--json"]);
    let tokens: Value = serde_json::from_slice(&fs::read(desk.tokens("drive")).unwrap()).unwrap();
    for name in ["access_token", "refresh_token", "client_secret"] {
        let secret = tokens[name].as_str().unwrap();
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{name} is printed");
    }
}

#[test]
fn a_user_who_denies_is_taken_at_their_word() {
    let desk = desk();
    desk.fake.state().google.answer = Answer::Denies;
    let ran = desk.run("list", "drive", &[]);
    ran.check(2);
    ran.complains(&["the consent was not given", "access_denied"]);
    assert!(!desk.tokens("drive").exists());
    assert_eq!(desk.fake.asked("POST /token"), 0);
}

#[test]
fn a_browser_of_another_run_is_turned_away() {
    let desk = desk();
    desk.fake.state().google.answer = Answer::OtherState;
    let ran = desk.run("list", "drive", &["--wait", "2"]);
    ran.check(2);
    ran.complains(&["no consent came within 2 s"]);
    assert_eq!(desk.fake.asked("POST /token"), 0);
}

#[test]
fn less_than_what_is_needed_is_not_enough() {
    let desk = desk();
    desk.fake.state().dropbox_consents.answer = Answer::GrantsLess;
    let ran = desk.run("list", "dropbox", &[]);
    ran.check(2);
    ran.complains(&["did not grant all", "files.content.read"]);
}

#[test]
fn a_withdrawn_consent_is_asked_for_anew() {
    let desk = desk();
    desk.run("list", "drive", &[]).check(0);
    desk.fake.state().google.withdraw();
    let ran = desk.run("list", "drive", &[]);
    ran.check(2);
    ran.complains(&["has ended or was withdrawn", "run it again"]);
    let ran = desk.run("list", "drive", &[]);
    ran.check(0);
    assert!(ran.consented);
    desk.fake.rejected_nothing();
}

#[test]
fn an_old_token_is_renewed_before_it_is_used() {
    let desk = desk();
    desk.fake.state().google.life = Some(10);
    desk.run("list", "drive", &[]).check(0);
    desk.fake.state().google.expire();
    let ran = desk.run("list", "drive", &[]);
    ran.check(0);
    assert!(!ran.consented);
    desk.fake.rejected_nothing();
}

#[test]
fn who_asks_has_to_be_known() {
    let desk = desk();
    let ran = desk.run_bare(&["cloud", "list", "drive"]);
    ran.check(2);
    ran.complains(&["no client id for Google Drive", "--client-secret-file", "Desktop app"]);
    // Google's own JSON names the client and its secret.
    let json =
        json!({ "installed": { "client_id": CLIENT, "client_secret": "GOCSPX-not-so-secret" } });
    fs::write(desk.path("client.json"), json.to_string()).unwrap();
    desk.run_bare(&["cloud", "list", "drive", "--client-secret-file", "client.json"]).check(0);
}

#[test]
fn a_secret_that_is_missing_is_told() {
    let desk = desk();
    let ran = desk.run_bare(&["cloud", "list", "drive", "--client-id", CLIENT]);
    ran.check(2);
    ran.complains(&["client_secret is missing", "--client-secret-file"]);
}

#[test]
fn no_other_machine_takes_the_place_of_a_service() {
    let desk = desk();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_afterimage"));
    command.args(["cloud", "list", "drive", "--client-id", "x", "--tokens", "t.json"]);
    command.current_dir(desk.path("")).env("AFTERIMAGE_CLOUD_STAND_IN", "http://example.com");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("must be an address on this machine"));
}

#[test]
#[cfg(unix)]
fn nobody_has_to_wait_with_it() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};
    let desk = desk();
    desk.run("list", "drive", &[]).check(0);
    desk.fake.state().faults.push(Fault {
        path: "/drive/v3/files",
        after: 0,
        times: 1,
        status: 429,
        headers: vec![("Retry-After", "120")],
        body: json!({}),
    });
    let mut command = desk.command(&["cloud", "list", "drive"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let clock = Instant::now();
    while desk.fake.asked("GET /drive/v3/files ") < 2 && clock.elapsed().as_secs() < 60 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(clock.elapsed().as_secs() < 100);
}
