//! `afterimage image`.

mod live;
mod ranked;
mod told;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use afterimage_engine::imaging::{
    self, Content, Device, E01, Ended, Medium, Options, Outcome, SystemMedium,
};
use afterimage_engine::progress::Progress;
use anyhow::Context;
use clap::ValueEnum;
use clap::builder::{OsStringValueParser, TypedValueParser};

use crate::interrupt::stop_on_ctrl_c;
use crate::progress::Show;
use crate::status::Status;
use crate::system_words::is_root;
use crate::typed;
use crate::{failure, sizes, sources, text};
use live::Live;

/// Copy a failing card or disk into an image, the good parts first, and go on whenever it was interrupted
///
/// DEVICE is read as ddrescue reads it: large pieces first, round what fails and
/// over what is slow; then the edges of what failed, sector by sector; then what
/// lies between. Each sector is tried twice at most, and nothing that was read is
/// read again. Beside FILE stand
///
///   FILE.map   what of the device was read, in the format of ddrescue: each program goes on
///              where the other stopped
///   FILE.json  the device, what could not be read, and the BLAKE3 and SHA-256 of all of it and
///              of each 64 MiB
///
/// The same command goes on where it stopped: after Ctrl-C, a power cut, a full
/// disk, a device that was pulled out, or with another reader.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = USAGE, verbatim_doc_comment)]
pub struct Image {
    /// Device to copy, such as /dev/sdb, and the file of the image, on another disk. It is made, or gone on
    /// with where its map is there; nothing in it is ever cut off or overwritten with zeros.
    #[arg(required = true, num_args = 1..=2, value_names = ["DEVICE", "FILE"],
        value_parser = OsStringValueParser::new().try_map(sources::source))]
    paths: Vec<PathBuf>,

    /// The map [default: FILE.map]
    #[arg(long, value_name = "MAP", conflicts_with = "verify")]
    map: Option<PathBuf>,

    /// Take over what this map of another run into the same FILE knows; may be given several times.
    ///
    /// What one map calls finished is not read again; of the rest, what was tried furthest counts. For an image
    /// of its own that another reader made, name that image as DEVICE and its map with --domain.
    #[arg(long, value_name = "MAP", conflicts_with = "verify")]
    merge: Vec<PathBuf>,

    /// Read only what this map marks as finished, such as the used parts of a file system.
    #[arg(long, value_name = "MAP", conflicts_with = "verify")]
    domain: Option<PathBuf>,

    /// Read only this part of the device, as far as its file systems tell: used, free, or photos with what
    /// file systems are made of. Beside FILE stands a map of it, FILE.domain.map, for ddrescue and --domain.
    #[arg(long, value_enum, value_name = "used|free|photos", hide_possible_values = true,
        conflicts_with_all = ["domain", "verify"])]
    domain_of: Option<Part>,

    /// Read first what matters most: file systems, then clusters of photos that are deleted and of those that
    /// are there, then free clusters, then the rest. Stop at any moment, and that is safe.
    #[arg(long, conflicts_with = "verify")]
    photos_first: bool,

    /// Try bad sectors again so many times, there and back. Give it to a later run, when all else is safe.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true,
        conflicts_with = "verify"
    )]
    retries: u32,

    /// Begin at the end, and turn the direction of every pass.
    #[arg(long, conflicts_with = "verify")]
    reverse: bool,

    /// Copy large pieces through the system's cache. Without this, everything is read past it, so that
    /// nothing is read ahead into a bad area.
    #[arg(long)]
    cached: bool,

    /// Take the room on the disk first. Without this, blocks of zeros take none.
    #[arg(long, conflicts_with = "verify")]
    preallocate: bool,

    /// Write the image in parts FILE.001, FILE.002 and so on of so many bytes, such as 4G; with --format e01,
    /// the longest segment. `afterimage scan FILE.001` reads the parts as one.
    #[arg(long, value_name = "SIZE", conflicts_with = "verify", value_parser = part_len)]
    split: Option<u64>,

    /// What to write: raw, a copy of the bytes, or e01, compressed and with checksums of its own, as forensic
    /// programs read it.
    ///
    /// An E01 image cannot be gone on with and bad sectors are tried only once: copy a failing device raw, and
    /// convert that, with its map: afterimage image card.img card.E01 --format e01 --map card.img.map
    #[arg(
        long,
        value_enum,
        value_name = "raw|e01",
        default_value = "raw",
        hide_default_value = true,
        hide_possible_values = true,
        conflicts_with = "verify"
    )]
    format: Format,

    /// Read FILE again and compare it with FILE.json; where DEVICE is given, compare it with that too.
    #[arg(long)]
    verify: bool,

    /// Print the result as JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    show: Show,
}

/// Values of `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Raw,
    E01,
}

/// Values of `--domain-of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    Used,
    Free,
    Photos,
}

