//! Requests: made again where a service is busy, and never faster than it asks for.

use std::io::Read;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use afterimage_engine::backoff::{Backoff, retry_after};
use afterimage_engine::progress::Progress;
use jiff::Timestamp;
use serde_json::Value;
use ureq::http::{HeaderMap, Method, Request, Response};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use super::endpoints::Endpoints;
use super::failure::{Failure, one_line};

/// The longest answer in JSON that is read, in bytes; a page of 2,000 entries takes some 2 MiB.
const LONGEST_ANSWER: u64 = 64 << 20;

/// The longest refusal that is read, in bytes.
const LONGEST_REFUSAL: u64 = 64 << 10;

/// How long a wait goes on without asking whether somebody wants to stop.
const TICK: Duration = Duration::from_millis(50);

/// Makes requests.
pub struct Http {
    agent: Agent,
    progress: Arc<Progress>,
    /// About how long the first wait is.
    unit: Duration,
}

/// An answer that is not a yes.
#[derive(Debug)]
pub struct Refusal {
    /// The status of HTTP.
    pub status: u16,
    /// What came with it, cut where it is long.
    pub body: Vec<u8>,
    headers: HeaderMap,
}

impl Http {
    /// Makes requests until `progress` asks to stop; without encryption only where a stand-in on this machine
    /// takes the place of a service.
    pub fn new(endpoints: &Endpoints, progress: Arc<Progress>) -> Self {
        let here = endpoints.is_stand_in;
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .https_only(!here)
            .tls_config(tls)
            .user_agent(concat!("afterimage/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(Duration::from_secs(30)))
            .timeout_recv_response(Some(Duration::from_secs(60)))
            .timeout_per_read(Some(Duration::from_secs(60)))
            .timeout_per_write(Some(Duration::from_secs(60)));
        let config = if here { config.proxy(None) } else { config };
        let unit = Duration::from_millis(if here { 20 } else { 1000 });
        Http { agent: config.build().into(), progress, unit }
    }

    /// Who asks to stop.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// What a service answers; the outer failure is for the world, the inner one for its no. A request that may
    /// have arrived is made again only where `is_repeatable`.
    pub fn send(
        &self,
        doing: &str,
        request: &Request<Vec<u8>>,
        is_repeatable: bool,
    ) -> Result<Result<Response<Body>, Refusal>, Failure> {
        let mut backoff = Backoff::new(self.unit);
        loop {
            if self.progress.stopped() {
                return Err(Failure::Stopped);
            }
            let (asked, why) = match self.send_once(request) {
                Ok(answer) if answer.status().is_success() => return Ok(Ok(answer)),
                Ok(answer) => {
                    let refusal = Refusal::of(answer);
                    if !refusal.is_busy() {
                        return Ok(Err(refusal));
                    }
                    (refusal.retry_after(), refusal.message())
                }
                Err(error) if is_repeatable && is_passing(&error) => (None, why(&error)),
                Err(error) => {
                    return Err(Failure::other(format!("cannot {doing}: {}", why(&error))));
                }
            };
            match backoff.next(asked) {
                Some(wait) => self.sleep(wait)?,
                None => return Err(Failure::Busy { doing: doing.to_owned(), why }),
            }
        }
    }

    fn send_once(&self, request: &Request<Vec<u8>>) -> Result<Response<Body>, ureq::Error> {
        if request.method() == Method::GET {
            return self.agent.run(request.clone().map(|_| ()));
        }
        self.agent.run(request.clone())
    }

    /// The whole of an answer in JSON or as a form.
    ///
    /// # Errors
    ///
    /// When it breaks off, or is longer than any such answer.
    pub fn whole(doing: &str, mut answer: Response<Body>) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        let read = answer.body_mut().as_reader().take(LONGEST_ANSWER + 1).read_to_end(&mut body);
        match read {
            Ok(len) if len as u64 <= LONGEST_ANSWER => Ok(body),
            Ok(_) => Err(Failure::other(format!("cannot {doing}: the answer is endless"))),
            Err(error) => {
                let why = one_line(&error.to_string());
                Err(Failure::other(format!("cannot {doing}: the answer broke off: {why}")))
            }
        }
    }

    fn sleep(&self, wait: Duration) -> Result<(), Failure> {
        let until = Instant::now() + wait;
        while Instant::now() < until {
            if self.progress.stopped() {
                return Err(Failure::Stopped);
            }
            thread::sleep(TICK.min(until.saturating_duration_since(Instant::now())));
        }
        Ok(())
    }
}

/// What went wrong on the way, in one line.
fn why(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => one_line(&error.to_string()),
        other => one_line(&other.to_string()),
    }
}

