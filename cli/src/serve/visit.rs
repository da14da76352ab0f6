//! The address that leads to the page once: what a browser is started with, every user of the machine can see.
//!
//! Where the system tells whose program has made a connection, the address is for the user of this process alone; a
//! program of another user that has seen it is refused. Where no system tells, the address is not given to the browser
//! but written to a file that nobody else can read, and that file is what the browser opens.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use super::peer;
use super::token::Token;

/// What is said to whoever comes a second time.
pub const USED: &str = "This address leads to the page once, and it has done so already. Open the address that the program \
    printed when it began. If it was not you who opened this one, somebody else of this computer has: end the program, \
    and start it again with --no-browser.";

/// What is said to whoever comes from another user.
pub const STRANGER: &str = "This address is for the user who started the program. Open the address that the program \
    printed when it began.";

/// Who may use the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visitors {
    /// Whoever knows it.
    Any,
    /// Programs of these users.
    Users(Vec<u32>),
}

/// What becomes of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visited {
    /// It leads to the page.
    Welcome,
    /// It does not, for that reason.
    Refused(&'static str),
    /// This is not the address.
    Unknown,
}

/// The secret for one visit.
#[derive(Debug)]
pub struct VisitCode {
    code: Token,
    visitors: Visitors,
    is_used: Mutex<bool>,
}

impl VisitCode {
    /// A new one.
    ///
    /// # Errors
    ///
    /// When the system has no randomness.
    pub fn new(visitors: Visitors) -> anyhow::Result<Self> {
        Ok(VisitCode { code: Token::new()?, visitors, is_used: Mutex::new(false) })
    }

    /// The secret, for the address alone.
    pub fn secret(&self) -> &str {
        self.code.secret()
    }

    /// Whether everybody who sees the address may use it, so that nobody else must see it.
    pub fn is_for_any(&self) -> bool {
        self.visitors == Visitors::Any
    }

    /// Lets the first one in who comes with the secret, and is one of those who may; `user` tells whose program it is.
    pub fn visit(&self, given: &str, user: impl FnOnce() -> Option<u32>) -> Visited {
        if !self.code.is(given) {
            return Visited::Unknown;
        }
        if let Visitors::Users(users) = &self.visitors
            && user().is_none_or(|user| !users.contains(&user))
        {
            return Visited::Refused(STRANGER);
        }
        let mut is_used = self.is_used.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *is_used, true) {
            return Visited::Refused(USED);
        }
        Visited::Welcome
    }
}

impl Visitors {
    /// Who may visit a page that is served at `ours`.
    pub fn of_this_process(ours: SocketAddr) -> Self {
        match users() {
            Some(users) if peer::is_told(ours) => Visitors::Users(users),
            _ => Visitors::Any,
        }
    }
}

/// The user of this process, and the one who has given it the rights of an administrator.
#[cfg(unix)]
fn users() -> Option<Vec<u32>> {
    let own = rustix::process::geteuid();
    let mut users = vec![own.as_raw()];
    if own.is_root() {
        let named =
            ["SUDO_UID", "PKEXEC_UID"].into_iter().filter_map(|name| std::env::var(name).ok());
        users.extend(named.filter_map(|user| user.parse::<u32>().ok()));
    }
    Some(users)
}

#[cfg(not(unix))]
fn users() -> Option<Vec<u32>> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_once_and_the_second_one_is_told() {
        let code = VisitCode::new(Visitors::Any).unwrap();
        let secret = code.secret().to_owned();
        for wrong in ["", "x", &"0".repeat(32)] {
            assert_eq!(code.visit(wrong, || None), Visited::Unknown);
        }
        assert_eq!(code.visit(&secret, || None), Visited::Welcome);
        assert_eq!(code.visit(&secret, || None), Visited::Refused(USED));
        assert!(code.is_for_any() && !format!("{code:?}").contains(&secret));
    }

    #[test]
    fn another_user_takes_nothing_away() {
        let code = VisitCode::new(Visitors::Users(vec![1000])).unwrap();
        let secret = code.secret().to_owned();
        for user in [None, Some(0), Some(1001)] {
            assert_eq!(code.visit(&secret, || user), Visited::Refused(STRANGER));
        }
        assert_eq!(code.visit(&secret, || Some(1000)), Visited::Welcome);
    }
}
