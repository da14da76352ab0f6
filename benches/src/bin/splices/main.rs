//! `splices`: how many JPEGs with foreign data in them are called verified, and how many sound ones
//! are not.

mod kinds;
mod photo;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use afterimage_benches::ending;
use afterimage_benches::machine::Machine;
use afterimage_benches::record::keep;
use afterimage_benches::table::Table;
use afterimage_signatures::jpeg::JpegOracle;
use afterimage_signatures::{Oracle, Said};
use afterimage_testdata::random::Random;
use clap::Parser;
use kinds::Kind;
use photo::{Photo, is_verified};
use serde::Serialize;

/// Puts foreign data into the photos of folders, and counts what is called verified all the same.
#[derive(Debug, Parser)]
#[command(version)]
struct Splices {
    /// Folders of JPEGs; what does not decode is left out.
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// Splices of each kind and size in each photo, at most.
    #[arg(long, value_name = "N", default_value_t = 40)]
    per: usize,
    /// Where the random numbers start.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Keep the page and the figures in this folder, such as `benches/runs/DATE-MACHINE`.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Sizes of clusters, in bytes.
const CLUSTERS: [usize; 4] = [512, 4 << 10, 8 << 10, 32 << 10];

/// Numbers of restart intervals.
const RUNS: [usize; 4] = [1, 4, 16, 64];

/// What is kept.
#[derive(Serialize)]
struct Figures {
    machine: Machine,
    seed: u64,
    sound: Sound,
    splices: Vec<Row>,
}

/// Photos as they are.
#[derive(Default, Serialize)]
struct Sound {
    photos: usize,
    /// Files that do not decode, which are left out.
    others: usize,
    verified: usize,
    /// Those with data that nothing checks.
    unchecked: usize,
    /// Those in which a break is seen.
    broken: Vec<String>,
}

/// Splices of one kind and size.
#[derive(Serialize)]
struct Row {
    kind: &'static str,
    /// Bytes of a cluster, or intervals of a run.
    size: usize,
    made: usize,
    /// Those that decode to the end.
    decoded: usize,
    verified: usize,
    /// Lossless ones among them, of which no DC is compared.
    lossless: usize,
    /// Progressive ones among those that decode.
    progressive: usize,
}

fn main() -> ExitCode {
    ending::status("splices", Splices::parse().run(&mut io::stdout().lock()))
}

impl Splices {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let (photos, others) = photo::in_folders(&self.folders)?;
        let mut sound = Sound { photos: photos.len(), others, ..Sound::default() };
        for photo in &photos {
            if photo.breaks > 0 {
                sound.broken.push(photo.name.clone());
            } else if is_verified(&photo.bytes) {
                sound.verified += 1;
            } else {
                sound.unchecked += 1;
            }
        }
        let mut random = Random::new(self.seed);
        let mut splices = Vec::new();
        for kind in Kind::CLUSTERS {
            for size in CLUSTERS {
                splices.push(self.row(kind, size, &photos, kinds::clusters, &mut random));
            }
        }
        for kind in Kind::INTERVALS {
            for count in RUNS {
                splices.push(self.row(kind, count, &photos, kinds::intervals, &mut random));
            }
        }
        let figures = Figures { machine: Machine::here(), seed: self.seed, sound, splices };
        let page = figures.page();
        out.write_all(page.as_bytes())?;
        if let Some(folder) = &self.out {
            keep(folder, &page, &figures, None)?;
        }
        Ok(())
    }

    fn row(
        &self,
        kind: Kind,
        size: usize,
        photos: &[Photo],
        make: Make,
        random: &mut Random,
    ) -> Row {
        drop(writeln!(io::stderr(), "{} of {size}", kind.name()));
        let mut row = Row {
            kind: kind.name(),
            size,
            made: 0,
            decoded: 0,
            verified: 0,
            lossless: 0,
            progressive: 0,
        };
        for photo in photos {
            for _ in 0..self.per {
                let Some(spliced) = make(kind, photo, photos, size, random) else { continue };
                row.made += 1;
                let mut oracle = JpegOracle::new();
                let done = matches!(oracle.feed(&spliced), Said::Done { .. });
                if done && oracle.flaw().is_none() {
                    row.decoded += 1;
                    row.progressive += usize::from(photo.is_progressive);
                    let verified = is_verified(&spliced);
                    row.verified += usize::from(verified);
                    row.lossless += usize::from(verified && photo.is_lossless);
                }
            }
        }
        row
    }
}

/// Makes a splice of a kind and size.
type Make = fn(Kind, &Photo, &[Photo], usize, &mut Random) -> Option<Vec<u8>>;

/// The share that `count` of `all` stands for, at most, with a confidence of 95 %: Wilson's bound.
fn at_most(count: usize, all: usize) -> f64 {
    const Z: f64 = 1.96;
    let (count, all) = (count as f64, all.max(1) as f64);
    let share = count / all;
    let spread = (share * (1.0 - share) / all + Z * Z / (4.0 * all * all)).sqrt();
    (share + Z * Z / (2.0 * all) + Z * spread) / (1.0 + Z * Z / all)
}

impl Figures {
    fn page(&self) -> String {
        let percent = |count, all: usize| {
            let share = 100.0 * count as f64 / all.max(1) as f64;
            format!("{share:.2} (at most {:.2})", 100.0 * at_most(count, all))
        };
        let headings = [
            "foreign",
            "size",
            "made",
            "decoded",
            "progressive",
            "verified",
            "lossless",
            "verified %",
        ];
        let mut table = Table::new(headings);
        for row in &self.splices {
            let numbers =
                [row.size, row.made, row.decoded, row.progressive, row.verified, row.lossless];
            let numbers = numbers.map(|number| number.to_string());
            let share = percent(row.verified, row.made);
            table.row([row.kind.to_owned()].into_iter().chain(numbers).chain([share]));
        }
        let sound = &self.sound;
        format!(
            "# Splices\n\n{}; seed {}.\n\n{} sound photos ({} files that do not decode are left \
             out): {} verified, {} with unchecked data, {} in which a break is seen{}{}.\n\n\
             Sizes are bytes of a cluster, or intervals of a run. `decoded` are the splices that \
             decode to the end, which is all that was asked for once, and `progressive` those of progressive JPEGs among them; `lossless` are those of \
             lossless JPEGs among the verified ones. The bound is that of 95 %.\n\n{}",
            self.machine.sentence(),
            self.seed,
            sound.photos,
            sound.others,
            sound.verified,
            sound.unchecked,
            sound.broken.len(),
            if sound.broken.is_empty() { "" } else { ": " },
            sound.broken.join(", "),
            table.markdown(),
        )
    }
}
