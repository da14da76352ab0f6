//! A web server on 127.0.0.1 that delivers ranges of files, as object storage does, and does not when it is told to
//! misbehave.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// A running server; it ends with the process.
pub struct Server {
    /// `http://127.0.0.1:PORT`.
    pub origin: String,
    state: Arc<Mutex<Served>>,
}

/// What a server has, and what it was asked.
#[derive(Default)]
pub struct Served {
    /// Files by their paths, percent-encoded, from the slash on.
    pub files: HashMap<String, ServedFile>,
    /// What it does in place of what it should; the first that fits.
    pub faults: Vec<Fault>,
    /// All requests.
    pub log: Vec<Ask>,
    /// The secret key with which requests have to be signed, where they have to be.
    pub secret: Option<String>,
    /// What was wrong with signatures.
    pub rejected: Vec<String>,
}

/// A file of a server.
#[derive(Clone, Default)]
pub struct ServedFile {
    /// What is in it.
    pub bytes: Arc<Vec<u8>>,
    /// Its `ETag`, quotes included; empty for none.
    pub etag: String,
    /// Its date; empty for none.
    pub modified: String,
}

/// A request.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Path and query.
    pub target: String,
    /// Headers, names in lower case.
    pub headers: HashMap<String, String>,
}

/// What a server does in place of what it should.
pub struct Fault {
    /// What the path holds.
    pub path: &'static str,
    /// Requests that pass before.
    pub after: usize,
    /// Requests that it is done to.
    pub times: usize,
    /// What it does.
    pub what: Misbehaviour,
}

/// What it does.
#[derive(Clone)]
pub enum Misbehaviour {
    /// Answers with this status and these headers.
    Status(u16, Vec<(&'static str, &'static str)>),
    /// Closes after so many bytes of those that it announced.
    Short(usize),
    /// Announces and sends so many bytes only.
    Fewer(usize),
    /// Sends the bytes that lie so much later, and says so.
    Elsewhere(u64),
    /// Says that the file has so many bytes more.
    LongerBy(u64),
    /// Sends the whole file.
    Whole,
    /// Says nothing for so long, then closes.
    Silent(Duration),
    /// Waits so long before it answers.
    Slow(Duration),
    /// Closes without an answer.
    Closed,
    /// Says nothing of which bytes these are.
    Unsaid,
}

impl Server {
    /// Listens.
    ///
    /// # Panics
    ///
    /// When no port is to be had.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let origin = format!("http://{}", listener.local_addr().expect("it listens"));
        let state = Arc::new(Mutex::new(Served::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || drop(serve(connection, &shared)));
            }
        });
        Server { origin, state }
    }

    /// What it has.
    pub fn state(&self) -> MutexGuard<'_, Served> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a file with an `ETag` and a date of its own; its address.
    pub fn put(&self, path: &str, bytes: &[u8]) -> String {
        let file = ServedFile {
            bytes: Arc::new(bytes.to_vec()),
            etag: format!("\"{:08x}-{}\"", crc32fast::hash(bytes), bytes.len()),
            modified: "Fri, 01 Mar 2024 10:00:00 GMT".to_owned(),
        };
        self.state().files.insert(path.to_owned(), file);
        format!("{}{path}", self.origin)
    }

    /// Misbehaves from now on: with requests after `after` of them, `times` times.
    pub fn misbehave(&self, path: &'static str, after: usize, times: usize, what: Misbehaviour) {
        self.state().faults.push(Fault { path, after, times, what });
    }

    /// How many requests there were.
    pub fn asked(&self) -> usize {
        self.state().log.len()
    }
}

/// Answers the requests of one connection.
fn serve(connection: TcpStream, state: &Mutex<Served>) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut requests = BufReader::new(connection.try_clone()?);
    let mut out = connection;
    while let Some(ask) = read(&mut requests)? {
        let answer = {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            state.log.push(ask.clone());
            state.answer(&ask)
        };
        thread::sleep(answer.wait);
        out.write_all(answer.head.as_bytes())?;
        out.write_all(answer.body())?;
        out.flush()?;
        if answer.closes {
            // What is on its way has to arrive before the connection is cut.
            out.shutdown(std::net::Shutdown::Write)?;
            io::copy(&mut requests.take(1 << 20), &mut io::sink())?;
            return Ok(());
        }
    }
    Ok(())
}

