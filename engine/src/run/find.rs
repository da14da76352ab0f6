//! Copies that survive elsewhere: from paths to what a report lists of them.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::job::{Job, Opened};
use super::open::given as given_sources;
use super::outcome::Outcome;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::ledger::SCAN_LOG;
use crate::model::Record;
use crate::options::Options;
use crate::output::destination;
use crate::output::report::ReportFile;
use crate::places::{Context, FolderTree, Forest, Label, Passwords, Tree, TreeSource, VolumeTree};
use crate::settle::Disposition;
use crate::source::{self, Source, Watched};
use crate::system::System;
use crate::volumes::survey::Survey;

/// Decides by its label and its record whether a file is asked for.
pub type Choice<'a> = &'a (dyn Fn(Option<&Label>, &Record) -> bool + Sync);

/// What to look for, beside what [`Options`] say.
pub struct Find<'a> {
    /// Where passwords of encrypted backups come from.
    pub passwords: &'a dyn Passwords,
    /// Which files are asked for; all where it is nothing.
    pub choice: Option<Choice<'a>>,
    /// When it is, in seconds since 1970 in UTC.
    pub now: i64,
}

/// What was found.
#[derive(Debug)]
pub struct Survivors {
    /// Totals, what was written, and what went wrong.
    pub outcome: Outcome,
    /// All files of the report, with what becomes of each.
    pub files: Vec<(ReportFile, Disposition)>,
    /// What the user has to know, a sentence each.
    pub notes: Vec<String>,
    /// Images and devices among what was named, which a scan may find more in.
    pub images: Vec<PathBuf>,
}

/// Looks at `paths`, folders, archives, images and devices, for copies of photos that survive there. Writes those
/// that are not there any more, or lie in places that keep copies, to the output folder of `options`, if there is
/// one.
///
/// # Errors
///
/// When a path cannot be read, when the output folder is a bad one, or when the report cannot be written.
pub fn find(
    paths: &[PathBuf],
    options: &Options,
    asked: &Find<'_>,
    progress: &Progress,
) -> Result<Survivors, Error> {
    // No offset in a tree is one in a file system.
    let options = &Options { filesystems: false, range: None, volume: None, ..options.clone() };
    let destination = match &options.output {
        // What lies beside the files of a folder that is mounted harms none of them.
        Some(output) => {
            let checked = destination::check(output, &apart(paths))?;
            not_on_card(output, &checked.path, paths)?;
            Some(checked)
        }
        None => {
            destination::check_temporary(&std::env::temp_dir(), &apart(paths))?;
            None
        }
    };
    let output = destination.as_ref().map(|destination| destination.path.as_path());
    let (roots, mut notes, images) = roots(paths, output, progress)?;
    let Find { passwords, choice, now } = *asked;
    let mut forest = Forest::survey(roots, &Context { passwords, progress, now });
    notes.append(&mut forest.notes);
    let lost = std::mem::take(&mut forest.lost);
    let trees = forest.trees.iter();
    let sources: Vec<TreeSource> =
        trees.map(|tree| TreeSource::new(Arc::clone(&tree.tree))).collect();
    let given = sources.iter().map(|source| Box::new(source.clone()) as Box<dyn Source>);
    let (_, given) = given_sources(given.collect());
    let mut job = Job::<Opened>::start(given, destination, options, progress)?;
    job.environment.told = lost;
    let (gathered, unread) = job.gather(&forest, &sources, choice);
    notes.extend(unread);
    let settled = gathered.settled();
    if options.output.is_some() {
        let written = settled.write()?;
        let files = written.listed()?;
        Ok(Survivors { outcome: written.outcome(), files, notes, images })
    } else {
        let files = settled.listed().collect::<Result<_, Error>>()?;
        Ok(Survivors { outcome: settled.outcome(), files, notes, images })
    }
}

/// Refuses an output folder that is one of the folders to be looked at or holds it, and one on a card or disk that
/// is mounted apart: what is written there destroys what only a scan could bring back.
fn not_on_card(typed: &Path, output: &Path, paths: &[PathBuf]) -> Result<(), Error> {
    let refused = |why: String| Err(Error::Destination { path: typed.to_path_buf(), why });
    let system = System::running();
    let existing = output.ancestors().find(|path| path.exists()).unwrap_or(output);
    let mount = |path: &Path| system.mount_of(path).map(|mount| mount.point);
    let (root, home) = (mount(Path::new("/")), std::env::var_os("HOME"));
    let home = home.and_then(|home| mount(Path::new(&home)));
    for path in paths.iter().filter_map(|path| path.canonicalize().ok()) {
        if path.starts_with(output) {
            return refused(format!("it is what is looked at, or holds it: {}", path.display()));
        }
        let (on, here) = (mount(&path), mount(existing));
        let is_apart = on.is_some()
            && on != root
            && on != home
            && on.as_deref() != Some(&std::env::temp_dir());
        if path.is_dir() && is_apart && on == here {
            return refused(format!("it lies on the same card or disk as {}", path.display()));
        }
    }
    Ok(())
}

