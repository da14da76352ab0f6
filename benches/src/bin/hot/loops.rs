//! The loops, what they run on, and what they must answer.

use std::hint::black_box;

use afterimage_benches::data;
use afterimage_benches::truth::sha256;
use afterimage_engine::Algorithm;
use afterimage_engine::Content;
use afterimage_engine::Matcher;
use afterimage_engine::formats::Registry;
use afterimage_signatures::jpeg::JpegOracle;
use afterimage_signatures::{Buffer, Effort, Oracle, Runs, Said, View, formats};
use anyhow::{Context, ensure};
use clap::ValueEnum;

/// Bytes for the matcher and the hashers.
const LEN: usize = 4 << 20;

/// Width and height of the photos that are skimmed.
const PIXELS: (usize, usize) = (1500, 1000);

/// A hot loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Loop {
    /// All magics in one pass.
    Matcher,
    /// A file of each format, to its end, with all that can be proven.
    Measure,
    /// The codes of a JPEG.
    Skim,
    /// The digests of a file in one pass.
    Hash,
}

/// What stands between here and the end is what callgrind counts; [`COUNTED`] is its name.
#[inline(never)]
fn counted<T>(work: impl FnOnce() -> T) -> T {
    black_box(work())
}

/// Fits the name of [`counted`], however it is mangled.
pub const COUNTED: &str = "*counted*";

impl Loop {
    /// Every loop.
    pub const ALL: [Loop; 4] = [Loop::Matcher, Loop::Measure, Loop::Skim, Loop::Hash];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Loop::Matcher => "matcher",
            Loop::Measure => "measure",
            Loop::Skim => "skim",
            Loop::Hash => "hash",
        }
    }

    /// What it is run on: kinds and their data.
    pub fn data(self) -> Vec<(String, Vec<u8>)> {
        let named = |(kind, bytes): (&str, Vec<u8>)| (kind.to_owned(), bytes);
        match self {
            Loop::Matcher => data::kinds(LEN).map(named).into(),
            Loop::Measure => {
                let samples = data::longest().into_iter();
                samples.map(|sample| (sample.format.to_owned(), sample.bytes)).collect()
            }
            Loop::Skim => data::photos(PIXELS.0, PIXELS.1).map(named).into(),
            Loop::Hash => {
                let [(_, noise), ..] = data::kinds(LEN);
                let kinds = ["blake3", "blake3+sha256", "blake3+sha1", "blake3+md5"];
                kinds.map(|kind| (kind.to_owned(), noise.clone())).into()
            }
        }
    }

    /// Runs it once.
    ///
    /// # Errors
    ///
    /// When its answer is wrong.
    pub fn once(self, kind: &str, bytes: &[u8]) -> anyhow::Result<()> {
        match self {
            Loop::Matcher => matcher(kind, bytes),
            Loop::Measure => measure(kind, bytes),
            Loop::Skim => skim(bytes),
            Loop::Hash => hash(kind, bytes),
        }
    }
}

fn matcher(kind: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let matcher = Matcher::new(&Registry::default());
    let mut hits = Vec::with_capacity(bytes.len() / 64);
    let constant = counted(|| matcher.scan(bytes, 0..bytes.len(), &mut hits));
    match kind {
        "zeros" => ensure!(hits.is_empty() && constant == bytes.len() as u64, "zeros are no files"),
        "jpeg" | "magics" => ensure!(hits.len() > bytes.len() / 100_000, "too few hits"),
        _ => ensure!(hits.len() < bytes.len() / 4096, "{} hits are too many", hits.len()),
    }
    Ok(())
}

fn measure(format: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let format = formats::by_name(format).context("no such format")?;
    let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
    let mut view = View::new(&bytes, &runs, &mut buffer);
    let verdict = counted(|| format.measure(&mut view, Effort::Proof));
    let len = verdict.map_err(|reject| anyhow::anyhow!("rejected: {reject:?}"))?.len;
    ensure!(len == bytes.len() as u64, "{len} bytes instead of {}", bytes.len());
    Ok(())
}

fn skim(bytes: &[u8]) -> anyhow::Result<()> {
    let mut oracle = JpegOracle::new();
    let said = counted(|| oracle.feed(bytes));
    ensure!(said == Said::Done { end: bytes.len() as u64 }, "{said:?}");
    Ok(())
}

fn hash(kind: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let extra = kind.strip_prefix("blake3").context("no such digest")?.trim_start_matches('+');
    let algorithms: Vec<_> = Algorithm::ALL.into_iter().filter(|one| one.name() == extra).collect();
    let runs = Runs::whole(0, bytes.len() as u64);
    let content = Content::of_runs(&runs);
    let digests = counted(|| content.digests(&bytes, &algorithms));
    let right = digests.sha256.is_none_or(|digest| digest == sha256(bytes));
    ensure!(right && (digests.md5.is_some() == (extra == "md5")), "wrong digests");
    Ok(())
}
