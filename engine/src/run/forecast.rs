//! What a scan will find, estimated from a bounded sample.
//!
//! Photos are counted by where they begin, so that each is in one stratum and in no other:
//!
//! * At places where a file system says that a deleted file begins: some of them, or all, are looked at.
//! * Everywhere else: windows are looked at, one at random in each of equal parts of the source, for photos that
//!   begin in them.
//!
//! What is looked at is measured as a scan does it, by the same code, but for no more than some hundred kilobytes
//! of a photo. A photo counts as it does in the summary of a scan: one of its own, not inside another file, not
//! still there by a file system, and with something to be seen. A small source is scanned as a whole, and what is
//! said of it is no estimate.

pub(super) mod count;
mod draw;
mod estimate;
mod listed;
pub(super) mod look;
mod windows;

use std::path::Path;
use std::time::{Duration, Instant};

use afterimage_signatures::Effort;

use super::job::Job;
use crate::carve::Carver;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::formats::Registry;
use crate::model::Random;
use crate::options::Options;
use crate::scan::Matcher;
use crate::source::{Identity, Io, Limited, Pace, Source, Watched, open_watched};
use crate::volumes::live_map::LiveMap;
use crate::volumes::survey::Survey;
use count::Counted;
pub use estimate::Estimate;
use estimate::{Listed, Sampled, Windows, estimate};
use look::Look;

/// How much may be looked at.
#[derive(Clone, Debug)]
pub struct ForecastOptions {
    /// Bytes that are read at the most, but for what file systems say of their files. A source of no more is
    /// scanned as a whole.
    pub most_bytes: u64,
    /// After so long no more is looked at.
    pub most_time: Duration,
    /// What the places are chosen by; without it, what the source is known by, so that the same source gives
    /// the same forecast.
    pub seed: Option<u64>,
}

impl Default for ForecastOptions {
    fn default() -> Self {
        let most_time = Duration::from_secs(10);
        ForecastOptions { most_bytes: 256 << 20, most_time, seed: None }
    }
}

/// What a scan will find.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// Bytes of the source.
    pub size: u64,
    /// Bytes that were read for it; of a small source, all.
    pub read: u64,
    /// Whether the source was scanned as a whole, so that all numbers are exact.
    pub is_whole: bool,
    /// Photos that a scan will find, as its summary counts them.
    pub photos: Estimate,
    /// Share of the source in blocks of one value: erased, zeroed or never written.
    pub erased: f64,
    /// Share of the source that looks random: encrypted, wiped, or compressed.
    pub noise: f64,
    /// Windows that were looked at, and their length in bytes; none of a source that was scanned.
    pub windows: (u64, u64),
    /// Photos that begin in them.
    pub in_windows: u64,
    /// Deleted files that file systems list, how many of them were looked at, and in how many a photo begins.
    pub listed: (u64, u64, u64),
    /// Files that file systems say are still there.
    pub live: u64,
    /// What the places were chosen by.
    pub seed: u64,
}

/// What a scan of `source` with the usual options will find.
///
/// # Errors
///
/// As [`Job::open`].
pub fn forecast(source: Box<dyn Source>, options: &ForecastOptions) -> Result<Forecast, Error> {
    sampled(source, options, &Progress::default())
}

/// The same, which is not read at all once the run is stopped: what is said then is worth nothing.
///
/// # Errors
///
/// As [`Job::open`].
pub fn forecast_until_stopped(
    source: Box<dyn Source>,
    options: &ForecastOptions,
    progress: &Progress,
) -> Result<Forecast, Error> {
    sampled(Box::new(Watched::new(source, progress.wish())), options, progress)
}

/// The same of what is at `path`, read no faster than `pace` allows, and not at all once the run is stopped: what is
/// said then is worth nothing.
///
/// # Errors
///
/// As [`Job::open`], and when it cannot be opened.
pub fn forecast_at(
    path: &Path,
    options: &ForecastOptions,
    pace: &Pace,
    progress: &Progress,
) -> Result<Forecast, Error> {
    let source = open_watched(path, Io::Auto, progress.wish())?;
    forecast_until_stopped(Limited::at(source, pace), options, progress)
}

fn sampled(
    source: Box<dyn Source>,
    options: &ForecastOptions,
    progress: &Progress,
) -> Result<Forecast, Error> {
    if source.len() <= options.most_bytes {
        return whole(source, progress);
    }
    let identity = Identity::of(source.as_ref());
    let seed = options.seed.unwrap_or_else(|| seed_of(&identity));
    let until = Instant::now() + options.most_time;
    let registry = Registry::default();
    let matcher = Matcher::new(&registry);
    let counted = Counted::new(source.as_ref());
    let survey = Survey::of(&counted);
    let live = LiveMap::of(&survey);
    let of_survey = counted.read();
    let carver = Carver { matcher: &matcher, registry: &registry, effort: Effort::Proof };
    let look = Look { bytes: &counted, carver, live: &live, survey: &survey, until };
    let mut random = Random::new(seed);
    let listed = listed::look(&look, &survey, options.most_bytes / 2, &mut random);
    let spent = counted.read() - of_survey;
    let left = options.most_bytes.saturating_sub(spent).max(options.most_bytes / 4);
    let windows = windows::look(&look, &listed.starts, left, &mut random);
    let sampled = Sampled {
        listed: Listed {
            all: listed.starts.len() as u64,
            found: &listed.found,
            looked: listed.looked,
        },
        windows: Windows {
            counts: &windows.counts,
            share: windows.share(source.len()),
            found: &windows.found,
        },
    };
    Ok(Forecast {
        size: source.len(),
        read: counted.read(),
        is_whole: false,
        photos: estimate(&sampled, &mut random),
        erased: windows.share_of(windows.erased),
        noise: windows.share_of(windows.noise),
        windows: (windows.counts.len() as u64, windows.len),
        in_windows: windows.found.len() as u64,
        listed: (sampled.listed.all, listed.looked, listed.found.len() as u64),
        live: survey.entries().filter(|(_, volume, entry)| volume.has_live(entry)).count() as u64,
        seed,
    })
}

/// What a scan of all of a source finds.
fn whole(source: Box<dyn Source>, progress: &Progress) -> Result<Forecast, Error> {
    let (size, identity) = (source.len(), Identity::of(source.as_ref()));
    let options = Options::default();
    let settled = Job::open(vec![source], &options, progress)?.scan().settled();
    let summary = settled.summary();
    let described = settled.sources().first();
    let share = |part: u64| part as f64 / size.max(1) as f64;
    Ok(Forecast {
        size,
        read: size,
        is_whole: true,
        photos: Estimate { likely: summary.photos, low: summary.photos, high: summary.photos },
        erased: described.map_or(0.0, |source| share(source.erased_bytes)),
        noise: described.and_then(|source| source.noise).map_or(0.0, f64::from),
        windows: (0, 0),
        in_windows: 0,
        listed: (0, 0, 0),
        live: summary.live,
        seed: seed_of(&identity),
    })
}

/// A number that the same source always gives.
pub(super) fn seed_of(identity: &Identity) -> u64 {
    let text = format!(
        "{} {} {}",
        identity.size,
        identity.samples.len(),
        identity.samples.iter().flatten().cloned().collect::<String>()
    );
    let mut seed = [0; 8];
    seed.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..8]);
    u64::from_le_bytes(seed)
}
