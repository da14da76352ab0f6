//! What the headers of encrypted volumes have in common.

/// What the header of an encrypted volume says.
pub(super) struct EncryptedHeader {
    pub(super) kind: &'static str,
    pub(super) encrypted: &'static str,
    pub(super) label: Option<String>,
    /// Bytes of the volume, where they are known.
    pub(super) len: Option<u64>,
}
