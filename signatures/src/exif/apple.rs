//! Apple's maker note: what pairs the picture of a Live Photo with its video.
//!
//! Source: ExifTool 12.57, Apple.pm: a directory after `Apple iOS`, whose offsets count from the
//! note's first byte.

/// How a note begins: its name, a version and the byte order, which is always big-endian.
const HEAD: &[u8] = b"Apple iOS\0\0\x01MM";

/// ContentIdentifier, a text.
const TAG: u16 = 0x11;

/// The type of texts.
const ASCII: u16 = 2;

/// The longest identifier that is believed; Apple's are UUIDs of 36 characters.
const LONGEST: usize = 128;

/// How many entries the directory may have; iOS writes some fifty.
const MOST_ENTRIES: usize = 256;

/// The identifier in a note, if it is Apple's and has one.
pub fn content_identifier(note: &[u8]) -> Option<String> {
    let directory = note.strip_prefix(HEAD)?;
    let (count, entries) = directory.split_first_chunk::<2>()?;
    let count = usize::from(u16::from_be_bytes(*count)).min(MOST_ENTRIES);
    let (entries, _) = entries.as_chunks::<12>();
    let entry = entries.iter().take(count).find(|entry| short(&entry[..], 0) == Some(TAG))?;
    if short(entry, 2)? != ASCII {
        return None;
    }
    let len = long(entry, 4)?;
    let text = match len {
        0..=4 => entry.get(8..8 + len)?,
        5..=LONGEST => note.get(long(entry, 8)?..)?.get(..len)?,
        _ => return None,
    };
    let text = text.strip_suffix(b"\0").unwrap_or(text).trim_ascii();
    let plain = !text.is_empty() && text.iter().all(u8::is_ascii_graphic);
    plain.then(|| text.iter().copied().map(char::from).collect())
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_be_bytes(*bytes))
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_be_bytes(*bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(tag: u8, kind: u8, len: u32, at: u32, text: &[u8]) -> Vec<u8> {
        let other = [0, 1, 0, 9, 0, 0, 0, 1, 0, 0, 0, 7];
        let (len, at) = (len.to_be_bytes(), at.to_be_bytes());
        [HEAD, &[0, 2], &other, &[0, tag, 0, kind], &len, &at, &[0; 4], text].concat()
    }

    #[test]
    fn the_identifier_is_read_from_where_the_entry_says() {
        let uuid = b"12345678-9ABC-4DEF-8123-456789ABCDEF\0";
        let at = note(0, 0, 0, 0, b"").len() as u32;
        let found = content_identifier(&note(0x11, 2, 37, at, uuid));
        assert_eq!(found.as_deref(), Some("12345678-9ABC-4DEF-8123-456789ABCDEF"));
        for bad in [
            note(0x12, 2, 37, at, uuid),
            note(0x11, 7, 37, at, uuid),
            note(0x11, 2, 38, at, uuid),
            note(0x11, 2, u32::MAX, at, uuid),
            note(0x11, 2, 37, u32::MAX, uuid),
            note(0x11, 2, 3, at, b"\x01"),
            b"Apple iOS\0\0\x01II\0\x01".to_vec(),
            HEAD.to_vec(),
            Vec::new(),
        ] {
            assert_eq!(content_identifier(&bad), None, "{bad:02x?}");
        }
    }
}
