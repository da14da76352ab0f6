//! One file.

use std::io::{self, Write};

use quick_xml::events::{BytesEnd, BytesStart, Event};

use super::element::{self, Out, hash, line, optional, text};
use super::extra::extra;
use crate::model::Status;
use crate::output::report::{ReportFile, ReportRun, RunOrigin, word};

/// Writes a file.
pub(super) fn write(file: &ReportFile, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut element::writer(out);
    line(out, 1)?;
    out.write_event(Event::Start(BytesStart::new("fileobject")))?;
    let known = file.original_path.as_deref().or(file.name.as_deref()).or(file.path.as_deref());
    optional(out, 2, "filename", known)?;
    text(out, 2, "id", &file.id.to_string())?;
    text(out, 2, "name_type", "r")?;
    text(out, 2, "filesize", &file.size.to_string())?;
    let is_allocated = match file.status {
        Status::Live => Some("1"),
        Status::Deleted => Some("0"),
        Status::Unknown => None,
    };
    optional(out, 2, "alloc", is_allocated)?;
    let time = |text: &Option<String>| text.as_deref().and_then(element::time);
    optional(out, 2, "mtime", time(&file.modified).as_deref())?;
    optional(out, 2, "dtime", time(&file.deleted_at).as_deref())?;
    if !file.runs.is_empty() {
        byte_runs(&file.runs, out)?;
    }
    hash(out, 2, ("hashdigest", "md5"), file.md5.as_deref())?;
    hash(out, 2, ("hashdigest", "sha1"), file.sha1.as_deref())?;
    hash(out, 2, ("hashdigest", "sha256"), file.sha256.as_deref())?;
    extra(file, out)?;
    line(out, 1)?;
    out.write_event(Event::End(BytesEnd::new("fileobject")))
}

/// The runs in order. One that comes out of packed bytes has where those lie, how many there are, how many of them stand
/// before the data, and where in what comes out it begins. One whose bytes are not from the source has them in `fill`, in hex, and no offset there.
fn byte_runs(runs: &[ReportRun], out: &mut Out<'_>) -> io::Result<()> {
    line(out, 2)?;
    out.write_event(Event::Start(BytesStart::new("byte_runs")))?;
    let mut at = 0u64;
    for run in runs {
        line(out, 3)?;
        let inflated = run.inflated.as_ref();
        let taken = inflated.map_or(run.length, |inflated| inflated.packed);
        let (file_offset, len) = (at.to_string(), taken.to_string());
        let mut element = out.create_element("byte_run");
        element = element.with_attribute(("file_offset", file_offset.as_str()));
        if let (RunOrigin::Source | RunOrigin::Inflated, Some(offset)) = (run.origin, run.offset) {
            element = element.with_attribute(("img_offset", offset.to_string().as_str()));
        }
        element = element.with_attribute(("len", len.as_str()));
        if let Some(inflated) = inflated {
            let (len, skip) = (run.length.to_string(), inflated.skip.to_string());
            let start = inflated.start.to_string();
            element = element.with_attribute(("uncompressed_len", len.as_str()));
            element = element.with_attribute(("afterimage:method", inflated.method.as_str()));
            element = element.with_attribute(("afterimage:skip", skip.as_str()));
            element = element.with_attribute(("afterimage:start", start.as_str()));
        } else if run.origin != RunOrigin::Source {
            let digits = run.bytes.as_deref().unwrap_or_default();
            // What is no digit cannot be bytes.
            let digits: String = digits.chars().filter(char::is_ascii_hexdigit).collect();
            element = element.with_attribute(("fill", digits.as_str()));
            element = element.with_attribute(("afterimage:origin", word(run.origin).as_str()));
        }
        element.write_empty()?;
        at = at.saturating_add(run.length);
    }
    line(out, 2)?;
    out.write_event(Event::End(BytesEnd::new("byte_runs")))
}
