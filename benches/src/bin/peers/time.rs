//! `peers time`: how long each tool takes on one image, and what it has to show for it.

use std::io::Write;
use std::path::{Path, PathBuf};

use afterimage_benches::bars::{Bar, Chart, svg};
use afterimage_benches::image::{self, Recipe};
use afterimage_benches::judge::{Judge, Kind, Tally};
use afterimage_benches::machine::{Machine, load};
use afterimage_benches::photos::{self, Made};
use afterimage_benches::process::Span;
use afterimage_benches::record::{keep, median, span};
use afterimage_benches::scratch;
use afterimage_benches::session::{Choice, Image, Present, Session, listed, say};
use afterimage_benches::table::Table;
use afterimage_benches::tools::{Tool, Wanted};
use anyhow::{Context, ensure};
use clap::Args;
use serde::Serialize;

const USUAL: [Tool; 8] = [
    Tool::Cat,
    Tool::Afterimage,
    Tool::AfterimageQuick,
    Tool::Photorec,
    Tool::Foremost,
    Tool::Scalpel,
    Tool::Recoverjpeg,
    Tool::RecoverjpegBytes,
];

/// Times the tools in turn on an image with JPEG and PNG photos among other data.
///
/// The photos are made, or come from --photos, and no two are the same file. The first round
/// warms up and does not count.
#[derive(Debug, Args)]
pub struct Time {
    /// Length of the image.
    #[arg(long, value_name = "MIB", default_value_t = 2048)]
    size: usize,
    /// How much of it is photos.
    #[arg(long, value_name = "PERCENT", default_value_t = 30, value_parser = clap::value_parser!(u8).range(1..=100))]
    share: u8,
    /// Rounds that count.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Another seed gives another image.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Take the JPEG and PNG files below this folder instead of made ones.
    #[arg(long, value_name = "DIR")]
    photos: Option<PathBuf>,
    /// What the photos that are made are.
    #[arg(long, value_enum, value_name = "KIND", default_value_t, conflicts_with = "photos")]
    made: Made,
    /// Make the image in this folder, which should be on a disk; it is deleted in the end.
    #[arg(long, value_name = "DIR", default_value = "target")]
    work: PathBuf,
    #[command(flatten)]
    choice: Choice,
}

/// What is kept.
#[derive(Serialize)]
struct Figures<'a> {
    machine: Machine,
    image: &'a Recipe,
    /// What the photos are that were made; none where they come from a folder.
    made: Option<Made>,
    photos: usize,
    photo_bytes: usize,
    cache: &'static str,
    /// Load average before and after.
    load: [f64; 2],
    tools: Vec<Timed<'a>>,
}

/// One tool's part.
#[derive(Serialize)]
struct Timed<'a> {
    #[serde(flatten)]
    tool: &'a Present,
    /// Every round that counts.
    runs: Vec<Span>,
    files: usize,
    exact: usize,
    #[serde(rename = "false")]
    wrong: usize,
    kinds: std::collections::BTreeMap<Kind, usize>,
}

impl Time {
    /// Makes the image, runs the rounds, and says what came of them.
    pub fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let session = Session::new(&self.choice, &USUAL, Wanted::Common)?;
        let recipe = Recipe { mib: self.size, share: self.share.into(), seed: self.seed };
        std::fs::create_dir_all(&self.work)?;
        let work = tempfile::tempdir_in(&self.work)?;
        let image = work.path().canonicalize()?.join("timing.img");
        say("making the image");
        let pool = match &self.photos {
            Some(folder) => photos::below(folder)
                .with_context(|| format!("cannot read {}", folder.display()))?,
            None => photos::made(self.made),
        };
        ensure!(!pool.is_empty(), "no JPEG or PNG photo to lay");
        let originals = image::make(&image, &recipe, &pool)?;
        scratch::settle(&image)?;
        let before = load();
        let tools = self.rounds(&session, &image, &Judge::new(&originals))?;
        let figures = Figures {
            machine: Machine::here(),
            image: &recipe,
            made: self.photos.is_none().then_some(self.made),
            photos: originals.len(),
            photo_bytes: originals.iter().map(|original| original.bytes.len()).sum(),
            cache: scratch::CACHE,
            load: [before, load()],
            tools,
        };
        let page = figures.page(&session.tools);
        out.write_all(page.as_bytes())?;
        if let Some(folder) = &self.choice.out {
            keep(folder, &page, &figures, Some(&figures.plot()))?;
        }
        Ok(())
    }

    /// All tools in turn, round after round. What a tool found is judged once: in the first
    /// round, which is not timed. In the others it must find as many files.
    fn rounds<'a>(
        &self,
        session: &'a Session,
        image: &Path,
        judge: &Judge<'_>,
    ) -> anyhow::Result<Vec<Timed<'a>>> {
        let mut timed = Vec::new();
        for tool in &session.tools {
            say(&format!("{}: warming up", tool.name));
            let (run, tally) = session.judged(tool.tool, Image::of_sectors(image), judge)?;
            ensure!(!run.late, "{} is not done in time; --timeout gives it more", tool.name);
            timed.push(Timed::new(tool, &tally));
        }
        for round in 1..=self.rounds {
            say(&format!("round {round} of {}, load {:.1}", self.rounds, load()));
            for one in &mut timed {
                let (run, files) =
                    session
                        .run(one.tool.tool, Image::of_sectors(image), |_, files| Ok(files.len()))?;
                let name = one.tool.name;
                ensure!(files == one.files, "{name} found {} files, then {files}", one.files);
                one.runs.push(run);
            }
        }
        Ok(timed)
    }
}

