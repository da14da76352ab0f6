//! Zip archives without a disk in them: files that are stored can be found as they are, compressed ones cannot.

mod directory;
mod kept;

use std::path::Path;

pub(in crate::source) use directory::{NoRows, Row, begins, comment, first, rows};

use super::form::{ArchiveList, Packed, refused};
use super::shell::free;
use super::unpack::Unpack::{self, Archive};
use super::unpack::filled;
use crate::source::definition::Source;
use crate::source::image_names::is_of_disk;

pub(in crate::source) const UNZIP: Unpack = Archive("unzip IN -d OUT");

/// A zip archive. Source: PKWARE, APPNOTE.TXT 6.3.10.
pub(super) fn recognise(source: &dyn Source) -> Option<Packed> {
    if !begins(source) {
        return None;
    }
    let unpack = UNZIP.advice(source.path());
    let scannable = |what: String, advice: &str| Packed {
        what,
        is_scannable: true,
        shows_in_archives: true,
        archive: ArchiveList::Whole,
        advice: advice.to_owned(),
    };
    let files = match rows(source) {
        Ok(files) => files,
        Err(NoRows::Damaged) => {
            let what = "a zip archive whose directory is missing or damaged; what it holds compressed cannot be found";
            let packed = scannable(what.to_owned(), &mend(source.path()));
            return Some(Packed { archive: ArchiveList::NotWhole, ..packed });
        }
        Err(NoRows::TooLong) => {
            let what = "a zip archive whose directory is longer than is looked through; what it holds compressed \
                        cannot be found";
            let advice = format!("look into it with --archives, or {unpack}");
            let packed = scannable(what.to_owned(), &advice);
            return Some(Packed { archive: ArchiveList::NotWhole, ..packed });
        }
    };
    let is_file = |row: &&Row| row.packed_len > 0 && !row.name.ends_with('/');
    let all = files.iter().filter(is_file).count();
    let compressed = files.iter().filter(is_file).filter(|row| !row.is_stored()).count();
    let disks = files.iter().filter(|row| is_of_disk(&row.name, row.len)).count();
    let packed = match all - compressed {
        _ if all == 0 => Packed {
            archive: ArchiveList::Whole,
            ..refused(
                "a zip archive with no file in it, or with none that has bytes",
                "look for another copy of it if there should be some".to_owned(),
            )
        },
        0 => Packed {
            shows_in_archives: true,
            archive: ArchiveList::Whole,
            ..refused(
                "a zip archive, and all that it holds is compressed",
                format!("look into it with --archives, or {unpack}"),
            )
        },
        _ if compressed == 0 => {
            scannable("a zip archive that holds its files as they are".to_owned(), &unpack)
        }
        _ => scannable(
            format!(
                "a zip archive, and {compressed} of its {all} files are compressed and cannot be found"
            ),
            &format!("look into it with --archives, or {unpack}"),
        ),
    };
    Some(packed.with_disks(disks))
}

/// How an archive gets another directory, in the place of the one that was at its end.
fn mend(path: &Path) -> String {
    let out = free(path, "mended.zip");
    format!(
        "make a directory for what is left with `{}`",
        filled("zip -FF IN --out OUT", path, &out)
    )
}
