//! `afterimage scan`.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use afterimage_engine::Algorithm;
use afterimage_engine::error::Error;
use afterimage_engine::formats::Registry;
use afterimage_engine::formats::described as custom;
use afterimage_engine::options::{LostHashes, Options};
use afterimage_engine::progress::Progress;
use afterimage_engine::run::{self, Job, Outcome};
use afterimage_engine::source::{Io, Pace};
use afterimage_engine::system::System;
use afterimage_engine::words;
use anyhow::Context;
use clap::ValueEnum;
use clap::builder::{OsStringValueParser, TypedValueParser};
use jiff::tz::TimeZone;

use super::image;
use crate::case_data::Case;
use crate::chosen::Chosen;
use crate::interrupt::{on_ctrl_c, stop_on_ctrl_c};
use crate::progress::{Latest, Show, Ticker};
use crate::serve::live::LivePage;
use crate::status::Status;
use crate::summary::Told;
use crate::tree::Listed;
use crate::typed;
use crate::wanted::{self, Wanted};
use crate::{failure, notes, sizes, sources, summary, system_words, text, times, tree};

/// Look for photos in images and devices, and write what is found to a folder
///
/// Every photo is found by its own bytes, wherever it lies: on a deleted,
/// formatted or damaged file system, or on none. Where a file system still knows
/// them, photos get back their names, folders and dates; those in several pieces
/// are put together; and those that are still there are only listed. Sources are
/// opened for reading only. What is found goes below DIR:
///
///   DIR/photos/      photos that are whole
///   DIR/partial/     photos of which something is missing or does not decode
///   DIR/report.json  all that is known of each: where it lay, how far it is proven, its hashes
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = USAGE, verbatim_doc_comment)]
pub struct Scan {
    /// Disk image or device to read, or a folder of images.
    ///
    /// A folder stands for each regular file in it (by name, hidden files and folders below left
    /// out), scanned as an image of its own.
    #[arg(required = true, value_name = "SOURCE",
        value_parser = OsStringValueParser::new().try_map(sources::source))]
    sources: Vec<PathBuf>,

    /// Folder to write to, on another disk than any source; it is made if need be.
    #[arg(long, short, value_name = "DIR", required_unless_present = "list",
        value_parser = OsStringValueParser::new().try_map(sources::output))]
    output: Option<PathBuf>,

    /// Print what would be recovered, as a tree with names, dates, sizes and chances, and write nothing;
    /// with --json, as JSON. Not together with --output, --embedded or --stats.
    #[arg(long, conflicts_with_all = ["output", "embedded", "stats"])]
    list: bool,

    /// Copy photos that are still there too; without this, they are only listed.
    ///
    /// A photo is still there where a file system that agrees with itself says so. All others are
    /// copied in any case.
    #[arg(long)]
    all: bool,

    /// Do not ask file systems: no names, no folders, nothing in several pieces, and photos that are
    /// still there are copied with all others.
    #[arg(long, conflicts_with = "volume")]
    no_filesystem: bool,

    /// Only the volume of this partition, by its number; of a disk without partitions, 1.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = sizes::volume)]
    volume: Option<u32>,

    /// Time zone of file systems and cameras that tell none, such as Europe/Berlin, UTC or +02:00.
    ///
    /// FAT keeps the time of the camera's clock without a zone. Without this, such times are
    /// reported without one, and file times are set as if that clock showed the time of this machine.
    #[arg(long, value_name = "ZONE", value_parser = times::zone, allow_hyphen_values = true)]
    timezone: Option<TimeZone>,

    #[command(flatten)]
    chosen: Chosen,

    /// Also write thumbnails and previews that lie inside photos, into DIR/embedded/.
    #[arg(long)]
    embedded: bool,

    /// Look for these formats only: names as `afterimage formats` lists them, extensions such as jpg, or
    /// photo, raw, video.
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = wanted::parse)]
    format: Vec<Wanted>,

    /// Look for the formats that this TOML file describes too.
    ///
    /// Each `signature` table has a name, an extension, a magic (hex; with `at`, its offset), and one of
    /// size = { at, bytes, endian, plus }, length or footer (hex), and perhaps max, in bytes. See
    /// cli/docs/details.md for an example.
    #[arg(long, value_name = "FILE")]
    signatures: Option<PathBuf>,

    /// Check the structure only: quicker, but no checksum is computed and nothing is decoded, so
    /// that nothing is graded better than structural.
    #[arg(long)]
    quick: bool,

    /// Write the report only, no photos.
    #[arg(long)]
    dry_run: bool,

    /// Make no gallery: no small pictures, and none of the views beside DIR/report.json.
    #[arg(long)]
    no_gallery: bool,

    /// How hard to look for files in several pieces that no file system tells of. Accepted for scripts;
    /// shown in the help once it changes something.
    #[arg(long, value_enum, default_value = "fast", hide = true, value_name = "off|fast|deep")]
    fragments: Fragments,

    /// Digests to compute of each file beside BLAKE3: sha256, sha1, md5, or none.
    #[arg(
        long,
        value_enum,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "sha256",
        hide_possible_values = true
    )]
    hash: Vec<Hash>,

    /// A list of digests of photos that were lost; may be given several times.
    ///
    /// Lines as sha256sum, md5sum, b3sum and their like print them, a table with columns such as md5, name, album and
    /// taken, what Google Drive, Dropbox or immich list of their files, a former report.json. A file whose
    /// digest is on a list is proven by it, whatever its format, and gets the name, album and date that the
    /// list gives; where the list gives sizes, files whose end nothing else tells are found by them. The rest
    /// of the list is shown as still lost. Digests that a list needs are computed beside those of --hash.
    #[arg(long, value_name = "FILE")]
    lost_hashes: Vec<PathBuf>,

    /// Compute the digests of each source too, over all its bytes.
    #[arg(long)]
    hash_source: bool,

    /// Worker threads [default: one for each core]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = sizes::threads)]
    threads: Option<u16>,

    /// Bytes to read at a time: a multiple of 512, from 4K to 32M, taken up to whole 64K and to 256K.
    /// The result is the same for any.
    #[arg(long, value_name = "SIZE", default_value = "2M", value_parser = sizes::chunk,
        allow_negative_numbers = true)]
    chunk_size: u64,

    /// How to read: auto, mmap (images only), read, or direct (past the system's cache).
    #[arg(
        long,
        value_enum,
        default_value = "auto",
        hide_possible_values = true,
        value_name = "auto|mmap|read|direct"
    )]
    io: Reading,

    /// Leave out files smaller than this: bytes, or with K, M, G such as 20K.
    #[arg(long, value_name = "SIZE", default_value = "0", value_parser = sizes::bytes,
        hide_default_value = true, allow_negative_numbers = true)]
    min_size: u64,

    /// Leave out pictures with fewer pixels than this, such as 300000 or 1MP. Pictures whose
    /// dimensions are not known are kept.
    #[arg(long, value_name = "N", default_value = "0", value_parser = sizes::pixels,
        hide_default_value = true, allow_negative_numbers = true)]
    min_pixels: u64,

    /// Only photos that begin in this range of each source; without LEN, to its end. Decimal with
    /// K, M, G, T, or hex as in 0x100000:0x2000.
    #[arg(long, value_name = "OFF:LEN", value_parser = sizes::range,
        allow_hyphen_values = true)]
    range: Option<(u64, u64)>,

    /// A map of the only SOURCE, an image, as GNU ddrescue and `afterimage image` write it: what is not
    /// finished in it is unreadable, not zeros.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,

    /// Make an image of the only SOURCE, a device, in the same reading: its bytes are read once, and a card
    /// that fails later is safe there.
    ///
    /// Beside FILE stands its map, FILE.map. After the scan, what is missing of the image is read, with more
    /// patience than a scan has. `afterimage image SOURCE FILE` goes on with it at any time, and so does this
    /// option: what is in FILE already is read from there.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["map", "list"])]
    image: Option<PathBuf>,

    /// With --image, scan first what matters most: where file systems know photos, deleted ones before those
    /// that are there, then free clusters, then the rest. Stop at any moment, and that is safe.
    #[arg(long, requires = "image")]
    photos_first: bool,

    /// Go on where an interrupted scan into the same DIR stopped, even at its very start.
    ///
    /// What was scanned is not read again, but for file systems and the photos in several pieces; with
    /// --hash-source, the source is read again for its hash. Sources and options must be those of that scan;
    /// --threads, --chunk-size, --io, --all, --embedded and options that choose among photos may differ. The
    /// report and the photos are those of a scan that was not interrupted.
    #[arg(long, conflicts_with = "list")]
    resume: bool,

    /// Read no more than this of each source in a second, such as 10M: gentle with a card that is failing.
    #[arg(long, value_name = "SIZE", value_parser = sizes::bytes, allow_negative_numbers = true)]
    read_limit: Option<u64>,

    /// Show the scan in the browser as it runs: photos appear as they are found, and can be chosen.
    ///
    /// The page is served on 127.0.0.1 at an address with a secret, which is told on stderr. It stays when the scan
    /// is done, until Ctrl-C.
    #[arg(long, conflicts_with_all = ["list", "dry_run"])]
    live: bool,

    /// Say at the end what the scan cost: bytes, time, threads, memory. Not together with --list.
    #[arg(long)]
    stats: bool,

    /// Print the summary as JSON, or the list.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    show: Show,

    #[command(flatten)]
    case: Case,
}