/// Whether a path is a folder of files, not an image in pieces.
fn is_folder(path: &Path) -> bool {
    path.is_dir() && !source::is_sparse_bundle(path)
}

/// Those of the paths that are images or devices.
fn apart(paths: &[PathBuf]) -> Vec<PathBuf> {
    paths.iter().filter(|path| !is_folder(path)).cloned().collect()
}

/// The trees that `paths` name, what is to be said of them, and which of them are images or devices.
#[expect(clippy::type_complexity, reason = "three lists that are taken apart at once")]
fn roots(
    paths: &[PathBuf],
    output: Option<&Path>,
    progress: &Progress,
) -> Result<(Vec<Box<dyn Tree>>, Vec<String>, Vec<PathBuf>), Error> {
    let (mut roots, mut notes, mut images) = (Vec::new(), Vec::new(), Vec::new());
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|error| Error::open(path, error))?;
        if is_folder(path) {
            std::fs::read_dir(path).map_err(|error| Error::open(path, error))?;
            let recovered = RefCell::new(Vec::new());
            let is_left_out = |folder: &Path| is_left_out(folder, output, &recovered);
            let tree = FolderTree::walk(path, &is_left_out, progress);
            notes.extend(recovered.into_inner().iter().map(|folder: &PathBuf| {
                format!(
                    "{} holds what an earlier run recovered, and was left out",
                    folder.display()
                )
            }));
            notes.extend(unlisted(&tree));
            roots.push(Box::new(tree) as Box<dyn Tree>);
            continue;
        }
        let volumes = volumes(path, progress, &mut notes)?;
        if volumes.is_empty() && metadata.is_file() {
            roots.push(Box::new(FolderTree::walk(path, &|_| false, progress)));
        } else {
            images.push(path.clone());
            roots.extend(volumes);
        }
    }
    Ok((roots, notes, images))
}

/// The file systems of an image or a device.
fn volumes(
    path: &Path,
    progress: &Progress,
    notes: &mut Vec<String>,
) -> Result<Vec<Box<dyn Tree>>, Error> {
    let opened = source::open_unchecked(path, source::Io::Auto)?;
    let watched = Watched::new(opened, progress.wish());
    let source: Arc<dyn Source> = Arc::new(watched);
    let survey = Survey::of(&*source as &dyn afterimage_signatures::Bytes);
    if progress.is_over() {
        return Ok(Vec::new());
    }
    let mut trees = Vec::new();
    for volume in &survey.volumes {
        let contents = &volume.contents;
        if let Some(why) = &contents.encrypted {
            notes.push(format!("a volume of {} cannot be read: {why}", path.display()));
        }
        if volume.lost || contents.entries.is_empty() {
            continue;
        }
        let number = volume.partition.map(|number| format!("partition {number}, "));
        let number = number.unwrap_or_default();
        let title = format!("{} ({number}{})", path.display(), contents.kind);
        trees.push(Box::new(VolumeTree::new(Arc::clone(&source), title, volume)) as Box<dyn Tree>);
    }
    Ok(trees)
}

/// Folders in which the system shows itself, not files.
const OF_THE_SYSTEM: [&str; 3] = ["/proc", "/sys", "/dev"];

/// The folder that holds the state of a run, in an output folder.
const STATE: &str = destination::STATE;

/// Whether a path is not looked at: the system's own, the output folder, and what earlier runs have recovered.
fn is_left_out(path: &Path, output: Option<&Path>, recovered: &RefCell<Vec<PathBuf>>) -> bool {
    let is_system = OF_THE_SYSTEM.iter().any(|system| path == Path::new(system));
    if is_system || output.is_some_and(|output| path == output) {
        return true;
    }
    let is_recovered = path.join(STATE).join(SCAN_LOG).is_file();
    if is_recovered {
        recovered.borrow_mut().push(path.to_path_buf());
    }
    is_recovered
}

/// So many folders are named that could not be listed.
const MOST_NAMED: usize = 3;

/// What is said of folders that could not be listed.
fn unlisted(tree: &FolderTree) -> Option<String> {
    let unread = &tree.unread;
    let (_, why) = unread.first()?;
    let named = unread.iter().take(MOST_NAMED).map(|(folder, _)| folder.display().to_string());
    let named = named.collect::<Vec<_>>().join(", ");
    let more = unread.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("{named}{more} could not be listed ({why}); run it with the rights to read them"))
}
