//! Photos of which a trash folder has no more than a record.

use afterimage_signatures::formats;

use crate::formats::is_photo_extension;
use crate::model::{Lost, Moment};
use crate::places::findings::Findings;

/// Photos that one tree's trash folders tell of and that are listed: the bins of a lifetime have fewer.
const MOST_LOST: usize = 100_000;

/// What a record of a trash folder says of a file that is not there.
pub(super) struct GoneFile {
    /// The kind of trash folder.
    pub(super) by: &'static str,
    /// Where it was, names joined by `/`.
    pub(super) path: String,
    /// Its length in bytes.
    pub(super) size: Option<u64>,
    /// When it was deleted.
    pub(super) deleted_at: Option<Moment>,
    /// What else is to be said.
    pub(super) note: Option<&'static str>,
}

/// Notes a file that is not there any more, when its name is that of a photo or a video: there is nothing else
/// to tell it by.
pub(super) fn note_gone(gone: GoneFile, findings: &mut Findings) {
    let extension = gone.path.rsplit('/').next().and_then(|name| name.rsplit_once('.'));
    let is_photo = extension.is_some_and(|(_, extension)| is_picture(extension));
    if is_photo && findings.lost.len() < MOST_LOST {
        findings.lost.push(Lost {
            size: gone.size,
            deleted_at: gone.deleted_at,
            note: gone.note.map(str::to_owned),
            ..Lost::named(gone.by, gone.path)
        });
    }
}

/// Whether files of that extension are pictures, still or moving.
fn is_picture(extension: &str) -> bool {
    let of = |known: &[&str]| known.iter().any(|one| one.eq_ignore_ascii_case(extension));
    let mut signatures = formats::ALL.iter().map(|format| format.signature());
    is_photo_extension(extension) || signatures.any(|one| of(one.extensions) || of(one.aliases))
}
