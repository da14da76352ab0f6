//! Names that photos and videos have. They decide nothing about a file that is there.

use afterimage_signatures::formats;

use crate::formats::is_photo_extension;

/// Whether a name ends as those of photos do.
pub(super) fn is_photo_name(name: &str) -> bool {
    extension(name).is_some_and(is_photo_extension)
}

/// Whether a name ends as those of photos or videos do.
pub(super) fn is_media_name(name: &str) -> bool {
    let is_listed = |extension: &str| {
        let signatures = formats::ALL.iter().map(|format| format.signature());
        let mut known = signatures.flat_map(|one| one.extensions.iter().chain(one.aliases));
        known.any(|known| known.eq_ignore_ascii_case(extension))
    };
    extension(name).is_some_and(|extension| is_listed(extension) || is_photo_extension(extension))
}

fn extension(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, extension)| extension)
}
