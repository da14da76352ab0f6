//! `peers recall`: what each tool gets back from images whose truth is known.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use afterimage_benches::bars::{Bar, Chart, svg};
use afterimage_benches::judge::{Judge, Kind, Tally};
use afterimage_benches::machine::Machine;
use afterimage_benches::process::Span;
use afterimage_benches::record::keep;
use afterimage_benches::scratch;
use afterimage_benches::session::{Choice, Image, Present, Session, listed, say};
use afterimage_benches::table::Table;
use afterimage_benches::tools::{Tool, Wanted};
use afterimage_benches::truth::{Lost, Truth};
use anyhow::{Context, ensure};
use clap::Args;
use serde::Serialize;

const USUAL: [Tool; 7] = [
    Tool::Afterimage,
    Tool::Photorec,
    Tool::PhotorecBrute,
    Tool::Foremost,
    Tool::Scalpel,
    Tool::Recoverjpeg,
    Tool::RecoverjpegBytes,
];

const TRUTH: &str = ".truth.json";

/// Runs the tools over images with a NAME.truth.json beside them, and counts per format what came
/// back to the byte, and what is false.
#[derive(Debug, Args)]
pub struct Recall {
    /// Folder of the images.
    #[arg(long, value_name = "DIR")]
    images: PathBuf,
    /// Folder of the photos as they were before they were lost.
    #[arg(long, value_name = "DIR")]
    photos: PathBuf,
    /// Only these scenarios, in this order; without it, all.
    #[arg(long, value_name = "NAME", num_args = 1..)]
    scenario: Vec<String>,
    #[command(flatten)]
    choice: Choice,
}

/// What is kept.
#[derive(Serialize)]
struct Figures<'a> {
    machine: Machine,
    tools: &'a [Present],
    scenarios: Vec<Scenario>,
}

/// One image.
#[derive(Serialize)]
struct Scenario {
    name: String,
    /// Photos of which all is still there, by format.
    whole: BTreeMap<String, usize>,
    /// Photos of which a beginning is still there, by format.
    broken: BTreeMap<String, usize>,
    /// What each tool made of it, in the order of the tools.
    results: Vec<Outcome>,
}

/// One tool on one image.
#[derive(Serialize)]
struct Outcome {
    run: Span,
    files: usize,
    kinds: BTreeMap<Kind, usize>,
    copies: usize,
    /// Of [`Scenario::whole`], what came back to the byte.
    exact: BTreeMap<String, usize>,
    /// Of [`Scenario::broken`], what came back nearly as far as it was left.
    kept: BTreeMap<String, usize>,
}

impl Recall {
    /// Runs every tool over every image, and says what came of it.
    pub fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let session = Session::new(&self.choice, &USUAL, Wanted::Everything)?;
        let mut scenarios = Vec::new();
        for path in self.truths()? {
            scenarios.push(self.scenario(&session, &path)?);
        }
        let figures = Figures { machine: Machine::here(), tools: &session.tools, scenarios };
        let page = figures.page();
        out.write_all(page.as_bytes())?;
        if let Some(folder) = &self.choice.out {
            keep(folder, &page, &figures, Some(&figures.plot()))?;
        }
        Ok(())
    }

    /// The truths to look at, in order.
    fn truths(&self) -> anyhow::Result<Vec<PathBuf>> {
        let named = |name: &String| self.images.join(format!("{name}{TRUTH}"));
        let mut paths: Vec<PathBuf> = self.scenario.iter().map(named).collect();
        if paths.is_empty() {
            let entries = std::fs::read_dir(&self.images)
                .with_context(|| format!("cannot read {}", self.images.display()))?;
            for entry in entries {
                let path = entry?.path();
                paths.extend(path.to_string_lossy().ends_with(TRUTH).then(|| path.clone()));
            }
            paths.sort();
        }
        ensure!(!paths.is_empty(), "no NAME{TRUTH} in {}", self.images.display());
        Ok(paths)
    }

    fn scenario(&self, session: &Session, path: &Path) -> anyhow::Result<Scenario> {
        let truth = Truth::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let originals = truth.originals(&self.photos)?;
        let lost = distinct(&truth.files);
        let known = |lost: &&Lost| originals.iter().any(|one| one.sha256 == lost.sha256);
        let missing = lost.iter().filter(|lost| !known(lost)).count();
        ensure!(missing == 0, "{missing} lost photos of {} are not in --photos", path.display());
        // Under a name that says nothing, with no truth beside it.
        let image = self.images.join(&truth.image).canonicalize()?;
        scratch::settle(&image)?;
        let judge = Judge::new(&originals);
        let mut results = Vec::new();
        for tool in &session.tools {
            let (run, tally) = session.judged(tool.tool, Image::of_sectors(&image), &judge)?;
            let outcome = Outcome::new(run, &tally, &lost);
            say(&format!(
                "{}: {}: {} exact, {} kept, {} false, {:.1} s{}",
                truth.scenario,
                tool.name,
                outcome.exact.values().sum::<usize>(),
                outcome.kept.values().sum::<usize>(),
                tally.of(Kind::False),
                outcome.run.wall,
                if outcome.run.late { ", ended there" } else { "" },
            ));
            results.push(outcome);
        }
        Ok(Scenario {
            name: truth.scenario,
            whole: by_format(lost.iter().filter(|lost| lost.is_whole())),
            broken: by_format(lost.iter().filter(|lost| !lost.is_whole())),
            results,
        })
    }
}