const USAGE: &str = "\
afterimage scan [OPTIONS] --output <DIR> <SOURCE>...
       afterimage scan [OPTIONS] --list <SOURCE>...";

const EXAMPLES: &str = "\
Examples:
  afterimage scan card.img --output recovered
      Scan an image of a card. The photos are in recovered/photos/.
  sudo afterimage scan /dev/sdb --output recovered
      Scan the card itself. Reading a device takes sudo; the files will still belong to you.
  afterimage scan card.img --output recovered --format jpeg,raw --min-pixels 1MP
      Leave out screenshots, icons and other small pictures.
  afterimage scan card.img --list
      See what would be recovered, by folder and name, and write nothing.
  afterimage scan card.img --output recovered --path 'DCIM/**' --since 2024-05-31
      Bring back one folder's photos from that day on.
  afterimage scan images/ --output recovered --dry-run --quick
      Find out quickly what there is to be found in a folder of images.
  afterimage scan card.img --output recovered --lost-hashes drive.json
      Prove and name what a list of lost photos knows, and see what of it is still lost.

  sudo afterimage scan /dev/sdb --output recovered --image card.img --photos-first
      Scan a card that may be failing, and keep an image of it, in one reading.
  afterimage scan card.img --map card.img.map --output recovered
      Scan the image of a failing card: what could not be read is told, and is not taken for zeros.

