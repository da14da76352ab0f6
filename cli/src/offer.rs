//! What is offered to a person who types the name of the program and nothing else.

use std::io::{self, IsTerminal, Write};

use clap::error::ErrorKind;

use crate::commands::{Program, Serve};

/// The longest answer, in bytes.
const MOST_ANSWER: u64 = 64;

const QUESTION: &str = "\nOpen a page in your browser that does all of this with buttons? [y/N] ";

/// The page, where somebody at a terminal has typed no verb, was shown the help, and wants it. Nothing for scripts,
/// and for everything else.
pub fn accepted(error: &clap::Error) -> Option<Program> {
    let is_bare = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    let is_person = io::stdin().is_terminal() && io::stderr().is_terminal();
    if !is_bare || std::env::args_os().len() > 1 || !is_person {
        return None;
    }
    error.print().ok()?;
    let mut err = io::stderr();
    err.write_all(QUESTION.as_bytes()).and_then(|()| err.flush()).ok()?;
    let mut answer = String::new();
    let read =
        io::BufRead::read_line(&mut io::Read::take(io::stdin().lock(), MOST_ANSWER), &mut answer);
    if read.is_ok() && is_yes(&answer) {
        return Some(Program::of(Serve::offered()));
    }
    // The help was shown already.
    std::process::exit(error.exit_code())
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_one() {
        assert!(["y", "Y\n", " yes\r\n"].into_iter().all(is_yes));
        assert!(!["", "\n", "n", "yo", "yes please"].into_iter().any(is_yes));
    }
}
