//! `afterimage merge`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use afterimage_engine::ShardSet;
use afterimage_engine::error::Error;
use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run;
use anyhow::Context;
use clap::builder::{OsStringValueParser, TypedValueParser};
use jiff::tz::TimeZone;
use serde_json::json;

use super::scan::options::{known, registry};
use super::scan::{Reading, complain, finished};
use crate::case_data::Case;
use crate::chosen::Chosen;
use crate::interrupt::stop_on_ctrl_c;
use crate::least::Least;
use crate::progress::{Latest, Show, Ticker};
use crate::status::Status;
use crate::summary::Told;
use crate::unlock::Unlock;
use crate::{failure, notes, sizes, sources, summary, text, times, typed};

/// Finish what shards of a source carved, as one scan of it would have
///
/// `afterimage scan SOURCE --shard I/N` finds what begins in one of N equal ranges of a source, on any machine. This
/// joins what all N found, settles what belongs to which photo, asks file systems for names, puts photos in several
/// pieces together, and writes the report and the photos: the same photos, and byte for byte the same `files` in the
/// report, whatever N is. Shards may be named in any order, and twice.
///
/// Where only some of them are at hand, --partial joins those to a folder that can be merged again. What decides
/// what a scan finds (--format, --quick, --volume and the like) is given to each shard; what decides what becomes of
/// it (--all, --embedded, --dry-run and the like) is given here.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = USAGE)]
pub struct Merge {
    /// Output folder of a scan with --shard, or of a merge with --partial, or a folder of such folders.
    #[arg(required = true, value_name = "DIR")]
    shards: Vec<PathBuf>,

    /// The source that the shards are of, wherever it is now.
    #[arg(long, value_name = "SOURCE", required_unless_present = "partial",
        value_parser = OsStringValueParser::new().try_map(sources::source))]
    source: Option<PathBuf>,

    /// Folder to write to, on another disk than the source; it is made if need be.
    #[arg(long, short, value_name = "DIR",
        value_parser = OsStringValueParser::new().try_map(sources::output))]
    output: PathBuf,

    /// Only join these shards, to be merged with others later; needs no source.
    #[arg(long, conflicts_with_all = ["source", "map", "all", "embedded", "timezone", "path", "since", "until",
        "camera", "dry_run", "no_gallery", "min_size", "min_pixels", "signatures", "known", "threads", "io", "resume", "stats",
        "case", "evidence", "examiner", "notes"])]
    partial: bool,

    /// The map of the source, where its shards were scanned with one.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,

    /// Copy photos that are still there too; without this, they are only listed.
    #[arg(long)]
    all: bool,

    /// Time zone of file systems and cameras that tell none, such as Europe/Berlin, UTC or +02:00.
    #[arg(long, value_name = "ZONE", value_parser = times::zone, allow_hyphen_values = true)]
    timezone: Option<TimeZone>,

    #[command(flatten)]
    chosen: Chosen,

    #[command(flatten)]
    unlock: Unlock,

    /// Also write thumbnails and previews that lie inside photos, into DIR/embedded/.
    #[arg(long)]
    embedded: bool,

    /// The TOML file with the formats that the shards looked for too.
    #[arg(long, value_name = "FILE")]
    signatures: Option<PathBuf>,

    /// What the shards were told to be known with --known, once more.
    #[arg(long, value_name = "DIR|FILE")]
    known: Vec<PathBuf>,

    /// Write the report only, no photos.
    #[arg(long)]
    dry_run: bool,

    /// Make no gallery: no small pictures, and none of the views beside DIR/report.json.
    #[arg(long)]
    no_gallery: bool,

    /// Worker threads [default: one for each core]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = sizes::threads)]
    threads: Option<u16>,

    /// How to read: auto, mmap (images only), read, or direct (past the system's cache).
    #[arg(
        long,
        value_enum,
        default_value = "auto",
        hide_possible_values = true,
        value_name = "auto|mmap|read|direct"
    )]
    io: Reading,

    #[command(flatten)]
    least: Least,

    /// Go on where an interrupted merge into the same folder stopped, even at its very start.
    #[arg(long)]
    resume: bool,

    /// Say at the end what it cost: time, threads, memory.
    #[arg(long)]
    stats: bool,

    /// Print the summary as JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    show: Show,

    #[command(flatten)]
    case: Case,
}

const USAGE: &str = "\
afterimage merge [OPTIONS] --source <SOURCE> --output <DIR> <DIR>...
       afterimage merge --partial --output <DIR> <DIR>...";

