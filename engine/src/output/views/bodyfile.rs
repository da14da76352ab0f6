//! `report.body`: a bodyfile of The Sleuth Kit 3 and later, of which `mactime` makes a timeline.
//!
//! One line a file, `MD5|name|inode|mode|UID|GID|size|atime|mtime|ctime|crtime`: the modified time is that of the
//! file system, and times that nobody knows are 0. When the picture was taken and when it was deleted have lines
//! of their own that say so. The inode is the number of the file in the report. A clock that does not tell its
//! zone is read as UTC, and its line says that too. A bodyfile has no place for anything else: case data stand in
//! lines before the files that begin with `#`, which `mactime` skips.
//! (source: <https://wiki.sleuthkit.org/index.php?title=Body_file>)

use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::case_lines::case_lines;
use super::shown::shown;
use super::view::View;
use crate::model::{Moment, Status};
use crate::output::report::{ReportFile, ReportHead, word};

/// A regular file of which no rights are known.
const MODE: &str = "r/r---------";

/// `report.body`.
#[derive(Debug, Default)]
pub struct Bodyfile;

impl Bodyfile {
    /// Begins one.
    pub fn start() -> Box<dyn View> {
        Box::new(Bodyfile)
    }
}

impl View for Bodyfile {
    fn begin(&mut self, head: &ReportHead, out: &mut dyn Write) -> io::Result<()> {
        case_lines(head).iter().try_for_each(|line| writeln!(out, "# {}", field(line)))
    }

    fn file(&mut self, file: &ReportFile, out: &mut dyn Write) -> io::Result<()> {
        let modified = file.modified.as_deref().and_then(|text| Instant::read(text, None));
        let zone = modified.as_ref().map_or("", Instant::zone);
        line(out, file, zone, modified.map_or(0, |instant| instant.seconds))?;
        let exif = file.exif.as_ref();
        let taken =
            exif.and_then(|exif| Instant::read(exif.taken.as_deref()?, exif.utc_offset.as_deref()));
        if let Some(instant) = taken {
            let what = format!(" [taken, by its Exif]{}", instant.zone());
            line(out, file, &what, instant.seconds)?;
        }
        if let Some(instant) = file.deleted_at.as_deref().and_then(|text| Instant::read(text, None))
        {
            line(out, file, &format!(" [deleted]{}", instant.zone()), instant.seconds)?;
        }
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// One line; `what` says what its time is of.
fn line(out: &mut dyn Write, file: &ReportFile, what: &str, modified: i64) -> io::Result<()> {
    let md5 = file.md5.as_deref().map_or_else(|| "0".to_owned(), field);
    let known = file.original_path.as_ref().or(file.name.as_ref()).or(file.path.as_ref());
    let name = match known {
        Some(name) => field(name),
        None => format!("{} {}", field(&file.format), file.id),
    };
    let deleted = if file.status == Status::Deleted { " (deleted)" } else { "" };
    let grade = word(file.grade);
    let (id, size) = (file.id, file.size);
    writeln!(out, "{md5}|{name}{deleted} ({grade}){what}|{id}|{MODE}|0|0|{size}|0|{modified}|0|0")
}

/// A text in one field: what would end it is replaced.
fn field(text: &str) -> String {
    shown(text).replace('|', "\u{A6}")
}

/// An instant, in seconds since 1970.
struct Instant {
    seconds: i64,
    /// Whether its clock told no zone.
    is_guessed: bool,
}

impl Instant {
    /// A time of the report; nothing where it is none, or before 1970: a bodyfile knows none of those.
    fn read(text: &str, zone: Option<&str>) -> Option<Self> {
        let (moment, is_guessed) = match text.parse::<jiff::Timestamp>() {
            Ok(instant) => {
                return Instant { seconds: instant.as_second(), is_guessed: false }.known();
            }
            Err(_) => {
                let moment = Moment::parse(text, zone)?;
                (moment, moment.offset.is_none())
            }
        };
        let moment = moment.read_in(Some(&TimeZone::UTC));
        Instant { seconds: moment.instant()?, is_guessed }.known()
    }

    /// What is to be said of its zone.
    fn zone(&self) -> &'static str {
        if self.is_guessed { " [clock of no zone, read as UTC]" } else { "" }
    }

    fn known(self) -> Option<Self> {
        (self.seconds > 0).then_some(self)
    }
}
