//! An image that is mapped into memory.

/// A mapped image.
pub struct MappedImage;
