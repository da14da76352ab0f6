//! One request, read within limits: of its length, of its parts, and of time.

use std::io::{self, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::denial::Denial;

/// The longest line of a request with its headers, in bytes. Browsers send less than 2 KiB.
pub const MOST_HEAD: usize = 8 << 10;

/// The longest body: a choice of a hundred thousand photos.
pub const MOST_BODY: usize = 1 << 20;

/// The most headers.
const MOST_HEADERS: usize = 64;

/// The longest path.
const MOST_PATH: usize = 4 << 10;

/// So long a whole request may take, however slowly it comes.
pub const MOST_TIME: Duration = Duration::from_secs(10);

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// To see something.
    Get,
    /// To do something.
    Post,
    /// Anything else.
    Other,
}

/// The first part of a request: all but its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// What it asks for.
    pub method: Method,
    /// The path as it came, in ASCII, from its first slash to the question mark.
    pub path: String,
    /// What follows the question mark.
    pub query: String,
    /// `Host`.
    pub host: Option<String>,
    /// `Origin`.
    pub origin: Option<String>,
    /// `Sec-Fetch-Site`.
    pub fetch_site: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// Bytes of the body.
    pub body_len: usize,
}

impl Head {
    /// The first part of a request from its bytes, which end with the empty line.
    ///
    /// # Errors
    ///
    /// What is no request of HTTP/1.1, says anything twice that counts, or has a body of unknown or undue length.
    pub fn parse(bytes: &[u8]) -> Result<Self, Denial> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        let parsed = request.parse(bytes);
        match parsed {
            Ok(httparse::Status::Complete(len)) if len == bytes.len() => {}
            Ok(_) => return Err(Denial::bad("this is no whole request")),
            Err(httparse::Error::TooManyHeaders) => return Err(Denial::LONG),
            Err(_) => return Err(Denial::bad("this is no request")),
        }
        if request.version != Some(1) {
            return Err(Denial::bad("this is no HTTP/1.1"));
        }
        let method = match request.method {
            Some("GET") => Method::Get,
            Some("POST") => Method::Post,
            _ => Method::Other,
        };
        let target = request.path.unwrap_or_default();
        if target.len() > MOST_PATH {
            return Err(Denial::LONG);
        }
        if !target.starts_with('/') || !target.is_ascii() || target.contains('#') {
            return Err(Denial::bad("this names no page"));
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let once = |name: &str| once(request.headers, name);
        if once("transfer-encoding")?.is_some() || once("expect")?.is_some() {
            return Err(Denial::bad("a request has to tell its length"));
        }
        Ok(Head {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            host: once("host")?,
            origin: once("origin")?,
            fetch_site: once("sec-fetch-site")?,
            content_type: once("content-type")?,
            body_len: body_len(once("content-length")?.as_deref())?,
        })
    }

    /// A number of the query; 0 where it is not there.
    ///
    /// # Errors
    ///
    /// When it is no number.
    pub fn number(&self, name: &str) -> Result<u64, Denial> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        let mut named = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value);
        match named.next() {
            None => Ok(0),
            Some(value) => value.parse().map_err(|_| Denial::bad("this is no number")),
        }
    }
}

/// The value of a header that may stand there once at the most.
fn once(headers: &[httparse::Header<'_>], name: &str) -> Result<Option<String>, Denial> {
    let mut named = headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
    let first = named.next();
    if named.next().is_some() {
        return Err(Denial::bad("a header stands there twice"));
    }
    let value = |header: &httparse::Header<'_>| {
        let text =
            std::str::from_utf8(header.value).map_err(|_| Denial::bad("a header is no text"));
        text.map(|text| text.trim().to_owned())
    };
    first.map(value).transpose()
}

fn body_len(said: Option<&str>) -> Result<usize, Denial> {
    let Some(said) = said else { return Ok(0) };
    if said.is_empty() || !said.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Denial::bad("this is no length"));
    }
    // What is no number of ours is longer than any of them.
    said.parse().ok().filter(|len| *len <= MOST_BODY).ok_or(Denial::LONG)
}

/// What a client sends, until it has sent too much or taken too long.
pub struct Incoming<'s> {
    stream: &'s TcpStream,
    until: Instant,
    /// What came and was not asked for yet.
    rest: Vec<u8>,
}

impl<'s> Incoming<'s> {
    /// From now on a request may take `time`.
    pub fn new(stream: &'s TcpStream, time: Duration) -> Self {
        Incoming { stream, until: Instant::now() + time, rest: Vec::new() }
    }

    /// All but the body; nothing when the client has gone without a word.
    ///
    /// # Errors
    ///
    /// What is too long, too slow, or no request.
    pub fn head(&mut self) -> Result<Option<Head>, Denial> {
        let mut looked = 0usize;
        loop {
            // The empty line may lie across what came before and what came now.
            let from = looked.saturating_sub(3);
            if let Some(end) = find(&self.rest[from..], b"\r\n\r\n") {
                let end = from + end + 4;
                if end > MOST_HEAD {
                    return Err(Denial::LONG);
                }
                let rest = self.rest.split_off(end);
                let head = std::mem::replace(&mut self.rest, rest);
                return Head::parse(&head).map(Some);
            }
            looked = self.rest.len();
            if looked > MOST_HEAD {
                return Err(Denial::LONG);
            }
            if self.more()? == 0 {
                let why = Denial::bad("the request was cut off");
                return if looked == 0 { Ok(None) } else { Err(why) };
            }
        }
    }