Keep the card safe: write nothing to it, not even the recovered photos. Where it is failing, make an \
image first, with `afterimage image`, and scan the image.

JSON: the summary is an object: report, interrupted, failure, failed, sources, summary, photos (by \
grade), formats, live, lost, embedded, filtered, left_out, warnings, said, and with --stats stats. \
The list is an array with an object for each photo: id, source, offset, format, size, status, grade, \
becomes, chance, and as far as they are known name, original_path, name_hint, modified, taken, \
share, duplicate_of; after them photos of --lost-hashes that were not found, which become lost.

Exit status: 0 something was found; 1 nothing was found; 2 it could not start or finish; 3 some \
sources of several could not be scanned; 130 stopped by Ctrl-C, with a report of what was found.";

/// Values of `--fragments`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Fragments {
    Off,
    Fast,
    Deep,
}

/// Values of `--hash`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Hash {
    Sha256,
    Sha1,
    Md5,
    None,
}

/// Values of `--io`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Reading {
    Auto,
    Mmap,
    Read,
    Direct,
}

impl Scan {
    /// The same scan, typed in `folder`: files that it reads beside its sources lie there.
    pub(super) fn typed_in(mut self, folder: &Path) -> Self {
        let files = self.signatures.iter_mut().chain(&mut self.lost_hashes).chain(&mut self.map);
        files.for_each(|file| *file = folder.join(&*file));
        self
    }

    /// Whether it makes an image too.
    pub(super) fn makes_image(&self) -> bool {
        self.image.is_some()
    }

    /// What is read, as it was given.
    pub(super) fn sources(&self) -> &[PathBuf] {
        &self.sources
    }

    /// How progress is shown.
    pub(super) fn show(&self) -> Show {
        self.show
    }

