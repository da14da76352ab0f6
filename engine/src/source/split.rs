//! An image in parts: `card.001`, `card.002` and so on, or `card.aa`, `card.ab`, read as one source.

use std::path::{Path, PathBuf};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::control::error::Error;
use crate::control::progress::Stop;
use crate::source::address::is_address;
use crate::source::definition::{Source, SourceKind};
use crate::source::fault::{Fault, joined};
use crate::source::later_part::{LaterPart, name};
use crate::source::packed::begins_as_disk;

/// The last number of a part that is looked for.
const LAST: u32 = 999;

/// Letters that parts are called by in place of numbers.
const LETTERS: u32 = 26;

/// What files of two letters are most often when they are no parts: they count for some only where no part before them is
/// missing.
const WORDS: [&str; 6] = ["db", "dd", "gz", "lz", "md", "xz"];

/// Digits of a number.
const DIGITS: usize = 3;

/// The paths of all parts, when `path` is the first of several: `.001`, or `.000` where counting begins there, or `.aa`.
/// Parts follow one another without a gap.
pub fn parts(path: &Path) -> Option<Vec<PathBuf>> {
    if path.extension()? == "001" && path.with_extension("000").exists() {
        return None;
    }
    let parts: Vec<PathBuf> = names(path)?.take_while(|part| part.is_file()).collect();
    (parts.len() > 1).then_some(parts)
}

/// The part that is missing where `path` is the first of several and one after it is there: what follows a gap would
/// stand in another place of the disk.
pub fn missing(path: &Path) -> Option<PathBuf> {
    if path.extension()? == "001" && path.with_extension("000").exists() {
        return None;
    }
    let mut after = names(path)?.skip_while(|part| part.is_file());
    let missing = after.next()?;
    after.any(|part| part.is_file() && !is_word(&part)).then_some(missing)
}

/// What `path` is by its name: a part of an image after the first one. A name with a number is taken at its word; one
/// with letters where others of the kind are beside it.
pub fn later_part(path: &Path) -> Option<LaterPart> {
    let extension = path.extension()?.to_str().filter(|_| !is_address(path))?;
    if extension.len() == DIGITS && extension.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: u32 = extension.parse().ok()?;
        let zeroth = path.with_extension("000");
        let (first, from) =
            if zeroth.is_file() { (zeroth, 0) } else { (path.with_extension("001"), 1) };
        let before = number.checked_sub(from).filter(|before| *before > 0)?;
        return Some(part(first, before));
    }
    let index = (1..=LAST).find(|number| lettered(*number).as_deref() == Some(extension))?;
    let is_there = |number| {
        lettered(number).is_some_and(|name| {
            let other = path.with_extension(name);
            other.is_file() && !is_word(&other)
        })
    };
    let is_one = is_there(0) || is_there(index - 1) || is_there(index + 1);
    let found = is_one.then(|| part(path.with_extension("aa"), index))?;
    (found.missing.is_none() || !is_word(path)).then_some(found)
}

/// The part after `before` others, of which `first` is the first one.
fn part(first: PathBuf, before: u32) -> LaterPart {
    let all: Vec<PathBuf> = names(&first).into_iter().flatten().take(before as usize).collect();
    LaterPart::new(first, before + 1, all.into_iter())
}

fn is_word(path: &Path) -> bool {
    path.extension().is_some_and(|extension| WORDS.iter().any(|word| extension == *word))
}

/// Why the image that begins at `path` is not read without a part of it.
pub(super) fn part_is_missing(path: &Path, missing: &Path) -> Error {
    Error::Packed {
        path: path.to_path_buf(),
        what: format!("the first part of an image, and its part {} is missing", name(missing)),
        advice: alone(path),
        is_archive: false,
    }
}

/// The same of what is there: a file that begins as a disk does is one, whatever number it has.
pub(super) fn later_part_by_content(path: &Path, source: &dyn Source) -> Option<LaterPart> {
    later_part(path).filter(|_| !begins_as_disk(source))
}

/// Why the file at `path` is not read as a raw image, where it is a part of one and a part before it is missing.
pub(super) fn refused(path: &Path, source: &dyn Source) -> Option<Error> {
    let what = later_part_by_content(path, source)?.without_others("an image")?;
    Some(Error::Packed { path: path.to_path_buf(), what, advice: alone(path), is_archive: false })
}

/// How parts are read together, and how one is read alone.
fn alone(path: &Path) -> String {
    let (stem, extension) =
        (path.file_stem().unwrap_or_default(), path.extension().unwrap_or_default());
    format!(
        "put all parts into one folder; to scan a part by itself, give it another name, such as {}-{}.img",
        stem.display(),
        extension.display()
    )
}

/// The paths that the parts have of which `path` is the first, whether they are there or not.
pub(super) fn names(path: &Path) -> Option<impl Iterator<Item = PathBuf> + '_> {
    let (first, name): (u32, fn(u32) -> Option<String>) = match path.extension()?.to_str()? {
        "000" => (0, numbered),
        "001" => (1, numbered),
        "aa" => (0, lettered),
        _ => return None,
    };
    Some((first..=LAST).map_while(move |number| Some(path.with_extension(name(number)?))))
}

