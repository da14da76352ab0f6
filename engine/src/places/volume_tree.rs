//! The files of a file system inside an image or on a device, as far as they are there, as a tree.

use std::sync::Arc;

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Runs};

use super::tree::{Node, NodeKind, ReadFailure, Tree};
use crate::source::Source;
use crate::volumes::filesystem::Entry;
use crate::volumes::survey::Volume;

/// The files that a file system lists as there.
pub struct VolumeTree {
    source: Arc<dyn Source>,
    title: String,
    nodes: Vec<Node>,
    /// Where the bytes of each node lie, or why they cannot be read.
    runs: Vec<Result<Runs, &'static str>>,
}

impl VolumeTree {
    /// The files that `volume` of `source` lists as there, and their folders.
    pub fn new(source: Arc<dyn Source>, title: String, volume: &Volume) -> Self {
        let live = volume.contents.entries.iter().filter(|entry| !entry.deleted);
        let mut found: Vec<(Node, Result<Runs, &'static str>)> = live.map(file).collect();
        found.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
        let mut folders: Vec<String> = Vec::new();
        for (node, _) in &found {
            let mut folder = node.folder();
            // All folders above one that is known are known too.
            while !folder.is_empty() && folders.last().is_none_or(|last| last != folder) {
                folders.push(folder.to_owned());
                folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
            }
        }
        folders.sort_unstable();
        folders.dedup();
        found.extend(folders.into_iter().map(|path| (folder(path), Err("it is a folder"))));
        found.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
        let (nodes, runs) = found.into_iter().unzip();
        VolumeTree { source, title, nodes, runs }
    }
}

fn file(entry: &Entry) -> (Node, Result<Runs, &'static str>) {
    let node = Node {
        path: entry.path.clone(),
        kind: NodeKind::File,
        len: entry.size,
        modified: entry.modified,
        created: None,
    };
    let runs = match entry.coded {
        Some(why) => Err(why),
        None => Ok(entry.held()),
    };
    (node, runs)
}

fn folder(path: String) -> Node {
    let (modified, created) = (None, None);
    Node { path, kind: NodeKind::Folder, len: 0, modified, created }
}

impl Tree for VolumeTree {
    fn title(&self) -> &str {
        &self.title
    }

    fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    fn open(&self, node: usize) -> Result<Box<dyn Bytes + Send + '_>, ReadFailure> {
        let runs =
            self.runs.get(node).ok_or_else(|| ReadFailure("there is no such file".into()))?;
        let runs = runs.as_ref().map_err(|why| ReadFailure((*why).to_owned()))?;
        let len = self.nodes[node].len;
        let lens = runs.as_slice().iter().scan(0u64, |next, run| {
            let begin = *next;
            *next = next.saturating_add(run.len);
            Some(begin)
        });
        Ok(Box::new(InRuns { source: &*self.source, runs, begins: lens.collect(), len }))
    }
}

/// The bytes of a file that lies in runs of a source; what was never written of it is zeros.
struct InRuns<'t> {
    source: &'t dyn Source,
    runs: &'t Runs,
    /// Where each run begins in the file.
    begins: Vec<u64>,
    len: u64,
}

impl InRuns<'_> {
    /// The parts of `span` that lie in runs: where they begin in the file, and where in the source.
    fn parts(&self, span: Span) -> impl Iterator<Item = (u64, Span)> + '_ {
        let first = self.begins.partition_point(|begin| *begin <= span.at).saturating_sub(1);
        let runs = self.runs.as_slice().iter().zip(&self.begins).skip(first);
        runs.take_while(move |(_, begin)| **begin < span.end()).filter_map(move |(run, &begin)| {
            let (from, to) = (span.at.max(begin), span.end().min(begin.saturating_add(run.len)));
            (from < to).then(|| (from, Span { at: run.at + (from - begin), len: to - from }))
        })
    }
}

impl Bytes for InRuns<'_> {
    fn len(&self) -> u64 {
        self.len
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        let (_, part) = self.parts(Span { at, len: len as u64 }).next()?;
        (part.len == len as u64).then(|| self.source.mapped(part.at, len)).flatten()
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        out.fill(0);
        for (from, part) in self.parts(Span { at, len: out.len() as u64 }) {
            let start = (from - at) as usize;
            if part.end() <= self.source.len() {
                self.source.read_at(part.at, &mut out[start..start + part.len as usize]);
            }
        }
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.parts(span).find_map(|(from, part)| {
            if part.end() > self.source.len() {
                return Some(Span { at: from, len: part.len });
            }
            let bad = self.source.unreadable_in(part)?;
            let at = bad.at.max(part.at);
            let end = bad.end().min(part.end());
            Some(Span { at: from + (at - part.at), len: end - at })
        })
    }
}
