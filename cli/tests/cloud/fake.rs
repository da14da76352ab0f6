//! Stand-ins for the services on 127.0.0.1, which reject every path, parameter and scope that the vendors'
//! documents do not know. What they reject is kept, so that a test can say that there was none of it.

#[path = "fake/consent.rs"]
mod consent;
#[path = "fake/drive.rs"]
pub mod drive;
#[path = "fake/dropbox.rs"]
pub mod dropbox;
#[path = "fake/fields.rs"]
mod fields;
#[path = "fake/schema.rs"]
mod schema;

use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use afterimage_engine::{Algorithm, Hasher};
use oauth2::url::form_urlencoded;
use serde_json::{Value, json};
use tiny_http::{Header, Response, Server};

pub use consent::{Answer, CLIENT, Consents};

/// A running stand-in, of both services.
pub struct Fake {
    /// `http://127.0.0.1:PORT`.
    pub origin: String,
    state: Arc<Mutex<State>>,
    server: Arc<Server>,
}

/// What it holds and what it was asked.
#[derive(Default)]
pub struct State {
    pub google: Consents,
    pub dropbox_consents: Consents,
    pub drive: drive::Drive,
    pub dropbox: dropbox::Dropbox,
    /// Answers that come before all others.
    pub faults: Vec<Fault>,
    /// Every request, as `GET /path `.
    pub log: Vec<String>,
    /// What was wrong with requests.
    pub rejected: Vec<String>,
}

/// An answer that is none of the service's own.
pub struct Fault {
    /// What the path begins with.
    pub path: &'static str,
    /// Requests that pass before.
    pub after: u32,
    /// How often it comes.
    pub times: u32,
    pub status: u16,
    pub headers: Vec<(&'static str, &'static str)>,
    pub body: Value,
}

/// A request.
pub struct Ask {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// An answer.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Fake {
    /// Listens until it is dropped.
    pub fn start() -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let origin = format!("http://{}", server.server_addr().to_ip().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let (serving, shared) = (Arc::clone(&server), Arc::clone(&state));
        thread::spawn(move || {
            for request in serving.incoming_requests() {
                answer(request, &shared);
            }
        });
        Fake { origin, state, server }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How many requests there were whose method and path begin so.
    pub fn asked(&self, start: &str) -> usize {
        self.state().log.iter().filter(|line| line.starts_with(start)).count()
    }

    #[track_caller]
    pub fn rejected_nothing(&self) {
        assert_eq!(self.state().rejected, Vec::<String>::new());
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.server.unblock();
    }
}

fn answer(mut request: tiny_http::Request, state: &Mutex<State>) {
    let (path, query) = match request.url().split_once('?') {
        Some((path, query)) => (path.to_owned(), query.to_owned()),
        None => (request.url().to_owned(), String::new()),
    };
    let mut body = Vec::new();
    request.as_reader().read_to_end(&mut body).unwrap();
    let headers = request.headers().iter();
    let headers = headers.map(|header| {
        (header.field.as_str().as_str().to_ascii_lowercase(), header.value.as_str().to_owned())
    });
    let ask = Ask {
        method: request.method().to_string(),
        path,
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: headers.collect(),
        body,
    };
    let reply = state.lock().unwrap().answer(&ask);
    let mut response = Response::from_data(reply.body).with_status_code(reply.status);
    for (name, value) in reply.headers {
        response.add_header(Header::from_bytes(name, value).unwrap());
    }
    drop(request.respond(response));
}

impl State {
    fn answer(&mut self, ask: &Ask) -> Reply {
        self.log.push(format!("{} {} ", ask.method, ask.path));
        for fault in &mut self.faults {
            if !ask.path.starts_with(fault.path) || fault.times == 0 {
                continue;
            }
            if fault.after > 0 {
                fault.after -= 1;
                continue;
            }
            fault.times -= 1;
            let mut reply = Reply::json(fault.status, &fault.body);
            let headers = fault.headers.iter();
            reply.headers.extend(headers.map(|(name, value)| ((*name).into(), (*value).into())));
            return reply;
        }
        let reply = match (&*ask.method, &*ask.path) {
            ("GET", "/o/oauth2/v2/auth") => consent::page(&mut self.google, &consent::GOOGLE, ask),
            ("POST", "/token") => consent::token(&mut self.google, &consent::GOOGLE, ask),
            ("GET", "/oauth2/authorize") => {
                consent::page(&mut self.dropbox_consents, &consent::DROPBOX, ask)
            }
            ("POST", "/oauth2/token") => {
                consent::token(&mut self.dropbox_consents, &consent::DROPBOX, ask)
            }
            (_, path) if path.starts_with("/drive/v3/") => self.drive.answer(&self.google, ask),
            (_, path) if path.starts_with("/2/") => {
                self.dropbox.answer(&self.dropbox_consents, ask)
            }
            _ => Err(Reply::json(404, &json!({ "error": "no such path" }))),
        };
        reply.unwrap_or_else(|reply| {
            let body = String::from_utf8_lossy(&reply.body).into_owned();
            self.rejected.push(format!("{} {}: {} {body}", ask.method, ask.path, reply.status));
            reply
        })
    }
}

impl Ask {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().filter(|(field, _)| field == name);
        headers.next().map(|(_, value)| value.as_str())
    }

    /// The parameters, where each is known and stands there once.
    pub fn parameters(&self, known: &[&[&str]]) -> Result<Vec<(&str, &str)>, String> {
        once(&self.query, known)
    }

    /// The same of a form.
    pub fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }
}

/// Pairs whose names are known, each there once.
pub fn once<'p>(
    pairs: &'p [(String, String)],
    known: &[&[&str]],
) -> Result<Vec<(&'p str, &'p str)>, String> {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for (name, value) in pairs {
        if !known.iter().any(|names| names.contains(&name.as_str())) {
            return Err(format!("unknown parameter {name}"));
        }
        if seen.iter().any(|(other, _)| other == name) {
            return Err(format!("{name} is there twice"));
        }
        seen.push((name, value));
    }
    Ok(seen)
}

/// The value of a name.
pub fn get<'p>(pairs: &[(&'p str, &'p str)], name: &str) -> Option<&'p str> {
    pairs.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        Reply { status, headers, body: serde_json::to_vec(body).unwrap() }
    }
}

/// MD5 and SHA-256 of some bytes.
pub fn digests(bytes: &[u8]) -> (String, String) {
    let mut hasher = Hasher::new(&[Algorithm::Md5, Algorithm::Sha256]);
    hasher.update(bytes);
    let digests = hasher.finish();
    (digests.md5.unwrap(), digests.sha256.unwrap())
}
