//! The command line: one struct a verb.

mod again;
mod backup;
mod bench;
mod cloud;
mod completions;
mod devices;
mod export;
mod find;
mod forecast;
mod formats;
mod image;
mod manual;
mod merge;
mod recover;
mod report;
mod scan;
mod serve;
mod sign;
mod verify;

use std::io::Write;
use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

use crate::log::Log;
use crate::status::Status;
pub use devices::drives;
pub use serve::Serve;

/// Recovers photos that were deleted, lost or damaged: from cards, sticks, disks and disk images.
///
/// Deleting a photo rarely erases it. Its bytes stay where they were until something else is
/// written over them, and afterimage finds them by what photos look like, with the help of a file
/// system or without.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, after_help = SAFETY)]
pub struct Program {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    log: Log,
}

const SAFETY: &str = "\
Before anything else:
  Take no more photos, and take the card out. Every write to it can destroy a photo for good.
  Slide its write-protect switch to LOCK, where it has one.
  Write what is recovered to another disk. afterimage reads its sources and never writes to them.
  Where a card or disk is failing, make an image of it first and scan the image.

Examples:
  afterimage find
      Look first where intact copies survive.
  afterimage backup list
      Which backups of phones are here.
  afterimage scan card.img --output recovered
      Scan an image of a card.
  sudo afterimage scan /dev/sdb --output recovered
      Scan the card itself.
  sudo afterimage devices
      Which device that is.
  sudo afterimage forecast /dev/sdb
      What a scan will find, in seconds.
  sudo afterimage image /dev/sdb card.img
      Copy a card that is failing.
  afterimage formats
      What can be found.
  sudo afterimage serve
      All of it in the browser, with buttons.";

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    Scan(Box<scan::Scan>),
    Find(Box<find::Find>),
    Backup(backup::Backup),
    Devices(devices::Devices),
    Forecast(forecast::Sample),
    Serve(Serve),
    Recover(recover::Recover),
    Merge(Box<merge::Merge>),
    Verify(verify::Verify),
    Sign(sign::Sign),
    Report(report::Report),
    Export(Box<export::Export>),
    Image(Box<image::Image>),
    Formats(formats::Formats),
    Bench(bench::Bench),
    Cloud(cloud::Cloud),
    Completions(completions::Completions),
    Manual(manual::Manual),
}

impl Command {
    /// What it reads, where it is told.
    fn sources(&self) -> Vec<PathBuf> {
        match self {
            Command::Scan(scan) => scan.sources().to_vec(),
            Command::Find(find) => find.paths().to_vec(),
            Command::Recover(recover) => recover.sources().to_vec(),
            Command::Merge(merge) => merge.sources(),
            Command::Image(image) => image.devices().to_vec(),
            _ => Vec::new(),
        }
    }
}

impl Program {
    /// The program that serves its page.
    pub fn of(serve: Serve) -> Self {
        Program { command: Command::Serve(serve), log: Log::default() }
    }

    /// Whether what goes to stdout is for people: no JSON, and nothing that another program reads.
    pub fn is_for_people(&self) -> bool {
        let is_for_others = matches!(self.command, Command::Completions(_) | Command::Manual(_));
        !is_for_others && !std::env::args_os().any(|word| word == "--json")
    }

    /// Whether stderr is for programs: each of its lines is an event.
    pub fn is_for_programs(&self) -> bool {
        match &self.command {
            Command::Scan(scan) => scan.show().is_for_programs(),
            Command::Find(find) => find.show().is_for_programs(),
            Command::Recover(recover) => recover.show().is_for_programs(),
            Command::Merge(merge) => merge.show().is_for_programs(),
            Command::Image(image) => image.show().is_for_programs(),
            _ => false,
        }
    }

    /// Does it: results go to `out`, all else to `err`.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        self.log.begin(&self.command.sources(), self.is_for_programs())?;
        self.command.run(out, err)
    }
}

impl Command {
    fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        match self {
            Command::Scan(scan) => scan.run(out, err),
            Command::Find(find) => find.run(out, err),
            Command::Backup(backup) => backup.run(out, err),
            Command::Devices(devices) => devices.run(out, err),
            Command::Forecast(forecast) => forecast.run(out, err),
            Command::Serve(serve) => serve.run(out, err),
            Command::Recover(recover) => recover.run(out, err),
            Command::Merge(merge) => merge.run(out, err),
            Command::Verify(verify) => verify.run(out, err),
            Command::Sign(sign) => sign.run(out, err),
            Command::Report(report) => report.run(out),
            Command::Export(export) => export.run(out, err),
            Command::Image(image) => image.run(out, err),
            Command::Formats(formats) => formats.run(out),
            Command::Bench(bench) => bench.run(out),
            Command::Cloud(cloud) => cloud.run(out, err),
            Command::Completions(completions) => completions.run(out, &mut Program::command()),
            Command::Manual(manual) => manual.run(out, Program::command()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_does_not_contradict_itself() {
        Program::command().debug_assert();
    }
}
