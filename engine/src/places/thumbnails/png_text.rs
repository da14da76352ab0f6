//! Text in a PNG file, before its picture.

use afterimage_signatures::Bytes;

use crate::places::slice::read;

/// What a PNG file begins with.
const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Chunks that are looked at: text stands at the beginning.
const MOST_CHUNKS: usize = 64;

/// Bytes of a chunk of text that are read.
const MOST_TEXT: u32 = 64 << 10;

/// Keywords and texts of a file, in its order. Texts are Latin-1, which is ASCII for the ones of a thumbnail.
///
/// Source: W3C, Portable Network Graphics, 11.3.4.3 `tEXt`.
pub(super) fn texts(bytes: &dyn Bytes) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    if read(bytes, 0, MAGIC.len()).is_none_or(|head| head != MAGIC) {
        return texts;
    }
    let mut at = MAGIC.len() as u64;
    for _ in 0..MOST_CHUNKS {
        let Some(head) = read(bytes, at, 8) else { break };
        let (len, kind) = head.split_at(4);
        let len = u32::from_be_bytes([len[0], len[1], len[2], len[3]]);
        if kind == b"IDAT" || kind == b"IEND" {
            break;
        }
        if kind == b"tEXt" && len <= MOST_TEXT {
            let text = read(bytes, at + 8, len as usize).unwrap_or_default();
            let mut parts = text.splitn(2, |byte| *byte == 0);
            let mut part = || parts.next().map(latin);
            texts.extend(part().zip(part()));
        }
        at += 12 + u64::from(len);
    }
    texts
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_up_to_the_picture() {
        let chunk = |kind: &[u8], content: &[u8]| {
            [&(content.len() as u32).to_be_bytes(), kind, content, &[0; 4]].concat()
        };
        let mut file = MAGIC.to_vec();
        file.extend(chunk(b"IHDR", &[0; 13]));
        file.extend(chunk(b"tEXt", b"Thumb::URI\0file:///a.jpg"));
        file.extend(chunk(b"tEXt", b"no separator"));
        file.extend(chunk(b"IDAT", b"picture"));
        file.extend(chunk(b"tEXt", b"late\0text"));
        let expected = [("Thumb::URI".to_owned(), "file:///a.jpg".to_owned())];
        assert_eq!(texts(&file.as_slice()), expected);
        for end in 0..file.len() {
            assert!(texts(&&file[..end]).len() <= 1);
        }
    }
}
