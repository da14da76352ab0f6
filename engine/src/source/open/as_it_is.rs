//! One file or device, a raw image in parts, or a sparse bundle: as it is.

use std::path::Path;

use super::io::Io;
use super::one::open_one;
use super::web;
use crate::control::error::Error;
use crate::source::address::is_address;
use crate::source::definition::Source;
use crate::source::part::open_part;
use crate::source::sparse_bundle::{self, SparseBundle};
use crate::source::split::{self, SplitImage};

/// What is at `path`, as it is.
pub(super) fn open_file_or_parts(path: &Path, io: Io) -> Result<Box<dyn Source>, Error> {
    if is_address(path) {
        return web::open_image(path, io).map(|image| image.source);
    }
    if sparse_bundle::is_sparse_bundle(path) {
        return Ok(Box::new(SparseBundle::open(path)?));
    }
    if let Some(missing) = split::missing(path) {
        return Err(split::part_is_missing(path, &missing));
    }
    match split::parts(path) {
        Some(parts) => {
            let parts: Result<_, _> =
                parts.iter().enumerate().map(|(held, part)| open_part(part, io, held)).collect();
            Ok(Box::new(SplitImage::new(path, parts?)))
        }
        None => open_one(path, io),
    }
}
