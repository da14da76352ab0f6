//! What could not be read, said before anything else: a medium that fails may not live long.

use std::path::Path;

use super::facts::Facts;
use super::paragraph::{Paragraph, Topic};
use super::plain::plain;
use super::quantities::{bytes, count};
use crate::output::report::{ReportDiskContainer, ReportSource};
use crate::source::shell::quoted;

/// What stands before a command that reads a device; on Windows the shell itself has to be started with rights.
const AS_ROOT: &str = if cfg!(windows) { "" } else { "sudo " };

/// How much of each source read errors took.
pub(super) fn tell(facts: Facts<'_>) -> Vec<Paragraph> {
    let has_map = facts.head.options.map.is_some();
    let of = |source: &ReportSource| {
        let (errors, path) = (Unreadable::of(source), &source.path);
        errors.text(path, has_map).into_iter().chain(of_container(path, source.container.as_ref()))
    };
    let said = facts.head.sources.iter().flat_map(of);
    said.map(|text| Paragraph::new(Topic::Unreadable, text)).collect()
}

/// What could not be read of a source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unreadable {
    /// Bytes.
    pub(super) bytes: u64,
    /// Ranges that they lie in.
    pub(super) places: u64,
    /// Photos that lie in these.
    pub(super) files: u64,
}

impl Unreadable {
    fn of(source: &ReportSource) -> Self {
        Unreadable {
            bytes: source.unreadable_bytes(),
            places: source.unreadable.len() as u64,
            files: source.unreadable_files,
        }
    }

    /// How many bytes in how many places, and how many photos lie there; `has_map` where a map told so.
    pub(super) fn text(self, path: &str, has_map: bool) -> Option<String> {
        let places = count(self.places, "place", "places");
        let hit = match self.files {
            0 => "no photo that was found lies there".to_owned(),
            n => format!(
                "{} there and {} zeros instead",
                count(n, "photo lies", "photos lie"),
                has(n)
            ),
        };
        (self.bytes > 0).then(|| {
            let (what, how) = match has_map {
                true => ("MISSING", "were not read, as its map says"),
                false => ("READ ERRORS", "could not be read"),
            };
            format!("{what}: {} of {} in {places} {how}; {hit}.", bytes(self.bytes), plain(path))
        })
    }
}

/// What is wrong with the file at `path` that the disk is taken out of.
pub(super) fn of_container(path: &str, container: Option<&ReportDiskContainer>) -> Option<String> {
    let container = container?;
    let (path, kind, fault) = (plain(path), plain(&container.kind), container.fault.as_ref()?);
    Some(format!(
        "DAMAGED: {path} is {kind}, and {}; some of the disk may be missing or wrong.",
        plain(fault)
    ))
}

fn has(n: u64) -> &'static str {
    if n == 1 { "has" } else { "have" }
}

/// What helps where parts of a source could not be read; `has_map` where a map told so.
pub(super) fn advice(source: &ReportSource, has_map: bool) -> Option<String> {
    source.unreadable.first()?;
    let path = plain(&source.path);
    let word = plain(&quoted(Path::new(&source.path)));
    Some(if source.kind == "device" {
        format!(
            "Parts of {path} could not be read. Make an image of it, which reads what can be read first and \
             tries the rest again: {AS_ROOT}afterimage image {word} card.img. Then scan the image: afterimage scan \
             card.img --map card.img.map --output DIR2"
        )
    } else if has_map {
        format!(
            "The map of {path} says that not all of its device was read. Go on with the image, as long as the \
             device lives: {AS_ROOT}afterimage image DEVICE {word}, with --retries 3 where all was tried already. \
             Then scan it again, into another folder."
        )
    } else if let Some(container) = &source.container {
        let kind = plain(&container.kind);
        format!(
            "Parts of the disk in {path}, which is {kind}, could not be read: the file is damaged, or the disk \
             that it lies on is failing. Look for another copy of the file, and scan that one too."
        )
    } else {
        format!(
            "Parts of {path} could not be read: the disk that it lies on may be failing. Copy it (afterimage \
             image {word} copy.img) and scan the copy (afterimage scan copy.img --map copy.img.map --output \
             DIR2)."
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::report::ByteRange;

    fn source(kind: &str, path: &str, lengths: &[u64]) -> ReportSource {
        let range = |&length: &u64| ByteRange { offset: 0, length };
        ReportSource {
            kind: kind.to_owned(),
            path: path.to_owned(),
            unreadable: lengths.iter().map(range).collect(),
            unreadable_files: 2,
            ..ReportSource::default()
        }
    }

    #[test]
    fn read_errors_are_told_with_what_they_hit() {
        let errors = |lengths: &[u64], has_map| {
            let source = source("device", "/dev/sdb", lengths);
            Unreadable::of(&source).text(&source.path, has_map)
        };
        let said = errors(&[512, 1536], false).unwrap();
        let start =
            "READ ERRORS: 2.0 kB of /dev/sdb in 2 places could not be read; 2 photos lie there";
        assert!(said.starts_with(start), "{said}");
        assert_eq!(errors(&[], true), None);
    }

    #[test]
    fn what_could_not_be_read_is_to_be_imaged() {
        let device = advice(&source("device", "/dev/sdb", &[512]), false).unwrap();
        assert!(device.contains("sudo afterimage image /dev/sdb card.img"), "{device}");
        assert!(device.ends_with("scan card.img --map card.img.map --output DIR2"), "{device}");
        let copy = advice(&source("image", "card.img", &[512]), false).unwrap();
        assert!(copy.contains("afterimage image card.img copy.img"), "{copy}");
        let map = advice(&source("image", "card.img", &[512]), true).unwrap();
        assert!(map.contains("image DEVICE card.img"), "{map}");
        assert_eq!(advice(&source("image", "card.img", &[]), false), None);
    }
}
