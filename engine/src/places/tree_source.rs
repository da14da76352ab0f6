//! A tree as a source: its files one after the other.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::tree::{ReadFailure, Tree};
use crate::model::SpanSet;
use crate::source::{SECTOR_SIZE, Source, SourceKind};

/// All files of a tree together are no longer, in bytes: lengths are what an attacker says.
const MOST_BYTES: u64 = 1 << 62;

/// Files of a tree one after the other, each from the beginning of a sector: what finds, hashes and writes
/// files of a source does the same with files of a tree. Where a file lies in it means nothing to a user.
///
/// Clones are the same source: what one could not read is known to all.
#[derive(Clone)]
pub struct TreeSource {
    tree: Arc<dyn Tree>,
    path: PathBuf,
    /// Where each node begins, and last the length of all.
    starts: Arc<[u64]>,
    unreadable: Arc<Mutex<SpanSet>>,
}

impl TreeSource {
    /// The files of `tree`.
    pub fn new(tree: Arc<dyn Tree>) -> Self {
        let (mut at, mut starts) = (0u64, Vec::with_capacity(tree.nodes().len() + 1));
        for node in tree.nodes() {
            starts.push(at);
            let end = at.checked_add(node.len).filter(|end| *end <= MOST_BYTES);
            at = end.map_or(at, |end| end.next_multiple_of(u64::from(SECTOR_SIZE)));
        }
        starts.push(at);
        let path = PathBuf::from(tree.title());
        TreeSource { tree, path, starts: starts.into(), unreadable: Arc::default() }
    }

    /// Where a node lies.
    pub fn span(&self, node: usize) -> Span {
        let len = self.tree.nodes().get(node).map_or(0, |node| node.len);
        let at = self.starts.get(node).copied().unwrap_or(0);
        // One that is longer than anything has no place here.
        let fits = at.checked_add(len).is_some_and(|end| end <= MOST_BYTES);
        Span { at, len: if fits { len } else { 0 } }
    }

    /// The node at `at`.
    fn node_at(&self, at: u64) -> Option<usize> {
        // Nodes without content begin where the next one does.
        self.starts.partition_point(|start| *start <= at).checked_sub(1)
    }

    /// A file, to be read as a part of this source.
    ///
    /// # Errors
    ///
    /// As [`Tree::open`], and when it is not as long as it was.
    pub fn open(&self, node: usize) -> Result<OpenFile<'_>, ReadFailure> {
        let (bytes, span) = (self.tree.open(node)?, self.span(node));
        if bytes.len() != span.len {
            return Err(ReadFailure("its length is another than when it was listed".to_owned()));
        }
        Ok(OpenFile { bytes, span, total: self.len() })
    }

    /// Takes note of what could not be read of a file.
    pub fn note_unreadable(&self, file: &OpenFile<'_>) {
        let mut at = file.span.at;
        while let Some(bad) = file.unreadable_in(Span::between(at, file.span.end())) {
            self.lock().insert(bad);
            at = bad.end();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, SpanSet> {
        self.unreadable.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for TreeSource {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("TreeSource").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Bytes for TreeSource {
    fn len(&self) -> u64 {
        self.starts.last().copied().unwrap_or(0)
    }

    fn mapped(&self, _at: u64, _len: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        out.fill(0);
        let asked = Span { at, len: out.len() as u64 };
        let Some(first) = self.node_at(at) else { return };
        for node in first..self.tree.nodes().len() {
            let span = self.span(node);
            if span.at >= asked.end() {
                break;
            }
            let here = Span::between(span.at.max(at), span.end().min(asked.end()));
            if here.at >= here.end() {
                continue;
            }
            let part = &mut out[(here.at - at) as usize..(here.end() - at) as usize];
            match self.open(node) {
                Ok(file) => {
                    file.read_at(here.at, part);
                    self.note_unreadable(&file);
                }
                Err(_) => self.lock().insert(here),
            }
        }
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.lock().meeting(span).first().copied()
    }
}

impl Source for TreeSource {
    fn path(&self) -> &Path {
        &self.path
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Image
    }

    fn is_of_files(&self) -> bool {
        true
    }

    fn sector_size(&self) -> u32 {
        SECTOR_SIZE
    }

    fn unreadable(&self) -> Vec<Span> {
        self.lock().as_slice().to_vec()
    }

    fn data_after(&self, at: u64) -> Option<Span> {
        (at < self.len()).then(|| Span::between(at, self.len()))
    }

    fn bytes_read(&self) -> u64 {
        0
    }
}

/// A file that is open, at its place in the source of its tree; around it are zeros.
pub struct OpenFile<'t> {
    bytes: Box<dyn Bytes + Send + 't>,
    span: Span,
    total: u64,
}

impl std::fmt::Debug for OpenFile<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("OpenFile").field("span", &self.span).finish_non_exhaustive()
    }
}

impl Bytes for OpenFile<'_> {
    fn len(&self) -> u64 {
        self.total
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        let end = at.checked_add(len as u64)?;
        let is_inside = self.span.at <= at && end <= self.span.end();
        is_inside.then(|| self.bytes.mapped(at - self.span.at, len)).flatten()
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        out.fill(0);
        let end = at.saturating_add(out.len() as u64);
        let here = Span::between(self.span.at.max(at), self.span.end().min(end).max(at));
        if here.at < here.end() {
            let part = &mut out[(here.at - at) as usize..(here.end() - at) as usize];
            self.bytes.read_at(here.at - self.span.at, part);
        }
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        let (from, to) = (span.at.max(self.span.at), span.end().min(self.span.end()));
        if from >= to {
            return None;
        }
        let inside = Span::between(from - self.span.at, to - self.span.at);
        let bad = self.bytes.unreadable_in(inside)?;
        Some(Span { at: bad.at.saturating_add(self.span.at), len: bad.len })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::tree::tests::MemoryTree;

    #[test]
    fn files_lie_one_after_the_other_and_read_back() {
        let tree = MemoryTree::new([("a", vec![1; 600]), ("b", vec![]), ("c", vec![3; 10])]);
        let source = TreeSource::new(Arc::new(tree));
        assert_eq!(source.len(), 1536);
        assert_eq!(source.span(2), Span { at: 1024, len: 10 });
        let mut all = vec![9; 1536];
        source.read_at(0, &mut all);
        assert!(all[..600] == [1; 600] && all[600..1024] == [0; 424] && all[1024..1034] == [3; 10]);
        let file = source.open(2).unwrap();
        let mut part = [9; 20];
        file.read_at(1020, &mut part);
        assert_eq!(part, [0, 0, 0, 0, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 0, 0, 0]);
        assert_eq!(file.mapped(1024, 10), Some(&[3; 10][..]));
        assert_eq!(file.mapped(1023, 10), None);
    }
}
