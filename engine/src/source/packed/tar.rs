//! Tar archives: files one after the other, as they are.

mod members;

pub(in crate::source) use members::{Member, members};

use super::bytes::read;
use super::form::{ArchiveList, Packed};
use super::unpack::Unpack::{self, Archive};
use crate::source::definition::Source;
use crate::source::image_names::is_of_disk;
use crate::source::tar_header::{TAR_BLOCK, TarHeader};

pub(in crate::source) const UNTAR: Unpack = Archive("mkdir OUT && tar -xf IN -C OUT");

/// A tar archive of which no one file is the disk image that is scanned, by the checksum of its first header.
pub(super) fn recognise(source: &dyn Source) -> Option<Packed> {
    let header = read(source, 0, TAR_BLOCK)?;
    TarHeader::read(header.first_chunk()?)?;
    let members = members(source);
    let is_whole = match &members {
        Some(members) => members.is_whole,
        None => members::ends_whole(source),
    };
    let files = members.iter().flat_map(|members| &members.files);
    let disks = files.filter(|file| is_of_disk(&file.name, file.len)).count();
    let (what, archive) = match is_whole {
        true => ("a tar archive", ArchiveList::Whole),
        false => ("a tar archive that is damaged or cut short", ArchiveList::NotWhole),
    };
    let packed = Packed {
        what: what.to_owned(),
        is_scannable: true,
        shows_in_archives: true,
        archive,
        advice: format!(
            "photos in it are found as they lie, and disk images in it are searched without their file systems; {}",
            UNTAR.advice(source.path())
        ),
    };
    Some(if is_whole { packed.with_disks(disks) } else { packed })
}