fn numbered(number: u32) -> Option<String> {
    Some(format!("{number:03}"))
}

/// As `split` calls its parts: after `.yz` come four letters, so that they stay in order.
fn lettered(number: u32) -> Option<String> {
    let letter = |number: u32| char::from_u32(u32::from('a') + number);
    let (above, last) = (number / LETTERS, number % LETTERS);
    let (first, second) = (letter(above)?, letter(last)?);
    if above < LETTERS - 1 {
        return Some(format!("{first}{second}"));
    }
    let rest = number - LETTERS * (LETTERS - 1);
    let (above, last) = (rest / LETTERS, rest % LETTERS);
    (above < LETTERS).then_some(format!("za{}{}", letter(above)?, letter(last)?))
}

/// Parts, one after the other.
pub(super) struct SplitImage {
    path: PathBuf,
    parts: Vec<Box<dyn Source>>,
    /// Where each begins, and where the last one ends.
    starts: Vec<u64>,
}

impl SplitImage {
    pub(super) fn new(path: &Path, parts: Vec<Box<dyn Source>>) -> Self {
        let mut starts = vec![0u64];
        for part in &parts {
            let end = starts.last().copied().unwrap_or(0).saturating_add(part.len());
            starts.push(end);
        }
        SplitImage { path: path.to_path_buf(), parts, starts }
    }

    /// The part that holds the byte at `at`, and where it begins.
    fn part(&self, at: u64) -> Option<(&dyn Source, u64)> {
        let index = self.starts.partition_point(|start| *start <= at).checked_sub(1)?;
        Some((self.parts.get(index)?.as_ref(), self.starts[index]))
    }
}

impl Bytes for SplitImage {
    fn len(&self) -> u64 {
        self.starts.last().copied().unwrap_or(0)
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        let (part, start) = self.part(at)?;
        let is_inside = (at - start).checked_add(len as u64)? <= part.len();
        if is_inside { part.mapped(at - start, len) } else { None }
    }

    fn read_at(&self, mut at: u64, mut out: &mut [u8]) {
        while let Some((part, start)) = self.part(at).filter(|_| !out.is_empty()) {
            let rest = usize::try_from(part.len() - (at - start)).unwrap_or(usize::MAX);
            let (now, later) = out.split_at_mut(rest.min(out.len()));
            part.read_at(at - start, now);
            at += now.len() as u64;
            out = later;
        }
        out.fill(0);
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        let mut at = span.at;
        while at < span.end() {
            let (part, start) = self.part(at)?;
            let end = span.end().min(start.saturating_add(part.len()));
            let inside = Span::between(at - start, end - start);
            if let Some(bad) = part.unreadable_in(inside) {
                return Some(Span { at: start + bad.at, len: bad.len });
            }
            at = end;
        }
        None
    }
}

impl Source for SplitImage {
    fn is_gone(&self) -> bool {
        self.parts.iter().any(|part| part.is_gone())
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Image
    }

    fn sector_size(&self) -> u32 {
        self.parts.first().map_or(super::SECTOR_SIZE, |part| part.sector_size())
    }

    fn unreadable(&self) -> Vec<Span> {
        let mut all = crate::model::SpanSet::default();
        for (part, start) in self.parts.iter().zip(&self.starts) {
            let moved = |span: Span| Span { at: start + span.at, len: span.len };
            all.extend(part.unreadable().into_iter().map(moved));
        }
        all.into()
    }

    fn data_after(&self, at: u64) -> Option<Span> {
        let first = self.starts.partition_point(|start| *start <= at).checked_sub(1)?;
        let mut parts = self.parts.iter().zip(&self.starts).skip(first);
        parts.find_map(|(part, start)| {
            let data = part.data_after(at.saturating_sub(*start))?;
            Some(Span { at: start + data.at, len: data.len })
        })
    }

    fn bytes_read(&self) -> u64 {
        self.parts.iter().map(|part| part.bytes_read()).sum()
    }

    fn has_changed(&self) -> bool {
        self.parts.iter().any(|part| part.has_changed())
    }

    fn fault(&self) -> Option<Fault> {
        self.parts.iter().find_map(|part| part.fault())
    }

    fn version(&self) -> Option<String> {
        joined(self.parts.iter().map(|part| part.version()))
    }

    fn parts(&self) -> Vec<PathBuf> {
        self.parts.iter().flat_map(|part| part.parts()).collect()
    }

    fn heed(&mut self, stop: &Stop) {
        self.parts.iter_mut().for_each(|part| part.heed(stop));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Io, open};

