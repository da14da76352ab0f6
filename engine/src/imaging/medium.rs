//! The device that is copied, as the world gives it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::control::error::Error;
use crate::control::os_error::{is_device_gone, is_without_medium};
use crate::source::direct::Direct;
use crate::source::open::open_file;
use crate::source::positioned::sector_size;
use crate::source::{Io, SourceKind, device_size};
#[cfg(unix)]
use crate::system::BlockDevice;
use crate::system::offset::read_at;

/// What is copied: it can be read, and reading can fail.
pub trait Medium: Send + Sync + 'static {
    /// Length in bytes.
    fn len(&self) -> u64;

    /// Whether it has no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes in a sector.
    fn sector(&self) -> u64;

    /// Reads at `at` until `out` is full, something fails, or the device ends. How many bytes were read, and
    /// the failure. `is_sector` asks for a single sector past every cache.
    fn read(&self, at: u64, out: &mut [u8], is_sector: bool) -> (usize, Option<io::Error>);
}

/// Whether an error says that the device is not there any more.
pub(super) fn is_gone(error: &io::Error) -> bool {
    is_device_gone(error)
        || error.kind() == io::ErrorKind::UnexpectedEof
        || is_without_medium(error)
}

/// A device or a file of the system.
pub struct SystemMedium {
    path: PathBuf,
    len: u64,
    sector: u64,
    direct: Direct,
    /// Reads through the page cache, where that was asked for.
    cached: Option<File>,
    facts: Facts,
}

/// What is known of a device besides its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its maker and model.
    pub model: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
}

impl SystemMedium {
    /// Opens the device or file at `path` for reading, past the page cache unless `is_cached`. Only single
    /// sectors are then still read past it.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] and [`Error::NoMedium`], and [`Error::NotASource`] for what is neither.
    pub fn open(path: &Path, is_cached: bool) -> Result<Self, Error> {
        let failed = |error| Error::open(path, error);
        let refused = |why| Error::NotASource { path: path.to_path_buf(), why };
        let (file, kind) = open_file(path, Io::Read)?;
        let len = match kind {
            SourceKind::Device => device_size::len(&file).map_err(failed)?,
            SourceKind::Image => file.metadata().map_err(failed)?.len(),
        };
        if len == 0 {
            return Err(refused(match kind {
                SourceKind::Device => "it is empty; is there a card in the reader?",
                SourceKind::Image => "it is empty",
            }));
        }
        let sector = u64::from(sector_size(&file, kind));
        let facts = facts(&file, kind);
        let cached = is_cached.then(|| open_file(path, Io::Read)).transpose()?;
        let cached = cached.map(|(file, _)| file);
        let direct = Direct::new(file, u32::try_from(sector).unwrap_or(4096));
        Ok(SystemMedium { path: path.to_path_buf(), len, sector, direct, cached, facts })
    }

    /// The path it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known of it.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    fn read_some(&self, at: u64, out: &mut [u8], is_sector: bool) -> io::Result<usize> {
        match &self.cached {
            Some(file) if !is_sector => read_at(file, at, out),
            _ => self.direct.read(at, out, &mut 0),
        }
    }
}

impl Medium for SystemMedium {
    fn len(&self) -> u64 {
        self.len
    }

    fn sector(&self) -> u64 {
        self.sector
    }

    fn read(&self, at: u64, out: &mut [u8], is_sector: bool) -> (usize, Option<io::Error>) {
        let mut read = 0;
        while read < out.len() {
            match self.read_some(at + read as u64, &mut out[read..], is_sector) {
                // The device ends before it said it would.
                Ok(0) => return (read, Some(io::ErrorKind::UnexpectedEof.into())),
                Ok(count) => read += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (read, Some(error)),
            }
        }
        (read, None)
    }
}

/// What Linux tells of a block device (`Documentation/ABI/testing/sysfs-block`); nothing elsewhere.
#[cfg(unix)]
fn facts(file: &File, kind: SourceKind) -> Facts {
    use std::fs;
    use std::os::unix::fs::MetadataExt;

    let Some(metadata) = file.metadata().ok().filter(|_| kind == SourceKind::Device) else {
        return Facts::default();
    };
    let folder = PathBuf::from(format!("/sys/dev/block/{}", BlockDevice::of(metadata.rdev())));
    let Ok(mut folder) = fs::canonicalize(folder) else { return Facts::default() };
    if folder.join("partition").exists() {
        folder.pop();
    }
    let word = |name: &str| {
        let text = fs::read_to_string(folder.join("device").join(name)).ok()?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let words: Vec<String> =
        [word("vendor"), word("model").or_else(|| word("name"))].into_iter().flatten().collect();
    Facts { model: (!words.is_empty()).then(|| words.join(" ")), serial: word("serial") }
}

#[cfg(windows)]
fn facts(_: &File, _: SourceKind) -> Facts {
    Facts::default()
}
