//! `afterimage`: recovers deleted photos from cards, sticks, disks and disk images.

mod advice;
mod again;
mod arguments;
mod browser;
mod case_data;
mod chosen;
mod cloud;
mod commands;
mod decode;
mod failure;
mod folder;
mod guide;
mod interrupt;
mod memory;
mod notes;
mod offer;
mod password;
mod prognosis;
mod progress;
mod roots;
mod selected;
mod serve;
mod sizes;
mod sources;
mod status;
mod summary;
mod survivors;
mod system_words;
mod text;
mod times;
mod tree;
mod verifying;
mod wanted;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::commands::Program;
use crate::status::Status;
use crate::text::PlainWriter;

/// The arguments as they were typed, without the name of the program.
fn typed() -> Vec<OsString> {
    std::env::args_os().skip(1).collect()
}

fn main() -> ExitCode {
    let mut err = PlainWriter(io::stderr());
    let program = match Program::try_parse() {
        Ok(program) => program,
        Err(error) => match arguments::line(&error, &typed()) {
            Some(line) => {
                drop(writeln!(err, "{line}"));
                return Status::Failed.into();
            }
            None => match offer::accepted(&error) {
                Some(program) => program,
                None => error.exit(),
            },
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
