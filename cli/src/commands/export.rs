//! `afterimage export`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use afterimage_engine::arranging::Template;
use afterimage_engine::progress::Progress;
use afterimage_engine::run::{
    self, Arrived, Export as Asked, Exported, ExportedPhoto, NameOrigin, ToJpeg,
};
use anyhow::Context;
use jiff::tz::TimeZone;

use crate::decode;
use crate::interrupt::stop_on_ctrl_c;
use crate::selected::{complain, selection};
use crate::status::Status;
use crate::text::{count, paragraph, plain};
use crate::typed;
use crate::wanted::{self, Wanted};
use crate::{failure, text, times};

/// Arrange recovered photos in a folder of their own: by date, by camera, or as they were
///
/// Photos are copied, each checked on the way; those in DIR stay. Nothing that is in FOLDER is overwritten: what is
/// there already is left alone, and other photos of the same name get a number. The two halves of a Live Photo, and a
/// raw photo and its JPEG, keep one name. Files get the time at which they were taken.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Export {
    /// Output folder of a scan.
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Folder to write to; it is made if need be.
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,

    /// How to arrange them: date, camera, folder, or a template such as {year}/{month}/{camera}/{name}; the
    /// tokens stand below.
    #[arg(long, value_name = "HOW", default_value = "date")]
    by: Template,

    /// Only the files that this file names: ids, paths or original paths of the report, one a line, or
    /// what `scan --list --json` prints.
    #[arg(long, value_name = "FILE")]
    select: Option<PathBuf>,

    /// Only these formats: names as `afterimage formats` lists them, extensions such as jpg, or photo, raw, video.
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = wanted::parse)]
    format: Vec<Wanted>,

    /// Turn HEIC into JPEG, with its Exif and its colours; the HEIC stays in DIR. Takes a program that is built with
    /// its decoder: cargo install --features heic.
    #[arg(long)]
    jpeg: bool,

    /// Time zone of cameras that tell none, such as Europe/Berlin, UTC or +02:00.
    #[arg(long, value_name = "ZONE", value_parser = times::zone, allow_hyphen_values = true)]
    timezone: Option<TimeZone>,

    /// Print what was done as JSON.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Tokens of a template, and what stands for them:
  {year} {month} {day}     when it was taken or else last modified: 2024, 05, 31, or undated
  {date} {time}            2024-05-31, 180322
  {camera} {make} {model}  the camera, or unknown camera
  {folder}                 the folder that it was in, with those above it, or unknown folder
  {name} {stem}            its file name, with its extension and without it
  {format} {grade} {id}    jpeg, verified, its number in the report
The extension is added where a template does not end with it.

Examples:
  afterimage export recovered --to Pictures
      Copy the photos to Pictures/2024/05/IMG_0001.JPG and so on.
  afterimage export recovered --to Pictures --by '{camera}/{date}/{name}' --format jpeg,heic
      Arrange by camera and day.
  afterimage export recovered --to Pictures --select wanted.txt --jpeg
      Copy some, and turn those that are HEIC into JPEG.

JSON: an object: to; photos, each with id, path, how (copied, converted or there) and name \
(recorded, inferred or made); refused, each with id and why; unknown, each with line and what; \
unwritten; interrupted.

Exit status: 0 all that was asked for is there; 1 nothing was; 2 some of it could not be written, or was \
not found in the report; 130 stopped by Ctrl-C.";

/// What goes on where a second Ctrl-C ends it.
const GOES_ON: &str = "; what was copied is whole, and the same command goes on";

