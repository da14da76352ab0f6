//! `storms`: what images full of false beginnings cost beside one of noise.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use afterimage_benches::ending;
use afterimage_benches::machine::Machine;
use afterimage_benches::process::{self, Span};
use afterimage_benches::record::{keep, median};
use afterimage_benches::scratch;
use afterimage_benches::table::Table;
use afterimage_testdata::random::Random;
use afterimage_testdata::storms::{self, Storm};
use anyhow::{Context, ensure};
use clap::Parser;
use serde::Serialize;

/// Scans an image of every kind of storm, and says what it costs beside one of noise.
#[derive(Debug, Parser)]
#[command(version)]
struct Storms {
    /// The afterimage to run.
    #[arg(long, value_name = "FILE", default_value = "target/release/afterimage")]
    afterimage: PathBuf,
    /// Length of each image.
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..))]
    size: u64,
    /// Rounds that count, after one that warms up.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Make the images in this folder, one after the other; they are deleted.
    #[arg(long, value_name = "DIR", default_value = "target")]
    work: PathBuf,
    /// End a run after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    timeout: u64,
    /// Keep the page and the figures in this folder, such as `benches/runs/DATE-MACHINE`.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// What is kept.
#[derive(Serialize)]
struct Figures {
    machine: Machine,
    mib: u64,
    storms: Vec<Timed>,
}

#[derive(Serialize)]
struct Timed {
    name: &'static str,
    runs: Vec<Span>,
}

fn main() -> ExitCode {
    ending::status("storms", Storms::parse().run(&mut io::stdout().lock()))
}

/// Bytes that are made at once.
const BLOCK: usize = 1 << 20;

impl Storms {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.work)?;
        let work = tempfile::tempdir_in(&self.work)?;
        let image = work.path().join("storm.img");
        let mut timed = Vec::new();
        for storm in storms::ALL {
            drop(writeln!(io::stderr(), "{}", storm.name));
            make(storm, &image, self.size)?;
            scratch::settle(&image)?;
            let runs =
                (0..=self.rounds).map(|_| self.once(&image)).collect::<Result<Vec<_>, _>>()?;
            timed.push(Timed { name: storm.name, runs: runs.into_iter().skip(1).collect() });
        }
        let figures = Figures { machine: Machine::here(), mib: self.size, storms: timed };
        let page = figures.page(self.rounds);
        out.write_all(page.as_bytes())?;
        if let Some(folder) = &self.out {
            keep(folder, &page, &figures, None)?;
        }
        Ok(())
    }

    fn once(&self, image: &Path) -> anyhow::Result<Span> {
        let folder = scratch::folder()?;
        let mut command = Command::new(&self.afterimage);
        command.arg("scan").arg(image).arg("--output").arg(folder.path().join("out"));
        let run = process::run(&mut command, Duration::from_secs(self.timeout))
            .with_context(|| format!("cannot run {}", self.afterimage.display()))?;
        ensure!(matches!(run.exit, Some(0 | 1)), "afterimage ended with {:?}", run.exit);
        Ok(run)
    }
}

fn make(storm: &Storm, image: &Path, mib: u64) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(image)?);
    let mut random = Random::new(1);
    for block in 0..mib {
        let left = (mib - block - 1) * BLOCK as u64;
        file.write_all(&storm.bytes(&mut random, BLOCK, left))?;
    }
    file.flush()
}

impl Figures {
    fn page(&self, rounds: u32) -> String {
        let wall = |timed: &Timed| median(timed.runs.iter().map(|run| run.wall));
        let cpu = |timed: &Timed| median(timed.runs.iter().map(|run| run.cpu));
        let noise = self.storms.first().map_or(1.0, wall);
        let mut table = Table::new(["full of", "wall s", "of noise", "CPU s", "anon MiB"]);
        for one in &self.storms {
            let anonymous = one.runs.iter().map(|run| run.anonymous).max().unwrap_or(0);
            table.row([
                one.name.to_owned(),
                format!("{:.2}", wall(one)),
                format!("{:.1}", wall(one) / noise),
                format!("{:.2}", cpu(one)),
                format!("{:.0}", anonymous as f64 / f64::from(1 << 20)),
            ]);
        }
        format!(
            "# Storms\n\n{}.\n\nImages of {} MiB, one of each kind. {} Outputs go to memory. Medians of \
             {rounds} rounds; one more warms up.\n\n{}",
            self.machine.sentence(),
            self.mib,
            scratch::CACHE,
            table.markdown(),
        )
    }
}
