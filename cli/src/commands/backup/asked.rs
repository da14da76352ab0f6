//! Passwords of backups, with what became of them.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use afterimage_engine::places::Passwords;
use zeroize::Zeroizing;

use crate::password::{GivenPasswords, VARIABLE};
use crate::text::plain;

/// Passwords as they are given, and for which backups there was none that fits.
pub struct Asked {
    given: GivenPasswords,
    is_quiet: bool,
    /// Backups that stay closed, and whether a wrong password was given.
    closed: Mutex<Vec<(String, bool)>>,
}

impl Asked {
    /// Nobody was asked yet.
    pub fn new(given: GivenPasswords, is_quiet: bool) -> Self {
        Asked { given, is_quiet, closed: Mutex::default() }
    }

    /// What is to be said of the first backup that stays closed.
    pub fn failure(&self) -> Option<String> {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let (title, is_wrong) = closed.first()?;
        let title = plain(title);
        Some(match is_wrong {
            true => {
                format!("cannot open the backup {title}: the password is wrong; try another one")
            }
            false => format!(
                "cannot open the backup {title}: it is encrypted; give its password with --password-file FILE, in \
                 the variable {VARIABLE}, or at a terminal, where you are asked"
            ),
        })
    }
}

impl Passwords for Asked {
    fn password(&self, title: &str, attempt: u32) -> Option<Zeroizing<String>> {
        let word = self.given.password(title, attempt);
        if word.is_none() {
            let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
            closed.push((title.to_owned(), attempt > 0));
        }
        word
    }

    fn trying(&self, _title: &str, share: f32) {
        let mut err = io::stderr();
        if !self.is_quiet && err.is_terminal() {
            let percent = (share.clamp(0.0, 1.0) * 100.0) as u32;
            let end = if percent >= 100 { "\n" } else { "" };
            // Where nobody can see it, nothing is lost.
            drop(write!(err, "\rTrying the password: {percent:>3} %{end}"));
        }
    }
}
