//! `report.dfxml`: Digital Forensics XML 1.2.0, for other forensic tools.
//!
//! Where the bytes of each file lie, its hashes, names and times are in DFXML's own elements; what DFXML has no
//! element for is in elements of the namespace [`element::NAMESPACE`], at places where the schema takes those of
//! others. A time that nobody knows is absent. Control characters that XML cannot hold are shown as signs.
//! (source: dfxml.xsd 1.2.0 of dfxml-working-group/dfxml_schema)

mod element;
mod extra;
mod file;
mod head;

use std::io::{self, Write};

use super::view::View;
use crate::output::report::{ReportFile, ReportHead};

/// `report.dfxml`.
#[derive(Debug)]
pub struct Dfxml;

impl Dfxml {
    /// Begins one.
    pub fn start() -> Box<dyn View> {
        Box::new(Dfxml)
    }
}

impl View for Dfxml {
    fn begin(&mut self, head: &ReportHead, out: &mut dyn Write) -> io::Result<()> {
        head::begin(head, out)
    }

    fn file(&mut self, file: &ReportFile, out: &mut dyn Write) -> io::Result<()> {
        file::write(file, out)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"\n</dfxml>\n")
    }
}
