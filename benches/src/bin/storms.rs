//! `storms`: what images full of false beginnings cost beside one of noise.

use std::fs::{self, File};
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
use afterimage_engine::report::{Grade, Report, ReportFile};
use afterimage_testdata::storms::{self, Hidden, Storm};
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
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..))]
    size: u64,
    /// Rounds that count, after one that warms up.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Only storms whose names hold this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
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
    answer: Answer,
    runs: Vec<Span>,
}

/// What a report says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct Answer {
    /// Photos that were hidden, found whole and proven.
    photos: usize,
    /// Files in the report, those photos and what else was taken for one.
    files: usize,
    /// Length of the report in bytes, without the times of the run: those are as long as their fractions of a second.
    report: u64,
}

fn main() -> ExitCode {
    ending::status("storms", Storms::parse().run(&mut io::stdout().lock()))
}

impl Storms {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.work)?;
        let work = tempfile::tempdir_in(&self.work)?;
        let image = work.path().join("storm.img");
        let mut timed = Vec::new();
        let is_asked = |name: &str| self.only.as_ref().is_none_or(|text| name.contains(text));
        // What all are compared with comes first.
        for (_, storm) in (0..).zip(storms::ALL).filter(|(n, one)| *n == 0 || is_asked(one.name)) {
            drop(writeln!(io::stderr(), "{}", storm.name));
            let photos = make(storm, &image, self.size)?;
            scratch::settle(&image)?;
            let runs = (0..=self.rounds)
                .map(|_| self.once(storm, &image, &photos))
                .collect::<Result<Vec<_>, _>>()
                .with_context(|| format!("a storm of {}", storm.name))?;
            let (runs, answers): (Vec<Span>, Vec<Answer>) = runs.into_iter().skip(1).unzip();
            let answer = answers.first().copied().unwrap_or_default();
            ensure!(answers.iter().all(|one| *one == answer), "{}: two answers", storm.name);
            timed.push(Timed { name: storm.name, answer, runs });
        }
        let figures = Figures { machine: Machine::here(), mib: self.size, storms: timed };
        let page = figures.page(self.rounds);
        out.write_all(page.as_bytes())?;
        if let Some(folder) = &self.out {
            keep(folder, &page, &figures, None)?;
        }
        Ok(())
    }

    /// One run; that it finds every photo is a part of it.
    fn once(
        &self,
        storm: &Storm,
        image: &Path,
        photos: &[Hidden],
    ) -> anyhow::Result<(Span, Answer)> {
        let folder = scratch::folder()?;
        let output = folder.path().join("out");
        let mut command = Command::new(&self.afterimage);
        command.arg("scan").arg(image).arg("--output").arg(&output);
        if storm.archives {
            command.arg("--archives");
        }
        let run = process::run(&mut command, Duration::from_secs(self.timeout))
            .with_context(|| format!("cannot run {}", self.afterimage.display()))?;
        ensure!(matches!(run.exit, Some(0 | 1)), "afterimage ended with {:?}", run.exit);
        let report = fs::read(output.join("report.json"))?;
        let answer = Answer::of(&serde_json::from_slice(&report)?, report.len(), photos);
        ensure!(answer.photos == photos.len(), "only {} photos were found", answer.photos);
        Ok((run, answer))
    }
}

/// Makes an image, and tells which photos lie in it.
fn make(storm: &Storm, image: &Path, mib: u64) -> io::Result<Vec<Hidden>> {
    let (mut file, mut photos) = (BufWriter::new(File::create(image)?), Vec::new());
    for index in 0..mib {
        let (block, photo) = storm.block(index, mib);
        file.write_all(&block)?;
        photos.push(photo);
    }
    file.flush()?;
    Ok(photos)
}

impl Answer {
    fn of(report: &Report, len: usize, photos: &[Hidden]) -> Self {
        let known = |photo: &&Hidden| {
            let is_it = |file: &ReportFile| {
                file.grade == Grade::Verified
                    && file.format == photo.format
                    && file.size == photo.len
                    && file.runs.first().and_then(|run| run.offset) == Some(photo.offset)
            };
            report.files.iter().any(is_it)
        };
        let times = report.head.started.len() + report.head.finished.len();
        Answer {
            photos: photos.iter().filter(known).count(),
            files: report.files.len(),
            report: len.saturating_sub(times) as u64,
        }
    }
}

impl Figures {
    fn page(&self, rounds: u32) -> String {
        let wall = |timed: &Timed| median(timed.runs.iter().map(|run| run.wall));
        let cpu = |timed: &Timed| median(timed.runs.iter().map(|run| run.cpu));
        let noise = self.storms.first().map_or(1.0, cpu);
        let columns = ["full of", "CPU s", "of noise", "wall s", "anon MiB", "photos", "files"];
        let mut table = Table::new(columns);
        for one in &self.storms {
            let anonymous = one.runs.iter().map(|run| run.anonymous).max().unwrap_or(0);
            table.row([
                one.name.to_owned(),
                format!("{:.3}", cpu(one)),
                format!("{:.1}", cpu(one) / noise),
                format!("{:.3}", wall(one)),
                format!("{:.0}", anonymous as f64 / f64::from(1 << 20)),
                one.answer.photos.to_string(),
                one.answer.files.to_string(),
            ]);
        }
        format!(
            "# Storms\n\n{}.\n\nImages of {} MiB, one of each kind, with a small photo in every MiB. {} Outputs go to memory. Medians of \
             {rounds} rounds; one more warms up.\n\n{}",
            self.machine.sentence(),
            self.mib,
            scratch::CACHE,
            table.markdown(),
        )
    }
}