impl Export {
    /// Arranges; what was done goes to `out`, failures to `err`.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let to_jpeg = if self.jpeg { Some(decode::heic_to_jpeg()?) } else { None };
        let asked = Asked {
            selection: self.select.as_deref().map(selection).transpose()?,
            folder: self.folder,
            to: self.to,
            template: self.by,
            formats: self.format.iter().flat_map(|wanted| wanted.0.iter().copied()).collect(),
            zone: self.timezone,
            to_jpeg: to_jpeg.as_deref().map(|one| one as &dyn ToJpeg),
            command: typed::words(),
        };
        let progress = Arc::new(Progress::default());
        stop_on_ctrl_c(Arc::clone(&progress), GOES_ON)?;
        let done = run::export(&asked, &progress)?;
        let said = if self.json { json(out, &done) } else { said(out, &done) };
        failure::unless_closed(said)
            .context("cannot print what was done; what was copied is whole")?;
        for note in &done.notes {
            writeln!(err, "afterimage: note: {}", plain(note))?;
        }
        complain(err, "export", &done.unknown, &done.refused)?;
        if let Some(error) = &done.failure {
            writeln!(err, "{}", failure::line(error))?;
        }
        Ok(match () {
            () if done.interrupted => Status::Interrupted,
            () if !done.refused.is_empty() || !done.unknown.is_empty() => Status::Failed,
            () if done.photos.is_empty() => Status::Nothing,
            () => Status::Found,
        })
    }
}

fn number(done: &Exported, how: Arrived) -> u64 {
    done.photos.iter().filter(|photo| photo.how == how).count() as u64
}

fn said(out: &mut dyn Write, done: &Exported) -> io::Result<()> {
    let mut said = count(number(done, Arrived::Copied), "photo was copied", "photos were copied");
    match number(done, Arrived::Converted) {
        0 => {}
        n => said += &format!(", {}", count(n, "was turned into JPEG", "were turned into JPEG")),
    }
    match number(done, Arrived::There) {
        0 => {}
        n => said += &format!(", {}", count(n, "was there already", "were there already")),
    }
    paragraph(out, "", &plain(&format!("{said}: {}.", done.to.display())))?;
    if let Some(names) = names(done) {
        paragraph(out, "", &names)?;
    }
    if done.unwritten > 0 {
        let what = count(done.unwritten, "photo of the report is", "photos of the report are");
        paragraph(out, "", &format!("{what} not written yet: `afterimage recover` writes them."))?;
    }
    out.flush()
}

/// Which names are not those that the photos had.
fn names(done: &Exported) -> Option<String> {
    let number = |name| done.photos.iter().filter(|photo| photo.name == name).count() as u64;
    let mut said = Vec::new();
    match number(NameOrigin::Inferred) {
        0 => {}
        n => said.push(format!(
            "Of {}, part of the name is inferred, such as its first letter",
            count(n, "photo", "photos")
        )),
    }
    match number(NameOrigin::Made) {
        0 => {}
        n => said.push(format!(
            "{} no name that was recorded, and a made one",
            count(n, "photo has", "photos have")
        )),
    }
    (!said.is_empty()).then(|| format!("{}; --json tells which.", said.join(". ")))
}

fn json(out: &mut dyn Write, done: &Exported) -> io::Result<()> {
    let photos = done.photos.iter().map(|ExportedPhoto { id, path, how, name }| {
        let how = match how {
            Arrived::Copied => "copied",
            Arrived::Converted => "converted",
            Arrived::There => "there",
        };
        let name = match name {
            NameOrigin::Recorded => "recorded",
            NameOrigin::Inferred => "inferred",
            NameOrigin::Made => "made",
        };
        serde_json::json!({ "id": id, "path": path, "how": how, "name": name })
    });
    let refused = done.refused.iter().map(|(id, why)| serde_json::json!({ "id": id, "why": why }));
    let unknown =
        done.unknown.iter().map(|(line, what)| serde_json::json!({ "line": line, "what": what }));
    let said = serde_json::json!({
        "to": done.to.to_string_lossy(),
        "photos": photos.collect::<Vec<_>>(),
        "refused": refused.collect::<Vec<_>>(),
        "unknown": unknown.collect::<Vec<_>>(),
        "unwritten": done.unwritten,
        "interrupted": done.interrupted,
    });
    text::json(out, &said)?;
    out.flush()
}
