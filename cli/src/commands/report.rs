//! `afterimage report`.

mod redacted;
mod table;
mod ticker;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use afterimage_engine::progress::Progress;
use afterimage_engine::run::{self, Show, ShowProgress, Shown};
use afterimage_engine::views::{KnownView, VIEWS};
use anyhow::Context;
use clap::builder::{OsStringValueParser, TypedValueParser};

use crate::decode::Decoders;
use crate::interrupt::stop_on_ctrl_c;
use crate::status::Status;
use crate::text::{count, paragraph, plain};
use crate::typed;
use crate::{failure, sizes, sources, text};
use ticker::ShowTicker;

/// Make the gallery and other views of a report again, with small pictures for all photos
///
/// A scan takes small pictures from inside the photos. This also decodes photos that have none inside: JPEG, PNG,
/// WebP, GIF, TIFF, BMP, the previews of raw photos, and HEIC where its decoder is built in. What is made goes
/// beside DIR/report.json, small pictures into DIR/report/thumbs/; photos are read and never changed.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Report {
    /// Output folder of a scan.
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Only these views, such as html, csv or dfxml [default: those of a scan]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = view)]
    format: Vec<KnownView>,

    /// Make no small pictures, views only.
    #[arg(long)]
    no_thumbs: bool,

    /// Copy the report to the folder of --to for sharing, and make its views there, without GPS positions, serial
    /// numbers, names of volumes, small pictures and the names of users in paths: of folders in one called home, Users
    /// or the like. [user-1] and so on stand for them, the same for the same name. Names of files stay, and so does all
    /// else. It says in each that it is redacted. DIR stays as it is, but for
    /// a line in its audit log. Photos are not copied: what their own metadata tell stays in them.
    #[arg(long, requires = "to")]
    redact: bool,

    /// The folder that a redacted copy goes to.
    #[arg(long, value_name = "FOLDER", requires = "redact",
        value_parser = OsStringValueParser::new().try_map(sources::output))]
    to: Option<PathBuf>,

    /// Leave the case, the evidence, the examiner and the notes out of a redacted copy too.
    #[arg(long, requires = "redact")]
    redact_case: bool,

    /// Write the files of the report as a table to FILE, in Apache Parquet, and make nothing else.
    ///
    /// One row a file, with the columns of report.csv as numbers, times and lists, for DuckDB, pandas, Spark and the
    /// like; see cli/docs/details.md. FILE must not be there yet. With --json: parquet, rows, notes, interrupted.
    #[arg(long, value_name = "FILE", hide = !cfg!(feature = "parquet"),
        value_parser = OsStringValueParser::new().try_map(sources::file),
        conflicts_with_all = ["format", "no_thumbs", "redact", "threads", "quiet"])]
    parquet: Option<PathBuf>,

    /// Worker threads [default: one for each core]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = sizes::threads)]
    threads: Option<u16>,

    /// Print what was done as JSON.
    #[arg(long)]
    json: bool,

    /// Show no progress.
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  afterimage report recovered
      Make the gallery of the photos in recovered/ again, after some were written or renamed.
  afterimage report recovered --format csv --no-thumbs
      Make a table of what was found.
  afterimage report recovered --redact --to for-sharing
      Copy the report and its views for somebody who is not to learn where the photos were taken.

JSON: an object: views; thumbs, with made, there, and missing, each with id and why; notes; \
interrupted. With --redact: paths, left_out, notes.

Exit status: 0 it was made; 2 it could not be made, or not all of it; 130 stopped by Ctrl-C.";

/// What goes on where a second Ctrl-C ends it.
const GOES_ON: &str = "; photos and report.json are what they were";

/// A view that is known.
fn view(word: &str) -> Result<KnownView, String> {
    VIEWS.iter().copied().find(|view| view.name == word).ok_or_else(|| {
        let known: Vec<&str> = VIEWS.iter().map(|view| view.name).collect();
        format!("there is no such view; there are: {}", known.join(", "))
    })
}

impl Report {
    /// Makes it; what was made goes to `out`.
    pub fn run(self, out: &mut dyn Write) -> anyhow::Result<Status> {
        let usual = VIEWS.iter().copied().filter(|view| view.is_usual);
        let views = if self.format.is_empty() { usual.collect() } else { self.format };
        let command = typed::words();
        if let Some(file) = self.parquet {
            return table::run(self.folder, file, command, self.json, out);
        }
        if let Some(to) = self.to {
            let (folder, without_case) = (self.folder, self.redact_case);
            let asked = run::Redact { folder, to, without_case, views, command };
            return redacted::run(&asked, self.json, out);
        }
        let progress = Arc::new(Progress::default());
        stop_on_ctrl_c(Arc::clone(&progress), GOES_ON)?;
        let asked = Show {
            folder: self.folder,
            views,
            thumbs: !self.no_thumbs,
            threads: self.threads.map_or(0, usize::from),
            command,
        };
        let seen = Arc::new(ShowProgress::default());
        let ticker = ShowTicker::start(Arc::clone(&seen), self.quiet);
        let shown = run::show(&asked, &Decoders, &progress, &seen);
        ticker.finish();
        let shown = shown?;
        let said = if self.json { json(out, &shown) } else { said(out, &shown, asked.thumbs) };
        failure::unless_closed(said).context("cannot print what was made; it is there")?;
        Ok(if shown.interrupted { Status::Interrupted } else { Status::Found })
    }
}

fn said(out: &mut dyn Write, shown: &Shown, thumbs: bool) -> io::Result<()> {
    for view in &shown.views {
        paragraph(out, "", &plain(&format!("{} was made.", view.display())))?;
    }
    if thumbs {
        let made = count(shown.made, "small picture was made", "small pictures were made");
        let there =
            count(shown.there, "photo has one or needs none", "photos have one or need none");
        paragraph(out, "", &format!("{made}; {there}."))?;
    }
    let mut reasons = BTreeMap::<&str, u64>::new();
    for (_, why) in &shown.missing {
        *reasons.entry(why).or_default() += 1;
    }
    for (why, n) in reasons {
        let what = count(n, "photo cannot be shown", "photos cannot be shown");
        paragraph(out, "", &plain(&format!("{what}: {why}.")))?;
    }
    shown.notes.iter().try_for_each(|note| paragraph(out, "", &plain(note)))?;
    if shown.interrupted {
        paragraph(out, "", "It was stopped: the views are what they were; run it again to go on.")?;
    }
    out.flush()
}

fn json(out: &mut dyn Write, shown: &Shown) -> io::Result<()> {
    let missing = shown.missing.iter().map(|(id, why)| serde_json::json!({ "id": id, "why": why }));
    let said = serde_json::json!({
        "views": shown.views.iter().map(|view| view.to_string_lossy()).collect::<Vec<_>>(),
        "thumbs": {
            "made": shown.made,
            "there": shown.there,
            "missing": missing.collect::<Vec<_>>(),
        },
        "notes": shown.notes,
        "interrupted": shown.interrupted,
    });
    text::json(out, &said)?;
    out.flush()
}
