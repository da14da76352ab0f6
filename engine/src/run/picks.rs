//! Photos that somebody chooses while the scan that finds them still runs.
//!
//! They are written to a folder of their own at once, `DIR/chosen/`. The end of the scan writes all photos to
//! `DIR/photos/` and `DIR/partial/` as always, and leaves `chosen/` alone.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;

use super::audit::{self, AuditLine};
use super::environment::STORE;
use crate::control::error::Error;
use crate::control::progress::{Progress, Stop};
use crate::ledger::{Content, Store, hash_of};
use crate::options::{Arrange, Sighting};
use crate::output::destination::{self, CHOSEN, STATE};
use crate::output::{TakenPaths, proposed, set_times};
use crate::source::{Io, Limited, Pace, Source, SourceKind, Watched, open_for};
use crate::system::folder::{EntryKind, Folder};

/// What a line of the audit log says was done that tells of one.
pub(super) const ACTION: &str = "choose";

/// Files that are being written are called so, and a number.
const UNFINISHED: &str = "half-";

/// Bytes that are copied at once.
const PIECE: usize = 128 << 10;

/// Why a photo is not written whose bytes are not what they were.
const CHANGED: &str = "its source gives other bytes than when it was found";

/// Why a photo is not written any more.
const STOPPED: &str = "it was stopped";

/// Nobody waits longer than this for a picture that is only to be looked at.
const MOST_WAIT: Duration = Duration::from_secs(5);

/// Writes single photos of a scan that runs, and shows their bytes.
pub struct Picks {
    output: PathBuf,
    sources: Vec<PathBuf>,
    zone: Option<TimeZone>,
    pace: Pace,
    progress: Progress,
    folder: OnceLock<Folder>,
    taken: Mutex<TakenPaths>,
    next: AtomicU64,
}

impl Picks {
    /// For the scan of `sources` that writes to the folder `output`. `zone` is that of cameras that tell none; `pace`
    /// is that of the scan, with which it is shared.
    pub fn new(output: &Path, sources: &[PathBuf], zone: Option<TimeZone>, pace: &Pace) -> Self {
        Picks {
            output: output.to_path_buf(),
            sources: sources.to_vec(),
            zone,
            pace: pace.clone(),
            progress: Progress::default(),
            folder: OnceLock::new(),
            taken: Mutex::default(),
            next: AtomicU64::new(0),
        }
    }

    /// Writes no more: what is being written is given up, and leaves nothing behind.
    pub fn stop(&self) {
        self.progress.stop();
    }

    /// Writes a photo below `DIR/chosen/`, on the disk itself, and puts it on record; gives its path below `DIR`. Its
    /// bytes come from where the scan keeps them, or else from its source, which is only read.
    ///
    /// # Errors
    ///
    /// When the output folder must not be written to, when its disk is full or fails, and when the bytes are not
    /// those that were found.
    pub fn save(&self, sighting: &Sighting) -> Result<String, Error> {
        let output = self.folder()?;
        let chosen = output.make(CHOSEN);
        let chosen = chosen
            .map_err(|error| Error::output("make the folder", &self.output.join(CHOSEN), error))?;
        let half = format!("{UNFINISHED}{}", self.next.fetch_add(1, Relaxed));
        let failed = |error| Error::output("write", &chosen.path().join(&half), error);
        // An earlier process may have ended in the middle of one.
        let mut file = chosen.replace(&half).map_err(failed)?;
        let placed = self.fill(output, sighting, &mut file).map_err(failed).and_then(|hash| {
            file.sync_all().map_err(failed)?;
            drop(file);
            set_times(&chosen, &half, &sighting.record, self.zone.as_ref())?;
            let (path, folder) = self.place(output, &chosen, &half, sighting, &hash)?;
            // It has its name now: that is on record whether or not the disk keeps it.
            put_on_record(output, &path, &hash);
            let failed = |error| Error::output("write", &output.path().join(&path), error);
            folder.map_or(Ok(()), |folder| folder.sync()).map_err(failed)?;
            Ok(path)
        });
        if placed.is_err() {
            // A leftover costs room, nothing else.
            drop(chosen.remove(&half));
        }
        placed
    }

