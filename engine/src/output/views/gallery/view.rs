//! Writing the page, a pack at a time.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::columns::Columns;
use super::{pack, page, words};
use crate::output::report::{ReportFile, ReportHead};
use crate::output::views::view::View;

/// Files in a pack.
const MOST_FILES: usize = 500;

/// Bytes of JSON after which a pack is full before it has so many.
const MOST_BYTES: usize = 4 << 20;

/// Rows of photos that are known to have existed, in a pack.
const LOST_ROWS: usize = 2000;

/// The gallery while it is written.
#[derive(Debug, Default)]
pub struct Gallery {
    packs: usize,
    columns: Columns,
    /// All that the report says of the files of the pack: a list in JSON that is not closed yet.
    whole: Vec<u8>,
}

impl Gallery {
    /// Writes what is collected, if it is anything.
    fn flush(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.columns.len() == 0 {
            return Ok(());
        }
        self.whole.push(b']');
        pack::write(out, "list", self.packs, &serde_json::to_vec(&self.columns)?)?;
        pack::write(out, "whole", self.packs, &self.whole)?;
        self.columns = Columns::default();
        self.whole.clear();
        self.packs += 1;
        Ok(())
    }
}

impl View for Gallery {
    fn begin(&mut self, head: &ReportHead, out: &mut dyn Write) -> io::Result<()> {
        let words = words::of(head);
        page::write(out, &words.headline, &words.markup())?;
        pack::write(out, "facts", 0, &serde_json::to_vec(&facts(head)?)?)?;
        for (number, rows) in head.lost.chunks(LOST_ROWS).enumerate() {
            pack::write(out, "lost", number, &serde_json::to_vec(rows)?)?;
        }
        Ok(())
    }

    fn file(&mut self, file: &ReportFile, out: &mut dyn Write) -> io::Result<()> {
        self.whole.push(if self.columns.len() == 0 { b'[' } else { b',' });
        self.columns.push(file);
        serde_json::to_writer(&mut self.whole, file)?;
        if self.columns.len() >= MOST_FILES || self.whole.len() >= MOST_BYTES {
            self.flush(out)?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.flush(out)?;
        pack::write(out, "end", 0, &serde_json::to_vec(&json!({ "packs": self.packs }))?)?;
        out.write_all(b"</body>\n</html>\n")
    }
}

/// What the page must know of the report before its files, and all of the head that has no pack of its own.
fn facts(head: &ReportHead) -> io::Result<Value> {
    let mut whole = serde_json::to_value(head)?;
    if let Some(whole) = whole.as_object_mut() {
        whole.remove("lost");
    }
    let sources: Vec<Value> =
        head.sources.iter().map(|source| json!({ "path": source.path })).collect();
    Ok(json!({
        "summary": head.summary,
        "sources": sources,
        "lost": head.lost.len(),
        "finished": head.finished,
        "folder": output_of(&head.tool.command),
        "head": whole,
    }))
}

/// The output folder that a command line names.
fn output_of(command: &[String]) -> Option<&str> {
    let joined = command.iter().find_map(|word| word.strip_prefix("--output="));
    let at = command.iter().position(|word| word == "--output" || word == "-o");
    joined.or_else(|| command.get(at? + 1).map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;
    use miniz_oxide::inflate::decompress_to_vec_zlib;

    fn head() -> ReportHead {
        serde_json::from_value(json!({
            "schema": "afterimage-report/1",
            "tool": { "name": "afterimage", "version": "1", "command": ["afterimage", "scan", "-o", "out"] },
            "started": "", "finished": "", "sources": [],
            "summary": { "files": 2500, "bytes": 0, "by_format": {}, "by_grade": {}, "by_origin": {}, "duplicates": 0 },
            "lost": [{ "by": "a list", "path": "</script>", "state": "name-only" }],
        }))
        .unwrap()
    }

    fn file(id: u64, name: &str) -> ReportFile {
        serde_json::from_value(json!({
            "id": id, "source": 0, "origin": "carved", "status": "deleted", "format": "jpeg",
            "mime": "image/jpeg", "size": 3, "end": "exact", "grade": "verified", "proof": "",
            "blake3": "", "name": name
        }))
        .unwrap()
    }

    fn written(files: impl Iterator<Item = ReportFile>) -> String {
        let (mut gallery, mut out) = (Gallery::default(), Vec::new());
        gallery.begin(&head(), &mut out).unwrap();
        for file in files {
            gallery.file(&file, &mut out).unwrap();
        }
        gallery.end(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn held(page: &str, id: &str) -> Option<Value> {
        let block = page.split_once(&format!(" id=\"{id}\">"))?.1.split_once("</script>")?.0;
        let packed = BASE64.decode(block.as_bytes()).unwrap();
        Some(serde_json::from_slice(&decompress_to_vec_zlib(&packed).unwrap()).unwrap())
    }

    #[test]
    fn every_file_is_in_a_pack_with_all_that_is_said_of_it() {
        let page = written((1..=2400).map(|id| file(id, "a</script>b")));
        let lens: Vec<usize> = (0..5)
            .map(|number| {
                let list = held(&page, &format!("list-{number}")).unwrap();
                let whole = held(&page, &format!("whole-{number}")).unwrap();
                let whole: Vec<ReportFile> = serde_json::from_value(whole).unwrap();
                assert!(
                    whole
                        .iter()
                        .map(|file| json!(file.id))
                        .eq(list["id"].as_array().unwrap().clone())
                );
                whole.len()
            })
            .collect();
        assert_eq!(lens, [500, 500, 500, 500, 400]);
        assert_eq!(held(&page, "list-5"), None);
        assert_eq!(held(&page, "end-0").unwrap()["packs"], 5);
        assert!(!page.contains("a</script>b"));
    }

    #[test]
    fn the_head_and_the_lost_are_in_the_page() {
        let page = written(std::iter::empty());
        let facts = held(&page, "facts-0").unwrap();
        assert_eq!((&facts["folder"], &facts["lost"]), (&json!("out"), &json!(1)));
        assert_eq!(facts["head"]["tool"]["version"], "1");
        assert_eq!(held(&page, "lost-0").unwrap()[0]["path"], "</script>");
        assert!(page.ends_with("</html>\n"));
    }

    #[test]
    fn a_pack_is_full_by_its_bytes_too() {
        let long = "x".repeat(MOST_BYTES / 2);
        let page = written((1..=4).map(|id| file(id, &long)));
        assert_eq!(held(&page, "end-0").unwrap()["packs"], 2);
    }
}