impl<'a> Timed<'a> {
    fn new(tool: &'a Present, tally: &Tally) -> Self {
        Timed {
            tool,
            runs: Vec::new(),
            files: tally.files(),
            exact: tally.photos(),
            wrong: tally.of(Kind::False),
            kinds: tally.kinds.clone(),
        }
    }

    fn wall(&self) -> f64 {
        median(self.runs.iter().map(|run| run.wall))
    }

    fn cpu(&self) -> f64 {
        median(self.runs.iter().map(|run| run.cpu))
    }

    fn anonymous(&self) -> f64 {
        self.runs.iter().map(|run| run.anonymous).max().unwrap_or(0) as f64 / f64::from(1 << 20)
    }
}

impl Figures<'_> {
    fn page(&self, tools: &[Present]) -> String {
        let mut table = Table::new([
            "tool", "wall s", "least", "most", "CPU s", "MB/s", "anon MiB", "files", "exact",
            "recall", "false",
        ]);
        let size = (self.image.mib as f64) * f64::from(1 << 20) / 1e6;
        for one in &self.tools {
            let (least, most) = span(one.runs.iter().map(|run| run.wall));
            let found = |count: usize| match one.tool.tool.is_floor() {
                true => String::new(),
                false => count.to_string(),
            };
            let recall = format!("{:.3}", one.exact as f64 / self.photos as f64);
            table.row([
                one.tool.name.to_owned(),
                format!("{:.3}", one.wall()),
                format!("{least:.3}"),
                format!("{most:.3}"),
                format!("{:.3}", one.cpu()),
                format!("{:.0}", size / one.wall()),
                format!("{:.0}", one.anonymous()),
                found(one.files),
                found(one.exact),
                if one.tool.tool.is_floor() { String::new() } else { recall },
                found(one.wrong),
            ]);
        }
        let rounds = self.tools.first().map_or(0, |one| one.runs.len());
        let whence = match self.made {
            None => "JPEG and PNG photos taken from a folder",
            Some(Made::Mixed) => "JPEG and PNG photos made by `testdata`",
            Some(Made::Progressive) => "progressive JPEG photos made by `testdata`",
            Some(Made::Png) => "PNG photos made by `testdata`",
        };
        format!(
            "# Time beside peers\n\n{}. Load average {:.1} before, {:.1} after.\n\n\
             Image of {} MiB, {} % of it {whence}, {} in number and all different, \
             at 4 KiB boundaries between noise, text, programs and zeros (seed {}). {} Outputs go to memory. \
             Medians of {rounds} rounds in which the tools take turns; one more round warms up.\n\n{}\n\
             `cat` recovers nothing: it is what reading the image costs. `exact` counts photos that came back \
             to the byte. What the comparison is unfair about stands in `benches/README.md`.\n\n\
             ![Bars of the same figures](figure.svg)\n\n## Tools\n\n{}",
            self.machine.sentence(),
            self.load[0],
            self.load[1],
            self.image.mib,
            self.image.share,
            self.photos,
            self.image.seed,
            self.cache,
            table.markdown(),
            listed(tools),
        )
    }

    fn plot(&self) -> String {
        let chart =
            |title: &str, value: &dyn Fn(&Timed<'_>) -> f64, spread: bool, unit: &str| Chart {
                title: title.to_owned(),
                bars: self
                    .tools
                    .iter()
                    .map(|one| Bar {
                        label: one.tool.name.to_owned(),
                        value: value(one),
                        span: spread.then(|| span(one.runs.iter().map(|run| run.wall))),
                        note: match one.tool.tool.is_floor() || !spread {
                            true => format!("{:.2} {unit}", value(one)),
                            false => {
                                format!(
                                    "{:.2} s, {} of {} exact",
                                    value(one),
                                    one.exact,
                                    self.photos
                                )
                            }
                        },
                        ours: one.tool.tool.is_ours(),
                    })
                    .collect(),
            };
        svg(&[
            chart("Wall time in seconds: median, least to most", &|one| one.wall(), true, "s"),
            chart("CPU time in seconds, all threads: median", &|one| one.cpu(), false, "s"),
            chart("Peak of anonymous memory in MiB", &|one| one.anonymous(), false, "MiB"),
        ])
    }
}
