//! The program, run as its users run it, and the user's browser.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

use crate::fake::{CLIENT, Fake};

/// A user's folder, and a service.
pub struct Desk {
    pub fake: Fake,
    home: TempDir,
}

/// What a run came to.
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
    /// Whether the user was sent to the page for the consent.
    pub consented: bool,
}

impl Desk {
    pub fn new() -> Self {
        let (fake, home) = (Fake::start(), tempfile::tempdir().unwrap());
        fs::write(home.path().join("secret"), "GOCSPX-not-so-secret\n").unwrap();
        // Nobody else listens there: the system gave it out a moment ago.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        fake.state().dropbox_consents.port = free.local_addr().unwrap().port();
        Desk { fake, home }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Where the tokens are kept.
    pub fn tokens(&self, vendor: &str) -> PathBuf {
        match cfg!(target_os = "macos") {
            true => {
                self.path(&format!("Library/Application Support/afterimage/{vendor}-tokens.json"))
            }
            false => self.path(&format!(".config/afterimage/{vendor}-tokens.json")),
        }
    }

    /// Runs a verb for a service, with all that it wants to know of the client; the user does on the page what the
    /// stand-in is told.
    pub fn run(&self, verb: &str, vendor: &str, more: &[&str]) -> Ran {
        let mut all = vec!["cloud", verb, vendor, "--client-id", CLIENT];
        let port = self.fake.state().dropbox_consents.port.to_string();
        match vendor {
            "drive" => all.extend(["--client-secret-file", "secret"]),
            _ => all.extend(["--port", &port]),
        }
        all.extend(more);
        self.run_bare(&all)
    }

    /// The same with these arguments alone.
    pub fn run_bare(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (mut stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (pages, to_open) = channel();
        let err = thread::spawn(move || {
            let mut all = String::new();
            for line in BufReader::new(stderr).lines().map(Result::unwrap) {
                if line.starts_with("http") {
                    pages.send(line.clone()).unwrap();
                }
                all += &(line + "\n");
            }
            all
        });
        let browser = thread::spawn(move || to_open.into_iter().map(|page| browse(&page)).count());
        let mut out = String::new();
        stdout.read_to_string(&mut out).unwrap();
        let status = child.wait().unwrap().code().unwrap();
        let err = err.join().unwrap();
        Ran { status, out, err, consented: browser.join().unwrap() > 0 }
    }

    /// The program, with an environment that names nothing else than the stand-in.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_afterimage"));
        command.args(arguments).current_dir(self.home.path()).stdin(Stdio::null());
        command.env_clear().env("HOME", self.home.path()).env("APPDATA", self.path(".config"));
        command.env("AFTERIMAGE_CLOUD_STAND_IN", &self.fake.origin).env("TZ", "UTC");
        command
    }

    /// Every file below a folder, with its content.
    pub fn written(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        let top = self.path(folder);
        let (mut files, mut folders) = (Vec::new(), vec![top.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
                match entry.file_type().unwrap().is_dir() {
                    true => folders.push(entry.path()),
                    false => {
                        files.push((below(&top, &entry.path()), fs::read(entry.path()).unwrap()))
                    }
                }
            }
        }
        files.sort();
        files
    }
}

fn below(top: &Path, path: &Path) -> String {
    path.strip_prefix(top).unwrap().to_str().unwrap().replace('\\', "/")
}

/// Opens a page, and goes where it sends.
fn browse(page: &str) {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into();
    let answer = agent.get(page).call().unwrap();
    if let Some(back) = answer.headers().get("location") {
        // The program may have ended meanwhile.
        drop(agent.get(back.to_str().unwrap()).call());
    }
}

impl Ran {
    #[track_caller]
    pub fn check(&self, status: i32) {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: stdout:\n{}\nstderr:\n{}", self.out, self.err))
    }

    /// One line on stderr that begins so and has all the parts in it.
    #[track_caller]
    pub fn complains(&self, parts: &[&str]) {
        let mut lines = self.err.lines().filter(|line| line.starts_with("afterimage: "));
        let found = lines.any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(found, "no line with {parts:?} in\n{}", self.err);
    }

    /// A field of each file.
    #[track_caller]
    pub fn files(&self, field: &str) -> Vec<String> {
        let json = self.json();
        let files = json["files"].as_array().unwrap().iter();
        files.map(|file| file[field].as_str().unwrap_or_default().to_owned()).collect()
    }
}
