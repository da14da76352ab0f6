//! What a photo is at the place that it is exported to.

/// What a photo will be: its extension, without the dot, its length and the digest of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) extension: String,
    pub(super) len: u64,
    pub(super) hash: blake3::Hash,
}
