//! What stands before the files.

use std::io::{self, Write};

use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, Event};

use super::element::{self, NAMESPACE, Out, hash, line, optional, text};
use crate::output::report::{ReportHead, ReportSource, ReportVolume};

/// The version of the schema.
const VERSION: &str = "1.2.0";

/// Writes the start of the root element, and all before the files.
pub(super) fn begin(head: &ReportHead, out: &mut dyn Write) -> io::Result<()> {
    let mut out = element::writer(out);
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    line(&mut out, 0)?;
    let root = BytesStart::new("dfxml").with_attributes([
        ("version", VERSION),
        ("xmlns", "http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ("xmlns:afterimage", NAMESPACE),
    ]);
    out.write_event(Event::Start(root))?;
    metadata(head, &mut out)?;
    creator(head, &mut out)?;
    around(&mut out, 1, "source", |out| {
        head.sources.iter().try_for_each(|source| text(out, 2, "image_filename", &source.path))
    })?;
    head.sources.iter().enumerate().try_for_each(|(at, one)| source(at, one, &mut out))?;
    for (at, source) in head.sources.iter().enumerate() {
        let volumes = source.volumes.iter();
        volumes.into_iter().try_for_each(|one| volume(at, source.sector_size, one, &mut out))?;
    }
    Ok(())
}

/// The report and its case as Dublin Core has them.
fn metadata(head: &ReportHead, out: &mut Out<'_>) -> io::Result<()> {
    let case = head.case.clone().unwrap_or_default();
    around(out, 1, "metadata", |out| {
        text(out, 2, "dc:type", "Recovered photos and videos")?;
        optional(out, 2, "dc:identifier", case.number.as_deref())?;
        optional(out, 2, "dc:source", case.evidence.as_deref())?;
        optional(out, 2, "dc:creator", case.examiner.as_deref())?;
        optional(out, 2, "dc:description", case.notes.as_deref())?;
        text(out, 2, "dc:date", &head.finished)?;
        text(out, 2, "dc:format", &head.schema)?;
        head.redacted.iter().try_for_each(|what| text(out, 2, "afterimage:redacted", what))?;
        optional(out, 2, "afterimage:incomplete", head.incomplete.as_deref())
    })
}

fn creator(head: &ReportHead, out: &mut Out<'_>) -> io::Result<()> {
    around(out, 1, "creator", |out| {
        text(out, 2, "program", &head.tool.name)?;
        text(out, 2, "version", &head.tool.version)?;
        around(out, 2, "execution_environment", |out| {
            text(out, 3, "command_line", &head.tool.command.join(" "))?;
            optional(out, 3, "start_time", element::time(&head.started).as_deref())
        })
    })
}

/// What DFXML has no element for.
fn source(at: usize, source: &ReportSource, out: &mut Out<'_>) -> io::Result<()> {
    around(out, 1, "afterimage:source", |out| {
        text(out, 2, "afterimage:number", &at.to_string())?;
        text(out, 2, "afterimage:path", &source.path)?;
        text(out, 2, "afterimage:kind", &source.kind)?;
        text(out, 2, "afterimage:size", &source.size.to_string())?;
        text(out, 2, "afterimage:sector_size", &source.sector_size.to_string())?;
        optional(out, 2, "afterimage:model", source.model.as_deref())?;
        optional(out, 2, "afterimage:serial", source.serial.as_deref())?;
        for (kind, digits) in &source.hashes {
            hash(out, 2, ("afterimage:hashdigest", kind), Some(digits))?;
        }
        for range in &source.unreadable {
            line(out, 2)?;
            let (offset, len) = (range.offset.to_string(), range.length.to_string());
            let run = out.create_element("afterimage:unreadable");
            let attributes = [("img_offset", offset.as_str()), ("len", len.as_str())];
            run.with_attributes(attributes).write_empty()?;
        }
        optional(out, 2, "afterimage:error", source.error.as_deref())
    })
}

fn volume(
    source: usize,
    sector_size: u32,
    volume: &ReportVolume,
    out: &mut Out<'_>,
) -> io::Result<()> {
    line(out, 1)?;
    let offset = volume.offset.to_string();
    let start = BytesStart::new("volume").with_attributes([("offset", offset.as_str())]);
    out.write_event(Event::Start(start))?;
    text(out, 2, "afterimage:source", &source.to_string())?;
    optional(out, 2, "afterimage:label", volume.label.as_deref())?;
    line(out, 2)?;
    out.write_event(Event::Start(BytesStart::new("byte_runs")))?;
    line(out, 3)?;
    let len = volume.length.to_string();
    let attributes = [("img_offset", offset.as_str()), ("len", len.as_str())];
    out.create_element("byte_run").with_attributes(attributes).write_empty()?;
    line(out, 2)?;
    out.write_event(Event::End(BytesEnd::new("byte_runs")))?;
    text(out, 2, "partition_offset", &offset)?;
    let positive = |size: u64| (size > 0).then(|| size.to_string());
    optional(out, 2, "sector_size", positive(sector_size.into()).as_deref())?;
    optional(out, 2, "block_size", positive(volume.cluster_size).as_deref())?;
    text(out, 2, "ftype_str", &volume.kind)?;
    line(out, 1)?;
    out.write_event(Event::End(BytesEnd::new("volume")))
}

/// An element around others.
fn around(
    out: &mut Out<'_>,
    depth: usize,
    name: &str,
    inner: impl FnOnce(&mut Out<'_>) -> io::Result<()>,
) -> io::Result<()> {
    line(out, depth)?;
    out.write_event(Event::Start(BytesStart::new(name)))?;
    inner(out)?;
    line(out, depth)?;
    out.write_event(Event::End(BytesEnd::new(name)))
}
