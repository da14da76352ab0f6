//! Making views of the report in an output folder.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::mem;
use std::path::PathBuf;

use rayon::prelude::*;

use super::known::KnownView;
use super::view::View;
use crate::control::error::Error;
use crate::output::report::{ReportFile, ReportHead, ReportReader};
use crate::system::folder::Folder;

/// Files that are read before all views go on with them, side by side.
const BATCH: usize = 64;

/// A view that is being written.
struct Unfinished {
    known: KnownView,
    view: Box<dyn View>,
    out: BufWriter<File>,
}

/// Makes `views` of the report that lies in `of`, in one pass over it; see [`ViewSet`]. Gives the paths of their files.
///
/// # Errors
///
/// When there is no report, and when the disk is full or fails. Views that were there before are what they
/// were then, unless it fails in giving the new ones their names.
pub fn make(
    of: &Folder,
    folder: &Folder,
    state: &Folder,
    views: &[KnownView],
) -> Result<Vec<PathBuf>, Error> {
    if views.is_empty() {
        return Ok(Vec::new());
    }
    let mut report = ReportReader::open(of)?;
    let mut set = ViewSet::begin(&report.head, folder, state, views)?;
    let mut batch = Vec::with_capacity(BATCH);
    report.files(|file| {
        batch.push(file);
        if batch.len() < BATCH { Ok(()) } else { set.write(&mem::take(&mut batch)) }
    })?;
    set.write(&batch)?;
    set.end()
}

/// Views of one report that are written side by side, in the pool of threads that this is called in. Each is written to
/// `state`, a folder on the same disk as `folder`, and gets its name there once all are whole: it takes the place of what
/// had it. What has no name yet when the set is dropped is removed.
pub struct ViewSet<'f> {
    folder: &'f Folder,
    state: &'f Folder,
    views: Vec<Unfinished>,
    /// Those that lie in `state`.
    there: Vec<KnownView>,
}

impl<'f> ViewSet<'f> {
    /// Begins `views` of a report.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails, here and below.
    pub fn begin(
        head: &ReportHead,
        folder: &'f Folder,
        state: &'f Folder,
        views: &[KnownView],
    ) -> Result<Self, Error> {
        let mut set = ViewSet { folder, state, views: Vec::new(), there: Vec::new() };
        for known in views {
            set.there.push(*known);
            let begun = begin(*known, head, state).map_err(|error| failed(folder, known, error))?;
            set.views.push(begun);
        }
        Ok(set)
    }

    /// Writes the next files of the report; many at once, so that the views take little time to wait for each other.
    ///
    /// # Errors
    ///
    /// See [`ViewSet::begin`].
    pub fn write(&mut self, files: &[ReportFile]) -> Result<(), Error> {
        let folder = self.folder;
        self.views.par_iter_mut().try_for_each(|one| {
            let written = files.iter().try_for_each(|file| one.view.file(file, &mut one.out));
            written.map_err(|error| failed(folder, &one.known, error))
        })
    }

    /// Writes what stands after the files, and gives the views their names; gives their paths.
    ///
    /// # Errors
    ///
    /// See [`ViewSet::begin`].
    pub fn end(mut self) -> Result<Vec<PathBuf>, Error> {
        let ViewSet { folder, state, .. } = self;
        self.views
            .par_iter_mut()
            .try_for_each(|one| one.end().map_err(|error| failed(folder, &one.known, error)))?;
        // Not every file system renames what is open.
        self.views.clear();
        let mut paths = Vec::new();
        while let Some(known) = self.there.first() {
            let named = state.rename(known.file, folder, known.file);
            named.map_err(|error| failed(folder, known, error))?;
            paths.push(folder.path().join(known.file));
            self.there.remove(0);
        }
        folder.sync().map_err(|error| Error::output("write", folder.path(), error))?;
        Ok(paths)
    }
}

impl Drop for ViewSet<'_> {
    fn drop(&mut self) {
        // They take room that something else may have use for.
        self.views.clear();
        self.there.iter().for_each(|view| drop(self.state.remove(view.file)));
    }
}

fn failed(folder: &Folder, view: &KnownView, error: io::Error) -> Error {
    Error::output("write", &folder.path().join(view.file), error)
}

fn begin(known: KnownView, head: &ReportHead, state: &Folder) -> io::Result<Unfinished> {
    let mut out = BufWriter::new(state.replace(known.file)?);
    let mut view = (known.new)();
    view.begin(head, &mut out)?;
    Ok(Unfinished { known, view, out })
}

impl Unfinished {
    /// Writes what stands after the files; all of it is on the disk itself then.
    fn end(&mut self) -> io::Result<()> {
        self.view.end(&mut self.out)?;
        self.out.flush()?;
        self.out.get_ref().sync_all()
    }
}