    /// Scans; the summary goes to `out`, progress and failures to `err`.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let mut options = self.options()?;
        let sources = sources::expand(&self.sources, self.output.as_deref())?;
        let lists = options.lost_hashes.iter().flat_map(|lists| lists.notes());
        for note in notes::of(&sources).into_iter().chain(lists) {
            writeln!(err, "afterimage: note: {}", text::plain(&note))?;
        }
        let sources = sources.paths;
        if self.map.is_none() {
            for warning in notes::map::beside(&sources) {
                writeln!(err, "afterimage: warning: {}", text::plain(&warning))?;
            }
        }
        for warning in notes::in_use::warnings(&System::running(), &sources) {
            let warning = system_words::told(&warning, system_words::is_root());
            writeln!(err, "afterimage: warning: {}", text::plain(&warning))?;
        }
        let progress = Arc::new(Progress::default());
        let mut live = None;
        if let Some(output) = self.output.as_ref().filter(|_| self.live) {
            let (page, watcher) = LivePage::start(&sources, output, &options, &progress, err)?;
            let (own, quit) = (Arc::clone(&progress), page.quitter());
            let end = move || {
                own.stop();
                quit();
            };
            on_ctrl_c(end, self.goes_on())?;
            (live, options.watcher) = (Some(page), Some(watcher));
        } else {
            stop_on_ctrl_c(Arc::clone(&progress), self.goes_on())?;
        }
        let how = self.show.how();
        let latest = Latest::of(&mut options, how);
        let ticker = Ticker::start(Arc::clone(&progress), how, latest);
        let done = if self.list {
            list(&sources, &options, &progress)
        } else {
            let opened = Job::open_paths(&sources, &options, &progress);
            let begun = opened.and_then(|job| {
                // What is refused says so alone.
                for note in notes::room::notes(&options, &sources) {
                    // Where stderr is closed nobody looks.
                    drop(writeln!(err, "afterimage: note: {}", text::plain(&note)));
                }
                job.scan().settled().write()
            });
            begun.map(|written| (written.outcome(), None))
        };
        let memory = ticker.finish();
        if let Some(live) = &mut live {
            live.finish(done.as_ref().map(|(outcome, _)| outcome));
        }
        let (outcome, listed) = match done {
            Err(Error::Finished { path }) => return finished(out, &path, self.json),
            done => done?,
        };
        let told =
            Told { outcome: &outcome, options: &options, memory: self.stats.then_some(memory) };
        failure::unless_closed(tell(out, &told, listed, self.json))
            .context("cannot print what was found; what was written is whole")?;
        complain(err, &outcome)?;
        let status = Status::of(&outcome);
        let status = match &self.image {
            Some(image) if !outcome.interrupted && outcome.failure.is_none() => {
                let wanted = image::Completion { device: &sources[0], image, show: self.show };
                let completed = wanted.run(&progress, (!self.json).then_some(out), err)?;
                if completed == Status::Found { status } else { completed }
            }
            _ => status,
        };
        if let Some(live) = live {
            live.wait(err)?;
        }
        Ok(status)
    }

    /// What a second Ctrl-C says.
    fn goes_on(&self) -> String {
        if self.list {
            return ", by a second request; nothing was written".to_owned();
        }
        let command = words::resumed(&typed::words()).unwrap_or_default();
        format!(", by a second request; to go on: {}", text::plain(&command))
    }

    /// What the engine is asked to do.
    pub(super) fn options(&self) -> anyhow::Result<Options> {
        Ok(Options {
            output: self.output.clone(),
            resume: self.resume,
            command: typed::words(),
            registry: registry(self.signatures.as_deref())?,
            formats: self.format.iter().flat_map(|wanted| wanted.0.iter().copied()).collect(),
            quick: self.quick,
            dry_run: self.dry_run || self.list,
            all: self.all,
            filesystems: !self.no_filesystem,
            volume: self.volume,
            zone: self.timezone.clone(),
            select: self.chosen.select(!self.no_filesystem)?,
            embedded: self.embedded,
            hashes: algorithms(&self.hash)?,
            lost_hashes: lists(&self.lost_hashes)?,
            hash_source: self.hash_source,
            threads: self.threads.map_or(0, usize::from),
            chunk_len: self.chunk_size,
            io: self.io.into(),
            min_size: self.min_size,
            min_pixels: self.min_pixels,
            range: self.range,
            map: self.map.clone(),
            image: self.image.clone(),
            photos_first: self.photos_first,
            case: self.case.data(),
            pace: Pace::of(self.read_limit.unwrap_or(0)),
            gallery: !self.no_gallery,
            ..Options::default()
        })
    }
}

