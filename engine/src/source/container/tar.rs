//! Tar archives in which there is one disk image.
//!
//! Source: POSIX.1-2017, pax; GNU tar manual, "Basic Tar Format" and "Storing Sparse Files".

use afterimage_signatures::verdict::Span;

use super::files::Files;
use super::flat::Flat;
use super::member::{self, HEAD};
use super::opening::{Opened, Opening};
use super::refusal::Refusal;
use crate::source::packed::{TarMember, tar_members};

pub(super) const WHAT: &str = "a tar archive with a disk image in it";

/// Whether a file is an archive in which there is one disk image.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    disk(&opening.files).is_some()
}

/// Finds the disk.
pub(super) fn open(opening: Opening<'_>) -> Result<Opened, Refusal> {
    let disk = disk(&opening.files).ok_or_else(|| Refusal::damaged("list of files"))?;
    if disk.is_sparse {
        return Err(Refusal::new(format!("and that, {}, is stored as a sparse file", disk.name)));
    }
    // Of an archive that was cut short the rest of the disk is unreadable.
    let part = Span { at: disk.at, len: disk.len.min(i64::MAX as u64) };
    Ok(Opened::whole(Flat::part(WHAT, opening.files, part)))
}

/// The one disk image in an archive.
fn disk(files: &Files) -> Option<TarMember> {
    let members = tar_members(files.get(0)?)?;
    let mut disks = members.files.into_iter().filter(|member| is_disk(files, member));
    let disk = disks.next()?;
    disks.next().is_none().then_some(disk)
}

fn is_disk(files: &Files, member: &TarMember) -> bool {
    let rest = files.len_of(0).saturating_sub(member.at).min(member.len);
    let head = || files.bytes(0, member.at, rest.min(HEAD as u64));
    // Nobody makes holes in files of another kind.
    member.is_sparse
        || member::is_called_so(&member.name, member.len)
        || head().is_some_and(|head| member::is_disk(&head, member.len))
}
