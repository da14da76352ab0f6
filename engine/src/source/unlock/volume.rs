//! Volumes that are encrypted, before and after a key was found.

use afterimage_signatures::verdict::Span;

/// Where the second header of a volume of LUKS 2 may begin, in bytes from the volume's first: each is the length of a
/// header, too.
pub const SECOND_HEADERS: [u64; 9] =
    [0x4000, 0x8000, 0x1_0000, 0x2_0000, 0x4_0000, 0x8_0000, 0x10_0000, 0x20_0000, 0x40_0000];

/// An encrypted volume of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptedVolume {
    /// `luks1`, `luks2`, `bitlocker`.
    pub kind: &'static str,
    /// Where it lies in the source, header and all.
    pub span: Span,
    /// Number of its partition, where a table names it.
    pub partition: Option<u32>,
}

/// A volume that a key has opened; what is needed to say so again, and nothing of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlockedVolume {
    /// `luks1`, `luks2`, `bitlocker`.
    pub kind: String,
    /// Where it lies in the source.
    pub span: Span,
    /// Where its decrypted bytes lie, at the same offsets as encrypted.
    pub payload: Span,
    /// How it is encrypted, such as `aes-xts-plain64`.
    pub cipher: String,
    /// What of it the key fits: `key slot 0`, `password`.
    pub opened_by: String,
    /// Number of its partition, where a table names it.
    pub partition: Option<u32>,
}
