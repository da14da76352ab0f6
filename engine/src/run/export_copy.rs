//! Copying photos that are exported.

use std::cell::Cell;
use std::io::{ErrorKind, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use jiff::tz::TimeZone;

use super::export_group::Exportable;
use super::export_identity::Identity;
use super::kept_report::dated_record;
use super::to_jpeg::ToJpeg;
use crate::control::error::Error;
use crate::output::set_times;
use crate::output::words::bytes;
use crate::system::folder::Folder;

/// Bytes that are copied at once.
const PIECE: usize = 256 << 10;

/// The longest photo that is turned into JPEG, in bytes; those of phones have less than a tenth of that.
const LONGEST_TURNED: u64 = 128 << 20;

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
    /// The unfinished file in which it lies, where it was turned into JPEG: many of them would take much memory.
    pub(super) turned: Option<String>,
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
    pub(super) fn prepare(&self, photo: &Exportable<'_>) -> Result<Prepared, Refused> {
        let file = photo.file;
        let path = file.path.as_deref().unwrap_or_default();
        let hash = blake3::Hash::from_hex(&file.blake3)
            .map_err(|_| told("the report gives no BLAKE3 to check it by"))?;
        let Some(to_jpeg) = self.to_jpeg.filter(|one| one.knows(&file.format)) else {
            let identity = Identity { extension: extension(path), len: file.size, hash };
            return Ok(Prepared { identity, turned: None });
        };
        if file.size > LONGEST_TURNED {
            return Err(told(&format!(
                "it cannot be turned into JPEG: it has more than {}; without --jpeg it is copied",
                bytes(LONGEST_TURNED)
            )));
        }
        let unread = Cell::new(false);
        let read = || self.read(path, file.size, hash).inspect_err(|_| unread.set(true));
        let jpeg = to_jpeg.jpeg(file.size, &read).map_err(|why| match unread.get() {
            true => Refused::Told(why),
            false => {
                told(&format!("it cannot be turned into JPEG: {why}; without --jpeg it is copied"))
            }
        })?;
        let (len, hash) = (jpeg.len() as u64, blake3::hash(&jpeg));
        let identity = Identity { extension: "jpg".to_owned(), len, hash };
        let turned = self.unfinished();
        let written = self.to.replace(&turned).and_then(|mut out| out.write_all(&jpeg));
        let prepared = Prepared { identity, turned: Some(turned) };
        written.map_err(|error| {
            self.discard(&prepared);
            Refused::Output(Error::output("write", self.to.path(), error))
        })?;
        Ok(prepared)
    }

    /// Takes away what was made of a photo that is not written after all.
    pub(super) fn discard(&self, prepared: &Prepared) {
        if let Some(turned) = &prepared.turned {
            // What cannot be removed is replaced by the next export.
            drop(self.to.remove(turned));
        }
    }

    /// The bytes of a photo that are still what the report tells of.
    fn read(&self, path: &str, len: u64, hash: blake3::Hash) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let read = self
            .from
            .read_below(path)
            .and_then(|file| file.take(len.saturating_add(1)).read_to_end(&mut bytes));
        read.map_err(|error| format!("{path} cannot be read: {error}"))?;
        if blake3::hash(&bytes) == hash { Ok(bytes) } else { Err(CHANGED.to_owned()) }
    }

    /// The name of another unfinished file. A report that somebody changed may have a number twice.
    fn unfinished(&self) -> String {
        format!("{UNFINISHED}{}", self.begun.fetch_add(1, Relaxed))
    }

    /// Writes a photo to `path`, if nothing is there.
    pub(super) fn write(
        &self,
        photo: &Exportable<'_>,
        prepared: Prepared,
        path: &str,
    ) -> Result<(), Refused> {
        let unfinished = prepared.turned.clone().unwrap_or_else(|| self.unfinished());
        let written = match prepared.identity.len > self.longest {
            true => Err(told("the disk takes no file that long")),
            false => self.write_to(&unfinished, photo, &prepared, path),
        };
        if written.is_err() {
            drop(self.to.remove(&unfinished));
        }
        written
    }

    fn write_to(
        &self,
        unfinished: &str,
        photo: &Exportable<'_>,
        prepared: &Prepared,
        path: &str,
    ) -> Result<(), Refused> {
        let whole = self.to.path().join(path);
        let failed = |error| Refused::Output(Error::output("write", &whole, error));
        if prepared.turned.is_none() {
            self.copy(unfinished, photo, &prepared.identity, &failed)?;
        }
        set_times(self.to, unfinished, &dated_record(photo.file), self.zone)
            .map_err(Refused::Output)?;
        let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
        let folder = self.to.make(folder).map_err(failed)?;
        self.to.rename_new(unfinished, &folder, name).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => told(&format!("something has its name by now: {path}")),
            _ => failed(error),
        })
    }

    /// Copies the bytes of a photo, which are to be those that are expected.
    fn copy(
        &self,
        unfinished: &str,
        photo: &Exportable<'_>,
        expected: &Identity,
        failed: &dyn Fn(std::io::Error) -> Refused,
    ) -> Result<(), Refused> {
        let mut out = self.to.replace(unfinished).map_err(failed)?;
        let from = photo.file.path.as_deref().unwrap_or_default();
        let unread = |error| told(&format!("{from} cannot be read: {error}"));
        // A file that somebody changed may be longer than the disk.
        let most = expected.len.saturating_add(1);
        let mut file = self.from.read_below(from).map_err(unread)?.take(most);
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
        if hasher.finalize() == expected.hash { Ok(()) } else { Err(told(CHANGED)) }
    }
}

fn told(why: &str) -> Refused {
    Refused::Told(why.to_owned())
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
