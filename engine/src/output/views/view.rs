//! What a view is.

use std::io::{self, Write};

use crate::output::report::{ReportFile, ReportHead};

/// A view of a report: written in order, with memory that does not grow with the number of files.
pub trait View: Send {
    /// Writes what stands before the files.
    ///
    /// # Errors
    ///
    /// Those of `out`, here and below.
    fn begin(&mut self, head: &ReportHead, out: &mut dyn Write) -> io::Result<()>;

    /// Writes the next file.
    fn file(&mut self, file: &ReportFile, out: &mut dyn Write) -> io::Result<()>;

    /// Writes what stands after the files.
    fn end(&mut self, out: &mut dyn Write) -> io::Result<()>;
}
