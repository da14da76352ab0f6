//! `afterimage`: recovers deleted photos from cards, sticks, disks and disk images.

mod advice;
mod arguments;
mod browser;
mod case_data;
mod chosen;
mod cloud;
mod commands;
mod decode;
mod event;
mod failure;
mod fold;
mod folder;
mod guide;
mod interrupt;
mod least;
mod log;
mod memory;
mod near;
mod notes;
mod offer;
mod password;
mod prognosis;
mod progress;
mod roots;
mod screen;
mod selected;
mod serve;
mod shard;
mod sizes;
mod sources;
mod status;
mod summary;
mod survivors;
mod system_words;
mod terminal;
mod text;
mod times;
mod tree;
mod typed;
mod unlock;
mod verifying;
mod wanted;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::commands::Program;
use crate::fold::Folded;
use crate::status::Status;
use crate::text::PlainWriter;

fn main() -> ExitCode {
    let mut err = PlainWriter(io::stderr());
    let program = match Program::try_parse() {
        Ok(program) => program,
        Err(error) => match arguments::line(&error, &typed::arguments()) {
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
    let mut err = event::begin(program.is_for_programs());
    let plain = PlainWriter(io::stdout().lock());
    let mut out: Box<dyn Write> = match io::stdout().is_terminal() && program.is_for_people() {
        true => Box::new(Folded::new(plain, screen::width())),
        false => Box::new(plain),
    };
    let status = program.run(&mut out, &mut err).unwrap_or_else(|error| {
        // Where stderr is closed, the exit status alone has to tell.
        drop(writeln!(err, "{}", failure::line(error.as_ref())));
        Status::Failed
    });
    if let Some(why) = log::failure() {
        drop(writeln!(err, "afterimage: warning: the log {}", text::plain(&why)));
    }
    status.into()
}
