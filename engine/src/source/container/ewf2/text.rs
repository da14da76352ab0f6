//! Text that tells of the device and the case: names in one line and values in the next, with tabs between them.

use std::io::Read;

/// Bytes of unpacked text that are looked at.
const MOST_TEXT: u64 = 1 << 20;

/// Values by their names.
pub(super) struct Values(Vec<(String, String)>);

impl Values {
    /// The values in packed text.
    pub(super) fn unpack(packed: &[u8], is_bzip2: bool) -> Option<Self> {
        let mut bytes = Vec::new();
        match is_bzip2 {
            true => {
                let reader = bzip2::read::BzDecoder::new(packed);
                reader.take(MOST_TEXT).read_to_end(&mut bytes).ok()?;
            }
            false => {
                let most = MOST_TEXT as usize;
                let found = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(packed, most);
                bytes = found.ok()?;
            }
        }
        Self::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let units = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
        let units: Vec<u16> = units.skip_while(|unit| *unit == 0xFEFF).collect();
        let text = String::from_utf16_lossy(&units);
        // The number of objects and the name of the first come before.
        let mut lines = text.split('\n').map(|line| line.trim_end_matches('\r')).skip(2);
        let (names, values) = (lines.next()?, lines.next()?);
        let pairs = names.split('\t').zip(values.split('\t'));
        Some(Values(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }

    /// A number that has a name.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        value.trim().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_below_their_names() {
        let text = "\u{feff}1\nmain\nsn\tts\tbp\n\t4096\t512\n\n";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let values = Values::parse(&bytes).unwrap();
        assert_eq!((values.number("ts"), values.number("bp")), (Some(4096), Some(512)));
        assert_eq!((values.number("sn"), values.number("x")), (None, None));
        assert!(Values::parse(b"1\0\n\0").is_none() && Values::unpack(b"junk", false).is_none());
    }
}
