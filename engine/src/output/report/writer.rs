//! Writing a report whose files are handed in one after the other.

use std::io::{self, Write};

use serde::Serialize;

/// A report that is being written, as pretty as `serde_json` makes it, with memory that does not grow with the
/// number of its files.
pub struct Writer<'o> {
    out: &'o mut (dyn Write + Send),
    has_files: bool,
}

impl<'o> Writer<'o> {
    /// Writes what stands before the files.
    ///
    /// # Errors
    ///
    /// Those of `out`, here and below.
    pub fn begin(out: &'o mut (dyn Write + Send), head: &impl Serialize) -> io::Result<Self> {
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
    pub fn file(&mut self, file: &impl Serialize) -> io::Result<()> {
        if std::mem::replace(&mut self.has_files, true) {
            self.out.write_all(b",")?;
        }
        // No line breaks but those between its fields stand in JSON.
        for line in serde_json::to_string_pretty(file)?.lines() {
            self.out.write_all(b"\n    ")?;
            self.out.write_all(line.as_bytes())?;
        }
        Ok(())
    }

    /// Writes the end.
    ///
    /// # Errors
    ///
    /// See [`Writer::begin`].
    pub fn end(self) -> io::Result<()> {
        let end: &[u8] = if self.has_files { b"\n  ]\n}\n" } else { b"]\n}\n" };
        self.out.write_all(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_as_serde_json_makes_it() {
        let files = [
            serde_json::json!({ "id": 1, "runs": [{ "offset": 2 }], "what": "a\nb" }),
            serde_json::json!({}),
        ];
        for files in [&files[..], &files[..1], &[]] {
            let head = serde_json::json!({ "a": { "b": [] } });
            let mut out = Vec::new();
            let mut writer = Writer::begin(&mut out, &head).unwrap();
            files.iter().try_for_each(|file| writer.file(file)).unwrap();
            writer.end().unwrap();
            let whole = serde_json::json!({ "a": { "b": [] }, "files": files });
            let expected = format!("{}\n", serde_json::to_string_pretty(&whole).unwrap());
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