    /// Bytes of a photo from its own first byte: `len` from `at` on, as far as it has them, or nothing where
    /// nobody should ask for them now. What is not kept is read from an image, and never from a device,
    /// which may be failing and is being read already.
    pub fn bytes(&self, sighting: &Sighting, at: u64, len: usize) -> Option<Vec<u8>> {
        if let Some(mut kept) = self.folder().ok().and_then(|output| kept(output, sighting)) {
            let mut bytes = Vec::new();
            kept.seek(SeekFrom::Start(at)).ok()?;
            kept.take(len as u64).read_to_end(&mut bytes).ok()?;
            return Some(bytes);
        }
        let source = self.source(sighting, self.progress.wish()).ok()?;
        if source.kind() == SourceKind::Device || self.pace.time_until(len as u64) > MOST_WAIT {
            return None;
        }
        let part;
        let content = match sighting.record.inflated {
            Some(inflated) => Content::of(&sighting.record).part(inflated, at, len as u64),
            None => {
                part = sighting.record.runs.slice(at, len as u64);
                Content::of_runs(&part)
            }
        };
        let mut bytes = Vec::new();
        let read = content.each(source.as_ref(), |piece| {
            bytes.extend_from_slice(piece);
            Ok::<(), std::convert::Infallible>(())
        });
        read.ok().filter(|()| !self.progress.is_over()).map(|()| bytes)
    }

    /// The output folder, once it was found to be fit to be written to.
    fn folder(&self) -> Result<&Folder, Error> {
        if let Some(folder) = self.folder.get() {
            return Ok(folder);
        }
        let folder = destination::check_resumed(&self.output, &self.sources)?.create()?;
        Ok(self.folder.get_or_init(|| folder))
    }

    fn source(&self, sighting: &Sighting, stop: &Stop) -> Result<Box<dyn Source>, Error> {
        let none = || Error::Start { what: "to read", why: "its source is not known".to_owned() };
        let path = self.sources.get(sighting.record.source as usize).ok_or_else(none)?;
        let source = Limited::at(open_for(path, Io::Read, true, stop)?, &self.pace);
        Ok(Box::new(Watched::new(source, stop)))
    }

    /// Copies the bytes of a photo to `file`; gives their BLAKE3.
    fn fill(
        &self,
        output: &Folder,
        sighting: &Sighting,
        file: &mut File,
    ) -> io::Result<blake3::Hash> {
        let mut hasher = blake3::Hasher::new();
        let mut write = |bytes: &[u8]| {
            if self.progress.is_over() {
                // What is read from now on is worth nothing.
                return Err(io::Error::other(STOPPED));
            }
            hasher.update(bytes);
            file.write_all(bytes)
        };
        match kept(output, sighting) {
            Some(mut kept) => {
                let mut piece = vec![0; PIECE];
                loop {
                    match kept.read(&mut piece)? {
                        0 => break,
                        read => write(&piece[..read])?,
                    }
                }
            }
            None => {
                let source =
                    self.source(sighting, self.progress.wish()).map_err(io::Error::other)?;
                let content = Content::of(&sighting.record);
                // It is read, not mapped: a page of an image may vanish while the system writes it.
                content.each(source.as_ref(), write)?;
            }
        }
        let (found, known) = (hasher.finalize(), sighting.blake3());
        if known.is_some_and(|known| known != *found.as_bytes()) {
            return Err(io::Error::other(CHANGED));
        }
        Ok(found)
    }

    /// Gives what is written a name that is free, with the folder that is still to be brought to the disk; or gives
    /// the path of what is there, if that is the same photo.
    fn place(
        &self,
        output: &Folder,
        chosen: &Folder,
        half: &str,
        sighting: &Sighting,
        hash: &blake3::Hash,
    ) -> Result<(String, Option<Folder>), Error> {
        let proposed = proposed(&sighting.record, false, Arrange::Original);
        let below = proposed.split_once('/').map_or(proposed.as_str(), |(_, below)| below);
        let wanted = format!("{CHOSEN}/{below}");
        let failed = |error| Error::output("write", &output.path().join(&wanted), error);
        loop {
            let path = {
                let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
                taken.claim(wanted.clone(), sighting.offset())
            };
            let (parent, name) = path.rsplit_once('/').unwrap_or((CHOSEN, &path));
            let folder = output.make(parent).map_err(failed)?;
            match folder.kind(name).map_err(failed)? {
                None => {}
                Some(EntryKind::File(_)) if is_same(&folder, name, hash) => {
                    drop(chosen.remove(half));
                    return Ok((path, None));
                }
                Some(_) => continue,
            }
            match chosen.rename_new(half, &folder, name) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                renamed => renamed.map_err(failed)?,
            }
            return Ok((path, Some(folder)));
        }
    }
}

