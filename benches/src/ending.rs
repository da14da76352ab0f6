//! How a program ends.

use std::io::{self, Write};
use std::process::ExitCode;

/// The status of a program that is done; a failure is told in one line first.
pub fn status(program: &str, done: anyhow::Result<()>) -> ExitCode {
    let Err(error) = done else { return ExitCode::SUCCESS };
    // Where stderr is closed, the exit status alone has to tell.
    drop(writeln!(io::stderr(), "{program}: {error:#}"));
    ExitCode::from(2)
}
