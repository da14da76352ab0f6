//! Google's container directory in XMP: what follows the picture, in order.
//!
//! Source: Android developer documentation, "Motion Photo format 1.0" and "Ultra HDR Image
//! Format v1.1".

use super::marker::Marker;
use super::segments::xmp;
use crate::verdict::{Kinship, MOST_CHILDREN};
use crate::view::View;

/// An item of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is to the picture; nothing for the picture itself.
    pub kinship: Option<Kinship>,
    /// Length in bytes; 0 when the directory does not tell.
    pub len: u64,
    /// Bytes between it and the next item.
    pub padding: u64,
}

/// What the XMP of a picture says of what follows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announced {
    /// The directory, the picture first.
    pub items: Vec<Item>,
    /// Whether a video is announced, in the directory or as the older `MicroVideo`.
    pub video: bool,
    /// Whether the picture has a gain map.
    pub gain_map: bool,
}

/// Reads what the first picture's XMP announces.
pub fn announced(view: &mut View<'_>, segments: &[Marker]) -> Announced {
    let mut all = Announced::default();
    for marker in segments {
        let Some(text) = xmp(view, marker) else {
            continue;
        };
        let has = |what: &str| memchr::memmem::find(text, what.as_bytes()).is_some();
        all.video |= has("MicroVideo") || has("MotionPhoto");
        all.gain_map |= has("hdrgm:Version");
        if all.items.is_empty() {
            all.items = items(text);
        }
    }
    all
}

/// The items of the directory in `text`, written as attributes or as elements.
fn items(text: &[u8]) -> Vec<Item> {
    const ITEM: &[u8] = b"Container:Item";
    let end = memchr::memmem::find(text, b":Directory>").map_or(text.len(), |start| {
        let rest = &text[start + 1..];
        memchr::memmem::find(rest, b":Directory>").map_or(text.len(), |more| start + 1 + more)
    });
    let text = &text[..end];
    let opens = |&at: &usize| {
        let before = &text[..at];
        let tag = before.iter().rposition(|&byte| matches!(byte, b'<' | b'/' | b'"' | b' '));
        tag.is_some_and(|tag| before[tag] == b'<')
    };
    let starts: Vec<_> = memchr::memmem::find_iter(text, ITEM)
        .filter(opens)
        .map(|at| at + ITEM.len())
        .take(MOST_CHILDREN)
        .collect();
    let ends = starts.iter().skip(1).copied().chain([end]);
    starts.iter().zip(ends).map(|(&start, end)| item(&text[start..end])).collect()
}

fn item(text: &[u8]) -> Item {
    let number = |name: &str| value(text, name).and_then(|value| value.parse().ok()).unwrap_or(0);
    let semantic = value(text, "Item:Semantic").unwrap_or_default();
    let mime = value(text, "Item:Mime").unwrap_or_default();
    let kinship = match semantic {
        "Primary" => None,
        "GainMap" => Some(Kinship::GainMap),
        "MotionPhoto" => Some(Kinship::Motion),
        _ if mime.starts_with("video/") => Some(Kinship::Motion),
        _ => Some(Kinship::Secondary),
    };
    Item { kinship, len: number("Item:Length"), padding: number("Item:Padding") }
}

/// The value of an attribute `name="value"` or an element `<name>value</name>`.
fn value<'t>(text: &'t [u8], name: &str) -> Option<&'t str> {
    let at = memchr::memmem::find(text, name.as_bytes())? + name.len();
    let rest = text[at..].trim_ascii_start();
    let rest = match rest.split_first()? {
        (b'=', rest) => rest.trim_ascii_start().get(1..)?,
        (b'>', rest) => rest.trim_ascii_start(),
        _ => return None,
    };
    let len = rest.iter().position(|byte| matches!(byte, b'"' | b'\'' | b'<'))?;
    std::str::from_utf8(rest[..len].trim_ascii_end()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: [Item; 3] = [
        Item { kinship: None, len: 0, padding: 8 },
        Item { kinship: Some(Kinship::GainMap), len: 31738, padding: 0 },
        Item { kinship: Some(Kinship::Motion), len: 99, padding: 0 },
    ];

    #[test]
    fn items_may_be_attributes() {
        let text = br#"<x Item:Length="7"/><Container:Directory><rdf:Seq>
            <rdf:li><Container:Item Item:Semantic="Primary" Item:Padding = '8'/></rdf:li>
            <rdf:li><Container:Item Item:Length="31738" Item:Semantic="GainMap"/></rdf:li>
            <rdf:li><Container:Item Item:Mime="video/mp4" Item:Semantic="MotionPhoto"
                Item:Length="99"/></rdf:li>
            </rdf:Seq></Container:Directory><x Item:Padding="7"/>"#;
        assert_eq!(items(text), EXPECTED);
    }

    #[test]
    fn items_may_be_elements() {
        let text = b"<GContainer:Directory><rdf:li rdf:parseType='Resource'><GContainer:Item
            rdf:parseType='Resource'><Item:Semantic>Primary</Item:Semantic>
            <Item:Padding> 8 </Item:Padding></GContainer:Item></rdf:li><rdf:li>
            <GContainer:Item><Item:Semantic>GainMap</Item:Semantic>
            <Item:Length>31738</Item:Length></GContainer:Item><GContainer:Item>
            <Item:Mime>video/mp4</Item:Mime><Item:Length>99</Item:Length></GContainer:Item>";
        assert_eq!(items(text), EXPECTED);
    }

    #[test]
    fn nonsense_is_no_item() {
        for text in [&b""[..], b"Container:Item", b"/Container:Item", b":Directory>:Directory>"] {
            assert_eq!(items(text), [], "{text:?}");
        }
        assert_eq!(items(b"<Container:Item Item:Length='99999999999999999999999'")[0].len, 0);
    }
}
