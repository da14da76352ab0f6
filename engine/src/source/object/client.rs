//! One request for a range of an object.

use std::time::Duration;

use afterimage_signatures::verdict::Span;
use ureq::Agent;
use ureq::http::Request;
use ureq::http::header::{ACCEPT_ENCODING, IF_MATCH, RANGE};
use ureq::tls::{RootCerts, TlsConfig};

use super::answer::{Asked, Failure, Fetched, unanswered};
use super::place::Place;
use super::version::Version;
use crate::source::fault::{Fault, FaultKind};

/// Connections that are kept open to one server; one for each thread that fetches.
pub(super) const CONNECTIONS: usize = 8;

/// Redirections that are followed for one request.
const MOST_REDIRECTS: u32 = 5;

/// How long a server is waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the beginning of an answer, and for more of it.
    pub answer: Duration,
    /// For all of an answer: some hundred kilobytes have to come in this time.
    pub whole: Duration,
    /// Before the second attempt; each later one takes about twice as long.
    pub unit: Duration,
}

impl Patience {
    /// With a server of this machine, or with another one.
    pub(super) fn with(place: &Place) -> Self {
        // The way to this machine is short, and nobody waits for it to be mended.
        let unit = Duration::from_millis(if place.is_here() { 20 } else { 500 });
        Patience {
            connect: Duration::from_secs(15),
            answer: Duration::from_secs(30),
            whole: Duration::from_secs(300),
            unit,
        }
    }
}

/// Asks for ranges of one object.
pub(super) struct Client {
    agent: Agent,
    place: Place,
    pub patience: Patience,
}

impl Client {
    pub(super) fn new(place: Place, patience: Patience) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        // A signature is for one host, and object storage says where a bucket lies.
        let redirects = if place.asks().is_some() { 0 } else { MOST_REDIRECTS };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .https_only(place.is_encrypted())
            .max_redirects(redirects)
            .max_redirects_will_error(redirects > 0)
            .tls_config(tls)
            .user_agent(concat!("afterimage/", env!("CARGO_PKG_VERSION")))
            .max_idle_connections_per_host(CONNECTIONS)
            .timeout_resolve(Some(patience.connect))
            .timeout_connect(Some(patience.connect))
            .timeout_recv_response(Some(patience.answer))
            .timeout_per_read(Some(patience.answer))
            .timeout_per_write(Some(patience.answer))
            .timeout_recv_body(Some(patience.whole));
        let config = if place.is_here() { config.proxy(None) } else { config };
        Client { agent: config.build().into(), place, patience }
    }

    /// The same object in another region.
    pub(super) fn in_region(&self, region: &str) -> Option<Self> {
        self.place.in_region(region).map(|place| Client::new(place, self.patience))
    }

    /// Asks once for the bytes of `span`, which has some; of the version that is `known` alone, once one is.
    pub(super) fn fetch(&self, span: Span, known: Option<&Version>) -> Result<Fetched, Failure> {
        let last = span.end().saturating_sub(1);
        let mut request = Request::get(self.place.request().as_str())
            .header(RANGE, format!("bytes={}-{last}", span.at))
            // Ranges count bytes as they are stored.
            .header(ACCEPT_ENCODING, "identity");
        if let Some(condition) = known.and_then(Version::condition) {
            request = request.header(IF_MATCH, condition);
        }
        let request = request.body(()).map_err(|_| {
            Failure::Lasting(Fault::new(
                FaultKind::Failed,
                "no request can be made of this address",
            ))
        })?;
        let asked = Asked { span, known, signed: self.place.asks() };
        match self.agent.run(request) {
            Ok(answer) => asked.read(answer),
            Err(error) => Err(unanswered(&error)),
        }
    }
}
