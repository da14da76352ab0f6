//! Small pictures of what was found, for a person to look at.
//!
//! They can be made again, so that no failure here is one of the run.

use std::io::{self, Read};

use super::environment::{Environment, Output};
use super::job::{Job, Settled};
use super::kept_report::{Kept, KeptReport};
use super::source_job::opened;
use crate::control::error::Error;
use crate::ledger::LogPosition;
use crate::output::thumbs::{self, Embedded, Shelf, is_shown_itself};
use crate::system::folder::Folder;

/// The longest small picture that is brought over, in bytes: longer than any that is made.
const LONGEST_THUMB: u64 = 1 << 20;

/// What to do where the disk has no room for it.
pub(super) const AGAIN: &str = "`afterimage report` makes it again once there is";

impl Job<'_, Settled> {
    /// Makes small pictures of what was found, which got the `names`: tells by position in the order of the
    /// report which files have one, and what went wrong. Where the disk is full, none is kept: the report is to
    /// have that room.
    pub(super) fn thumbs(&self, names: &[Option<LogPosition>]) -> (Vec<bool>, Option<String>) {
        let environment = &self.environment;
        let Environment { output, options, progress, pool, .. } = environment;
        let Some(Output { folder, .. }) = output else { return Default::default() };
        if !options.gallery || environment.is_full() || progress.stopped() {
            return Default::default();
        }
        let embedded = Embedded {
            output: folder,
            ledger: &self.ledger,
            listing: &self.stage.listing,
            names,
            registry: &options.registry,
            sources: &opened(&self.sources),
            stop: progress.wish(),
            pool,
        };
        let shelf = Shelf::open(folder).map_err(|error| {
            Error::output("make the folder", &folder.path().join("report"), error)
        });
        let (put, shelf) = match shelf {
            Ok(shelf) => (embedded.put(&shelf), Some(shelf)),
            Err(error) => (Err(error), None),
        };
        match put {
            Ok(has) => (has, None),
            Err(error) => {
                // What cannot be removed takes room, nothing else.
                drop(shelf.map(|_| Shelf::clear(folder)));
                let said = format!(
                    "There are no small pictures of the photos: {}; {AGAIN}.",
                    error.with_cause()
                );
                (Vec::new(), Some(said))
            }
        }
    }
}

impl Environment<'_> {
    /// Removes the small pictures of an earlier report: with this one, a number may be another file's. Also gives
    /// photos the room that they took.
    pub(super) fn clear_thumbs(&self) {
        if let Some(output) = self.output.as_ref().filter(|output| output.destination.holds_report)
        {
            // What cannot be removed is not named in the report.
            drop(Shelf::clear(&output.folder));
        }
    }
}

/// Brings small pictures up to what was written of a report: what is shown itself by now needs none. They are brought
/// over where the report is `from` another folder. A picture that cannot be is left out.
pub(super) fn bring_thumbs(report: &mut KeptReport, from: Option<&Folder>, to: &Folder) {
    let shelf = Shelf::open(to).ok();
    let from = from.map(|from| from.below(thumbs::FOLDER).ok());
    for Kept { known: file, .. } in
        report.files.iter_mut().filter(|file| file.known.thumb.is_some())
    {
        let is_needed = file.path.is_none() || !is_shown_itself(&file.format, file.size);
        let is_there = match (&shelf, &from) {
            (Some(shelf), _) if !is_needed => {
                // Nobody looks for it any more.
                drop(shelf.remove(file.id));
                false
            }
            (Some(shelf), Some(Some(from))) => copy(from, file.id, shelf).is_ok(),
            (shelf, None) => shelf.is_some(),
            (_, Some(_)) => false,
        };
        file.thumb = file.thumb.take().filter(|_| is_there);
    }
}

/// Copies the small picture of a file.
fn copy(from: &Folder, id: u64, shelf: &Shelf) -> io::Result<()> {
    let mut jpeg = Vec::new();
    from.read(&thumbs::name(id))?.take(LONGEST_THUMB).read_to_end(&mut jpeg)?;
    shelf.add(id, &jpeg)
}
