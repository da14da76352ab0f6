//! The address that a browser is started with.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::desk::{Desk, Page};

/// Serves a page whose browser is a script that keeps what it was started with; gives that.
fn opened(desk: &Desk) -> (Page, String) {
    let bin = desk.path("bin");
    fs::create_dir(&bin).unwrap();
    let name = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    fs::write(bin.join(name), "#!/bin/sh\necho \"$@\" > \"$HOME/opened\"\n").unwrap();
    fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = desk.command(&["serve"]);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    command.env("PATH", path).env_remove("SUDO_UID").env_remove("PKEXEC_UID");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let page = Page::at(child, line.trim());
    let clock = Instant::now();
    loop {
        let opened = fs::read_to_string(desk.path("opened")).unwrap_or_default();
        if opened.ends_with('\n') {
            return (page, opened.trim().to_owned());
        }
        assert!(clock.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The path of the address that leads to the page once: from what the browser was started with, or from the file.
fn visited(page: &Page, opened: &str) -> String {
    let text = match opened.starts_with("http") {
        true => opened.to_owned(),
        false => fs::read_to_string(opened.trim_start_matches("file://")).unwrap(),
    };
    let base = format!("http://127.0.0.1:{}", page.port);
    let at = text.find(&base).unwrap() + base.len();
    text[at..].chars().take_while(|letter| *letter != '"' && *letter != '\n').collect()
}

#[test]
fn what_a_browser_is_started_with_leads_to_the_page_once() {
    let desk = Desk::new();
    let (page, opened) = opened(&desk);
    assert!(!opened.contains(&page.token), "the secret is in the list of processes: {opened}");
    let path = visited(&page, &opened);
    let ask = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", page.port);
    let elsewhere = format!("GET {path} HTTP/1.1\r\nHost: evil.example:{}\r\n\r\n", page.port);
    assert_eq!(page.raw(elsewhere.as_bytes()).unwrap().status, 403);
    if opened.starts_with("http") {
        stranger(&page, &path);
    }
    let first = page.raw(ask.as_bytes()).unwrap();
    let text = String::from_utf8(first.body).unwrap();
    assert!(first.status == 200 && text.contains(&page.token), "{text}");
    let second = page.raw(ask.as_bytes()).unwrap();
    let text = String::from_utf8(second.body).unwrap();
    assert!(second.status == 403 && text.contains("has done so already"), "{text}");
    assert!(!text.contains(&page.token));
    let (status, said) = page.quit();
    assert_eq!(status, 0);
    assert!(said.contains("has done so already") && !said.contains(&path), "{said}");
}

/// A program of another user takes what it saw in the list of processes: where this test may start one.
fn stranger(page: &Page, path: &str) {
    const NOBODY: u32 = 65534;
    let is_root = fs::metadata("/proc/self")
        .is_ok_and(|found| std::os::unix::fs::MetadataExt::uid(&found) == 0);
    if !is_root {
        eprintln!("not run as root: no other user has tried the address");
        return;
    }
    let port = page.port;
    let script = format!(
        "exec 3<>/dev/tcp/127.0.0.1/{port}; printf 'GET {path} HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\n\\r\\n' >&3; cat <&3"
    );
    let mut command = Command::new("bash");
    command.args(["-c", &script]).uid(NOBODY).gid(NOBODY).current_dir("/");
    let Ok(taken) = command.output() else {
        eprintln!("no bash: no other user has tried the address");
        return;
    };
    let text = String::from_utf8_lossy(&taken.stdout).into_owned();
    assert!(
        text.starts_with("HTTP/1.1 403") && text.contains("for the user who started"),
        "{text}"
    );
    assert!(!text.contains(&page.token), "{text}");
}
