//! `report.jsonld`: CASE 1.4 and UCO 1.4 in JSON-LD, with the provenance of every file.
//!
//! An investigative action (this program with its arguments, from start to end, by the examiner) takes the
//! sources and results in a provenance record, which holds the files. Each file has its hashes, its name and
//! times, what the camera wrote, how far it was recovered, and a relationship to its source for every run. The
//! same report gives the same identifiers. The graph is written file by file: a node that gains members, such as
//! the record, is told again with one member each, which JSON-LD takes as one node.
//! (source: <https://caseontology.org>, <https://unifiedcyberontology.org>)

mod file;
mod head;
mod id;
mod node;

use std::io::{self, Write};

use super::view::View;
use crate::output::report::{ReportFile, ReportHead};
use id::Ids;

/// `report.jsonld`.
#[derive(Debug, Default)]
pub struct Case {
    ids: Ids,
}

impl Case {
    /// Begins one.
    pub fn start() -> Box<dyn View> {
        Box::new(Case::default())
    }
}

impl View for Case {
    fn begin(&mut self, head: &ReportHead, out: &mut dyn Write) -> io::Result<()> {
        self.ids = Ids::of(head);
        head::write(head, &self.ids, out)
    }

    fn file(&mut self, file: &ReportFile, out: &mut dyn Write) -> io::Result<()> {
        let nodes = file::nodes(file, &self.ids).into_iter();
        nodes.into_iter().try_for_each(|node| node::next(node, &self.ids, out))
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"\n]}\n")
    }
}
