//! An image in parts: `card.001`, `card.002` and so on, read as one source.

use std::path::{Path, PathBuf};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::control::progress::Stop;
use crate::source::definition::{Source, SourceKind};

/// The last number of a part that is looked for.
const LAST: u32 = 999;

/// The paths of all parts, when `path` is the first of several: `.001`, or `.000` where counting begins there.
/// Parts follow one another without a gap.
pub fn parts(path: &Path) -> Option<Vec<PathBuf>> {
    let first = match path.extension()?.to_str()? {
        "000" => 0,
        "001" if !path.with_extension("000").exists() => 1,
        _ => return None,
    };
    let beside = |number: u32| path.with_extension(format!("{number:03}"));
    let parts: Vec<PathBuf> =
        (first..=LAST).map(beside).take_while(|part| part.is_file()).collect();
    (parts.len() > 1).then_some(parts)
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
    }
}
