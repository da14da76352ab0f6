//! What cameras and programs append behind a picture that is already complete.

use crate::verdict::Child;
use crate::view::View;

/// A trailer that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// The first byte after it.
    pub end: u64,
    /// Pictures and videos in it.
    pub children: Vec<Child>,
}

/// Samsung's blocks, which begin at `at` and close with `SEFT`.
pub fn samsung(_view: &mut View<'_>, _at: u64) -> Option<Trailer> {
    None
}
