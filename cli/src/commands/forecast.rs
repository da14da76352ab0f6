//! `afterimage forecast`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use afterimage_engine::progress::Progress;
use afterimage_engine::run::{self, Forecast, ForecastOptions};
use afterimage_engine::source::{self, Io};
use afterimage_engine::system::System;
use clap::builder::{OsStringValueParser, TypedValueParser};
use serde_json::json;

use crate::interrupt::stop_on_ctrl_c;
use crate::progress::{How, SlowOpening};
use crate::status::Status;
use crate::text::{bytes, count, duration, paragraph, plain};
use crate::{failure, notes, sizes, sources, text};

/// Tell what a scan will find, from some seconds of samples
///
/// Looks at places all over a card or an image, chosen by chance, and measures what begins there as a scan
/// does. Says how much is erased, how much is noise, and how many photos a scan will find, with an interval
/// that holds the true number in nine cases of ten. A small source is scanned as a whole, and the number is
/// exact. Nothing is written.
///
/// It counts what the summary of `afterimage scan` counts as photos: deleted ones and those that no file
/// system knows, whole or partial, each once. It does not count videos, pictures inside photos, copies, and
/// photos that are still there.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Sample {
    /// Disk image or device to look at.
    #[arg(value_name = "SOURCE",
        value_parser = OsStringValueParser::new().try_map(sources::source))]
    source: PathBuf,

    /// Read no more than this, but for what file systems say of their files. A smaller source is scanned as a
    /// whole.
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = sizes::bytes,
        allow_negative_numbers = true)]
    read: u64,

    /// Look for no longer than this, in seconds, but at one place at least.
    #[arg(long, value_name = "N", default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,

    /// Choose the places by this number [default: one that the same source always gives]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Print the forecast as JSON.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  sudo afterimage forecast /dev/sdb
      Is a scan of this card worth it?
  afterimage forecast card.img --read 1G --seconds 60
      Look at more of it, for a narrower interval.

JSON: schema (afterimage-forecast/1), source, size, read (bytes), whole (whether it was scanned as a \
whole), photos (likely, low, high), confidence (0.9), erased and noise (shares from 0 to 1), sample \
(windows, window_bytes, photos, listed, listed_looked, listed_photos), live (files that file systems \
say are still there), seed.

Exit status: 0 photos are likely; 1 none are; 2 it could not be read; 130 stopped by Ctrl-C.";

impl Sample {
    /// Samples, and prints what that comes to.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let options = ForecastOptions {
            most_bytes: self.read.max(1),
            most_time: Duration::from_secs(self.seconds),
            seed: self.seed,
        };
        let progress = Arc::new(Progress::default());
        stop_on_ctrl_c(Arc::clone(&progress), ", by a second request")?;
        let slow = SlowOpening::watch(&self.source, How::of(false));
        let source = source::open_until_stopped(&self.source, Io::Auto, &progress);
        drop(slow);
        if progress.stopped() {
            return stopped(err);
        }
        let source = source?;
        let used = notes::in_use::warnings(&System::running(), std::slice::from_ref(&self.source));
        for warning in used {
            writeln!(err, "afterimage: warning: {}", plain(&warning))?;
        }
        let clock = Instant::now();
        let said = run::forecast_until_stopped(source, &options, &progress);
        if progress.stopped() {
            return stopped(err);
        }
        let said = said?;
        let name = self.source.to_string_lossy();
        failure::unless_closed(if self.json {
            as_json(out, &name, &said)
        } else {
            as_text(out, &name, &said, clock.elapsed())
        })?;
        Ok(if said.photos.likely > 0 { Status::Found } else { Status::Nothing })
    }
}

/// Says that nobody waits for what would have been said.
fn stopped(err: &mut dyn Write) -> anyhow::Result<Status> {
    writeln!(err, "afterimage: stopped before enough was looked at; nothing was written")?;
    Ok(Status::Interrupted)
}

fn as_text(out: &mut dyn Write, name: &str, said: &Forecast, took: Duration) -> io::Result<()> {
    let name = plain(name);
    let photos = said.photos;
    let found = match (said.is_whole, photos.likely) {
        (true, n) => format!(
            "A scan of {name} finds {}. It is small and was scanned as a whole: this number is exact.",
            count(n, "photo", "photos")
        ),
        (false, 0) => format!(
            "A scan of {name} will find no photos, or a few: up to {} in nine cases of ten. None were \
             seen in this sample.",
            photos.high
        ),
        (false, n) => format!(
            "A scan of {name} will find about {}: between {} and {} in nine cases of ten.",
            count(n, "photo", "photos"),
            photos.low,
            photos.high
        ),
    };
    paragraph(out, "", &found)?;
    writeln!(out)?;
    let share = |part: f64| match (part * 100.0).round() {
        0.0 if part > 0.0 => "less than 1 %".to_owned(),
        whole => format!("{whole} %"),
    };
    paragraph(
        out,
        "Erased:     ",
        &format!("{}, of one value: nothing is left there", share(said.erased)),
    )?;
    let noise = format!("{}: encrypted, wiped, or compressed very well", share(said.noise));
    paragraph(out, "Noise:      ", &noise)?;
    let mut looked = format!("{} of {} in {}", bytes(said.read), bytes(said.size), duration(took));
    if !said.is_whole {
        let (windows, len) = said.windows;
        looked += &format!(": {} of {}", count(windows, "place", "places"), bytes(len));
        let (all, some, _) = said.listed;
        if all > 0 {
            looked += &format!(
                ", and {some} of {} that file systems list",
                count(all, "deleted file", "deleted files")
            );
        }
    }
    paragraph(out, "Looked at:  ", &looked)?;
    if said.live > 0 {
        let live =
            format!("{} still there by a file system", count(said.live, "file is", "files are"));
        paragraph(out, "Not counted: ", &live)?;
    }
    out.flush()
}

fn as_json(out: &mut dyn Write, name: &str, said: &Forecast) -> io::Result<()> {
    let (windows, window_bytes) = said.windows;
    let (listed, listed_looked, listed_photos) = said.listed;
    let said = json!({
        "schema": "afterimage-forecast/1",
        "source": name,
        "size": said.size,
        "read": said.read,
        "whole": said.is_whole,
        "photos": { "likely": said.photos.likely, "low": said.photos.low, "high": said.photos.high },
        "confidence": 0.9,
        "erased": said.erased,
        "noise": said.noise,
        "sample": {
            "windows": windows,
            "window_bytes": window_bytes,
            "photos": said.in_windows,
            "listed": listed,
            "listed_looked": listed_looked,
            "listed_photos": listed_photos,
        },
        "live": said.live,
        "seed": said.seed,
    });
    text::json(out, &said)?;
    out.flush()
}
