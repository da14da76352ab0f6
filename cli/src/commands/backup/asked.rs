//! Passwords of backups, with what became of them.

use std::sync::{Mutex, PoisonError};

use afterimage_engine::places::Passwords;
use zeroize::Zeroizing;

use crate::password::{GivenPasswords, VARIABLE};
use crate::text::plain;

/// Passwords as they are given, and for which backups there was none that fits.
pub struct Asked {
    given: GivenPasswords,
    /// Backups that stay closed, and whether a wrong password was given.
    closed: Mutex<Vec<(String, bool)>>,
}

impl Asked {
    /// Nobody was asked yet.
    pub fn new(given: GivenPasswords) -> Self {
        Asked { given, closed: Mutex::default() }
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

    fn trying(&self, title: &str, share: f32) {
        self.given.trying(title, share);
    }
}
