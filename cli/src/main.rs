//! `afterimage`: recovers deleted photos from cards, sticks, disks and disk images.

mod chosen;
mod commands;
mod failure;
mod memory;
mod progress;
mod sizes;
mod sources;
mod status;
mod summary;
mod text;
mod times;
mod tree;
mod wanted;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::commands::Program;
use crate::status::Status;
use crate::text::PlainWriter;

fn main() -> ExitCode {
    let mut err = PlainWriter(io::stderr());
    let program = match Program::try_parse() {
        Ok(program) => program,
        Err(error) => match failure::of_arguments(&error) {
            Some(line) => {
                drop(writeln!(err, "{line}"));
                return Status::Failed.into();
            }
            None => error.exit(),
        },
    };
    let status =
        program.run(&mut PlainWriter(io::stdout().lock()), &mut err).unwrap_or_else(|error| {
            // Where stderr is closed, the exit status alone has to tell.
            drop(writeln!(err, "{}", failure::line(error.as_ref())));
            Status::Failed
        });
    status.into()
}
