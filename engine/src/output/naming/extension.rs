//! Extensions that fit what a file holds.

use std::borrow::Cow;

use afterimage_signatures::format::{Group, Signature};
use afterimage_signatures::formats;

use super::component::split;
use crate::formats::is_photo_extension;

/// A file name with an extension that fits bytes which by their format end in `usual`: its own, if that one
/// does, or else `usual` after it, so that nothing of the name is lost.
pub(super) fn fitting<'n>(name: &'n str, usual: &str) -> Cow<'n, str> {
    let own = split(name).1.map(str::to_ascii_lowercase);
    if usual.is_empty() || own.is_some_and(|own| fits(&own, usual)) {
        return name.into();
    }
    format!("{name}.{usual}").into()
}

/// Whether a file whose bytes end in `usual` by their format may be called with the extension `own`.
fn fits(own: &str, usual: &str) -> bool {
    let is_one = |signature: &Signature| {
        let mut all = signature.extensions.iter().chain(signature.aliases);
        signature.extensions.contains(&usual) && all.any(|known| *known == own)
    };
    let mut known = formats::ALL.iter().map(|format| format.signature());
    let is_unlisted = || formats::by_extension(own).next().is_none() && is_photo_extension(own);
    own == usual || known.any(is_one) || is_kin(own, usual) || is_unlisted()
}

/// Whether two extensions are of formats that are one inside: raw data of cameras, TIFF, and videos.
fn is_kin(own: &str, usual: &str) -> bool {
    let is = |extension: &str, group| {
        formats::by_extension(extension).any(|signature| signature.group == group)
    };
    is(own, Group::Video) && is(usual, Group::Video)
        || is(own, Group::Raw) && (is(usual, Group::Raw) || usual == "tif")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, usual: &str, expected: &str) {
        assert_eq!(fitting(name, usual), expected);
        assert_eq!(fitting(expected, usual), expected);
    }

    #[test]
    fn what_fits_stays() {
        for (name, usual) in [
            ("IMG_0001.JPG", "jpg"),
            ("IMG_0001.jpeg", "jpg"),
            ("IMG_0001.INSP", "jpg"),
            ("a.hif", "heic"),
            ("a.heif", "heic"),
            ("a.dib", "bmp"),
            ("a.png", "png"),
            ("a.NEF", "tif"),
            ("a.NEF", "nrw"),
            ("a.mov", "mp4"),
            ("a.rwz", "tif"),
        ] {
            check(name, usual, name);
        }
    }

    #[test]
    fn what_does_not_fit_is_kept_before_what_does() {
        check("inode-13", "bmp", "inode-13.bmp");
        check("IMG_0001.JPG", "png", "IMG_0001.JPG.png");
        check("IMG_0001.JPG.tmp", "jpg", "IMG_0001.JPG.tmp.jpg");
        check("scan.tif", "nef", "scan.tif.nef");
        check(".hidden", "gif", ".hidden.gif");
        check("a.13", "jpg", "a.13.jpg");
    }
}
