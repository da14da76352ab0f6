//! Files that are no images, told by their first bytes: photos, texts, documents, programs.

use afterimage_signatures::{Buffer, Effort, Runs, View};

use crate::formats::Registry;
use crate::scan::Matcher;
use crate::source::Source;

/// Bytes at the start of a file that tell a photo or a text.
const HEAD: u64 = 4096;

/// How files begin that are often whole sectors and never disks: PDF, old Office documents, SQLite databases, programs
/// of Linux and Windows, MP3, FLAC, Ogg, Matroska, logs and registries of Windows, mail stores, memory dumps.
const BEGINNINGS: [&[u8]; 15] = [
    b"%PDF-",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"SQLite format 3\0",
    b"\x7fELF",
    b"MZ",
    b"ID3",
    b"fLaC",
    b"OggS",
    b"\x1a\x45\xdf\xa3",
    b"ElfFile\0",
    b"regf",
    b"!BDN",
    b"MDMP",
    b"PAGEDU",
    b"{\\rtf",
];

/// Tells files that are no images.
pub(super) struct WholeFiles {
    matcher: Matcher,
    registry: Registry,
}

impl Default for WholeFiles {
    fn default() -> Self {
        let registry = Registry::default();
        WholeFiles { matcher: Matcher::new(&registry), registry }
    }
}

impl WholeFiles {
    /// Whether a source is a photo or a video from its first byte on, and mostly.
    pub(super) fn is_photo(&self, source: &dyn Source) -> bool {
        let (runs, mut buffer) = (Runs::whole(0, source.len()), Buffer::default());
        self.matcher.formats_at(&head(source)).into_iter().any(|format| {
            let mut view = View::new(source, &runs, &mut buffer);
            let verdict = self.registry.formats()[format].measure(&mut view, Effort::Structure);
            // A disk may begin with a photo too.
            verdict.is_ok_and(|verdict| verdict.len >= source.len() / 2)
        })
    }

    /// Whether a source begins as a photo or a video does; a disk may by chance.
    pub(super) fn begins_photo(&self, source: &dyn Source) -> bool {
        !self.matcher.formats_at(&head(source)).is_empty()
    }

    /// Whether a source is a text, a document or a program.
    pub(super) fn is_other(&self, source: &dyn Source) -> bool {
        let head = head(source);
        BEGINNINGS.iter().any(|begin| head.starts_with(begin)) || is_text(&head)
    }
}

fn head(source: &dyn Source) -> Vec<u8> {
    let mut head = vec![0; source.len().min(HEAD) as usize];
    source.read_at(0, &mut head);
    head
}

/// Whether bytes are text: UTF-16 with its mark, or UTF-8 without zeros, cut off anywhere.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return true;
    }
    let is_utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    is_utf8 && !head.is_empty() && memchr::memchr(0, head).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_from_the_bytes_of_a_disk() {
        assert!(is_text(b"hello\n") && is_text("schön".as_bytes()) && is_text(b"\xff\xfeh\0"));
        assert!(is_text(&"ö".as_bytes()[..1]), "cut off inside a letter");
        assert!(!is_text(b"") && !is_text(b"\xeb\x3c\x90mkfs\0") && !is_text(b"\xe9\xe9"));
    }
}
