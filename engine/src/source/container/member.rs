//! Files in archives, and which of them is a disk image.

use crate::source::disk_len::{LEAST_DISK, may_be_disk};
use crate::source::image_names::{NamedForm, is_of_unpacked};
use crate::source::packed::is_start_of_disk;

/// Bytes of a file that are looked at.
pub(super) const HEAD: usize = 2048;

/// What disk images in other forms begin with, and where.
const CONTAINERS: [(usize, &[u8]); 7] = [
    (0, b"QFI\xfb"),
    (0, b"EVF\x09\r\n\xff\0"),
    (0, b"EVF2\r\n\x81\0"),
    (0, b"vhdxfile"),
    (0, b"conectix"),
    (0, b"KDMV"),
    (0x40, b"\x7f\x10\xda\xbe"),
];

/// Whether a file is a disk image, by what it is called.
pub(super) fn is_called_so(name: &str, len: u64) -> bool {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    // What macOS puts beside a file in an archive.
    let is_beside = name.starts_with("._");
    let mut parts = name.rsplit('.');
    let last = parts.next().unwrap_or_default();
    let last = if is_of_unpacked(last) { parts.next().unwrap_or_default() } else { last };
    let is_disk = matches!(NamedForm::of(last), Some(NamedForm::Raw | NamedForm::Disk));
    // A name that is nothing but its last part has none.
    !is_beside && len >= LEAST_DISK && parts.next().is_some() && is_disk
}

/// Whether a file of `len` bytes is a disk image, by how it begins.
pub(super) fn is_disk(head: &[u8], len: u64) -> bool {
    let stands =
        |(at, magic): &(usize, &[u8])| head.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    let is_disk = may_be_disk(len) && is_start_of_disk(head);
    is_disk || len >= LEAST_DISK && CONTAINERS.iter().any(stands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disk_images_are_known_by_their_names_or_how_they_begin() {
        const LEN: u64 = 1 << 20;
        for (name, expected) in [
            ("card.img", true),
            ("a/b/CARD.DD", true),
            ("C:\\card.E01", true),
            ("card.img.gz", true),
            ("card.vmdk.zst", true),
            ("card.jpg", false),
            ("card.tar.gz", false),
            ("card.dsk", true),
            ("card.qed", true),
            ("card.img.xz", false),
            ("install.wim", false),
            ("img", false),
            ("__MACOSX/._card.img", false),
            ("", false),
        ] {
            assert_eq!(is_called_so(name, LEN), expected, "{name}");
            assert!(!is_called_so(name, 1000), "{name}");
        }
        let mut boot = vec![0; HEAD];
        assert!(!is_disk(&boot, LEN));
        boot[510..512].copy_from_slice(b"\x55\xaa");
        assert!(is_disk(&boot, LEN) && !is_disk(&boot, LEN + 1) && !is_disk(&boot, 512));
        assert!(is_disk(b"QFI\xfb", LEN + 1) && !is_disk(b"", LEN));
    }
}
