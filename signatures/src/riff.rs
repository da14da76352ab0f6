//! RIFF: chunks of a four-character name, a length, and data padded to two bytes.
//!
//! Source: IBM and Microsoft, "Multimedia Programming Interface and Data Specifications 1.0".

use crate::verdict::{Reject, Span};
use crate::view::{Endian::Little, View};

/// Name and length of a chunk.
pub const HEAD_LEN: u64 = 8;

/// The name, length and kind of a chunk that holds chunks.
pub const LIST_HEAD_LEN: u64 = 12;

/// Where a chunk lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Its first byte.
    pub at: u64,
    /// Its name.
    pub name: [u8; 4],
    /// Length of its data in bytes, without the padding.
    pub len: u64,
}

impl Chunk {
    /// The chunk at `at`. Names are printable; a zero ends a short one.
    pub fn read(view: &mut View<'_>, at: u64) -> Result<Self, Reject> {
        let name: [u8; 4] = view.array(at)?;
        let letters = name.iter().take_while(|byte| (0x20..0x7f).contains(*byte)).count();
        if letters < 3 || name[letters..].iter().any(|&byte| byte != 0) {
            return Err(view.malformed(at, "chunk name"));
        }
        let len = u64::from(view.u32(at.saturating_add(4), Little)?);
        Ok(Chunk { at, name, len })
    }

    /// Its data.
    pub fn data(&self) -> Span {
        Span { at: self.at.saturating_add(HEAD_LEN), len: self.len }
    }

    /// The first byte after its data and padding.
    pub fn end(&self) -> u64 {
        self.data().end().saturating_add(self.len & 1)
    }
}