/// Whether a failure of the network may be over in a moment.
fn is_passing(error: &ureq::Error) -> bool {
    use ureq::Error::{ConnectionFailed, HostNotFound, Io, Timeout};
    match error {
        Timeout(_) | HostNotFound | ConnectionFailed => true,
        // A certificate that is not trusted comes as invalid data.
        Io(error) => error.kind() != std::io::ErrorKind::InvalidData,
        _ => false,
    }
}

impl Refusal {
    fn of(mut answer: Response<Body>) -> Self {
        let mut body = Vec::new();
        // What was read until it broke off may tell enough.
        drop(answer.body_mut().as_reader().take(LONGEST_REFUSAL).read_to_end(&mut body));
        let headers = std::mem::take(answer.headers_mut());
        Refusal { status: answer.status().as_u16(), body, headers }
    }

    /// Its body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether the same request may be granted later.
    ///
    /// Drive says also with status 403 that somebody asks too fast (Google, "Resolve errors").
    fn is_busy(&self) -> bool {
        let too_fast = |json: &Value| {
            let reasons = json["error"]["errors"].as_array().into_iter().flatten();
            let mut reasons = reasons.filter_map(|error| error["reason"].as_str());
            reasons.any(|reason| matches!(reason, "rateLimitExceeded" | "userRateLimitExceeded"))
        };
        match self.status {
            429 | 500..=599 => true,
            403 => too_fast(&self.json()),
            _ => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        let header = self.headers.get("retry-after").and_then(|header| header.to_str().ok());
        header.and_then(|header| retry_after(header, Timestamp::now()))
    }

    /// What the service says, in one plain line.
    pub fn message(&self) -> String {
        let json = self.json();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let said = text(&json["user_message"]["text"])
            .or_else(|| text(&json["error"]["message"]))
            .or_else(|| text(&json["error_summary"]))
            .or_else(|| text(&json["error_description"]))
            .or_else(|| text(&json["error"]))
            .unwrap_or_else(|| match json {
                Value::Null => String::from_utf8_lossy(&self.body).into_owned(),
                _ => String::new(),
            });
        match one_line(&said) {
            // A page for a browser tells nobody anything here.
            line if line.is_empty() || line.starts_with('<') => {
                format!("the service answers with status {} and no more", self.status)
            }
            line => line,
        }
    }

    /// As a failure to do something.
    pub fn to_failure(&self, doing: &str) -> Failure {
        Failure::refused(doing, self.status, &self.message())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &str) -> Refusal {
        Refusal { status, body: body.into(), headers: HeaderMap::new() }
    }

    #[test]
    fn each_vendor_s_word_is_found() {
        for (body, expected) in [
            (r#"{"error":{"code":404,"message":"File not found: x."}}"#, "File not found: x."),
            (r#"{"error_summary":"path/not_found/..","error":{}}"#, "path/not_found/.."),
            (r#"{"error_summary":"a","user_message":{"text":"No such file"}}"#, "No such file"),
            (r#"{"error":"invalid_grant","error_description":"Expired"}"#, "Expired"),
            ("Error in call:\n x", "Error in call: x"),
            ("<html>", "the service answers with status 400 and no more"),
            ("", "the service answers with status 400 and no more"),
        ] {
            assert_eq!(refusal(400, body).message(), expected);
        }
    }

    #[test]
    fn what_passes_is_told_from_what_stays() {
        let limit = r#"{"error":{"errors":[{"reason":"userRateLimitExceeded"}]}}"#;
        let rights = r#"{"error":{"errors":[{"reason":"insufficientFilePermissions"}]}}"#;
        for (status, body, expected) in [
            (429, "", true),
            (503, "", true),
            (403, limit, true),
            (403, rights, false),
            (404, limit, false),
            (409, "", false),
        ] {
            assert_eq!(refusal(status, body).is_busy(), expected, "{status} {body}");
        }
    }
}
