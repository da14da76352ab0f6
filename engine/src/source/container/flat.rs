//! A raw image as a disk: the end of a chain of parents, or parts one after the other.

use afterimage_signatures::verdict::Span;

use super::files::Files;
use super::piece::{Layout, Piece, Stored};
use crate::source::definition::Source;

/// Bytes of one file, as they are.
pub(super) struct Flat {
    name: &'static str,
    files: Files,
    /// The first one.
    at: u64,
    len: u64,
    id: Option<[u8; 16]>,
    fault: Option<&'static str>,
}

impl Flat {
    /// The whole of a raw image.
    pub(super) fn new(source: Box<dyn Source>) -> Self {
        let len = source.len();
        Flat {
            name: "a raw image",
            files: Files::new(vec![source]),
            at: 0,
            len,
            id: None,
            fault: None,
        }
    }

    /// The first `len` bytes of a container that is called `name`, which is known by `id`.
    pub(super) fn first(name: &'static str, files: Files, len: u64, id: [u8; 16]) -> Self {
        Flat { name, files, at: 0, len, id: Some(id), fault: None }
    }

    /// A part of the file that is called `name`.
    pub(super) fn part(name: &'static str, files: Files, part: Span) -> Self {
        Flat { name, files, at: part.at, len: part.len, id: None, fault: None }
    }

    /// The same, with what is wrong with it.
    pub(super) fn with_fault(self, fault: Option<&'static str>) -> Self {
        Flat { fault, ..self }
    }
}

impl Layout for Flat {
    fn name(&self) -> &'static str {
        self.name
    }

    fn fault(&self) -> Option<&'static str> {
        self.fault
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn identity(&self) -> Option<[u8; 16]> {
        self.id
    }

    fn files(&self) -> &Files {
        &self.files
    }

    fn files_mut(&mut self) -> &mut Files {
        &mut self.files
    }

    fn piece(&self, _at: u64) -> Piece {
        let whole = Span { at: 0, len: self.len };
        Piece::new(whole, Stored::Plain { file: 0, at: self.at })
    }
}
