//! How files begin, to test where the files of a lost volume lie. It proves no file.

use afterimage_signatures::{Magic, formats};

/// Whether it is known how a file of this name begins.
pub(crate) fn is_known(name: &str) -> bool {
    magics(name).next().is_some()
}

/// Whether a file of this name begins as such files do; of most kinds that is not known, and then it
/// does not.
pub(crate) fn begins_as(name: &str, start: &[u8; 16]) -> bool {
    magics(name).any(|magic| magic.begins(start))
}

/// What files of this name may begin with, where 16 bytes show it.
fn magics(name: &str) -> impl Iterator<Item = &'static Magic> {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let magics = formats::by_extension(extension).flat_map(|signature| signature.magic);
    magics.filter(|magic| magic.reach() <= 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_begin_as_their_names_promise() {
        let start = |text: &[u8]| {
            let mut start = [0; 16];
            start[..text.len()].copy_from_slice(text);
            start
        };
        assert!(begins_as("IMG_0001.JPG", &start(b"\xff\xd8\xff\xe1")));
        assert!(begins_as("a.heic", &start(b"\0\0\0\x18ftypheic")));
        assert!(begins_as("a.webp", &start(b"RIFF\0\0\0\0WEBPVP8 ")));
        assert!(!begins_as("IMG_0001.JPG", &start(b"\x89PNG")));
        assert!(!begins_as("letter.doc", &start(b"\xd0\xcf\x11\xe0")));
    }
}
