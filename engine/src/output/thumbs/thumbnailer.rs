//! What decodes pictures: whoever embeds the engine brings it, the engine itself decodes none to look at.

use std::fs::File;

use afterimage_signatures::verdict::Span;

/// A picture in a file, to be decoded.
#[derive(Debug)]
pub struct Picture {
    /// The file, which may be changed or damaged.
    pub file: File,
    /// Where in it the picture lies.
    pub span: Span,
    /// Its format, by its name in the report.
    pub format: String,
    /// How to turn it, 1 to 8 as in Exif; nothing where only the picture itself may tell.
    pub orientation: Option<u16>,
}

/// Makes small pictures of what no small picture lies in.
pub trait Thumbnailer: Sync {
    /// Whether it decodes pictures of that format, by its name in the report.
    fn knows(&self, format: &str) -> bool;

    /// A small upright JPEG of a picture, or why there is none, in words.
    ///
    /// # Errors
    ///
    /// When the picture cannot be read or decoded.
    fn thumbnail(&self, picture: &Picture) -> Result<Vec<u8>, String>;
}
