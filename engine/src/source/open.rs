//! Opening a source: what a path is, and the best way to read it.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::fs::File;
use std::io;
use std::path::Path;

use crate::control::error::Error;
use crate::control::progress::Stop;
use crate::source::definition::{Source, SourceKind};
#[cfg(unix)]
use crate::source::mapped::MappedImage;
use crate::source::packed::{self, Packed};
use crate::source::positioned::Positioned;
use crate::source::remote;
use crate::source::sparse_bundle::{self, SparseBundle};
use crate::source::split::{self, SplitImage};
use crate::source::watched::Watched;

#[cfg(unix)]
use unix as host;
#[cfg(windows)]
use windows as host;

/// How to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Io {
    /// Chosen by what the source is: images are mapped, devices read. Under Windows images are read too.
    Auto,
    /// Mapped into memory; regular files only, and not under Windows.
    Mmap,
    /// Positioned reads.
    Read,
    /// Positioned reads that bypass the page cache, where the file system allows it.
    Direct,
}

/// Opens an image or a device, for reading only. A file in which no photo shows, since it has to be unpacked
/// first, is refused with what it is.
///
/// Nothing else is opened at all: a pipe would wait for its writer, and some character devices
/// act on being opened.
pub fn open(path: &Path, io: Io) -> Result<Box<dyn Source>, Error> {
    open_watched(path, io, &Stop::default())
}

/// The same, which ends soon after `stop` is over: what a file holds is not looked at any more then.
pub(crate) fn open_watched(path: &Path, io: Io, stop: &Stop) -> Result<Box<dyn Source>, Error> {
    checked(path, open_unchecked(path, io)?, stop)
}

/// The same, whatever is in it: also what would have to be unpacked.
pub(crate) fn open_unchecked(path: &Path, io: Io) -> Result<Box<dyn Source>, Error> {
    if sparse_bundle::is_sparse_bundle(path) {
        return Ok(Box::new(SparseBundle::open(path)?));
    }
    match split::parts(path) {
        Some(parts) => {
            let parts: Result<_, _> = parts.iter().map(|part| open_one(part, io)).collect();
            Ok(Box::new(SplitImage::new(path, parts?)))
        }
        None => open_one(path, io),
    }
}

/// Opens the image or device at `path` as it is: nobody looks at what is in it, and a part of several is one of
/// its own.
pub(crate) fn open_one(path: &Path, io: Io) -> Result<Box<dyn Source>, Error> {
    let (file, kind) = open_file(path, io)?;
    choose(path, file, kind, io).map_err(|error| Error::open(path, error))
}

/// Opens the image or the device at `path`, for reading; and which it is.
///
/// # Errors
///
/// [`Error::Open`] and [`Error::NoMedium`], [`Error::NotASource`] for what is neither, and
/// [`Error::NotMappable`] for a device that is to be mapped.
pub(crate) fn open_file(path: &Path, io: Io) -> Result<(File, SourceKind), Error> {
    let failed = |error| Error::open(path, error);
    let refused = |why| Error::NotASource { path: path.to_path_buf(), why };

    let kind = host::kind_at(path).map_err(failed)?.map_err(refused)?;
    if kind == SourceKind::Device && io == Io::Mmap {
        return Err(Error::NotMappable { path: path.to_path_buf() });
    }
    let file = host::open(path, kind).map_err(failed)?;
    // The path may name something else by now.
    match host::is_still(&file, kind).map_err(failed)? {
        true => Ok((file, kind)),
        false => Err(refused("it was replaced while it was being opened")),
    }
}

/// Refuses a source with nothing in it, and one that has to be unpacked.
fn checked(path: &Path, source: Box<dyn Source>, stop: &Stop) -> Result<Box<dyn Source>, Error> {
    let refused = |why| Error::NotASource { path: path.to_path_buf(), why };
    match (source.is_empty(), source.kind()) {
        (true, SourceKind::Image) => Err(refused("it is empty")),
        (true, SourceKind::Device) => Err(refused("it is empty; is there a card in the reader?")),
        (false, SourceKind::Device) => Ok(source),
        (false, SourceKind::Image) => {
            let watched = Watched::new(source, stop);
            let packed = packed::recognise(&watched);
            match packed.filter(|_| !stop.is_over()) {
                Some(Packed { what, advice, is_scannable: false }) => {
                    Err(Error::Packed { path: path.to_path_buf(), what, advice })
                }
                _ => Ok(watched.into_inner()),
            }
        }
    }
}

fn choose(path: &Path, file: File, kind: SourceKind, io: Io) -> io::Result<Box<dyn Source>> {
    let file = match (io, kind) {
        // A read can be stopped, and a fault in a mapping cannot.
        (Io::Auto, SourceKind::Image) if remote::is_remote(&file) => file,
        (Io::Auto, SourceKind::Image) | (Io::Mmap, _) => match map(path, file, io)? {
            Ok(mapped) => return Ok(mapped),
            Err(file) => file,
        },
        (Io::Direct, _) => return Ok(Box::new(Positioned::direct(path, file, kind)?)),
        (Io::Auto | Io::Read, SourceKind::Device) if host::READS_WHOLE_SECTORS => {
            return Ok(Box::new(Positioned::direct(path, file, kind)?));
        }
        (Io::Auto | Io::Read, _) => file,
    };
    Ok(Box::new(Positioned::cached(path, file, kind)?))
}

/// Maps `file`, or hands it back to be read: when it is empty, when too much is mapped already,
/// or when nobody insists and the system does not want to.
#[cfg(unix)]
fn map(path: &Path, file: File, io: Io) -> io::Result<Result<Box<dyn Source>, File>> {
    if file.metadata()?.len() == 0 {
        return Ok(Err(file));
    }
    let spare = file.try_clone()?;
    match MappedImage::new(path, file) {
        Ok(Ok(mapped)) => Ok(Ok(Box::new(mapped))),
        Ok(Err(file)) => Ok(Err(file)),
        Err(error) if io == Io::Mmap => Err(error),
        Err(_) => Ok(Err(spare)),
    }
}

/// Hands `file` back to be read: a mapping whose file becomes shorter, or has a bad sector, would end this program,
/// since nothing guards it under Windows.
#[cfg(windows)]
fn map(_: &Path, file: File, io: Io) -> io::Result<Result<Box<dyn Source>, File>> {
    match io {
        Io::Mmap => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "images are not mapped into memory under Windows; use --io read",
        )),
        Io::Auto | Io::Read | Io::Direct => Ok(Err(file)),
    }
}
