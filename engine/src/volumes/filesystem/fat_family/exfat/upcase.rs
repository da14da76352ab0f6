//! Which characters a volume takes for the same, for the hashes of names.

use std::sync::OnceLock;

/// Bytes of a table: two for each of 65,536 characters.
pub(crate) const MOST_LEN: u64 = 1 << 17;

/// Stands before a number of characters that have no other case.
const RUN: u16 = 0xffff;

/// The capital of each character.
#[derive(Clone, Debug)]
pub(crate) struct UpcaseTable(Vec<u16>);

impl Default for UpcaseTable {
    /// The capitals of Unicode, where they are one character again.
    fn default() -> Self {
        let capital = |code: u16| {
            let mut capitals = char::from_u32(code.into())?.to_uppercase();
            match (capitals.next(), capitals.next()) {
                (Some(capital), None) => u16::try_from(u32::from(capital)).ok(),
                _ => None,
            }
        };
        UpcaseTable((0..=u16::MAX).map(|code| capital(code).unwrap_or(code)).collect())
    }
}

/// The capitals of Unicode.
pub(crate) fn unicode() -> &'static UpcaseTable {
    static CAPITALS: OnceLock<UpcaseTable> = OnceLock::new();
    CAPITALS.get_or_init(UpcaseTable::default)
}

impl UpcaseTable {
    /// The table that a volume keeps, if its checksum fits.
    ///
    /// Source: "exFAT file system specification", 7.2.
    pub fn parse(table: &[u8], checksum: u32) -> Option<UpcaseTable> {
        let sum = |sum: u32, &byte: &u8| sum.rotate_right(1).wrapping_add(byte.into());
        if table.is_empty() || table.iter().fold(0, sum) != checksum {
            return None;
        }
        let mut capitals: Vec<u16> = Vec::with_capacity(1 << 16);
        let mut words = table.chunks_exact(2).map(|word| u16::from_le_bytes([word[0], word[1]]));
        while capitals.len() < 1 << 16
            && let Some(word) = words.next()
        {
            let code = capitals.len() as u32;
            match word {
                RUN if code < RUN.into() => {
                    let end = (code + u32::from(words.next()?)).min(1 << 16);
                    capitals.extend((code..end).map(|code| code as u16));
                }
                capital => capitals.push(capital),
            }
        }
        let missing = capitals.len() as u32..1 << 16;
        capitals.extend(missing.map(|code| code as u16));
        Some(UpcaseTable(capitals))
    }

    /// The hash of a name. Source: 7.6.4.
    pub fn hash(&self, name: &[u16]) -> u16 {
        let capitals = name.iter().map(|&c| self.0.get(usize::from(c)).copied().unwrap_or(c));
        capitals
            .flat_map(u16::to_le_bytes)
            .fold(0, |sum: u16, byte| sum.rotate_right(1).wrapping_add(byte.into()))
    }
}
