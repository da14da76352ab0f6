//! Why a cloud drive could not do what it was asked for.

use std::fmt;

use crate::text::plain;

/// The longest word of a vendor that is passed on, in characters.
const LONGEST_WORD: usize = 300;

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The service said no, and will say so again.
    Refused {
        /// What it was asked for, as `list the trash`.
        doing: String,
        /// The status of HTTP.
        status: u16,
        /// What the service says.
        why: String,
    },
    /// The service is busy or out of order, also after waiting.
    Busy {
        /// What it was asked for.
        doing: String,
        /// What it says, or what happened.
        why: String,
    },
    /// Nothing more can be written.
    Full(String),
    /// Something else.
    Other(String),
    /// Somebody asked to stop.
    Stopped,
}

impl Failure {
    /// Something else than an answer of the service.
    pub fn other(what: impl Into<String>) -> Self {
        Failure::Other(what.into())
    }

    /// A refusal, with the vendor's word in one plain line.
    pub fn refused(doing: &str, status: u16, why: &str) -> Self {
        Failure::Refused { doing: doing.to_owned(), status, why: one_line(why) }
    }
}

/// A text from elsewhere as one line that steers no terminal, cut where it is long.
pub fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line: String = plain(&words.join(" "));
    match line.char_indices().nth(LONGEST_WORD) {
        Some((at, _)) => format!("{}...", &line[..at]),
        None => line,
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Refused { doing, status, why } => {
                write!(out, "cannot {doing}: {why} (status {status})")
            }
            Failure::Busy { doing, why } => {
                write!(out, "cannot {doing} now: {why}; try again later")
            }
            Failure::Full(what) | Failure::Other(what) => out.write_str(what),
            Failure::Stopped => out.write_str("stopped"),
        }
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_s_word_is_one_plain_line_and_not_endless() {
        let said =
            Failure::refused("restore a.jpg", 403, " No\n\u{1b}[31m way \u{202e}").to_string();
        assert_eq!(said, "cannot restore a.jpg: No ?[31m way ? (status 403)");
        assert_eq!(one_line(&"é".repeat(9999)).chars().count(), LONGEST_WORD + 3);
    }
}
