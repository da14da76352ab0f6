//! Whether a request comes from our own page, before anything is done about it.
//!
//! Other programs and pages of this machine can reach the port. What keeps them out: the token in the path; `Host`,
//! which a page of another name that leads here (DNS rebinding) cannot have; and, where something is to be done,
//! `Origin`, which no page can choose. The token stands in the path and not in a cookie, since cookies of
//! `127.0.0.1` go to every port, and so to whatever else listens on this machine. A browser that is opened is given
//! another secret, good for one visit: see [`super::visit`].

use std::sync::Arc;

use super::denial::Denial;
use super::request::{Head, Method};
use super::token::Token;
use super::visit::{VisitCode, Visited};

/// What requests are checked against.
#[derive(Clone, Debug)]
pub struct Gate {
    /// The secret.
    pub token: Token,
    /// The secret for one visit.
    pub once: Arc<VisitCode>,
    /// The port that is listened on.
    pub port: u16,
}

/// What stands before the secret for one visit.
const ONCE: &str = "/open/";

impl Gate {
    /// The address of the page.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/{}/", self.port, self.token.secret())
    }

    /// The address that leads to the page once.
    pub fn address_once(&self) -> String {
        format!("http://127.0.0.1:{}{ONCE}{}", self.port, self.once.secret())
    }

    /// The path of the page.
    pub fn path(&self) -> String {
        format!("/{}/", self.token.secret())
    }

    /// What becomes of a request with the secret for one visit; `user` tells whose program asks.
    pub fn visit(&self, head: &Head, user: impl FnOnce() -> Option<u32>) -> Visited {
        let host = head.host.as_deref().unwrap_or_default();
        let is_ours = head.method == Method::Get && self.names().iter().any(|name| name == host);
        let given = head.path.strip_prefix(ONCE).filter(|_| is_ours);
        given.map_or(Visited::Unknown, |given| self.once.visit(given, user))
    }

    /// The part of the path that follows the token, where the request may be answered.
    ///
    /// # Errors
    ///
    /// What does not come from our own page.
    pub fn pass<'h>(&self, head: &'h Head) -> Result<&'h str, Denial> {
        let host = head.host.as_deref().unwrap_or_default();
        if !self.names().iter().any(|name| name == host) {
            return Err(Denial::forbidden("the page is not called that"));
        }
        let path = head.path.trim_start_matches('/');
        let (token, below) = path.split_once('/').unwrap_or((path, ""));
        if !self.token.is(token) {
            return Err(Denial::forbidden("the address lacks its secret"));
        }
        // A browser says which page asks: ours, or nobody, as when an address is typed. The gallery is a page without an
        // origin, and loads its own pictures.
        let is_gallery = head.method == Method::Get && below.starts_with("gallery/");
        if !is_gallery
            && head
                .fetch_site
                .as_deref()
                .is_some_and(|site| !matches!(site, "same-origin" | "none"))
        {
            return Err(Denial::forbidden("another page asks"));
        }
        match head.method {
            Method::Other => return Err(Denial::METHOD),
            Method::Get if head.body_len > 0 => return Err(Denial::bad("it has a body")),
            Method::Get => {}
            Method::Post => {
                let origin = head.origin.as_deref().unwrap_or_default();
                if origin.strip_prefix("http://") != Some(host) {
                    return Err(Denial::forbidden("another page asks"));
                }
                let kind = head.content_type.as_deref().unwrap_or_default();
                let kind = kind.split(';').next().unwrap_or_default().trim();
                if !kind.eq_ignore_ascii_case("application/json") {
                    return Err(Denial::TYPE);
                }
            }
        }
        Ok(below)
    }

    fn names(&self) -> [String; 2] {
        ["127.0.0.1", "localhost"].map(|name| format!("{name}:{}", self.port))
    }

    /// What of a path may be told: not the secret.
    pub fn told(&self, path: &str) -> String {
        let path = path.replace(self.token.secret(), "TOKEN").replace(self.once.secret(), "CODE");
        path.chars().take(100).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::visit::{USED, Visitors};

    fn gate() -> Gate {
        let once = Arc::new(VisitCode::new(Visitors::Any).unwrap());
        Gate { token: Token::new().unwrap(), once, port: 4711 }
    }

    fn get(gate: &Gate) -> Head {
        Head {
            method: Method::Get,
            path: format!("/{}/api/state", gate.token.secret()),
            query: String::new(),
            host: Some("127.0.0.1:4711".to_owned()),
            origin: None,
            fetch_site: None,
            content_type: None,
            body_len: 0,
        }
    }

    fn post(gate: &Gate) -> Head {
        Head {
            method: Method::Post,
            origin: Some("http://127.0.0.1:4711".to_owned()),
            fetch_site: Some("same-origin".to_owned()),
            content_type: Some("application/json; charset=utf-8".to_owned()),
            body_len: 2,
            ..get(gate)
        }
    }

    #[test]
    fn our_own_page_passes() {
        let gate = gate();
        assert_eq!(gate.pass(&get(&gate)), Ok("api/state"));
        assert_eq!(gate.pass(&post(&gate)), Ok("api/state"));
        let local = Head { host: Some("localhost:4711".to_owned()), ..get(&gate) };
        assert!(gate.pass(&local).is_ok());
        assert!(!gate.told(&get(&gate).path).contains(gate.token.secret()));
    }

    #[test]
    fn a_browser_that_is_opened_is_let_in_once() {
        let gate = gate();
        let address = gate.address_once();
        let path = address.strip_prefix("http://127.0.0.1:4711").unwrap().to_owned();
        let visit = Head { path, ..get(&gate) };
        let wrong = format!("{ONCE}{}", gate.token.secret());
        let visited = |head: Head| gate.visit(&head, || None);
        assert_eq!(visited(Head { path: wrong, ..visit.clone() }), Visited::Unknown);
        let elsewhere = Some("evil.example:4711".to_owned());
        assert_eq!(visited(Head { host: elsewhere, ..visit.clone() }), Visited::Unknown);
        assert_eq!(visited(Head { method: Method::Post, ..visit.clone() }), Visited::Unknown);
        assert_eq!(visited(visit.clone()), Visited::Welcome);
        assert_eq!(visited(visit.clone()), Visited::Refused(USED));
        assert!(!gate.told(&visit.path).contains(gate.once.secret()));
    }

    #[test]
    fn others_do_not() {
        let gate = gate();
        let some = |text: &str| Some(text.to_owned());
        let status = |head: Head| gate.pass(&head).unwrap_err().status;
        for host in ["", "127.0.0.1", "127.0.0.1:4712", "evil.example:4711", "127.0.0.1:4711.x"] {
            assert_eq!(status(Head { host: some(host), ..get(&gate) }), 403, "{host}");
        }
        assert_eq!(status(Head { host: None, ..get(&gate) }), 403);
        for path in ["/", "/api/state", "/00000000000000000000000000000000/api/state"] {
            assert_eq!(status(Head { path: path.to_owned(), ..get(&gate) }), 403, "{path}");
        }
        for site in ["cross-site", "same-site", ""] {
            assert_eq!(status(Head { fetch_site: some(site), ..get(&gate) }), 403, "{site}");
        }
        assert_eq!(status(Head { method: Method::Other, ..get(&gate) }), 405);
        assert_eq!(status(Head { body_len: 1, ..get(&gate) }), 400);
        let origins =
            ["null", "", "http://127.0.0.1", "https://127.0.0.1:4711", "http://localhost:4711"];
        for origin in origins {
            assert_eq!(status(Head { origin: some(origin), ..post(&gate) }), 403, "{origin}");
        }
        assert_eq!(status(Head { origin: None, ..post(&gate) }), 403);
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
            assert_eq!(status(Head { content_type: some(kind), ..post(&gate) }), 415, "{kind}");
        }
    }
}