impl From<Part> for Content {
    fn from(part: Part) -> Self {
        match part {
            Part::Used => Content::Used,
            Part::Free => Content::Free,
            Part::Photos => Content::Photos,
        }
    }
}

const USAGE: &str = "\
afterimage image [OPTIONS] <DEVICE> <FILE>
       afterimage image --verify [DEVICE] <FILE>";

const EXAMPLES: &str = "\
Examples:
  sudo afterimage image /dev/sdb card.img
      Copy a card. Run it again to go on; scan card.img when it is done.
  sudo afterimage image /dev/sdb card.img --retries 3
      Try the bad sectors three times more.
  sudo afterimage image /dev/sdb card.img --photos-first
      Read first where file systems know photos: what is safe first is what matters most.
  afterimage image other.img card.img --domain other.img.map
      Fill the gaps of card.img from an image that another reader made.
  sudo afterimage image /dev/sdb card.img --split 4G
      Write parts that fit on a disk with FAT.
  afterimage image --verify card.img
      See whether the image is still what it was.

JSON: an object: ended (complete, stopped or failed), failure, image, map, read_in_this_run, \
failed_reads, and details, which is what FILE.json says. With --format e01: ended and details. With \
--verify: image, device, unreadable, all in bytes, and differences.

Exit status: 0 all was tried, also when some of it cannot be read; 1 --verify found a difference; 2 it \
could not start or go on; 130 stopped by Ctrl-C. The map is valid in any case.";

impl Image {
    /// What is read, as it was given.
    pub(super) fn devices(&self) -> &[PathBuf] {
        &self.paths
    }

    /// How progress is shown.
    pub(super) fn show(&self) -> Show {
        self.show
    }

    /// Copies or verifies; the result goes to `out`, progress and failures to `err`.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let progress = Arc::new(Progress::default());
        // The second does not wait for a read that hangs.
        stop_on_ctrl_c(Arc::clone(&progress), "; the same command goes on from the last map")?;
        match (self.verify, self.paths.as_slice()) {
            (true, [image]) => self.check(None, image, &progress, out),
            (true, [device, image]) => self.check(Some(device), image, &progress, out),
            (false, [device, image]) if self.format == Format::E01 => {
                self.convert(device, image, &progress, out, err)
            }
            (false, [device, image]) => self.copy(device, image, &progress, out, err),
            (false, paths) => {
                let only = paths.first().map(PathBuf::as_path).unwrap_or_else(|| Path::new(""));
                anyhow::bail!("{}", told::one_path(only, is_root()))
            }
            (true, _) => anyhow::bail!("nothing is named to verify: name the image"),
        }
    }

    fn copy(
        &self,
        device: &Path,
        image: &Path,
        progress: &Progress,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> anyhow::Result<Status> {
        let medium = SystemMedium::open(device, self.cached)?;
        let mut options = self.options(image);
        let mut notes = Vec::new();
        if let Some(content) = self.domain_of {
            options.domain = Some(ranked::domain(device, &options, content.into(), progress)?);
        }
        if self.photos_first {
            options.order = ranked::order(device, &options, progress, &mut notes)?;
        }
        let outcome = carry_out(medium, &options, self.show, progress, notes, err)?;
        let printed = match self.json {
            true => told::json(out, &outcome, &options),
            false => told::text(out, &outcome, &options),
        };
        failure::unless_closed(printed)
            .context("cannot print what was done; the image is written")?;
        let status = status(&outcome);
        if status == Status::Interrupted {
            writeln!(err, "afterimage: stopped; to go on: {}", text::plain(&told::command()))?;
        }
        complain(outcome, err)?;
        Ok(status)
    }

    /// Writes an E01 image.
    fn convert(
        &self,
        device: &Path,
        image: &Path,
        progress: &Progress,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> anyhow::Result<Status> {
        let without = [
            ("--merge", !self.merge.is_empty()),
            ("--domain", self.domain.is_some()),
            ("--domain-of", self.domain_of.is_some()),
            ("--photos-first", self.photos_first),
            ("--retries", self.retries > 0),
            ("--reverse", self.reverse),
            ("--preallocate", self.preallocate),
        ];
        if let Some((name, _)) = without.iter().find(|(_, is_given)| *is_given) {
            anyhow::bail!(
                "{name} has no effect on an E01 image: copy the device raw with it, and convert that"
            );
        }
        let medium = SystemMedium::open(device, self.cached)?;
        let (device, mut live) = (known(&medium), Live::new(self.show));
        let wanted = E01 {
            image: image.to_path_buf(),
            map: self.map.clone(),
            segment: self.split,
            description: device.path.clone(),
        };
        let medium: Arc<dyn Medium> = Arc::new(medium);
        let mut show = |done, len| live.converting(done, len);
        let written = imaging::write_e01(&medium, device, &wanted, progress, &mut show);
        live.clear();
        let Some(sidecar) = written? else {
            let said = "an E01 image cannot be gone on with, and what was written was taken away";
            writeln!(err, "afterimage: stopped; {said}")?;
            return Ok(Status::Interrupted);
        };
        failure::unless_closed(told::converted(out, &sidecar, image, self.json))?;
        Ok(Status::Found)
    }

    fn options(&self, image: &Path) -> Options {
        Options {
            image: image.to_path_buf(),
            map: self.map.clone(),
            merge: self.merge.clone(),
            domain: self.domain.clone(),
            order: Vec::new(),
            retries: self.retries,
            reverse: self.reverse,
            preallocate: self.preallocate,
            split: self.split,
            command: typed::words(),
        }
    }

    fn check(
        &self,
        device: Option<&Path>,
        image: &Path,
        progress: &Progress,
        out: &mut dyn Write,
    ) -> anyhow::Result<Status> {
        let opened = device.map(|path| SystemMedium::open(path, self.cached)).transpose()?;
        let medium = opened.as_ref().map(|medium| medium as &dyn Medium);
        let mut live = Live::new(self.show);
        let verified =
            imaging::verify(image, medium, progress, &mut |done, len| live.verifying(done, len));
        live.clear();
        let Some(verified) = verified? else { return Ok(Status::Interrupted) };
        failure::unless_closed(told::verified(out, &verified, image, self.json))?;
        Ok(if verified.differences.is_empty() { Status::Found } else { Status::Nothing })
    }
}

/// The rest of an image that a scan has begun.
pub struct Completion<'a> {
    /// The device that was scanned.
    pub device: &'a Path,
    /// Its image.
    pub image: &'a Path,
    /// How progress is shown.
    pub show: Show,
}

