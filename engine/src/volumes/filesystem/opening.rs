//! How files begin, to test where the files of a lost volume lie. It proves no file.

/// What files of some kind begin with.
struct Opening {
    extensions: &'static [&'static str],
    at: usize,
    /// One of these stands there.
    magics: &'static [&'static [u8]],
}

const OPENINGS: &[Opening] = &[
    Opening { extensions: &["jpg", "jpeg"], at: 0, magics: &[b"\xff\xd8\xff"] },
    Opening { extensions: &["png"], at: 0, magics: &[b"\x89PNG"] },
    Opening {
        extensions: &["heic", "heif", "hif", "avif", "cr3", "mp4", "mov", "3gp"],
        at: 4,
        magics: &[b"ftyp"],
    },
    Opening {
        extensions: &["tif", "tiff", "dng", "nef", "arw", "cr2", "pef", "srw"],
        at: 0,
        magics: &[b"II*\0", b"MM\0*"],
    },
    Opening { extensions: &["avi", "wav", "webp"], at: 0, magics: &[b"RIFF"] },
    Opening { extensions: &["raf"], at: 0, magics: &[b"FUJIFILM"] },
    Opening { extensions: &["gif"], at: 0, magics: &[b"GIF8"] },
];

/// Whether it is known how a file of this name begins.
pub(crate) fn is_known(name: &str) -> bool {
    opening(name).is_some()
}

/// Whether a file of this name begins as such files do; of most kinds that is not known, and then it
/// does not.
pub(crate) fn begins_as(name: &str, start: &[u8; 16]) -> bool {
    opening(name).is_some_and(|opening| {
        opening.magics.iter().any(|magic| start[opening.at..].starts_with(magic))
    })
}

fn opening(name: &str) -> Option<&'static Opening> {
    let (_, extension) = name.rsplit_once('.')?;
    let known = |known: &&str| known.eq_ignore_ascii_case(extension);
    OPENINGS.iter().find(|opening| opening.extensions.iter().any(known))
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
