//! Writing a report whose files are handed in one after the other.

use std::io::{self, Write};

use super::file::ReportFile;
use super::stream::ReportHead;

/// A report that is being written, with memory that does not grow with the number of its files.
pub struct Writer<'o> {
    out: &'o mut dyn Write,
    has_files: bool,
}

impl<'o> Writer<'o> {
    /// Writes what stands before the files.
    ///
    /// # Errors
    ///
    /// Those of `out`, here and below.
    pub fn begin(out: &'o mut dyn Write, head: &ReportHead) -> io::Result<Self> {
        let text = serde_json::to_string_pretty(head)?;
        // Its last brace comes after the files.
        let text = text.strip_suffix("\n}").unwrap_or(&text);
        out.write_all(text.as_bytes())?;
        out.write_all(b",\n  \"files\": [")?;
        Ok(Writer { out, has_files: false })
    }

    /// Writes the next file.
    ///
    /// # Errors
    ///
    /// See [`Writer::begin`].
    pub fn file(&mut self, file: &ReportFile) -> io::Result<()> {
        let comma: &[u8] = if std::mem::replace(&mut self.has_files, true) { b"," } else { b"" };
        self.out.write_all(comma)?;
        self.out.write_all(b"\n    ")?;
        serde_json::to_writer(&mut *self.out, file)?;
        Ok(())
    }

    /// Writes the end.
    ///
    /// # Errors
    ///
    /// See [`Writer::begin`].
    pub fn end(self) -> io::Result<()> {
        self.out.write_all(b"\n  ]\n}\n")
    }
}