/// Each photo once, however many copies of it lie in the image.
fn distinct(files: &[Lost]) -> Vec<&Lost> {
    let mut seen = std::collections::HashSet::new();
    files.iter().filter(|lost| seen.insert((&lost.sha256, &lost.state))).collect()
}

fn by_format<'a>(lost: impl Iterator<Item = &'a &'a Lost>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    lost.for_each(|lost| *counts.entry(lost.format.clone()).or_default() += 1);
    counts
}

impl Outcome {
    fn new(run: Span, tally: &Tally, lost: &[&Lost]) -> Self {
        let whole = lost.iter().filter(|lost| lost.is_whole());
        let broken = lost.iter().filter(|lost| !lost.is_whole());
        Outcome {
            run,
            files: tally.files(),
            kinds: tally.kinds.clone(),
            copies: tally.copies,
            exact: by_format(whole.filter(|lost| tally.is_exact(&lost.sha256))),
            kept: by_format(broken.filter(|lost| tally.is_kept(lost))),
        }
    }

    fn of(&self, kind: Kind) -> usize {
        self.kinds.get(&kind).copied().unwrap_or(0)
    }
}

impl Scenario {
    /// Its table: formats from the most frequent to the rarest, then totals.
    fn table(&self, tools: &[Present]) -> String {
        let (counts, heading) = match self.whole.is_empty() {
            true => (&self.broken, "kept, of"),
            false => (&self.whole, "exact, of"),
        };
        let headings = ["format", heading].into_iter().chain(tools.iter().map(|tool| tool.name));
        let mut table = Table::new(headings);
        let figures = |outcome: &'_ Outcome| match self.whole.is_empty() {
            true => outcome.kept.clone(),
            false => outcome.exact.clone(),
        };
        let mut formats: Vec<_> = counts.iter().collect();
        formats.sort_by_key(|&(name, count)| (std::cmp::Reverse(*count), name));
        for (format, count) in formats {
            let of = |outcome: &Outcome| figures(outcome).get(format).copied().unwrap_or(0);
            table.row(self.line(format, *count, of));
        }
        if !counts.is_empty() {
            let all = |outcome: &Outcome| figures(outcome).values().sum();
            table.row(self.line("**all**", counts.values().sum(), all));
        }
        let rest = [
            ("false files", Kind::False),
            ("overlong", Kind::Overlong),
            ("pieces", Kind::Partial),
            ("inner pictures", Kind::Inner),
        ];
        for (name, kind) in rest {
            table.row(self.line(name, 0, |outcome| outcome.of(kind)));
        }
        table.row(self.line("surplus copies", 0, |outcome| outcome.copies));
        table.row(self.line("files written", 0, |outcome| outcome.files));
        let seconds = |outcome: &Outcome| match outcome.run.late {
            true => format!("ended at {:.0}", outcome.run.wall),
            false => format!("{:.1}", outcome.run.wall),
        };
        let seconds = self.results.iter().map(seconds);
        table.row(["seconds".to_owned(), String::new()].into_iter().chain(seconds));
        table.markdown()
    }

    /// One row: a name, how many there are, and a figure of each tool.
    fn line(&self, name: &str, of: usize, figure: impl Fn(&Outcome) -> usize) -> Vec<String> {
        let of = if of > 0 { of.to_string() } else { String::new() };
        let figures = self.results.iter().map(|outcome| figure(outcome).to_string());
        [name.to_owned(), of].into_iter().chain(figures).collect()
    }
}