const EXAMPLES: &str = "\
Examples:
  afterimage scan disk.img --shard 0/2 --output shard-0
  afterimage scan disk.img --shard 1/2 --output shard-1
  afterimage merge shard-0 shard-1 --source disk.img --output recovered
      Scan an image on two machines that both see it, and finish on one.
  afterimage merge shards --source disk.img --output recovered
      The same where shards/ holds the folders of all shards.
  afterimage merge shard-0 shard-2 --partial --output some
      Join what is there; some/ is merged with the other shards later.

JSON: what `afterimage scan --json` prints; with --partial, an object: output, shards (how many there \
are), present and missing (their numbers).

Exit status: 0 something was found, or with --partial joined; 1 nothing was found; 2 it could not \
start or finish: where shards are missing, it says which; 130 stopped by Ctrl-C, and --resume goes on.";

impl Merge {
    /// What is read beside the shards.
    pub(super) fn sources(&self) -> Vec<PathBuf> {
        self.source.iter().cloned().collect()
    }

    /// How progress is shown.
    pub(super) fn show(&self) -> Show {
        self.show
    }

    /// Merges; the summary goes to `out`, progress and failures to `err`.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let Some(source) = self.source.as_ref().filter(|_| !self.partial) else {
            return self.join(out);
        };
        if let Some(note) = notes::known::note(&self.known, self.show.how()) {
            writeln!(err, "afterimage: note: {}", text::plain(&note))?;
        }
        let mut options = self.options()?;
        let sources = std::slice::from_ref(source);
        for note in notes::room::notes(&options, sources) {
            writeln!(err, "afterimage: note: {}", text::plain(&note))?;
        }
        let progress = Arc::new(Progress::default());
        let again = ", by a second request; the same command with --resume goes on";
        stop_on_ctrl_c(Arc::clone(&progress), again)?;
        let latest = Latest::of(&mut options, self.show.how());
        let ticker = Ticker::start(Arc::clone(&progress), self.show.how(), latest);
        let done = run::merge(&self.shards, sources, &options, &progress);
        let memory = ticker.finish();
        let outcome = match done {
            Err(Error::Finished { path }) => return finished(out, &path, self.json),
            done => done?,
        };
        let told =
            Told { outcome: &outcome, options: &options, memory: self.stats.then_some(memory) };
        let said = if self.json { summary::json(out, &told) } else { summary::text(out, &told) };
        failure::unless_closed(said)
            .context("cannot print what was found; what was written is whole")?;
        complain(err, &outcome)?;
        Ok(Status::of(&outcome))
    }

    /// Joins some shards.
    fn join(&self, out: &mut dyn Write) -> anyhow::Result<Status> {
        if self.unlock.is_asked() {
            anyhow::bail!(
                "cannot unlock anything with --partial, which reads no source; leave out the key"
            );
        }
        let set = run::join(&self.shards, &self.output)?;
        failure::unless_closed(self.tell_joined(out, &set).and_then(|()| out.flush()))
            .context("cannot print what was joined; what was written is whole")?;
        Ok(Status::Found)
    }

    fn tell_joined(&self, out: &mut dyn Write, set: &ShardSet) -> io::Result<()> {
        let (missing, folder) = (set.missing(), self.output.display());
        if self.json {
            let said = json!({ "output": folder.to_string(), "shards": set.count, "present": set.numbers,
                "missing": missing });
            return text::json(out, &said);
        }
        let (present, count) = (set.numbers.len(), set.count);
        let left = match missing.as_slice() {
            [] => "none is missing".to_owned(),
            [one] => format!("shard {one} is missing"),
            some => format!("shards {} are missing", afterimage_engine::number_list(some)),
        };
        let said = format!("{present} of {count} shards are joined in {folder}: {left}.");
        text::paragraph(out, "", &text::plain(&said))
    }

    /// What the engine is asked to do.
    fn options(&self) -> anyhow::Result<Options> {
        Ok(Options {
            output: Some(self.output.clone()),
            resume: self.resume,
            command: typed::words(),
            registry: registry(self.signatures.as_deref())?,
            known: known(&self.known, self.threads.map_or(0, usize::from))?,
            dry_run: self.dry_run,
            all: self.all,
            zone: self.timezone.clone(),
            select: self.chosen.select(true)?,
            embedded: self.embedded,
            threads: self.threads.map_or(0, usize::from),
            io: self.io.into(),
            min_size: self.least.min_size,
            min_pixels: self.least.min_pixels,
            map: self.map.clone(),
            case: self.case.data(),
            keys: self.unlock.keys()?,
            gallery: !self.no_gallery,
            ..Options::default()
        })
    }
}