    /// The body of `len` bytes.
    ///
    /// # Errors
    ///
    /// What is too slow, and what is not as long as it says.
    pub fn body(&mut self, len: usize) -> Result<Vec<u8>, Denial> {
        while self.rest.len() < len {
            if self.more()? == 0 {
                return Err(Denial::bad("the request was cut off"));
            }
        }
        if self.rest.len() > len {
            return Err(Denial::bad("the request is longer than it says"));
        }
        Ok(std::mem::take(&mut self.rest))
    }

    /// Waits for more; tells how many bytes came.
    fn more(&mut self) -> Result<usize, Denial> {
        let mut piece = [0; 4096];
        loop {
            let left = self.until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.stream.set_read_timeout(Some(left)).is_err() {
                return Err(Denial::SLOW);
            }
            match (&mut &*self.stream).read(&mut piece) {
                Ok(read) => {
                    self.rest.extend_from_slice(&piece[..read]);
                    return Ok(read);
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::Interrupted => {}
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                        return Err(Denial::SLOW);
                    }
                    _ => return Err(Denial::bad("the request was cut off")),
                },
            }
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// A path without its percent signs; nothing where that is no text, or holds what no path of ours has.
pub fn decoded(path: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(path.len()), path.as_bytes());
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let [high, low, after @ ..] = rest else { return None };
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        bytes.push(u8::try_from(digit(high)? * 16 + digit(low)?).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok().filter(|path| !path.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Head, Denial> {
        Head::parse(text.replace('\n', "\r\n").as_bytes())
    }

    #[test]
    fn a_request_of_a_browser_is_understood() {
        let head = parse(
            "POST /ab/api/scan?after=7&x=y HTTP/1.1\nHost: 127.0.0.1:1\nORIGIN: http://127.0.0.1:1\n\
             Sec-Fetch-Site: same-origin\nContent-Type: application/json\nContent-Length: 12\n\n",
        )
        .unwrap();
        assert_eq!((head.method, head.path.as_str()), (Method::Post, "/ab/api/scan"));
        assert_eq!(head.origin.as_deref(), Some("http://127.0.0.1:1"));
        assert_eq!((head.number("after"), head.number("none")), (Ok(7), Ok(0)));
        assert!(head.number("x").is_err());
        assert_eq!(head.body_len, 12);
    }

    #[test]
    fn what_two_readers_could_read_in_two_ways_is_refused() {
        let refused = [
            "GET / HTTP/1.0\nHost: a\n\n",
            "GET http://a/ HTTP/1.1\nHost: a\n\n",
            "GET / HTTP/1.1\nHost: a\nHost: b\n\n",
            "POST / HTTP/1.1\nContent-Length: 1\nContent-Length: 1\n\n",
            "POST / HTTP/1.1\nContent-Length: +1\n\n",
            "POST / HTTP/1.1\nContent-Length: 1, 1\n\n",
            "POST / HTTP/1.1\nContent-Length: 99999999999999999999999\n\n",
            "POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n",
            "GET /a HTTP/1.1\n folded: x\n\n",
            "GET /a#b HTTP/1.1\n\n",
            "GET /a b HTTP/1.1\n\n",
            "GET /a HTTP/1.1\nHost : a\n\n",
            "hello\n\n",
        ];
        for text in refused {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse("POST / HTTP/1.1\nContent-Length: 1048577\n\n"), Err(Denial::LONG));
        let many: String = (0..100).map(|at| format!("X-{at}: y\n")).collect();
        assert_eq!(parse(&format!("GET / HTTP/1.1\n{many}\n")), Err(Denial::LONG));
        assert_eq!(parse(&format!("GET /{} HTTP/1.1\n\n", "a".repeat(5000))), Err(Denial::LONG));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Head::parse(&bytes);
            let _ = decoded(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn nearly_requests_keep_to_the_limits(
            method in "[A-Z]{0,5}", path in "[/%.a-z0-9?=&]{0,40}", name in "[A-Za-z-]{1,12}",
            value in "[ -~]{0,40}", len in "[0-9+,x]{0,9}",
        ) {
            let text = format!(
                "{method} {path} HTTP/1.1\r\n{name}: {value}\r\nContent-Length: {len}\r\n\r\n"
            );
            if let Ok(head) = Head::parse(text.as_bytes()) {
                prop_assert!(head.path.starts_with('/') && head.body_len <= MOST_BODY);
                prop_assert!(!head.path.contains('?'));
            }
        }

        #[test]
        fn a_path_comes_back_from_its_percent_signs(path in "\\PC{0,40}") {
            let coded: String = path.bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(decoded(&coded), Some(path));
        }
    }

    #[test]
    fn what_is_no_text_or_cut_off_has_no_path() {
        for path in ["%", "%4", "a%zz", "%ff", "%00", "a%2", "%c3%28", "%+1"] {
            assert_eq!(decoded(path), None, "{path}");
        }
        assert_eq!(decoded("a%2Fb%2e%2e").as_deref(), Some("a/b.."));
    }
}