impl From<Reading> for Io {
    fn from(reading: Reading) -> Self {
        match reading {
            Reading::Auto => Io::Auto,
            Reading::Mmap => Io::Mmap,
            Reading::Read => Io::Read,
            Reading::Direct => Io::Direct,
        }
    }
}

/// What a scan would recover, and the files in it.
fn list(
    sources: &[PathBuf],
    options: &Options,
    progress: &Progress,
) -> Result<(Outcome, Option<Vec<Listed>>), Error> {
    let settled = run::list(sources, options, progress)?;
    let listed = tree::listed(settled.listed())?;
    Ok((settled.outcome(), Some(listed)))
}

/// Says that a scan that is to be gone on with is finished.
fn finished(out: &mut dyn Write, path: &Path, json: bool) -> anyhow::Result<Status> {
    let report = path.join("report.json");
    let said = if json {
        text::json(
            out,
            &serde_json::json!({ "report": report.to_string_lossy(), "finished": true }),
        )
    } else {
        let (path, report) = (path.display().to_string(), report.display().to_string());
        let line = format!(
            "Nothing is left to do: the scan into {path} is finished. Its report is {report}; \
             `afterimage recover` writes more of the photos that it lists."
        );
        text::paragraph(out, "", &text::plain(&line))
    };
    failure::unless_closed(said).context("cannot print that nothing is left to do")?;
    Ok(Status::Found)
}

/// Prints what a scan came to, or what it would recover.
fn tell(
    out: &mut dyn Write,
    told: &Told<'_>,
    listed: Option<Vec<Listed>>,
    json: bool,
) -> io::Result<()> {
    match (listed, json) {
        (None, false) => summary::text(out, told),
        (None, true) => summary::json(out, told),
        (Some(files), false) => tree::text(out, files, told),
        (Some(files), true) => {
            let has_lists = told.options.lost_hashes.is_some();
            let lost = if has_lists { told.outcome.head.lost.as_slice() } else { &[] };
            tree::json(out, &files, lost)
        }
    }
}

/// The built-in formats, and those that a file describes.
fn registry(described: Option<&Path>) -> anyhow::Result<Registry> {
    let known = Registry::default();
    let Some(path) = described else { return Ok(known) };
    let text = bounded(path)
        .with_context(|| format!("cannot read the signatures in {}", path.display()))?;
    let names: Vec<_> = known.names().collect();
    match custom::parse(&text, &names) {
        Ok(formats) => Ok(known.with(formats)),
        Err(why) => anyhow::bail!("cannot use the signatures in {}: {why}", path.display()),
    }
}

/// The longest file of signatures, in bytes: thousands of them are shorter.
const LONGEST_SIGNATURES: u64 = 1 << 20;

/// The text in a file that is not longer than [`LONGEST_SIGNATURES`], whatever its length says: a device has
/// none, and no end.
fn bounded(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LONGEST_SIGNATURES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST_SIGNATURES {
        let why = format!("it is longer than {}", text::bytes(LONGEST_SIGNATURES));
        return Err(io::Error::other(why));
    }
    Ok(text)
}

/// The lists of digests in files; nothing where none is named.
fn lists(paths: &[PathBuf]) -> anyhow::Result<Option<Arc<LostHashes>>> {
    if paths.is_empty() {
        return Ok(None);
    }
    Ok(Some(Arc::new(LostHashes::read(paths)?)))
}

fn algorithms(hashes: &[Hash]) -> anyhow::Result<Vec<Algorithm>> {
    if hashes.contains(&Hash::None) && hashes.iter().any(|hash| *hash != Hash::None) {
        anyhow::bail!("cannot compute digests: --hash names none beside others; leave one out");
    }
    let algorithm = |hash: &Hash| match hash {
        Hash::Sha256 => Some(Algorithm::Sha256),
        Hash::Sha1 => Some(Algorithm::Sha1),
        Hash::Md5 => Some(Algorithm::Md5),
        Hash::None => None,
    };
    Ok(hashes.iter().filter_map(algorithm).collect())
}

/// One line for each thing that went wrong.
pub(super) fn complain(err: &mut dyn Write, outcome: &Outcome) -> anyhow::Result<()> {
    let failures = outcome.failed.iter().map(|(_, error)| error).chain(&outcome.failure);
    for error in failures {
        writeln!(err, "{}", failure::line(error))?;
    }
    Ok(())
}
