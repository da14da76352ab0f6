//! A folder with a card in it, the program that serves its page, and what speaks to it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// So long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A folder, with the demo card in it.
pub struct Desk(pub TempDir);

/// The program, and how to reach it.
pub struct Page {
    pub child: Child,
    pub port: u16,
    pub token: String,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Desk {
    pub fn new() -> Self {
        let desk = Desk(tempfile::tempdir().unwrap());
        fs::write(desk.path("card.img"), afterimage_testdata::card::demo().image).unwrap();
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        fs::canonicalize(self.0.path()).unwrap().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_afterimage"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command.env("HOME", self.0.path());
        command
    }

    /// Serves the page.
    pub fn serve(&self, arguments: &[&str]) -> Page {
        let mut command = self.command(&["serve", "--no-browser"]);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Page::at(child, line.trim())
    }
}

impl Page {
    pub fn at(child: Child, address: &str) -> Self {
        let rest =
            address.strip_prefix("http://127.0.0.1:").unwrap_or_else(|| panic!("{address:?}"));
        let (port, token) = rest.split_once('/').unwrap();
        Page { child, port: port.parse().unwrap(), token: token.trim_end_matches('/').to_owned() }
    }

    /// The address, as it was printed.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/{}/", self.port, self.token)
    }

    /// Sends bytes as they are; what comes back, or nothing where the connection was closed.
    pub fn raw(&self, bytes: &[u8]) -> Option<Answer> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // The other end may have heard enough before all is said.
        drop(stream.write_all(bytes));
        Answer::read(&mut stream)
    }

    pub fn get(&self, below: &str) -> Answer {
        let Page { port, token, .. } = self;
        let text = format!("GET /{token}/{below} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
        self.raw(text.as_bytes()).unwrap()
    }

    pub fn post(&self, below: &str, value: &Value) -> Answer {
        let Page { port, token, .. } = self;
        let body = value.to_string();
        let text = format!(
            "POST /{token}/{below} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.raw(text.as_bytes()).unwrap()
    }

    #[track_caller]
    pub fn done(&self, below: &str, value: &Value) -> Value {
        let said = self.post(below, value).json();
        assert_eq!(said.get("error"), None, "{said}");
        said
    }

    pub fn state(&self) -> Value {
        self.get("api/state").json()
    }

    /// All photos that are listed, as a page reads them that was just opened.
    pub fn photos(&self) -> Vec<Value> {
        let (mut photos, mut next, mut generation) = (Vec::new(), 0, 0);
        loop {
            let said = self
                .get(&format!("api/photos?generation={generation}&after={next}&picks_after=0"))
                .json();
            if said["generation"].as_u64() != Some(generation) {
                generation = said["generation"].as_u64().unwrap();
                photos.clear();
            }
            photos.extend(said["photos"].as_array().unwrap().iter().cloned());
            next = said["next"].as_u64().unwrap();
            if said["photos"].as_array().unwrap().is_empty() {
                return photos;
            }
        }
    }

    /// Waits until the session is as wanted; gives what it is then.
    #[track_caller]
    pub fn until(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let clock = Instant::now();
        loop {
            let state = self.state();
            if is(&state) {
                return state;
            }
            assert!(clock.elapsed() < PATIENCE, "not {what}: {state}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends the program by its button; its exit status, and what it said on stderr.
    pub fn quit(mut self) -> (i32, String) {
        self.done("api/quit", &json!({}));
        let status = self.child.wait().unwrap().code().unwrap();
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (status, said)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // It has ended, unless a test failed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Answer {
    pub fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        drop(stream.read_to_end(&mut bytes));
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let body = bytes.split_off(end + 4);
        let head = String::from_utf8(bytes).unwrap();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Answer { status, head, body })
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, 200, "{text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}
