//! Tar archives: files one after the other, as they are.

use super::bytes::read;
use super::form::Packed;
use super::unpack::Unpack::{self, Archive};
use crate::source::definition::Source;
use crate::source::tar_header::{TAR_BLOCK, TarHeader};

pub(in crate::source) const UNTAR: Unpack = Archive("mkdir OUT && tar -xf IN -C OUT");

/// A tar archive in which there is not one disk image, by the checksum of its first header.
pub(super) fn recognise(source: &dyn Source) -> Option<Packed> {
    let header = read(source, 0, TAR_BLOCK)?;
    TarHeader::read(header.first_chunk()?)?;
    Some(Packed {
        what: "a tar archive".to_owned(),
        is_scannable: true,
        shows_in_archives: true,
        advice: format!(
            "photos in it are found as they lie, and disk images in it are searched without their file systems; {}",
            UNTAR.advice(source.path())
        ),
    })
}