impl Figures<'_> {
    /// One line a scenario: exact or kept, and false files.
    fn summary(&self) -> String {
        let headings = ["image", "of"].into_iter().chain(self.tools.iter().map(|tool| tool.name));
        let mut table = Table::new(headings);
        for scenario in &self.scenarios {
            let total = |counts: &BTreeMap<String, usize>| counts.values().sum::<usize>();
            let (whole, broken) = (total(&scenario.whole), total(&scenario.broken));
            let (what, of) = match (whole, broken) {
                (0, 0) => ("", 0),
                (0, broken) => (", kept", broken),
                (whole, _) => (", exact", whole),
            };
            let figure = |outcome: &Outcome| {
                let wrong = outcome.of(Kind::False);
                match (whole, broken) {
                    (0, 0) => format!("({wrong})"),
                    (0, _) => format!("{} ({wrong})", total(&outcome.kept)),
                    _ => format!("{} ({wrong})", total(&outcome.exact)),
                }
            };
            let name = format!("{}{what}", scenario.name);
            let of = if of > 0 { of.to_string() } else { String::new() };
            table.row([name, of].into_iter().chain(scenario.results.iter().map(figure)));
        }
        table.markdown()
    }

    fn page(&self) -> String {
        let details: String = self
            .scenarios
            .iter()
            .map(|one| format!("## {}\n\n{}\n", one.name, one.table(self.tools)))
            .collect();
        format!(
            "# Recall beside peers\n\n{}.\n\n\
             Photos that came back to the byte, or of broken ones nearly all that was left of them (`kept`); \
             in brackets, files that have nothing of a lost photo.\n\n{}\n\
             ![Bars of the same figures](figure.svg)\n\n{details}\
             What counts as what, and what the comparison is unfair about, stands in `benches/README.md`. \
             Seconds are of single runs, whatever else the machine did; `peers time` is for times.\n\n\
             ## Tools\n\n{}",
            self.machine.sentence(),
            self.summary(),
            listed(self.tools),
        )
    }

    fn plot(&self) -> String {
        let chart = |scenario: &Scenario| {
            let is_kept = scenario.whole.is_empty();
            let counts = if is_kept { &scenario.broken } else { &scenario.whole };
            let of: usize = counts.values().sum();
            let bar = |(tool, outcome): (&Present, &Outcome)| {
                let figures = if is_kept { &outcome.kept } else { &outcome.exact };
                let (figure, wrong) = (figures.values().sum::<usize>(), outcome.of(Kind::False));
                Bar {
                    label: tool.name.to_owned(),
                    value: if of > 0 { figure } else { wrong } as f64,
                    span: None,
                    note: if of > 0 {
                        format!("{figure}, {wrong} false")
                    } else {
                        wrong.to_string()
                    },
                    ours: tool.tool == Tool::Afterimage,
                }
            };
            let title = match (of, is_kept) {
                (0, _) => format!("{}: false files", scenario.name),
                (of, true) => format!("{}: kept of {of} broken photos", scenario.name),
                (of, false) => format!("{}: exact of {of} photos", scenario.name),
            };
            Chart { title, bars: self.tools.iter().zip(&scenario.results).map(bar).collect() }
        };
        svg(&self.scenarios.iter().map(chart).collect::<Vec<_>>())
    }
}
