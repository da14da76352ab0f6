//! Copying photos that are exported.

use std::io::{ErrorKind, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use jiff::tz::TimeZone;

use super::export_group::Exportable;
use super::export_names::Identity;
use super::kept_report::dated_record;
use super::to_jpeg::ToJpeg;
use crate::control::error::Error;
use crate::output::set_times;
use crate::system::folder::Folder;

/// Bytes that are copied at once.
const PIECE: usize = 256 << 10;

/// The longest photo that is turned into JPEG, in bytes.
const LONGEST_TURNED: u64 = 256 << 20;

/// The longest extension, in bytes.
const LONGEST_EXTENSION: usize = 16;

/// Files that are being written are called so, and a number.
const UNFINISHED: &str = ".afterimage-part-";

/// Why a photo is not exported whose bytes are others.
const CHANGED: &str = "its file is not what the report tells of any more, and was left where it is";

/// Why a photo is not written.
pub(super) enum Refused {
    /// For what it is.
    Told(String),
    /// The folder takes no more.
    Output(Error),
}

/// A photo that is ready to be written.
pub(super) struct Prepared {
    pub(super) identity: Identity,
    /// Its bytes, where it was turned into JPEG.
    pub(super) jpeg: Option<Vec<u8>>,
}

/// What copies.
#[derive(Clone, Copy)]
pub(super) struct Copying<'a> {
    /// The output folder that holds the photos.
    pub(super) from: &'a Folder,
    /// The folder to write to.
    pub(super) to: &'a Folder,
    /// The longest file that its disk takes, in bytes.
    pub(super) longest: u64,
    /// The zone of clocks that do not tell theirs.
    pub(super) zone: Option<&'a TimeZone>,
    /// What turns photos into JPEG.
    pub(super) to_jpeg: Option<&'a dyn ToJpeg>,
    /// Files that were begun.
    pub(super) begun: &'a AtomicU64,
}

impl Copying<'_> {
    /// What a photo will be, or why it is not exported.
    pub(super) fn prepare(&self, photo: &Exportable<'_>) -> Result<Prepared, String> {
        let file = photo.file;
        let path = file.path.as_deref().unwrap_or_default();
        let hash = blake3::Hash::from_hex(&file.blake3)
            .map_err(|_| "the report gives no BLAKE3 to check it by".to_owned())?;
        let to_jpeg = self.to_jpeg.filter(|one| one.knows(&file.format));
        let Some(to_jpeg) = to_jpeg else {
            let identity = Identity { extension: extension(path), len: file.size, hash };
            return Ok(Prepared { identity, jpeg: None });
        };
        let mut bytes = Vec::new();
        let read = self
            .from
            .read_below(path)
            .and_then(|file| file.take(LONGEST_TURNED).read_to_end(&mut bytes));
        read.map_err(|error| format!("{path} cannot be read: {error}"))?;
        if blake3::hash(&bytes) != hash {
            return Err(CHANGED.to_owned());
        }
        let jpeg =
            to_jpeg.jpeg(bytes).map_err(|why| format!("it cannot be turned into JPEG: {why}"))?;
        let (len, hash) = (jpeg.len() as u64, blake3::hash(&jpeg));
        let identity = Identity { extension: "jpg".to_owned(), len, hash };
        Ok(Prepared { identity, jpeg: Some(jpeg) })
    }

    /// Writes a photo to `path`, if nothing is there.
    pub(super) fn write(
        &self,
        photo: &Exportable<'_>,
        prepared: Prepared,
        path: &str,
    ) -> Result<(), Refused> {
        if prepared.identity.len > self.longest {
            return Err(Refused::Told("the disk takes no file that long".to_owned()));
        }
        // A report that somebody changed may have a number twice.
        let unfinished = format!("{UNFINISHED}{}", self.begun.fetch_add(1, Relaxed));
        let written = self.write_to(&unfinished, photo, prepared, path);
        if written.is_err() {
            drop(self.to.remove(&unfinished));
        }
        written
    }

    fn write_to(
        &self,
        unfinished: &str,
        photo: &Exportable<'_>,
        prepared: Prepared,
        path: &str,
    ) -> Result<(), Refused> {
        let whole = self.to.path().join(path);
        let failed = |error| Refused::Output(Error::output("write", &whole, error));
        let mut out = self.to.replace(unfinished).map_err(failed)?;
        match &prepared.jpeg {
            Some(jpeg) => out.write_all(jpeg).map_err(failed)?,
            None => {
                let from = photo.file.path.as_deref().unwrap_or_default();
                let unread = |error| Refused::Told(format!("{from} cannot be read: {error}"));
                let mut file = self.from.read_below(from).map_err(unread)?;
                let (mut hasher, mut piece) = (blake3::Hasher::new(), vec![0; PIECE]);
                loop {
                    let read = match file.read(&mut piece) {
                        Ok(0) => break,
                        Ok(read) => read,
                        Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                        Err(error) => return Err(unread(error)),
                    };
                    hasher.update(&piece[..read]);
                    out.write_all(&piece[..read]).map_err(failed)?;
                }
                if hasher.finalize() != prepared.identity.hash {
                    return Err(Refused::Told(CHANGED.to_owned()));
                }
            }
        }
        drop(out);
        set_times(self.to, unfinished, &dated_record(photo.file), self.zone)
            .map_err(Refused::Output)?;
        let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
        let folder = self.to.make(folder).map_err(failed)?;
        self.to.rename_new(unfinished, &folder, name).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => {
                Refused::Told(format!("something has its name by now: {path}"))
            }
            _ => failed(error),
        })
    }
}

/// What a file ends in, without the dot, as far as that is a word.
fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let found = name.rsplit_once('.').map(|(_, extension)| extension);
    let is_word = |word: &&str| {
        word.len() <= LONGEST_EXTENSION && word.chars().all(|c| c.is_ascii_alphanumeric())
    };
    found.filter(is_word).unwrap_or_default().to_owned()
}
