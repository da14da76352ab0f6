//! Sources that lie on a server.

use std::io;
use std::path::Path;

use super::io::Io;
use crate::control::error::Error;
use crate::source::definition::Source;
use crate::source::fault::FaultCell;

/// An image on a server, and what holds why its files are not read any more.
pub(super) struct WebImage {
    pub source: Box<dyn Source>,
    pub ends: Vec<FaultCell>,
}

/// Opens the file at an address, as it is.
pub(super) fn open(path: &Path, io: Io) -> Result<Box<dyn Source>, Error> {
    check(path, io)?;
    opened(path).map(|image| image.source)
}

/// Opens the image at an address, with all of its parts where it is the first of several.
pub(super) fn open_image(path: &Path, io: Io) -> Result<WebImage, Error> {
    check(path, io)?;
    with_parts(path)
}

fn check(path: &Path, io: Io) -> Result<(), Error> {
    let why = "what lies on a server cannot be mapped; use --io read";
    if io == Io::Mmap { Err(Error::open(path, unsupported(why))) } else { Ok(()) }
}

#[cfg(feature = "remote")]
fn opened(path: &Path) -> Result<WebImage, Error> {
    let failed = |fault: crate::source::fault::Fault| Error::open(path, fault.into());
    let object = crate::source::object::open(path).map_err(failed)?;
    let ends = vec![object.end()];
    Ok(WebImage { source: Box::new(object), ends })
}

/// Names after the first one that is not there which are asked for: each is a request.
#[cfg(feature = "remote")]
const MOST_AFTER_GAP: usize = 2;

#[cfg(feature = "remote")]
fn with_parts(path: &Path) -> Result<WebImage, Error> {
    use crate::source::split::{SplitImage, names, part_is_missing};

    let first = opened(path)?;
    let Some(names) = names(path) else { return Ok(first) };
    let (mut parts, mut ends) = (vec![first.source], first.ends);
    let mut names = names.skip(1);
    while let Some(name) = names.next() {
        match opened(&name) {
            Ok(next) => {
                parts.push(next.source);
                ends.extend(next.ends);
            }
            // Object storage tells only those what is not there who may list it.
            Err(Error::Open { source, .. })
                if matches!(
                    source.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
                ) =>
            {
                // One part may be missing, or be kept from us alone.
                if names.take(MOST_AFTER_GAP).any(|later| opened(&later).is_ok()) {
                    return Err(part_is_missing(path, &name));
                }
                break;
            }
            Err(error) => return Err(error),
        }
    }
    let source = match parts.len() {
        1 => parts.swap_remove(0),
        _ => Box::new(SplitImage::new(path, parts)),
    };
    Ok(WebImage { source, ends })
}

#[cfg(not(feature = "remote"))]
fn opened(path: &Path) -> Result<WebImage, Error> {
    let why = "this build reads no images from servers; build it with the feature `remote`, or \
               download the image first";
    Err(Error::open(path, unsupported(why)))
}

#[cfg(not(feature = "remote"))]
fn with_parts(path: &Path) -> Result<WebImage, Error> {
    opened(path)
}

/// A failure to do what there is no way to do.
pub(super) fn unsupported(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, why.to_owned())
}
