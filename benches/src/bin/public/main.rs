//! `public`: the public benchmark, in one command.
//!
//! Rebuilds the layouts of the carving challenges of DFRWS 2006 and 2007 with photos of a folder, or with
//! made ones, adds the layouts of `../shared/evaluate` where that is, runs afterimage and its peers over all of
//! them, and holds what afterimage claims of each file against the truth.

mod figures;
mod page;
mod runs;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use afterimage_benches::calibration::Calibration;
use afterimage_benches::ending;
use afterimage_benches::evaluate;
use afterimage_benches::machine::{Machine, load};
use afterimage_benches::record::keep;
use afterimage_benches::session::{Choice, Session};
use afterimage_benches::tools::{Tool, Wanted};
use clap::Parser;

use crate::figures::Figures;

/// Runs afterimage and its peers over the layouts of public challenges.
#[derive(Debug, Parser)]
#[command(version)]
struct Public {
    /// Take the JPEG files below this folder instead of made ones.
    #[arg(long, value_name = "DIR")]
    photos: Option<PathBuf>,
    /// Seeds of every layout that all tools run over; each has other photos and other filler.
    #[arg(long, value_name = "N", default_value_t = 2)]
    seeds: u64,
    /// Further seeds that afterimage alone runs over, to tell how often its grades are right.
    #[arg(long, value_name = "N", default_value_t = 8)]
    more_seeds: u64,
    /// Folder of a `make.py` that makes further layouts; where it is not there, they are left out.
    #[arg(long, value_name = "DIR", default_value = "../shared/evaluate")]
    evaluate: PathBuf,
    /// Which of these layouts.
    #[arg(long, value_name = "NAME", num_args = 1.., default_values = evaluate::USUAL)]
    layout: Vec<String>,
    /// How many MiB of photos one of these layouts may hold.
    #[arg(long, value_name = "MIB", default_value_t = 24)]
    budget: u64,
    /// What the program given by --afterimage was built from, for the page.
    #[arg(long, value_name = "TEXT")]
    built_from: Option<String>,
    /// Keep the images of the challenges with their truth in this folder, for a look at one run.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Make the images in this folder, one at a time.
    #[arg(long, value_name = "DIR", default_value = "target")]
    work: PathBuf,
    #[command(flatten)]
    choice: Choice,
}

const USUAL: [Tool; 10] = [
    Tool::Afterimage,
    Tool::Photorec,
    Tool::PhotorecBlocks,
    Tool::Foremost,
    Tool::Scalpel,
    Tool::ScalpelRules,
    Tool::Recoverjpeg,
    Tool::RecoverjpegBytes,
    Tool::Magicrescue,
    Tool::TskRecover,
];

fn main() -> ExitCode {
    ending::status("public", Public::parse().run(&mut io::stdout().lock()))
}

impl Public {
    /// Runs all of it, and says what came of it. What is measured is kept after every layout, so that a
    /// run that is ended was not for nothing.
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let session = Session::new(&self.choice, &USUAL, Wanted::Everything)?;
        let mut figures = Figures {
            machine: Machine::here(),
            load: load(),
            built_from: self.built_from.clone(),
            photos: match &self.photos {
                Some(_) => "JPEG files of a folder",
                None => "drawn and encoded by `testdata`",
            },
            seeds: self.seeds,
            more_seeds: self.more_seeds,
            timeout: self.choice.timeout,
            tools: &session.tools,
            absent: &session.absent,
            layouts: Vec::new(),
            calibration: Calibration::default(),
        };
        runs::all(self, &session, &mut |layout, calibration| {
            figures.layouts.push(layout);
            figures.calibration = calibration.clone();
            match &self.choice.out {
                Some(folder) => Ok(keep(folder, &page::of(&figures), &figures, None)?),
                None => Ok(()),
            }
        })?;
        out.write_all(page::of(&figures).as_bytes())?;
        Ok(())
    }
}