/// The next request; nothing at the end of the connection.
fn read(requests: &mut impl BufRead) -> io::Result<Option<Ask>> {
    let mut line = String::new();
    if requests.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = HashMap::new();
    loop {
        line.clear();
        requests.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    Ok(Some(Ask { target, headers }))
}

/// An answer.
#[derive(Default)]
struct Answer {
    wait: Duration,
    head: String,
    bytes: Arc<Vec<u8>>,
    /// Which of the bytes.
    range: std::ops::Range<usize>,
    closes: bool,
}

impl Answer {
    fn body(&self) -> &[u8] {
        &self.bytes[self.range.clone()]
    }

    /// One that is no more than a status.
    fn status(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let more: String =
            headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head =
            format!("HTTP/1.1 {status} -\r\n{more}Content-Length: {}\r\n\r\n{body}", body.len());
        Answer { head, ..Answer::default() }
    }
}

impl Served {
    fn answer(&mut self, ask: &Ask) -> Answer {
        let path = ask.target.split('?').next().unwrap_or_default().to_owned();
        if let Some(secret) = &self.secret {
            let host = ask.headers.get("host").map_or("", String::as_str);
            if let Some(fault) = crate::signature::fault(host, &ask.target, secret) {
                self.rejected.push(fault);
                let body = "<?xml version=\"1.0\"?><Error><Code>SignatureDoesNotMatch</Code>\
                            <Message>It does not.</Message></Error>";
                return Answer::status(403, &[], body);
            }
        }
        let fault = self.fault(&path);
        let Some(file) = self.files.get(&path).cloned() else {
            return Answer::status(404, &[], "<Error><Code>NoSuchKey</Code></Error>");
        };
        deliver(ask, &file, fault)
    }

    /// What is to be done in place of what should be.
    fn fault(&mut self, path: &str) -> Option<Misbehaviour> {
        let fits = |fault: &&mut Fault| path.contains(fault.path);
        let fault = self.faults.iter_mut().find(fits)?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        fault.times = fault.times.saturating_sub(1);
        let what = fault.what.clone();
        self.faults.retain(|fault| fault.times > 0);
        Some(what)
    }
}

/// The answer to a request for a range of a file.
fn deliver(ask: &Ask, file: &ServedFile, fault: Option<Misbehaviour>) -> Answer {
    if let Some(Misbehaviour::Status(status, headers)) = &fault {
        return Answer::status(*status, headers, "");
    }
    let len = file.bytes.len() as u64;
    if ask.headers.get("if-match").is_some_and(|etag| *etag != file.etag) {
        return Answer::status(412, &[], "");
    }
    let range = ask.headers.get("range").and_then(|range| {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse::<u64>().ok()?, last.parse::<u64>().ok()?))
    });
    let Some((mut first, last)) = range else { return whole(file) };
    if first >= len {
        return Answer::status(416, &[("Content-Range", &format!("bytes */{len}"))], "");
    }
    let mut end = (last + 1).min(len);
    let (mut told, mut wait, mut closes, mut cut) = (len, Duration::ZERO, false, None);
    let mut is_said = true;
    match fault {
        Some(Misbehaviour::Whole) => return whole(file),
        Some(Misbehaviour::Short(most)) => (closes, cut) = (true, Some(most)),
        Some(Misbehaviour::Fewer(most)) => end = end.min(first + most as u64),
        Some(Misbehaviour::Elsewhere(by)) => {
            (first, end) = ((first + by).min(len - 1), (end + by).min(len))
        }
        Some(Misbehaviour::LongerBy(by)) => told = len + by,
        Some(Misbehaviour::Silent(time)) => {
            return Answer { wait: time, closes: true, ..Answer::default() };
        }
        Some(Misbehaviour::Slow(time)) => wait = time,
        Some(Misbehaviour::Closed) => return Answer { closes: true, ..Answer::default() },
        Some(Misbehaviour::Unsaid) => is_said = false,
        Some(Misbehaviour::Status(..)) | None => {}
    }
    let mut head = format!("HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\n", end - first);
    if is_said {
        head.push_str(&format!("Content-Range: bytes {first}-{}/{told}\r\n", end - 1));
    }
    head.push_str(&version(file));
    head.push_str("\r\n");
    let sent = cut.map_or(end, |most| end.min(first + most as u64));
    let range = first as usize..sent as usize;
    Answer { wait, head, bytes: Arc::clone(&file.bytes), range, closes }
}

fn whole(file: &ServedFile) -> Answer {
    let len = file.bytes.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n{}\r\n", version(file));
    Answer { head, bytes: Arc::clone(&file.bytes), range: 0..len, ..Answer::default() }
}

/// The headers that tell the version of a file.
fn version(file: &ServedFile) -> String {
    let header = |name: &str, value: &str| match value {
        "" => String::new(),
        value => format!("{name}: {value}\r\n"),
    };
    header("ETag", &file.etag) + &header("Last-Modified", &file.modified)
}
