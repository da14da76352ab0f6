//! `afterimage scan`.

mod many;
mod one;
pub(super) mod options;
mod shard;
mod tell;

use std::io::Write;
use std::path::{Path, PathBuf};

use afterimage_engine::source::is_sparse_bundle;
use afterimage_engine::words;
use clap::ValueEnum;
use clap::builder::{OsStringValueParser, TypedValueParser};
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use crate::case_data::Case;
use crate::chosen::Chosen;
use crate::least::Least;
use crate::progress::Show;
use crate::shard::Asked;
use crate::status::Status;
use crate::unlock::Unlock;
use crate::wanted::{self, Wanted};
use crate::{notes, sizes, sources, text, times, typed};

pub use tell::complain;
pub(super) use tell::finished;

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
    /// Built with the feature `remote`: also the address of an image, https://HOST/card.img or s3://BUCKET/KEY; see
    /// cli/docs/details.md for who asks and what is asked again.
    ///
    /// A folder stands for the images in it, as --batch has them: raw images with a partition table, a file
    /// system or nothing that is known, and images in other forms, by their content. Photos, texts and
    /// archives of files in it are counted and skipped, and so are hidden files and, without --recursive, folders.
    /// An archive that is damaged or cut short, and an image of which a part is missing, have failed.
    #[arg(required = true, value_name = "SOURCE",
        value_parser = OsStringValueParser::new().try_map(sources::source))]
    sources: Vec<PathBuf>,

    /// Look for images in folders below the folders that are named, too.
    #[arg(long)]
    recursive: bool,

    /// Give each image a folder and a report of its own below DIR, and write one report of all to
    /// DIR/report.json; so it is anyway where a folder is named.
    ///
    /// Without this, several sources that are named one by one go into one report and one folder of photos. An
    /// image that cannot be scanned costs itself only; --resume goes on with those that are left. The report of
    /// all lists each image with what was found in it, and photos that several of them have.
    #[arg(long, conflicts_with_all = ["list", "live", "image", "map"])]
    batch: bool,

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

    /// Also look into archives and documents that lie in the source: photos that are deflated in zip archives, Word,
    /// Excel, PowerPoint and OpenDocument files, .gz and .tar.gz files, and PDFs. Takes longer.
    ///
    /// Photos that an archive holds as they are, without packing them, are found in any case. Where the archive tells a
    /// checksum and it holds, the photo is verified by it. What comes to more than 64 MiB unpacked is left out, and so
    /// are archives in archives.
    #[arg(long)]
    archives: bool,

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

    /// Files that you have already are not written again: a folder of photos, the output folder or the report.json of
    /// an earlier scan, a list of digests; may be given several times.
    ///
    /// Lists are what sha256sum, sha1sum, md5sum, b3sum and their like print, tables such as the text of NSRL, and JSON.
    /// What is known is listed in the report, with where it is known from, and counted apart; of an earlier scan,
    /// what it has written. The digests that a list needs are computed beside those of --hash.
    #[arg(long, value_name = "DIR|FILE")]
    known: Vec<PathBuf>,

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

    #[command(flatten)]
    unlock: Unlock,

    #[command(flatten)]
    least: Least,

    /// Only photos that begin in this range of each source; without LEN, to its end. Decimal with
    /// K, M, G, T, or hex as in 0x100000:0x2000.
    #[arg(long, value_name = "OFF:LEN", value_parser = sizes::range,
        allow_hyphen_values = true)]
    range: Option<(u64, u64)>,

    /// Only photos that begin in the I-th, from 0, of N equal ranges of the only SOURCE, so that several machines
    /// scan it at once; `afterimage merge` finishes what all of them found.
    ///
    /// DIR gets a ledger then, no photos and no report. With /N, I is what JOB_COMPLETION_INDEX says, and else what
    /// SLURM_ARRAY_TASK_ID does. Without a value, N is SLURM_ARRAY_TASK_COUNT, of an array from 0 on. What is typed comes
    /// first, then Kubernetes, then Slurm. Options that decide what becomes of the photos are given to
    /// `afterimage merge`. A shard may be scanned twice, and with --resume it goes on or has nothing left to do.
    #[arg(long, value_name = "I/N", num_args = 0..=1, default_missing_value = "", hide_default_value = true,
        value_parser = crate::shard::parse, conflicts_with_all = ["list", "all", "embedded", "timezone", "path",
        "since", "until", "camera", "dry_run", "no_gallery", "fragments", "min_size", "min_pixels", "image", "live",
        "case", "evidence", "examiner", "notes", "batch", "recursive"])]
    shard: Option<Asked>,

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
    #[arg(long, value_name = "SIZE", value_parser = sizes::speed, allow_negative_numbers = true)]
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
  afterimage scan shelf/ --recursive --output recovered --known ~/Pictures
      Scan every image on a shelf, each into a folder of its own, without photos that are there already.
  afterimage scan card.img --output recovered --lost-hashes drive.json
      Prove and name what a list of lost photos knows, and see what of it is still lost.

  sudo afterimage scan /dev/sdb --output recovered --image card.img --photos-first
      Scan a card that may be failing, and keep an image of it, in one reading.
  afterimage scan disk.img --shard 3/8 --output shard-3
      Do one eighth of a scan, on one machine of eight; see `afterimage merge --help`.
  afterimage scan disk.img --unlock --output recovered
      Scan a disk with a volume of LUKS or BitLocker on it; its passphrase is asked for.
  afterimage scan card.img --map card.img.map --output recovered
      Scan the image of a failing card: what could not be read is told, and is not taken for zeros.

