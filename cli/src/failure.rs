//! How failures are told: one line that says what, why, and what to do about it.

use std::error::Error as Cause;
use std::io;
use std::iter::successors;

use afterimage_engine::error::Error;
use clap::error::ErrorKind;

/// `afterimage: WHAT: WHY; ADVICE`.
pub fn line(error: &(dyn Cause + 'static)) -> String {
    let chain = || successors(Some(error), |error| (*error).source());
    let causes: Vec<String> = chain().map(ToString::to_string).collect();
    let advice = chain().find_map(|error| error.downcast_ref::<Error>()?.advice());
    let advice = advice.map(|advice| format!("; {advice}")).unwrap_or_default();
    format!("afterimage: {}{advice}", causes.join(": "))
}

/// What is wrong with the arguments, in one line; nothing where help was asked for.
pub fn of_arguments(error: &clap::Error) -> Option<String> {
    if !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return None;
    }
    let text = error.to_string();
    let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let said: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with("For more information"))
        .collect();
    let said = said.join(" ");
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    Some(format!("afterimage: {said}; --help explains all"))
}

/// A reader that has seen enough, as `head` has, is no failure.
pub fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_arguments_are_told_in_one_line() {
        use clap::{Arg, Command, value_parser};
        let command = || {
            let size = Arg::new("size").long("size").value_parser(value_parser!(u8));
            Command::new("x").arg(size).arg(Arg::new("card").required(true))
        };
        for (arguments, expected) in [
            (&["x"][..], "the following required arguments were not provided: <card>"),
            (
                &["x", "card", "--siz", "1"],
                "unexpected argument '--siz' found tip: a similar argument exists: '--size'",
            ),
        ] {
            let error = command().try_get_matches_from(arguments).unwrap_err();
            let line = of_arguments(&error).unwrap();
            assert_eq!(line, format!("afterimage: {expected}; --help explains all"));
        }
        let help = command().try_get_matches_from(["x", "--help"]).unwrap_err();
        assert_eq!(of_arguments(&help), None);
    }

    #[test]
    fn a_line_says_what_and_why_and_what_to_do() {
        let source = io::Error::from(io::ErrorKind::NotFound);
        let error = Error::Open { path: "card.img".into(), source };
        assert_eq!(
            line(&error),
            "afterimage: cannot open card.img: entity not found; check the path; `lsblk` lists \
             drives and cards"
        );
    }
}
