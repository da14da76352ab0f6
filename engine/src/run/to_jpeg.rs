//! What turns photos into JPEG.

/// Turns photos into JPEG: whoever embeds the engine brings it.
pub trait ToJpeg: Sync {
    /// Whether it turns photos of that format, by its name in the report.
    fn knows(&self, format: &str) -> bool;

    /// A photo of `len` bytes as JPEG, upright, with its metadata; the same for the same bytes. `read` gives its bytes:
    /// it is called when there is room for them, so that several workers at once stay within what memory they share.
    ///
    /// # Errors
    ///
    /// Why it cannot be, in words.
    fn jpeg(&self, len: u64, read: &dyn Fn() -> Result<Vec<u8>, String>)
    -> Result<Vec<u8>, String>;
}