impl Completion<'_> {
    /// Reads what is missing of the image, with all passes; what came of it goes to `out`.
    pub fn run(
        &self,
        progress: &Progress,
        out: Option<&mut dyn Write>,
        err: &mut dyn Write,
    ) -> anyhow::Result<Status> {
        let options = Options {
            image: self.image.to_path_buf(),
            command: typed::words(),
            ..Options::default()
        };
        let medium = SystemMedium::open(self.device, false)?;
        let outcome = carry_out(medium, &options, self.show, progress, Vec::new(), err)?;
        if let Some(out) = out {
            failure::unless_closed(
                writeln!(out).and_then(|()| told::text(out, &outcome, &options)),
            )
            .context("cannot print what was done; the image is written")?;
        }
        let status = status(&outcome);
        if status == Status::Interrupted {
            let said = told::going_on(self.device, self.image);
            writeln!(err, "afterimage: the image was stopped; to go on: {}", text::plain(&said))?;
        }
        complain(outcome, err)?;
        Ok(status)
    }
}

/// Copies, and shows how far it is.
fn carry_out(
    medium: SystemMedium,
    options: &Options,
    how: Show,
    progress: &Progress,
    mut notes: Vec<String>,
    err: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let mut live = Live::new(how);
    let known = known(&medium);
    let copied = imaging::copy(
        Arc::new(medium),
        known,
        options,
        progress,
        &mut |note| notes.push(note.to_owned()),
        &mut |sight| live.show(sight),
    );
    live.clear();
    for note in notes {
        writeln!(err, "afterimage: note: {}", text::plain(&note))?;
    }
    copied.map_err(told::advised)
}

fn status(outcome: &Outcome) -> Status {
    match outcome.ended {
        Ended::Complete => Status::Found,
        Ended::Stopped => Status::Interrupted,
        Ended::Failed => Status::Failed,
    }
}

/// Why it could not go on, where it could not.
fn complain(outcome: Outcome, err: &mut dyn Write) -> io::Result<()> {
    match outcome.failure {
        Some(error) => writeln!(err, "{}", failure::line(told::advised(error).as_ref())),
        None => Ok(()),
    }
}

/// What is known of a device.
fn known(medium: &SystemMedium) -> Device {
    Device {
        path: medium.path().to_string_lossy().into_owned(),
        size: medium.len(),
        sector_size: medium.sector(),
        model: medium.facts().model.clone(),
        serial: medium.facts().serial.clone(),
    }
}

/// The shortest part of an image that is split, in bytes.
const SHORTEST_PART: u64 = 1 << 20;

/// Bytes of a part. One of 4G is a byte too long for FAT, for which it is meant: then it is a block shorter.
fn part_len(text: &str) -> Result<u64, String> {
    const ON_FAT: u64 = (4 << 30) - 4096;
    let len = sizes::bytes(text)?;
    if len < SHORTEST_PART || !len.is_multiple_of(4096) {
        return Err("must be a multiple of 4K from 1M".to_owned());
    }
    Ok(if len == 4 << 30 { ON_FAT } else { len })
}
