//! Where the browser comes back to after the consent: an address on this machine, for that one visit.
//!
//! Source: RFC 8252, 7.3 "Loopback Interface Redirection".

use std::time::{Duration, Instant};

use afterimage_engine::progress::Progress;
use oauth2::url::form_urlencoded;
use tiny_http::{Header, Method, Request, Response, Server};

use super::failure::{Failure, one_line};

/// Visits that are turned away at the most before something is wrong on this machine.
const MOST_STRANGERS: u32 = 64;

/// How long a wait goes on without asking whether somebody wants to stop.
const TICK: Duration = Duration::from_millis(100);

/// A listener on 127.0.0.1.
pub struct Loopback {
    server: Server,
    port: u16,
}

/// What a visit is.
#[derive(Debug, PartialEq, Eq)]
enum Visit {
    /// The user consented; with the code for tokens.
    Consent(String),
    /// The user did not, or the service would not; with what it says.
    Denial(String),
    /// It does not belong to this run.
    OtherState,
    /// Something else, as for an icon.
    Stranger,
}

impl Loopback {
    /// Listens on a port, or on any that is free.
    ///
    /// # Errors
    ///
    /// When the port is in use.
    pub fn listen(port: Option<u16>) -> Result<Self, Failure> {
        let failed = |why: &dyn std::fmt::Display| {
            let which = port.map_or("a port".to_owned(), |port| format!("port {port}"));
            Failure::other(format!(
                "cannot listen on {which} of 127.0.0.1: {why}; name another one with --port"
            ))
        };
        let server =
            Server::http(("127.0.0.1", port.unwrap_or(0))).map_err(|error| failed(&error))?;
        let port = server.server_addr().to_ip().ok_or_else(|| failed(&"it has no address"))?.port();
        Ok(Loopback { server, port })
    }

    /// The address that the service sends the browser to.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Waits for the browser; returns the code for tokens.
    ///
    /// # Errors
    ///
    /// When the user does not consent, or not within `wait`.
    pub fn code(
        &self,
        state: &str,
        wait: Duration,
        progress: &Progress,
    ) -> Result<String, Failure> {
        let until = Instant::now() + wait;
        let mut strangers = 0;
        while Instant::now() < until {
            if progress.stopped() {
                return Err(Failure::Stopped);
            }
            let left = until.saturating_duration_since(Instant::now());
            let request = self.server.recv_timeout(TICK.min(left));
            let request = request.map_err(|error| Failure::other(error.to_string()))?;
            let Some(request) = request else { continue };
            let visit = self.judge(&request, state);
            answer(request, &visit);
            match visit {
                Visit::Consent(code) => return Ok(code),
                Visit::Denial(why) => {
                    return Err(Failure::other(format!(
                        "nothing was asked for: the consent was not given ({})",
                        one_line(&why)
                    )));
                }
                Visit::OtherState | Visit::Stranger => strangers += 1,
            }
            if strangers > MOST_STRANGERS {
                return Err(Failure::other(
                    "gave up waiting for the consent: too many visits came that do not belong to it; \
                     try again",
                ));
            }
        }
        let seconds = wait.as_secs();
        Err(Failure::other(format!(
            "no consent came within {seconds} s; try again, with a larger --wait if need be"
        )))
    }

    fn judge(&self, request: &Request, state: &str) -> Visit {
        let host = request.headers().iter().find(|header| header.field.equiv("Host"));
        let host = host.map(|header| header.value.as_str());
        // A page elsewhere whose name is made to point here does not know its name to be wrong.
        if *request.method() != Method::Get || host != Some(&*format!("127.0.0.1:{}", self.port)) {
            return Visit::Stranger;
        }
        judge(request.url(), state)
    }
}

/// What a visit of `url`, a path and perhaps a query, is.
fn judge(url: &str, state: &str) -> Visit {
    let Some(query) = url.strip_prefix("/?") else { return Visit::Stranger };
    let (mut code, mut error, mut states) = (None, None, Vec::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "code" => code = Some(value.into_owned()),
            "error" => error = Some(value.into_owned()),
            "state" => states.push(value.into_owned()),
            // Services add what they like, such as the scopes that were granted.
            _ => {}
        }
    }
    match (code, error) {
        (None, None) => Visit::Stranger,
        _ if states != [state] => Visit::OtherState,
        (_, Some(why)) => Visit::Denial(why),
        (Some(code), None) => Visit::Consent(code),
    }
}

/// Answers with a page that says nothing of what was sent.
fn answer(request: Request, visit: &Visit) {
    let (status, text) = match visit {
        Visit::Consent(_) => (200, "Thank you. afterimage goes on; this window can be closed."),
        Visit::Denial(_) => {
            (200, "Nothing was allowed, and afterimage ends; this window can be closed.")
        }
        Visit::OtherState => (400, "This does not belong to the afterimage that is waiting here."),
        Visit::Stranger => (404, "There is nothing here."),
    };
    let headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("Connection", "close"),
    ];
    let mut response = Response::from_string(text).with_status_code(status);
    for (name, value) in headers {
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    // A browser that does not wait for the page has done its part.
    drop(request.respond(response));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_answer_to_this_run_s_question_counts() {
        let consent = |code: &str| Visit::Consent(code.to_owned());
        for (url, expected) in [
            ("/?state=s&code=a%2Fb&scope=x", consent("a/b")),
            ("/?error=access_denied&state=s", Visit::Denial("access_denied".to_owned())),
            ("/?error=access_denied", Visit::OtherState),
            ("/?state=t&code=a", Visit::OtherState),
            ("/?state=s&state=t&code=a", Visit::OtherState),
            ("/?state=s&code=a&error=e", Visit::Denial("e".to_owned())),
            ("/?code=a", Visit::OtherState),
            ("/?state=s", Visit::Stranger),
            ("/favicon.ico", Visit::Stranger),
            ("/x?state=s&code=a", Visit::Stranger),
            ("/", Visit::Stranger),
        ] {
            assert_eq!(judge(url, "s"), expected, "{url}");
        }
    }

    proptest::proptest! {
        /// Nobody who does not know the state gets a code through, whatever else is sent.
        #[test]
        fn without_the_state_there_is_no_consent(url in "[/?&=%a-z0-9+ ]{0,60}|/\\?[a-z=&%0-9]{0,60}") {
            let visit = judge(&url, "a state that cannot be guessed");
            proptest::prop_assert!(matches!(visit, Visit::OtherState | Visit::Stranger));
        }
    }

    #[test]
    fn nobody_waits_for_ever() {
        let loopback = Loopback::listen(None).unwrap();
        let progress = Progress::default();
        let said = loopback.code("s", Duration::from_millis(1), &progress).unwrap_err();
        assert!(said.to_string().starts_with("no consent came within 0 s"), "{said}");
        progress.stop();
        let stopped = loopback.code("s", Duration::from_secs(9), &progress);
        assert_eq!(stopped, Err(Failure::Stopped));
        assert!(Loopback::listen(Some(loopback.port)).is_err(), "the port is taken");
    }
}
