//! The map and the sidecar, written so that there is always one that is whole and never says more than the
//! image holds.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::beside::suffixed;
use super::image_file::ImageFile;
use super::threads;
use crate::control::error::Error;
use crate::system::folder::Owner;
use crate::system::folder_of;

/// The longest time between two writes of the map while something changes.
const LONGEST: Duration = Duration::from_secs(30);
/// The shortest.
const SHORTEST: Duration = Duration::from_millis(50);
/// Writing takes no more than this share of the time.
const SHARE: u32 = 8;

/// What is written.
pub(super) struct Save {
    pub(super) map: String,
    pub(super) sidecar: String,
}

/// Files beside an image.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    pub(super) map: PathBuf,
    pub(super) sidecar: PathBuf,
}

/// Writes maps on a thread of its own.
pub(super) struct Saver {
    beside: Beside,
    /// The files of the image.
    image: Vec<File>,
    /// Whether bytes of the image did not reach the disk.
    is_lossy: Arc<AtomicBool>,
    work: Sender<Save>,
    done: Receiver<(Result<(), Error>, Duration)>,
    is_busy: bool,
    last: Instant,
    pause: Duration,
}

impl Saver {
    pub(super) fn start(beside: Beside, image: &ImageFile) -> Result<Self, Error> {
        let cloned = |image: &ImageFile| -> Result<Vec<File>, Error> {
            let all: io::Result<_> = image.files().map(File::try_clone).collect();
            all.map_err(|error| Error::output("write the image", &beside.map, error))
        };
        let (work, works) = bounded::<Save>(1);
        let (tell, done) = bounded(1);
        let (own, files) = (cloned(image)?, beside.clone());
        let image = cloned(image)?;
        let is_lossy = Arc::new(AtomicBool::new(false));
        let lossy = Arc::clone(&is_lossy);
        threads::start("a thread for the map", works, move |save: Save| {
            let begun = Instant::now();
            let written = write(&files, &own, &lossy, &save);
            drop(tell.send((written, begun.elapsed())));
        })?;
        let (last, pause) = (Instant::now(), SHORTEST);
        Ok(Saver { beside, image, is_lossy, work, done, is_busy: false, last, pause })
    }

    /// Whether the map should be written now.
    pub(super) fn is_due(&self) -> bool {
        !self.is_busy && self.last.elapsed() >= self.pause
    }

    /// Begins to write; the failure of the last time, if it failed.
    pub(super) fn begin(&mut self, save: Save) {
        self.is_busy = self.work.try_send(save).is_ok();
    }

    /// Takes in what was written meanwhile.
    pub(super) fn look(&mut self) -> Result<(), Error> {
        match self.done.try_recv() {
            Ok(done) => self.ended(done),
            Err(_) => Ok(()),
        }
    }

    fn ended(&mut self, (written, took): (Result<(), Error>, Duration)) -> Result<(), Error> {
        self.is_busy = false;
        self.last = Instant::now();
        self.pause = (took * SHARE).clamp(SHORTEST, LONGEST);
        written
    }

    /// Writes now, and waits for it.
    pub(super) fn write(&mut self, save: &Save) -> Result<(), Error> {
        if self.is_busy {
            self.is_busy = false;
            if let Ok((written, _)) = self.done.recv() {
                written?;
            }
        }
        write(&self.beside, &self.image, &self.is_lossy, save)
    }
}

/// Writes all of it. The system tells only once that bytes did not reach the disk, and calls the next attempt a
/// success: from then on no map is written any more, and the last one says what is there.
fn write(beside: &Beside, image: &[File], is_lossy: &AtomicBool, save: &Save) -> Result<(), Error> {
    let failed = |error| Error::output("write the image beside", &beside.map, error);
    if is_lossy.load(Relaxed) {
        return Err(failed(io::Error::other("some of it did not reach the disk")));
    }
    // First the bytes, then the map that says that they are there.
    if let Err(error) = image.iter().try_for_each(File::sync_data) {
        is_lossy.store(true, Relaxed);
        return Err(failed(error));
    }
    replace(&beside.map, &save.map, true)?;
    replace(&beside.sidecar, &save.sidecar, false)
}

/// Puts a new file in the place of the one at `path`, whole or not at all.
pub(super) fn replace(path: &Path, text: &str, keeps_old: bool) -> Result<(), Error> {
    let old = suffixed(path, ".bak");
    let replaced = try_replace(path, text, keeps_old.then_some(old.as_path()));
    match replaced {
        Err(error) if keeps_old && crate::control::error::is_full(&error) => {
            // The last but one is worth less than this one.
            drop(fs::remove_file(&old));
            try_replace(path, text, None)
        }
        replaced => replaced,
    }
    .map_err(|error| Error::output("write", path, error))
}

fn try_replace(path: &Path, text: &str, old: Option<&Path>) -> io::Result<()> {
    let new = suffixed(path, ".new");
    let written = write_new(&new, text).and_then(|()| {
        if let Some(old) = old {
            keep(path, old)?;
        }
        fs::rename(&new, path)
    });
    if written.is_err() {
        drop(fs::remove_file(&new));
    }
    written?;
    // Not every file system can do that with a folder.
    drop(File::open(folder_of(path)).and_then(|folder| folder.sync_all()));
    Ok(())
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = File::options().write(true).create_new(true).open(path)?;
    Owner::from_environment().give_file(&file)?;
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

/// Keeps the file at `path` as `old` too.
fn keep(path: &Path, old: &Path) -> io::Result<()> {
    match fs::remove_file(old) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    match fs::hard_link(path, old) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        // FAT has no such links.
        Err(_) => fs::copy(path, old).map(drop),
        Ok(()) => Ok(()),
    }
}
