//! What an answer of a server comes to.

use std::io::Read;
use std::time::Duration;

use afterimage_signatures::verdict::Span;
use jiff::Timestamp;
use ureq::http::{HeaderMap, Response, StatusCode};
use ureq::{Body, Error, Timeout};

use super::range::{ContentRange, content_range};
use super::storage::{self, one_line};
use super::version::Version;
use crate::control::backoff::retry_after;
use crate::source::fault::{Fault, FaultKind};

/// Bytes that came, and of which version of the object they are.
#[derive(Debug)]
pub(super) struct Fetched {
    pub version: Version,
    /// From the first byte on that was asked for; fewer than those where the answer is short or broke off.
    pub bytes: Vec<u8>,
    /// Why they are fewer.
    pub why: String,
}

/// Why no bytes came.
#[derive(Debug)]
pub(super) enum Failure {
    /// It may be over in a moment; the server may have said when.
    Passing { why: String, wait: Option<Duration> },
    /// The object lies in that region.
    Region(String),
    /// It stays so.
    Lasting(Fault),
}

impl Failure {
    fn lasting(kind: FaultKind, why: impl Into<String>) -> Self {
        Failure::Lasting(Fault::new(kind, why))
    }

    fn passing(why: impl Into<String>) -> Self {
        Failure::Passing { why: why.into(), wait: None }
    }
}

/// What is asked for.
pub(super) struct Asked<'a> {
    /// Which bytes.
    pub span: Span,
    /// The version that was opened, once that is so.
    pub known: Option<&'a Version>,
    /// Whether it is object storage, and whether somebody in particular asks there.
    pub signed: Option<bool>,
}

impl Asked<'_> {
    /// Reads an answer.
    pub(super) fn read(&self, answer: Response<Body>) -> Result<Fetched, Failure> {
        match answer.status() {
            StatusCode::PARTIAL_CONTENT => self.partial(answer),
            StatusCode::OK => Err(Failure::lasting(
                FaultKind::Failed,
                "its server delivers whole files alone, no ranges of them; download it and scan the copy",
            )),
            StatusCode::RANGE_NOT_SATISFIABLE => self.outside(answer.headers()),
            StatusCode::PRECONDITION_FAILED => Err(Failure::lasting(
                FaultKind::Changed,
                "its server does not have the version any more that was opened",
            )),
            _ => Err(self.refused(answer)),
        }
    }

    fn partial(&self, answer: Response<Body>) -> Result<Fetched, Failure> {
        let span = self.span;
        let (parts, body) = answer.into_parts();
        let range = header(&parts.headers, "content-range").and_then(content_range);
        let Some(ContentRange { bytes: Some((first, last)), len }) = range else {
            return Err(Failure::passing("its server does not say which bytes it sends"));
        };
        let Some(len) = len.or(self.known.map(|known| known.len)) else {
            return Err(Failure::lasting(FaultKind::Failed, "its server does not tell its length"));
        };
        let version = Version::of(&parts.headers, len);
        self.check(&version)?;
        if first != span.at || last >= span.end() || last >= len {
            let why = format!(
                "its server sends the bytes from {first:#x} to {last:#x}, and those from {:#x} to {:#x} were asked for",
                span.at,
                span.end() - 1
            );
            return Err(Failure::passing(why));
        }
        let mut bytes = Vec::new();
        // Room is made as bytes come: what a server says of its length is only a word.
        let read = body.into_reader().take(last - first + 1).read_to_end(&mut bytes);
        let why = match read {
            Ok(_) => "its server sends fewer bytes than it says".to_owned(),
            Err(error) => format!("the answer broke off: {}", one_line(&error.to_string())),
        };
        Ok(Fetched { version, bytes, why })
    }

    /// The range begins after the end of the object: it is empty, or shorter than it was.
    fn outside(&self, headers: &HeaderMap) -> Result<Fetched, Failure> {
        let len =
            header(headers, "content-range").and_then(content_range).and_then(|range| range.len);
        match len {
            Some(len) if len <= self.span.at => {
                let version = Version::of(headers, len);
                self.check(&version)?;
                Ok(Fetched { version, bytes: Vec::new(), why: "it is empty".to_owned() })
            }
            _ => Err(Failure::passing("its server says that bytes are not there that have to be")),
        }
    }

    fn check(&self, version: &Version) -> Result<(), Failure> {
        match self.known.and_then(|known| known.difference(version)) {
            Some(what) => Err(Failure::lasting(FaultKind::Changed, what)),
            None => Ok(()),
        }
    }

    fn refused(&self, answer: Response<Body>) -> Failure {
        let (parts, body) = answer.into_parts();
        let (status, headers) = (parts.status, parts.headers);
        if let (Some(_), Some(region)) = (self.signed, header(&headers, "x-amz-bucket-region"))
            && (status.is_redirection() || status.is_client_error())
            && self.known.is_none()
        {
            return Failure::Region(region.to_owned());
        }
        let mut said = Vec::new();
        // What was read until it broke off may tell enough.
        drop(body.into_reader().take(storage::LONGEST).read_to_end(&mut said));
        let said = storage::said(&said).map(|said| format!(", {said}")).unwrap_or_default();
        let why = format!("its server answers with status {}{said}", status.as_u16());
        match status.as_u16() {
            408 | 425 | 429 | 500..=599 => {
                let wait = header(&headers, "retry-after");
                let wait = wait.and_then(|wait| retry_after(wait, Timestamp::now()));
                Failure::Passing { why, wait }
            }
            404 | 410 if self.known.is_some() => {
                Failure::lasting(FaultKind::Missing, format!("it is not there any more: {why}"))
            }
            404 | 410 => Failure::lasting(
                FaultKind::Missing,
                format!("there is nothing at this address: {why}"),
            ),
            401 | 403 => Failure::lasting(FaultKind::Denied, format!("{why}{}", self.who())),
            300..=399 => Failure::lasting(
                FaultKind::Failed,
                format!("{why}, a redirection that is not followed"),
            ),
            _ => Failure::lasting(FaultKind::Failed, why),
        }
    }

    /// What is to be said of who asks, where that is refused.
    fn who(&self) -> &'static str {
        match self.signed {
            Some(false) => {
                "; no credentials were sent, since none are in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or in the \
                 profile"
            }
            Some(true) => "; the credentials are those of the environment or of the profile",
            None => "",
        }
    }
}

/// What it comes to where there is no answer. No address is repeated: that of a signed request is a key for a while.
pub(super) fn unanswered(error: &Error) -> Failure {
    match error {
        Error::Timeout(Timeout::Resolve) | Error::HostNotFound => {
            Failure::passing("the name of its server is not known")
        }
        Error::Timeout(_) => Failure::passing("its server takes too long to answer"),
        Error::ConnectionFailed => Failure::passing("its server cannot be reached"),
        // A certificate that is not trusted comes as invalid data.
        Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => Failure::lasting(
            FaultKind::Failed,
            format!("its server cannot be trusted: {}", one_line(&error.to_string())),
        ),
        Error::Io(error) => Failure::passing(format!(
            "its server cannot be reached: {}",
            one_line(&error.to_string())
        )),
        Error::Protocol(_) => Failure::passing("what its server sends is no HTTP"),
        Error::TooManyRedirects | Error::RedirectFailed => {
            Failure::lasting(FaultKind::Failed, "its server redirects without an end")
        }
        Error::RequireHttpsOnly(_) => Failure::lasting(
            FaultKind::Failed,
            "its server redirects to an address without encryption, which is not followed",
        ),
        _ => Failure::lasting(FaultKind::Failed, "no request can be made of this address"),
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
