//! How files begin, to test where the files of a lost volume lie. It proves no file.

/// What files of an extension begin with: where it stands, and what it is.
const OPENINGS: &[(&[&str], usize, &[&[u8]])] = &[
    (&["jpg", "jpeg"], 0, &[b"\xff\xd8\xff"]),
    (&["png"], 0, &[b"\x89PNG"]),
    (&["heic", "heif", "hif", "avif", "cr3", "mp4", "mov", "3gp"], 4, &[b"ftyp"]),
    (&["tif", "tiff", "dng", "nef", "arw", "cr2", "pef", "srw"], 0, &[b"II*\0", b"MM\0*"]),
    (&["avi", "wav", "webp"], 0, &[b"RIFF"]),
    (&["raf"], 0, &[b"FUJIFILM"]),
    (&["gif"], 0, &[b"GIF8"]),
];

/// Whether it is known how a file of this name begins.
pub fn is_known(name: &str) -> bool {
    opening(name).is_some()
}

/// Whether a file of this name begins as such files do; of most kinds that is not known, and then it
/// does not.
pub fn begins_as(name: &str, start: &[u8; 16]) -> bool {
    opening(name)
        .is_some_and(|(at, magics)| magics.iter().any(|magic| start[at..].starts_with(magic)))
}

fn opening(name: &str) -> Option<(usize, &'static [&'static [u8]])> {
    let (_, extension) = name.rsplit_once('.')?;
    let fits = |known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(extension));
    OPENINGS.iter().find(|opening| fits(opening.0)).map(|opening| (opening.1, opening.2))
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
        assert!(!begins_as("IMG_0001.JPG", &start(b"\x89PNG")));
        assert!(!begins_as("letter.doc", &start(b"\xd0\xcf\x11\xe0")));
    }
}