    #[test]
    fn parts_are_called_by_letters_as_split_calls_them() {
        for (number, name) in
            [(0, "aa"), (25, "az"), (27, "bb"), (649, "yz"), (650, "zaaa"), (676, "zaba")]
        {
            assert_eq!(lettered(number).as_deref(), Some(name));
        }
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, byte) in [("card.img.aa", 1), ("card.img.ab", 2), ("card.img.ad", 4)] {
            std::fs::write(at(name), [byte; 512]).unwrap();
        }
        let refused = open(&at("card.img.aa"), Io::Auto).err().unwrap().to_string();
        assert!(refused.contains("its part card.img.ac is missing"), "{refused}");
        std::fs::remove_file(at("card.img.ad")).unwrap();
        let source = open(&at("card.img.aa"), Io::Auto).unwrap();
        let mut out = [0; 2];
        source.read_at(511, &mut out);
        assert_eq!((source.len(), out), (1024, [1, 2]));
        assert!(parts(&at("card.img.ab")).is_none());
    }

    #[test]
    fn hundreds_of_parts_are_one_image() {
        let folder = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..300 * 512u32).map(|at| (at / 512 + at % 251) as u8).collect();
        for (number, part) in bytes.chunks(512).enumerate() {
            std::fs::write(folder.path().join(format!("card.{number:03}")), part).unwrap();
        }
        let source = open(&folder.path().join("card.000"), Io::Auto).unwrap();
        for step in [bytes.len(), 1000, 77] {
            for (number, piece) in bytes.chunks(step).enumerate() {
                let mut out = vec![0; piece.len()];
                source.read_at((number * step) as u64, &mut out);
                assert!(out == piece, "{number} of {step}");
            }
        }
        assert!(source.unreadable().is_empty() && source.parts().len() == 300);
    }

    #[test]
    fn parts_are_read_as_one_image() {
        let folder = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..2500u32).map(|at| (at % 251) as u8).collect();
        for (number, part) in bytes.chunks(1024).enumerate() {
            std::fs::write(folder.path().join(format!("card.{:03}", number + 1)), part).unwrap();
        }
        for io in [Io::Auto, Io::Read] {
            let source = open(&folder.path().join("card.001"), io).unwrap();
            assert_eq!(source.len(), 2500);
            for (at, len) in [(0, 2500), (1000, 100), (1024, 1024), (2040, 460), (2499, 1)] {
                let mut out = vec![0; len];
                source.read_at(at as u64, &mut out);
                assert_eq!(out, bytes[at..at + len]);
            }
            assert_eq!(source.mapped(1000, 100), None);
            assert!(source.unreadable().is_empty());
            assert_eq!(source.data_after(1500).map(|span| span.end()), Some(2048));
        }
        assert_eq!(open(&folder.path().join("card.002"), Io::Auto).unwrap().len(), 1024);
        assert!(parts(&folder.path().join("card.002")).is_none());
        std::fs::remove_file(folder.path().join("card.002")).unwrap();
        assert!(parts(&folder.path().join("card.001")).is_none());
        // The third one lies elsewhere on the disk than after the first.
        assert!(open(&folder.path().join("card.001"), Io::Auto).is_err());
        let said = open(&folder.path().join("card.003"), Io::Auto).err().unwrap().to_string();
        assert!(said.contains("part 3 of an image whose part card.002 is missing"), "{said}");
        assert!(said.contains("such as card-003.img"), "{said}");
        std::fs::remove_file(folder.path().join("card.001")).unwrap();
        let said = open(&folder.path().join("card.003"), Io::Auto).err().unwrap().to_string();
        assert!(said.contains("whose first part, card.001, is missing"), "{said}");
        std::fs::rename(folder.path().join("card.003"), folder.path().join("card-003.img"))
            .unwrap();
        assert!(open(&folder.path().join("card-003.img"), Io::Auto).is_ok());
    }

    #[test]
    fn later_parts_are_known_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["a.000", "a.001", "a.003", "b.002", "c.aa", "c.ab", "c.ad", "c.dd", "d.ac"] {
            std::fs::write(at(name), [0; 512]).unwrap();
        }
        for name in ["e.ab", "e.ac", "f.gz", "g.md", "h.pl"] {
            std::fs::write(at(name), [0; 512]).unwrap();
        }
        for (name, number, missing) in [
            ("a.001", 2, None),
            ("a.003", 4, Some("a.002")),
            ("b.002", 2, Some("b.001")),
            ("b.365", 365, Some("b.001")),
            ("c.ab", 2, None),
            ("c.ad", 4, Some("c.ac")),
            ("e.ab", 2, Some("e.aa")),
            ("e.ac", 3, Some("e.aa")),
        ] {
            let part = later_part(&at(name)).unwrap_or_else(|| panic!("{name}"));
            assert_eq!((part.number, part.missing), (number, missing.map(at)), "{name}");
        }
        for name in ["a.000", "b.001", "c.aa", "c.dd", "d.ac", "f.gz", "g.md", "h.pl", "i.0001"] {
            assert_eq!(later_part(&at(name)), None, "{name}");
        }
        assert_eq!(later_part(Path::new("https://host/card.003")), None);
        // A copy in another form beside the parts is none of them.
        std::fs::remove_file(at("c.ad")).unwrap();
        assert_eq!(missing(&at("c.aa")), None);
    }
}
