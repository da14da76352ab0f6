//! From a file to the disk in it, through its parents.

use std::path::Path;

use super::content;
use super::flat::Flat;
use super::formats::{FORMATS, Format};
use super::image::ContainerImage;
use super::opening::{Opened, Opening, Parent};
use super::piece::Layout;
use super::refusal::Refusal;
use crate::control::error::Error;
use crate::control::progress::Stop;
use crate::source::address::is_address;
use crate::source::definition::Source;
use crate::source::open::{Io, open_one};
use crate::system::folder::FileId;

/// Parents of parents that are followed.
const MOST_PARENTS: usize = 32;

/// What came of looking into a source: the disk in it, or the source again, which is no container.
type Looked = Result<Box<dyn Source>, Box<dyn Source>>;

/// Containers in one another that are opened, as a virtual disk that was compressed.
const MOST_NESTED: usize = 4;

/// The disk in `source`, which is the file at `path`, when that is a container; otherwise the source again.
///
/// # Errors
///
/// [`Error::Packed`] for a container whose disk cannot be read: with what is missing or not supported, and the
/// program that makes it a raw image.
pub(crate) fn open(
    path: &Path,
    source: Box<dyn Source>,
    io: Io,
    stop: &Stop,
) -> Result<Looked, Error> {
    let opening = Opening::new(path, source, io, stop);
    let Some(outermost) = recognise(&opening) else { return Ok(Err(opening.into_source())) };
    let packed = |what: String, advice| Error::Packed {
        path: path.to_path_buf(),
        what,
        advice,
        is_archive: false,
    };
    let refused = |refusal: Refusal| {
        let unpack = || match refusal.is_damaged {
            true => outermost.unpack.advice_for_damaged(path),
            false => outermost.unpack.advice(path),
        };
        let advice = refusal.advice.clone().unwrap_or_else(unpack);
        packed(format!("{}, {}", outermost.what, refusal.why), advice)
    };
    let mut disk = disk(outermost, opening).map_err(refused)?;
    for depth in 1.. {
        let opening = Opening::nested(path, disk, io, stop);
        let Some(format) = recognise(&opening) else { return Ok(Ok(opening.into_source())) };
        // What makes a raw image of the inner one finds no file to read before the outermost is unpacked.
        let refused = |refusal: Refusal| {
            let what = format!("{}, and in it {}, {}", outermost.what, format.what, refusal.why);
            packed(what, outermost.unpack.advice(path))
        };
        if depth == MOST_NESTED {
            return Err(refused(Refusal::new("in a container in a container, and so on")));
        }
        disk = self::disk(format, opening).map_err(refused)?;
    }
    Ok(Ok(disk))
}

/// The disk in a container, as a source.
fn disk(format: &'static Format, opening: Opening<'_>) -> Result<Box<dyn Source>, Refusal> {
    let (path, io, stop) = (opening.path(), opening.io, opening.stop);
    Ok(Box::new(ContainerImage::new(path, layers(format, opening, io, stop)?)))
}

/// The container in `source`, which is the file at `path`; nothing where it is none, or where all of it lies in this one
/// file anyway, or where it cannot be read.
pub(crate) fn open_several(
    path: &Path,
    source: Box<dyn Source>,
    io: Io,
) -> Option<Box<dyn Source>> {
    let stop = Stop::default();
    let opening = Opening::new(path, source, io, &stop).listing(true);
    let format = recognise(&opening).filter(|format| !format.is_alone)?;
    disk(format, opening).ok()
}

pub(super) fn recognise(opening: &Opening<'_>) -> Option<&'static Format> {
    FORMATS.iter().find(|format| (format.is)(opening))
}

/// Opens a container of whose disk there is something.
fn open_whole(format: &Format, opening: Opening<'_>) -> Result<Opened, Refusal> {
    let is_listing = opening.is_listing;
    let opened = (format.open)(opening)?;
    if !is_listing {
        content::check(&opened)?;
    }
    Ok(opened)
}

/// The disk of a container, and those that it is a difference to.
fn layers(
    format: &'static Format,
    opening: Opening<'_>,
    io: Io,
    stop: &Stop,
) -> Result<Vec<Box<dyn Layout>>, Refusal> {
    let mut layers: Vec<Box<dyn Layout>> = Vec::new();
    let mut seen: Vec<FileId> = FileId::at(opening.path()).into_iter().collect();
    let (is_nested, is_listing) = (opening.is_nested, opening.is_listing);
    let mut opened = open_whole(format, opening)?;
    loop {
        let Opened { layout, parent } = opened;
        layers.push(layout);
        let Some(parent) = parent else { return Ok(layers) };
        if is_nested {
            return Err(Refusal::new("which is a difference to another disk"));
        }
        if layers.len() > MOST_PARENTS {
            return Err(Refusal::with(
                format!(
                    "and it has more than {MOST_PARENTS} parents, which is more than are followed"
                ),
                "join some of them first, with the program that made them",
            ));
        }
        let shown = parent.path.display().to_string();
        let missing = |error: &dyn std::fmt::Display| {
            Refusal::with(
                format!("and its parent {shown} cannot be opened: {error}"),
                "put the parent beside the image, under the name that it had",
            )
        };
        // How many parents there may be ends a circle on a server.
        if !is_address(&parent.path) {
            let id = FileId::at(&parent.path).map_err(|error| missing(&error))?;
            if seen.contains(&id) {
                return Err(Refusal::with(
                    format!("and {shown} would be its own parent: one of them names a wrong one"),
                    "look for the disk that it was made from, and put it there under that name",
                ));
            }
            seen.push(id);
        }
        let source = open_one(&parent.path, io).map_err(|error| missing(&error))?;
        let opening = Opening::new(&parent.path, source, io, stop).listing(is_listing);
        let next = if parent.is_raw { None } else { recognise(&opening) };
        let Some(next) = next else {
            check(&parent, None, &shown)?;
            layers.push(Box::new(Flat::new(opening.into_source())));
            return Ok(layers);
        };
        let of_parent = |refusal: Refusal| {
            let why = format!("whose parent {shown} is {}, {}", next.what, refusal.why);
            Refusal { why, ..refusal }
        };
        opened = open_whole(next, opening).map_err(of_parent)?;
        check(&parent, Some(opened.layout.as_ref()), &shown)?;
    }
}

/// Refuses a parent that is not the one of which the difference was made, or of which nobody can tell.
fn check(parent: &Parent, found: Option<&dyn Layout>, shown: &str) -> Result<(), Refusal> {
    let found = found.and_then(Layout::identity);
    let why = match (parent.identity, found) {
        (Some(expected), Some(found)) if expected != found => {
            format!("and {shown} is not the disk that it was made from, or was written to since")
        }
        (Some(_), None) => format!(
            "and {shown} does not say whether it is the disk that it was made from: it is in another form, or damaged"
        ),
        _ => return Ok(()),
    };
    Err(Refusal::with(why, "put the right one beside it"))
}
