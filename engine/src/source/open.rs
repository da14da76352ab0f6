//! Opening a source: what a path is, and the best way to read it.

mod as_it_is;
mod io;
mod one;
mod parts;
#[cfg(unix)]
mod unix;
mod web;
#[cfg(windows)]
mod windows;

use std::path::Path;

use crate::control::error::Error;
use crate::control::progress::{Progress, Stop};
use crate::source::address::is_address;
use crate::source::container;
use crate::source::definition::{Source, SourceKind};
use crate::source::packed::{self, ArchiveList, Packed};
use crate::source::split;
use crate::source::watched::Watched;

use as_it_is::open_file_or_parts;
pub use io::Io;
pub(crate) use one::{open_file, open_one};
pub use parts::{files_of, later_parts, parts_of};
use web::WebImage;

/// Opens an image or a device, for reading only. A file in which no photo shows, since it has to be unpacked
/// first, is refused with what it is.
///
/// Nothing else is opened at all: a pipe would wait for its writer, and some character devices
/// act on being opened.
pub fn open(path: &Path, io: Io) -> Result<Box<dyn Source>, Error> {
    open_watched(path, io, &Stop::default())
}

/// The same, which ends soon after `progress` was stopped: what is compressed as a whole takes long to open.
pub fn open_until_stopped(
    path: &Path,
    io: Io,
    progress: &Progress,
) -> Result<Box<dyn Source>, Error> {
    open_watched(path, io, progress.wish())
}

/// The same, which ends soon after `stop` is over: what a file holds is not looked at any more then.
pub(crate) fn open_watched(path: &Path, io: Io, stop: &Stop) -> Result<Box<dyn Source>, Error> {
    open_for(path, io, false, stop)
}

/// The same; an archive in which photos can be found once `archives` are looked into is opened as it lies then.
pub(crate) fn open_for(
    path: &Path,
    io: Io,
    archives: bool,
    stop: &Stop,
) -> Result<Box<dyn Source>, Error> {
    if is_address(path) {
        return open_address(path, io, archives, stop);
    }
    checked(path, open_file_or_parts(path, io)?, io, (archives, stop))
}

/// The same of what lies on a server: whatever its bytes seem to be once that does not deliver them any more, it says
/// that alone.
fn open_address(
    path: &Path,
    io: Io,
    archives: bool,
    stop: &Stop,
) -> Result<Box<dyn Source>, Error> {
    let WebImage { source, ends } = web::open_image(path, io)?;
    let opened = checked(path, source, io, (archives, stop));
    match ends.iter().find_map(|end| end.get()) {
        Some(fault) => Err(Error::open(path, fault.clone().into())),
        None => opened,
    }
}

/// The same, whatever is in it: also what would have to be unpacked, as it is.
pub(crate) fn open_unchecked(path: &Path, io: Io) -> Result<Box<dyn Source>, Error> {
    let source = open_file_or_parts(path, io)?;
    if source.kind() == SourceKind::Device {
        return Ok(source);
    }
    match container::open(path, source, io, &Stop::default()) {
        Ok(Ok(disk)) => Ok(disk),
        Ok(Err(source)) => Ok(source),
        Err(_) => open_file_or_parts(path, io),
    }
}

/// What the file at `path` seems to be although it is scanned as a raw image; nothing of most files. No container is
/// unpacked for it, unless its name and its length are those of a raw image.
pub fn taken_for_raw(path: &Path) -> Option<Packed> {
    if !path.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return None;
    }
    let source = open_file_or_parts(path, Io::Read).ok()?;
    let packed = packed::recognise(source.as_ref()).filter(|packed| packed.is_scannable)?;
    open(path, Io::Read).ok().filter(|source| source.container().is_none())?;
    Some(packed)
}

/// The disk in a source, where it is a container of one. Refuses a source with nothing in it, and one that has to be
/// unpacked.
fn checked(
    path: &Path,
    source: Box<dyn Source>,
    io: Io,
    (archives, stop): (bool, &Stop),
) -> Result<Box<dyn Source>, Error> {
    let refused = |why| Error::NotASource { path: path.to_path_buf(), why };
    match (source.is_empty(), source.kind()) {
        (true, SourceKind::Image) => return Err(refused("it is empty")),
        (true, SourceKind::Device) => {
            return Err(refused("it is empty; is there a card in the reader?"));
        }
        (false, SourceKind::Device) => return Ok(source),
        (false, SourceKind::Image) => {}
    }
    let source = match container::open(path, source, io, stop)? {
        Ok(disk) if disk.is_empty() => return Err(refused("the disk in it is empty")),
        Ok(disk) => return Ok(disk),
        Err(source) => source,
    };
    let watched = Watched::new(source, stop);
    let packed = packed::recognise(&watched);
    let is_shown = |packed: &Packed| packed.is_scannable || archives && packed.shows_in_archives;
    if let Some(error) = split::refused(path, &watched) {
        return Err(error);
    }
    match packed.filter(|packed| !stop.is_over() && !is_shown(packed)) {
        Some(Packed { what, advice, archive, .. }) => {
            let is_archive = archive == ArchiveList::Whole;
            Err(Error::Packed { path: path.to_path_buf(), what, advice, is_archive })
        }
        None => Ok(watched.into_inner()),
    }
}
