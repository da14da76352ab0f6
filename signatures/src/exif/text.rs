//! Text as cameras write it.

/// Makes and models are short; what is longer is somebody's novel.
const LONGEST: usize = 128;

/// The text without what pads it and without control characters; nothing when nothing is left.
/// What is not UTF-8 becomes U+FFFD.
pub fn clean(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes.get(..4 * LONGEST).unwrap_or(bytes));
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text: String = text.trim().chars().take(LONGEST).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_and_control_characters_go() {
        for (written, read) in [
            (&b"Canon\0\0"[..], Some("Canon")),
            (b"  SONY   ", Some("SONY")),
            (b"NIKON CORPORATION\0", Some("NIKON CORPORATION")),
            (b"a\x1b[31mb", Some("a [31mb")),
            (b"K\xf6nig", Some("K\u{fffd}nig")),
            (b" \0 \0", None),
            (b"", None),
        ] {
            assert_eq!(clean(written).as_deref(), read, "{written:?}");
        }
        assert_eq!(clean(&[b'a'; 100_000]).unwrap().len(), LONGEST);
    }
}
