//! Downloads: into a folder, under the name that a file had, and never over what is there.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use afterimage_engine::progress::Progress;
use afterimage_engine::{TakenPaths, safe_path};
use jiff::tz::TimeZone;
use tempfile::{Builder, NamedTempFile};

use super::checksum::Checksums;
use super::failure::{Failure, one_line};
use super::item::Item;
use super::service::Service;
use super::session::Session;

/// Times that a download that went wrong is made.
const MOST_DOWNLOADS: u32 = 3;

/// The folder that downloads go to.
pub struct Desk {
    folder: PathBuf,
    taken: TakenPaths,
}

/// Where a file is now.
#[derive(Debug, PartialEq, Eq)]
pub struct Saved {
    /// Below the folder, with `/` between the parts.
    pub path: String,
    /// Whether it was there already, with the same content.
    pub was_there: bool,
    /// Whether a checksum of the service proves its content.
    pub is_proven: bool,
}

/// Why one download did not come to an end.
enum Broken {
    /// What came is not the file; another attempt may bring it.
    Content(String),
    /// Another attempt makes no difference.
    Failure(Failure),
}

impl Desk {
    /// Downloads go to `folder`, which is made where it is not there.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn new(folder: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(folder).map_err(|error| cannot("make the folder", folder, &error))?;
        Ok(Desk { folder: folder.to_owned(), taken: TakenPaths::default() })
    }

    /// Downloads a file, unless it is there already.
    ///
    /// # Errors
    ///
    /// When it cannot be had whole, or cannot be written.
    pub fn save(
        &mut self,
        service: &dyn Service,
        session: &mut Session,
        item: &Item,
    ) -> Result<Saved, Failure> {
        let (path, there) = self.choose(item);
        if let Some(is_proven) = there {
            return Ok(Saved { path, was_there: true, is_proven });
        }
        let folder = match path.rsplit_once('/') {
            Some((folder, _)) => self.folder.join(folder),
            None => self.folder.clone(),
        };
        fs::create_dir_all(&folder).map_err(|error| cannot("make the folder", &folder, &error))?;
        let mut last = String::new();
        for _ in 0..MOST_DOWNLOADS {
            let mut content = service.content(session, item)?;
            match download(&mut *content, &folder, item, session.progress()) {
                Ok((file, is_proven)) => {
                    let path = self.name(file, path, item)?;
                    return Ok(Saved { path, was_there: false, is_proven });
                }
                Err(Broken::Content(why)) => last = why,
                Err(Broken::Failure(failure)) => return Err(failure),
            }
        }
        Err(Failure::other(format!("cannot download {}: {last}", item.shown())))
    }

    /// A path for a file that nothing else has; with it, whether the same file is there under that path, and is
    /// proven.
    fn choose(&mut self, item: &Item) -> (String, Option<bool>) {
        let named = safe_path(&item.path).or_else(|| safe_path(&item.name));
        let mut path = named.unwrap_or_else(|| "unnamed".to_owned());
        loop {
            path = self.taken.claim(path, number(item));
            let there = self.folder.join(&path);
            match fs::symlink_metadata(&there) {
                Err(_) => return (path, None),
                Ok(metadata) => {
                    if let Some(is_proven) = is_same(&there, &metadata, item) {
                        return (path, Some(is_proven));
                    }
                }
            }
        }
    }

    /// Gives a finished download its name, or the next one that is free.
    fn name(
        &mut self,
        mut file: NamedTempFile,
        mut path: String,
        item: &Item,
    ) -> Result<String, Failure> {
        loop {
            let whole = self.folder.join(&path);
            match file.persist_noclobber(&whole) {
                Ok(_) => return Ok(path),
                // Somebody else made it in the meantime.
                Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
                    file = error.file;
                    path = self.taken.claim(path, number(item));
                }
                Err(error) => return Err(cannot("write", &whole, &error.error)),
            }
        }
    }
}

/// A number that tells files of one name apart, the same whenever they are downloaded.
fn number(item: &Item) -> u64 {
    let sums = [&item.md5, &item.content_hash, &item.sha256];
    let digits = sums.into_iter().flatten().find_map(|sum| sum.get(..8));
    digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()).or(item.size).unwrap_or_default()
}

/// Whether what is there is the file; nothing where it is not, or where nothing tells.
fn is_same(path: &Path, metadata: &Metadata, item: &Item) -> Option<bool> {
    if !metadata.is_file() || item.size != Some(metadata.len()) {
        return None;
    }
    let mut sums = Checksums::of(item);
    let mut file = File::open(path).ok()?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).ok()? {
            0 => break,
            len => sums.update(&buffer[..len]),
        }
    }
    sums.verdict(item).ok().filter(|is_proven| *is_proven)
}

