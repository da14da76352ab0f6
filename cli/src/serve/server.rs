//! Listening on loopback: a thread for each connection, no more than a few at once, one request each.

use std::io::{self, BufWriter, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;

use super::checks::Gate;
use super::denial::Denial;
use super::peer;
use super::request::{Incoming, MOST_TIME, Method};
use super::response::Response;
use super::routes;
use super::session::PageSession;
use super::token::Token;
use super::visit::{VisitCode, Visited, Visitors};
use crate::text;

/// Connections at once. A browser makes six.
const MOST_CONNECTIONS: usize = 48;

/// So long a client may take nothing of an answer.
const MOST_WAIT: Duration = Duration::from_secs(20);

/// Bytes in a second that a client takes at the least, over all of an answer.
const LEAST_RATE: u64 = 16 << 10;

/// Requests that are refused and told of; then it is told once that there are more.
const MOST_TOLD: usize = 100;

/// Bytes of a refused request that are thrown away, so that the client reads why.
const MOST_IGNORED: usize = 2 << 20;

/// How long that may take.
const MOST_IGNORED_TIME: Duration = Duration::from_secs(1);

/// A port of loopback that answers.
pub struct Server {
    listener: TcpListener,
    gate: Gate,
}

/// What the threads of all connections share.
struct Shared {
    gate: Gate,
    session: Arc<PageSession>,
    connections: AtomicUsize,
    refused: AtomicUsize,
}

impl Server {
    /// Listens on `port` of `127.0.0.1`; on a free one where that is 0.
    ///
    /// # Errors
    ///
    /// When the port is taken, or the system has no randomness.
    pub fn listen(port: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).with_context(|| {
            format!("cannot listen on port {port} of 127.0.0.1; name another one with --port")
        })?;
        let ours = listener.local_addr().context("cannot listen on 127.0.0.1")?;
        let once = Arc::new(VisitCode::new(Visitors::of_this_process(ours))?);
        Ok(Server { listener, gate: Gate { token: Token::new()?, once, port: ours.port() } })
    }

    /// The address of the page, with its secret.
    pub fn address(&self) -> String {
        self.gate.address()
    }

    /// The address for a browser that is opened, which leads to the page once.
    pub fn address_once(&self) -> String {
        self.gate.address_once()
    }

    /// Whether whoever sees that address may use it, of all users of this machine.
    pub fn is_once_for_any(&self) -> bool {
        self.gate.once.is_for_any()
    }

    /// Answers from now on, on threads of its own, as long as this process lives.
    ///
    /// # Errors
    ///
    /// When the system has no thread.
    pub fn start(self, session: Arc<PageSession>) -> anyhow::Result<()> {
        let Server { listener, gate } = self;
        let (connections, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let shared = Arc::new(Shared { gate, session, connections, refused });
        let accept = move || {
            for stream in listener.incoming() {
                match stream {
                    Ok(stream) => Shared::take(&shared, stream),
                    // No more files can be opened: it gets better when a connection ends.
                    Err(_) => thread::sleep(Duration::from_millis(50)),
                }
            }
        };
        thread::Builder::new().name("page".to_owned()).spawn(accept).context("cannot serve")?;
        Ok(())
    }
}

impl Shared {
    /// Answers on a thread, or refuses what is too much.
    fn take(shared: &Arc<Self>, stream: TcpStream) {
        if shared.connections.fetch_add(1, Relaxed) >= MOST_CONNECTIONS {
            shared.connections.fetch_sub(1, Relaxed);
            drop(stream.set_write_timeout(Some(Duration::from_millis(100))));
            drop(answer(&stream, Denial::BUSY.into()));
            return;
        }
        // Given back whatever becomes of the thread.
        let place = Place(Arc::clone(shared));
        drop(thread::Builder::new().name("request".to_owned()).spawn(move || {
            place.0.serve(&stream);
        }));
    }

    fn serve(&self, stream: &TcpStream) {
        drop(stream.set_write_timeout(Some(MOST_WAIT)));
        drop(stream.set_nodelay(true));
        let mut incoming = Incoming::new(stream, MOST_TIME);
        // A fault in one answer is no reason to leave whoever asked without any.
        let responded = catch_unwind(AssertUnwindSafe(|| self.respond(stream, &mut incoming)));
        match responded.unwrap_or(Err(Denial::FAULT)) {
            // A client that is gone takes no answer.
            Ok(Some(response)) => {
                drop(answer(stream, response));
                self.session.answered();
            }
            Ok(None) => {}
            Err(refusal) => {
                drop(answer(stream, refusal.into()));
                // Closed with bytes that nobody read, the connection would be reset, and the answer lost.
                drop(stream.shutdown(Shutdown::Write));
                ignore_rest(stream);
            }
        }
    }

    fn respond(
        &self,
        stream: &TcpStream,
        incoming: &mut Incoming<'_>,
    ) -> Result<Option<Response>, Denial> {
        let head = match incoming.head() {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(None),
            Err(refusal) => return Err(self.refuse(refusal, "")),
        };
        let user = || peer::user_of(stream.peer_addr().ok()?, stream.local_addr().ok()?);
        match self.gate.visit(&head, user) {
            Visited::Welcome => return Ok(Some(Response::onward(&self.gate.path()))),
            Visited::Refused(why) => return Err(self.refuse(Denial::forbidden(why), &head.path)),
            Visited::Unknown => {}
        }
        let passed = self.gate.pass(&head);
        let below = passed.map_err(|refusal| self.refuse(refusal, &head.path))?;
        let body = match head.method {
            Method::Post => incoming.body(head.body_len),
            _ => Ok(Vec::new()),
        };
        let body = body.map_err(|refusal| self.refuse(refusal, &head.path))?;
        let answered = routes::answer(&self.session, &head, below, &body);
        answered.map(Some).map_err(|refusal| self.refuse(refusal, &head.path))
    }

    /// Tells of a request that was refused, in one line.
    fn refuse(&self, refusal: Denial, path: &str) -> Denial {
        if refusal.is_conflict() {
            // Our own page has asked at a wrong moment, and says so.
            return refusal;
        }
        let line = match self.refused.fetch_add(1, Relaxed) {
            told if told < MOST_TOLD => {
                let path = text::plain(&self.gate.told(path));
                format!(
                    "afterimage: refused a request ({}): {} {path}",
                    refusal.status, refusal.why
                )
            }
            MOST_TOLD => "afterimage: refused more requests, which are not told of".to_owned(),
            _ => return refusal,
        };
        drop(writeln!(io::stderr(), "{}", line.trim_end()));
        refusal
    }
}

/// One of the connections that are answered at a time.
struct Place(Arc<Shared>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Relaxed);
    }
}

/// Reads what else a refused client says, for as long as it takes to read why.
fn ignore_rest(mut stream: &TcpStream) {
    let until = Instant::now() + MOST_IGNORED_TIME;
    drop(stream.set_read_timeout(Some(Duration::from_millis(100))));
    let (mut ignored, mut piece) = (0, [0; 8192]);
    while ignored < MOST_IGNORED && Instant::now() < until {
        match stream.read(&mut piece) {
            Ok(read) if read > 0 => ignored += read,
            _ => return,
        }
    }
}

fn answer(stream: &TcpStream, response: Response) -> io::Result<()> {
    let until = Instant::now() + MOST_WAIT + Duration::from_secs(response.body_len() / LEAST_RATE);
    response.write(&mut BufWriter::new(Patient { stream, until }))
}

/// A client that has until then to take all of an answer: one that takes a byte now and then keeps no connection for
/// ever.
struct Patient<'s> {
    stream: &'s TcpStream,
    until: Instant,
}

impl Write for Patient<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if Instant::now() > self.until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
