//! Elements of a DFXML document.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesText, Event};

use crate::model::Moment;
use crate::output::views::shown::for_xml;

/// The namespace of the elements that DFXML does not have.
pub(super) const NAMESPACE: &str = "urn:afterimage:dfxml:1";

/// Where elements are written.
pub(super) type Out<'o> = Writer<&'o mut dyn Write>;

/// A writer of elements that stand `depth` below the root.
pub(super) fn writer(out: &mut dyn Write) -> Out<'_> {
    Writer::new(out)
}

/// Begins a line of its own.
pub(super) fn line(out: &mut Out<'_>, depth: usize) -> io::Result<()> {
    let space = format!("\n{}", "  ".repeat(depth));
    out.write_event(Event::Text(BytesText::from_escaped(space)))
}

/// An element with a text.
pub(super) fn text(out: &mut Out<'_>, depth: usize, name: &str, text: &str) -> io::Result<()> {
    line(out, depth)?;
    let content = for_xml(text);
    out.create_element(name).write_text_content(BytesText::new(&content)).map(drop)
}

/// The same, where there is a text.
pub(super) fn optional(
    out: &mut Out<'_>,
    depth: usize,
    name: &str,
    content: Option<&str>,
) -> io::Result<()> {
    content.map_or(Ok(()), |content| text(out, depth, name, content))
}

/// A hash.
pub(super) fn hash(
    out: &mut Out<'_>,
    depth: usize,
    (name, kind): (&str, &str),
    digits: Option<&str>,
) -> io::Result<()> {
    let Some(digits) = digits.filter(|digits| !digits.is_empty()) else { return Ok(()) };
    line(out, depth)?;
    let (content, kind) = (for_xml(digits), for_xml(kind));
    let element = out.create_element(name).with_attribute(("type", kind.as_ref()));
    element.write_text_content(BytesText::new(&content)).map(drop)
}

/// A time as XML has it; nothing where the text is none.
pub(super) fn time(text: &str) -> Option<String> {
    let instant = || text.parse::<jiff::Timestamp>().is_ok();
    let is_time = Moment::parse(text, None).is_some() || instant();
    // XML takes a letter T, digits and a zone, and neither comments nor names of zones.
    let is_plain = text.len() >= 19
        && text.as_bytes()[10] == b'T'
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"-T:.Z+".contains(&byte));
    (is_time && is_plain).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_report_are_times_of_xml() {
        for good in ["2024-05-17T18:03:22", "2024-05-17T18:03:22Z", "2024-05-17T18:03:22.5-05:30"] {
            assert_eq!(time(good).as_deref(), Some(good));
        }
        let bad =
            ["", "2024-05-17", "2024-05-17T18:03:22[Europe/Berlin]", "2024-05-17 18:03:22", "x"];
        assert!(bad.iter().all(|bad| time(bad).is_none()));
    }
}
