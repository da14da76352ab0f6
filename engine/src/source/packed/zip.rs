//! Zip archives without a disk in them: files that are stored can be found as they are, compressed ones cannot.

mod directory;

pub(in crate::source) use directory::{Row, begins, comment, rows};

use super::form::{Packed, refused};
use super::unpack::Unpack::{self, Archive};
use crate::source::definition::Source;

pub(in crate::source) const UNZIP: Unpack = Archive("unzip IN -d OUT");

/// A zip archive. Source: PKWARE, APPNOTE.TXT 6.3.10.
pub(super) fn recognise(source: &dyn Source) -> Option<Packed> {
    if !begins(source) {
        return None;
    }
    let unpack = UNZIP.advice(source.path());
    let scannable = |what: String| Packed { what, is_scannable: true, advice: unpack.clone() };
    let Some(files) = rows(source) else {
        return Some(scannable(
            "a zip archive whose directory is missing or damaged; what it holds compressed cannot be \
             found"
                .to_owned(),
        ));
    };
    let is_file = |row: &&Row| row.packed_len > 0 && !row.name.ends_with('/');
    let all = files.iter().filter(is_file).count();
    let compressed = files.iter().filter(is_file).filter(|row| !row.is_stored()).count();
    Some(match all - compressed {
        0 => refused("a zip archive, and all that it holds is compressed", unpack),
        _ if compressed == 0 => {
            scannable("a zip archive that holds its files as they are".to_owned())
        }
        _ => scannable(format!(
            "a zip archive, and {compressed} of its {all} files are compressed and cannot be found"
        )),
    })
}
