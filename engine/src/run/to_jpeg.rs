//! What turns photos into JPEG.

/// Turns photos into JPEG: whoever embeds the engine brings it.
pub trait ToJpeg: Sync {
    /// Whether it turns photos of that format, by its name in the report.
    fn knows(&self, format: &str) -> bool;

    /// The photo as JPEG, upright, with its metadata; the same for the same bytes.
    ///
    /// # Errors
    ///
    /// Why it cannot be, in words.
    fn jpeg(&self, photo: Vec<u8>) -> Result<Vec<u8>, String>;
}
