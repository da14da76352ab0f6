//! How files begin, to test where the files of a lost volume lie. It proves no file.

/// Whether a file of this name begins as such files do; of most kinds that is not known, and then it
/// does not.
pub fn begins_as(name: &str, start: &[u8; 16]) -> bool {
    let extension = name.rsplit_once('.').map_or("", |pair| pair.1).to_ascii_lowercase();
    match extension.as_str() {
        "jpg" | "jpeg" => start.starts_with(b"\xff\xd8\xff"),
        "png" => start.starts_with(b"\x89PNG"),
        "heic" | "hif" | "cr3" | "mp4" | "mov" | "3gp" => &start[4..8] == b"ftyp",
        "tif" | "tiff" | "dng" | "nef" | "arw" | "cr2" | "pef" | "srw" => {
            start.starts_with(b"II*\0") || start.starts_with(b"MM\0*")
        }
        "avi" | "wav" | "webp" => start.starts_with(b"RIFF"),
        "raf" => start.starts_with(b"FUJIFILM"),
        "gif" => start.starts_with(b"GIF8"),
        _ => false,
    }
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