/// Downloads into a file without a name to keep; whether a checksum proves it comes with it.
fn download(
    content: &mut dyn Read,
    folder: &Path,
    item: &Item,
    progress: &Progress,
) -> Result<(NamedTempFile, bool), Broken> {
    let failed = |error: io::Error| Broken::Failure(cannot("write to", folder, &error));
    let mut builder = Builder::new();
    builder.prefix(".afterimage-").suffix(".part");
    #[cfg(unix)]
    let mode: fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(mode);
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    let mut sums = Checksums::of(item);
    // More than it is to be would fill the disk.
    let mut left = item.size.unwrap_or(u64::MAX);
    let mut buffer = vec![0; 1 << 16];
    loop {
        if progress.stopped() {
            return Err(Broken::Failure(Failure::Stopped));
        }
        let len = content.read(&mut buffer).map_err(|error| {
            Broken::Content(format!("it broke off: {}", one_line(&error.to_string())))
        })?;
        if len == 0 {
            break;
        }
        if len as u64 > left {
            return Err(Broken::Content("more came than the service said".to_owned()));
        }
        left -= len as u64;
        sums.update(&buffer[..len]);
        file.write_all(&buffer[..len]).map_err(failed)?;
    }
    let is_proven = sums.verdict(item).map_err(Broken::Content)?;
    file.as_file().sync_all().map_err(failed)?;
    if let Some(time) = time(item) {
        // A time that the disk cannot hold is no reason to lose a photo.
        drop(file.as_file().set_modified(time));
    }
    Ok((file, is_proven))
}

/// When the photo was taken, by a camera whose clock is that of this machine, or else last changed.
fn time(item: &Item) -> Option<SystemTime> {
    let taken = item.taken.and_then(|taken| taken.to_zoned(TimeZone::system()).ok());
    let time = taken.map(|taken| taken.timestamp()).or(item.modified).or(item.created)?;
    let distance = Duration::from_secs(time.as_second().unsigned_abs());
    match time.as_second() < 0 {
        true => SystemTime::UNIX_EPOCH.checked_sub(distance),
        false => SystemTime::UNIX_EPOCH.checked_add(distance),
    }
}

fn cannot(doing: &str, path: &Path, error: &io::Error) -> Failure {
    let what = format!("cannot {doing} {}: {error}", path.display());
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::ReadOnlyFilesystem => {
            Failure::Full(what)
        }
        _ => Failure::Other(what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk() -> (tempfile::TempDir, Desk) {
        let folder = tempfile::tempdir().unwrap();
        let desk = Desk::new(&folder.path().join("out")).unwrap();
        (folder, desk)
    }

    fn abc() -> Item {
        Item {
            path: "Trip/a.jpg".to_owned(),
            size: Some(3),
            md5: Some("900150983cd24fb0d6963f7d28e17f72".to_owned()),
            ..Item::default()
        }
    }

    #[test]
    fn what_is_there_is_kept_and_told_from_what_is_not_the_same() {
        let (_folder, mut desk) = desk();
        let trip = desk.folder.join("Trip");
        fs::create_dir(&trip).unwrap();
        fs::write(trip.join("a.jpg"), "abc").unwrap();
        assert_eq!(desk.choose(&abc()), ("Trip/a.jpg".to_owned(), Some(true)));
        fs::write(trip.join("a.jpg"), "abx").unwrap();
        let mut again = Desk::new(&desk.folder).unwrap();
        assert_eq!(again.choose(&abc()), ("Trip/a_0x90015098.jpg".to_owned(), None));
    }

    #[test]
    fn a_hostile_path_stays_in_the_folder() {
        let (_folder, mut desk) = desk();
        let mut choose =
            |path: &str| desk.choose(&Item { path: path.to_owned(), ..Item::default() }).0;
        assert_eq!(choose("../../etc/passwd"), "etc/passwd");
        assert_eq!(choose("/"), "unnamed");
        assert_eq!(choose("C:/nul"), "_nul");
        assert_eq!(choose("a\\..\\b\u{202e}\n"), "a_.._b");
    }

    #[test]
    fn what_is_not_whole_is_no_file() {
        let (_folder, desk) = desk();
        let progress = Progress::default();
        let get = |bytes: &[u8]| download(&mut &*bytes, &desk.folder, &abc(), &progress);
        assert!(matches!(get(b"abc"), Ok((_, true))));
        for wrong in [&b"ab"[..], b"abx", b"abcd"] {
            assert!(matches!(get(wrong), Err(Broken::Content(_))), "{wrong:?}");
        }
        assert_eq!(fs::read_dir(&desk.folder).unwrap().count(), 0, "nothing is left of it");
        progress.stop();
        assert!(matches!(get(b"abc"), Err(Broken::Failure(Failure::Stopped))));
    }
}
