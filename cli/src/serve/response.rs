//! One answer, with the headers that every answer has.

use std::fs::File;
use std::io::{self, Read, Write};

use serde::Serialize;

use super::denial::Denial;

/// What our own page may do: load its own style, script and pictures, and ask this server. No other place, nothing
/// that stands in the page itself, and no page around it.
pub const OWN_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                              connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What a file of evidence may do when somebody opens it by its address: nothing.
pub const NOTHING: &str = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; \
                       frame-ancestors 'none'";

/// What follows the headers.
pub enum Body {
    /// These bytes.
    Bytes(Vec<u8>),
    /// So many bytes of a file.
    File(File, u64),
}

/// An answer.
pub struct Response {
    /// The status.
    pub status: u16,
    /// The media type.
    pub kind: &'static str,
    /// The policy of its content.
    pub policy: &'static str,
    /// What follows.
    pub body: Body,
    /// Whether the gallery loads it, which is a page without an origin, as it is from disk.
    pub is_of_gallery: bool,
}

impl Response {
    /// A part of our own page.
    pub fn page(kind: &'static str, text: &'static str) -> Self {
        let body = Body::Bytes(text.as_bytes().to_vec());
        Response { status: 200, kind, policy: OWN_POLICY, body, is_of_gallery: false }
    }

    /// A page that leads to another one of ours at once.
    pub fn onward(path: &str) -> Self {
        let text = format!("<!doctype html><meta http-equiv=\"refresh\" content=\"0;url={path}\">");
        let (kind, body) = ("text/html; charset=utf-8", Body::Bytes(text.into_bytes()));
        Response { status: 200, kind, policy: OWN_POLICY, body, is_of_gallery: false }
    }

    /// A value as JSON.
    pub fn json(value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(bytes) => {
                let (kind, body) = ("application/json", Body::Bytes(bytes));
                Response { status: 200, kind, policy: NOTHING, body, is_of_gallery: false }
            }
            Err(_) => Denial { status: 500, why: "this cannot be told" }.into(),
        }
    }

    /// What was found, or belongs to a report.
    pub fn evidence(kind: &'static str, body: Body) -> Self {
        Response { status: 200, kind, policy: NOTHING, body, is_of_gallery: false }
    }

    /// Bytes of what follows the headers.
    pub fn body_len(&self) -> u64 {
        match &self.body {
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::File(_, len) => *len,
        }
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// When the client does not take it.
    pub fn write(self, out: &mut impl Write) -> io::Result<()> {
        let len = self.body_len();
        write!(
            out,
            "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {len}\r\nConnection: close\r\n\
             Cache-Control: no-store\r\nContent-Security-Policy: {}\r\nX-Content-Type-Options: nosniff\r\n\
             Referrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: {}\r\n\
             Cross-Origin-Opener-Policy: same-origin\r\nX-Frame-Options: DENY\r\n\r\n",
            self.status,
            phrase(self.status),
            self.kind,
            self.policy,
            if self.is_of_gallery { "cross-origin" } else { "same-origin" },
        )?;
        match self.body {
            Body::Bytes(bytes) => out.write_all(&bytes)?,
            // A file that became shorter ends the connection early, which the client sees.
            Body::File(file, len) => drop(io::copy(&mut file.take(len), out)?),
        }
        out.flush()
    }
}

impl From<Denial> for Response {
    fn from(Denial { status, why }: Denial) -> Self {
        let (kind, body) = ("text/plain; charset=utf-8", Body::Bytes(format!("{why}\n").into()));
        Response { status, kind, policy: NOTHING, body, is_of_gallery: false }
    }
}

fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_keeps_to_itself() {
        let answers = [
            Response::page("text/html; charset=utf-8", "<p>"),
            Response::json(&[1]),
            Response::evidence("image/jpeg", Body::Bytes(vec![1, 2])),
            Denial::MISSING.into(),
        ];
        for answer in answers {
            let mut out = Vec::new();
            answer.write(&mut out).unwrap();
            let text = String::from_utf8_lossy(&out).into_owned();
            for header in ["default-src 'none'", "nosniff", "no-referrer", "frame-ancestors 'none'"]
            {
                assert!(text.contains(header), "{header}: {text}");
            }
            assert!(!text.contains("Access-Control"), "{text}");
        }
    }
}
