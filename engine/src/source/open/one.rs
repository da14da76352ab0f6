//! One file or device, as it is.

use std::fs::File;
use std::io;
use std::path::Path;

use super::io::Io;
#[cfg(unix)]
use super::unix as host;
use super::web;
#[cfg(windows)]
use super::windows as host;
use crate::control::error::Error;
use crate::source::address::is_address;
use crate::source::definition::{Source, SourceKind};
#[cfg(unix)]
use crate::source::mapped::MappedImage;
use crate::source::positioned::Positioned;
use crate::source::remote;

/// Opens the image or device at `path` as it is: nobody looks at what is in it, and a part of several is one of
/// its own.
pub(crate) fn open_one(path: &Path, io: Io) -> Result<Box<dyn Source>, Error> {
    if is_address(path) {
        return web::open(path, io);
    }
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
    if is_address(path) {
        return Err(failed(web::unsupported("this reads files and devices of this machine alone")));
    }
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
