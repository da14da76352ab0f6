//! Making views of the report in an output folder.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::mem;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::known::KnownView;
use super::view::View;
use crate::control::error::Error;
use crate::output::report::{ReportFile, ReportReader};
use crate::system::folder::Folder;

/// Files that are read before all views go on with them, side by side.
const BATCH: usize = 64;

/// A view that is being written.
struct Unfinished {
    known: KnownView,
    view: Box<dyn View>,
    out: BufWriter<File>,
}

/// Makes `views` of the report that lies in `of`, in one pass over it; gives the paths of their files. Each is
/// written to `state`, a folder on the same disk as `folder`, and gets its name there once it is whole: it takes the
/// place of what had it. Views are written side by side, in the pool of threads that this is called in.
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
    let made = written(of, folder, state, views);
    if made.is_err() {
        // They take room that something else may have use for.
        views.iter().for_each(|view| drop(state.remove(view.file)));
    }
    made
}

fn written(
    of: &Folder,
    folder: &Folder,
    state: &Folder,
    views: &[KnownView],
) -> Result<Vec<PathBuf>, Error> {
    let mut report = ReportReader::open(of)?;
    let path = |view: &KnownView| folder.path().join(view.file);
    let failed = |path: &Path, error| Error::output("write", path, error);
    let mut unfinished = Vec::new();
    for known in views {
        let begun = begin(*known, &report, state).map_err(|error| failed(&path(known), error))?;
        unfinished.push(begun);
    }
    let mut batch = Vec::with_capacity(BATCH);
    let mut write = |files: &[ReportFile]| {
        unfinished.par_iter_mut().try_for_each(|one| {
            let written = files.iter().try_for_each(|file| one.view.file(file, &mut one.out));
            written.map_err(|error| failed(&path(&one.known), error))
        })
    };
    report.files(|file| {
        batch.push(file);
        if batch.len() < BATCH { Ok(()) } else { write(&mem::take(&mut batch)) }
    })?;
    write(&batch)?;
    for one in &mut unfinished {
        one.end().map_err(|error| failed(&path(&one.known), error))?;
    }
    drop(unfinished);
    let mut paths = Vec::new();
    for known in views {
        let path = path(known);
        let named = state.rename(known.file, folder, known.file);
        named.map_err(|error| failed(&path, error))?;
        paths.push(path);
    }
    folder.sync().map_err(|error| failed(folder.path(), error))?;
    Ok(paths)
}

fn begin(known: KnownView, report: &ReportReader, state: &Folder) -> io::Result<Unfinished> {
    let mut out = BufWriter::new(state.replace(known.file)?);
    let mut view = (known.new)();
    view.begin(&report.head, &mut out)?;
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
