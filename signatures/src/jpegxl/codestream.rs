//! What is known of a codestream once its headers have been followed.

/// Bytes that all codestreams begin with.
pub const SIGNATURE: [u8; 2] = [0xff, 0x0a];

/// What the headers of a codestream say; offsets count its own bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Codestream {
    /// Width and height in pixels.
    pub pixels: (u32, u32),
    /// Where the first frame begins.
    pub frames: u64,
    /// The first byte after the last frame, or after the last of which all is there.
    pub end: u64,
    /// Whether that is the last frame of the picture.
    pub is_whole: bool,
    /// What stands at `end` instead of a frame, if not all of it is missing.
    pub wrong: Option<&'static str>,
    /// How much of the unfinished frame is there, from 0 to 1.
    pub share: f32,
}