Keep the card safe: write nothing to it, not even the recovered photos. Where it is failing, make an \
image first, with `afterimage image`, and scan the image.

JSON: the summary is an object: report, interrupted, failure, failed, sources, summary, photos (by \
grade), formats, live, lost, embedded, filtered, left_out, warnings, said, and with --stats stats. \
The list is an array with an object for each photo: id, source, offset, format, size, status, grade, \
becomes, chance, and as far as they are known name, original_path, name_hint, modified, taken, \
share, duplicate_of; after them photos of --lost-hashes that were not found, which become lost. Of a \
batch: report, interrupted, failure, failed, summary, skipped, images (each with path, status, error, \
folder, report, size, summary). With --progress json, progress of a batch has images, images_ended, \
images_failed and at_work too, and begun and ended tell of each image: number, of, path, folder, \
status, error, report, photos, videos. \
With --shard, an object: shard, shards, range, candidates, interrupted, failure.

Exit status: 0 something was found, or a shard is carved; 1 nothing was found; 2 it could not start or finish; 3 some \
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
pub(super) enum Reading {
    Auto,
    Mmap,
    Read,
    Direct,
}

impl Scan {
    /// The same scan, typed in `folder`: files that it reads beside its sources lie there.
    pub(super) fn typed_in(mut self, folder: &Path) -> Self {
        let lists = self.lost_hashes.iter_mut().chain(&mut self.known);
        let files = self.signatures.iter_mut().chain(lists).chain(&mut self.map);
        files.for_each(|file| *file = folder.join(&*file));
        self.unlock.typed_in(folder);
        self
    }

    /// The same scan, with other keys where some are asked for.
    pub(super) fn unlocked_by(mut self, unlock: &Unlock) -> Self {
        if unlock.is_asked() {
            self.unlock = unlock.clone();
        }
        self
    }

    /// The same scan, with what somebody has typed already in place of a question for a key.
    pub(super) fn with_typed(mut self, passphrase: Zeroizing<String>) -> Self {
        self.unlock.with_typed(passphrase);
        self
    }

    /// Whether somebody has to type a key for it.
    pub(super) fn asks_for_key(&self) -> bool {
        self.unlock.is_typed()
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
        if let Some(note) = notes::known::note(&self.known, self.show.how()) {
            writeln!(err, "afterimage: note: {}", text::plain(&note))?;
        }
        if let Some(asked) = self.shard {
            return self.carve(asked.shard()?, out, err);
        }
        if self.recursive && !self.sources.iter().any(|source| source.is_dir()) {
            anyhow::bail!(
                "--recursive looks into folders, and none is named; leave it out, or name one"
            );
        }
        if self.is_batch() { self.run_batch(out, err) } else { self.run_one(out, err) }
    }

    /// Whether each image gets a folder and a report of its own.
    fn is_batch(&self) -> bool {
        // A sparse bundle looks like a folder and is an image.
        let is_folder = |source: &PathBuf| source.is_dir() && !is_sparse_bundle(source);
        let is_of_one = self.list || self.live || self.image.is_some() || self.map.is_some();
        self.batch || !is_of_one && self.sources.iter().any(is_folder)
    }

    /// What a second Ctrl-C says.
    fn goes_on(&self) -> String {
        if self.list {
            return ", by a second request; nothing was written".to_owned();
        }
        let command = words::resumed(&typed::words()).unwrap_or_default();
        format!(", by a second request; to go on: {}", text::plain(&command))
    }
}