/// Puts into the audit log what was written where.
fn put_on_record(output: &Folder, path: &str, hash: &blake3::Hash) {
    let line =
        AuditLine::now(ACTION, &[]).with("path", path).with("blake3", hash.to_hex().as_str());
    // The photo is there; where the report lists its bytes, they are known by that too.
    drop(audit::append(output, line));
}

/// Whether a path below the output folder is that of a copy that was interrupted.
pub(super) fn is_unfinished(path: &str) -> bool {
    let name = path.strip_prefix(CHOSEN).and_then(|path| path.strip_prefix('/'));
    let number = name.and_then(|name| name.strip_prefix(UNFINISHED));
    number
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|one| one.is_ascii_digit()))
}

/// What the scan keeps of a photo.
fn kept(output: &Folder, sighting: &Sighting) -> Option<File> {
    let hash = sighting.record.digests.as_ref()?.blake3;
    output.below(Path::new(STATE).join(STORE)).ok()?.read(&Store::name(&hash)).ok()
}

fn is_same(folder: &Folder, name: &str, hash: &blake3::Hash) -> bool {
    folder.read(name).and_then(|mut file| hash_of(&mut file)).is_ok_and(|found| found == *hash)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;
    use std::{fs, iter, thread};

    use tempfile::TempDir;

    use super::*;
    use crate::model::build::record;

    /// Bytes of a photo.
    const LEN: usize = 200_000;

    /// A folder with an image of one photo in it, and what writes that to the folder `out`.
    fn desk(pace: &Pace) -> (TempDir, Picks, Sighting) {
        let home = tempfile::tempdir().unwrap();
        let path = fs::canonicalize(home.path()).unwrap();
        let image = path.join("card.img");
        fs::write(&image, (0..LEN).map(|at| (at % 251) as u8).collect::<Vec<u8>>()).unwrap();
        let picks = Picks::new(&path.join("out"), &[image], None, pace);
        let seen = Sighting::of(&record(0, LEN as u64), iter::empty(), false);
        (home, picks, seen)
    }

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder).map_or(0, Iterator::count)
    }

    #[test]
    fn a_photo_that_is_chosen_shares_the_pace_of_the_scan() {
        let pace = Pace::of(1_000_000);
        let (home, picks, seen) = desk(&pace);
        // The scan has taken its turn for some time.
        let other =
            Limited::at(Box::new(crate::source::MemorySource::new("card", vec![0; LEN])), &pace);
        let clock = Instant::now();
        other.read_at(0, &mut vec![0; LEN]);
        let path = picks.save(&seen).unwrap();
        assert!(clock.elapsed() >= Duration::from_millis(330), "{:?}", clock.elapsed());
        let written = fs::read(home.path().join("out").join(path)).unwrap();
        assert_eq!(written.len(), LEN);
        assert!(written.iter().enumerate().all(|(at, byte)| usize::from(*byte) == at % 251));
    }

    #[test]
    fn what_would_take_too_long_to_look_at_is_not_read() {
        let (_home, picks, seen) = desk(&Pace::of(1000));
        let clock = Instant::now();
        assert_eq!(picks.bytes(&seen, 0, LEN), None);
        assert_eq!(picks.bytes(&seen, 0, 100).map(|bytes| bytes.len()), Some(100));
        assert!(clock.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn what_is_given_up_leaves_nothing_behind() {
        let (home, picks, seen) = desk(&Pace::of(50_000));
        let saved = thread::scope(|scope| {
            let saved = scope.spawn(|| picks.save(&seen));
            thread::sleep(Duration::from_millis(300));
            picks.stop();
            saved.join().unwrap()
        });
        assert!(saved.is_err());
        assert_eq!(names(&home.path().join("out").join(CHOSEN)), 0);
    }
}
