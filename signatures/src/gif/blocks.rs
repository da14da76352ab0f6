//! Lengths of the blocks that every GIF has, in bytes.

/// Signature and logical screen descriptor.
pub const HEADER_LEN: usize = 13;

/// Image descriptor without its introducer.
pub const DESCRIPTOR_LEN: usize = 9;
