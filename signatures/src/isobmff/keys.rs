//! Apple's metadata keys in `moov`: what pairs the video of a Live Photo with its picture.
//!
//! Source: Apple, QuickTime File Format Specification (2012), "Metadata"; ExifTool 12.57,
//! QuickTime.pm.

use super::layout::Layout;
use super::{FULL, Header};
use crate::verdict::Reject;
use crate::view::{Endian::Big, View};

/// The key whose value the picture's maker note repeats in tag 0x11.
const CONTENT_IDENTIFIER: &[u8] = b"com.apple.quicktime.content.identifier";

/// The longest identifier that is believed; Apple's are UUIDs of 36 characters.
const LONGEST: u64 = 128;

/// How many keys a file may have.
const MOST_KEYS: u32 = 1024;

/// The identifier that the video at the view's start shares with the picture of a Live Photo.
pub fn content_identifier(view: &mut View<'_>) -> Option<String> {
    let moov = Layout::read(view).ok()?.find(b"moov")?;
    of_movie(view, moov)
}

/// The identifier in the box `moov`.
pub(crate) fn of_movie(view: &mut View<'_>, moov: Header) -> Option<String> {
    let meta = moov.boxes(0).find(view, b"meta").ok()??;
    value(view, meta, CONTENT_IDENTIFIER).ok()?
}

/// The text that belongs to `key` in the box `meta`.
fn value(view: &mut View<'_>, meta: Header, key: &[u8]) -> Result<Option<String>, Reject> {
    // QuickTime's box has no version; that of ISO has one.
    let skip = if view.array(meta.body + 4)? == *b"hdlr" { 0 } else { FULL };
    let Some(keys) = meta.boxes(skip).find(view, b"keys")? else { return Ok(None) };
    let Some(ilst) = meta.boxes(skip).find(view, b"ilst")? else { return Ok(None) };
    let Some(index) = index(view, keys, key)? else { return Ok(None) };
    let Some(item) = ilst.boxes(0).find(view, &index.to_be_bytes())? else { return Ok(None) };
    let data = item.boxes(0).need(view, b"data", "data")?;
    // A type (1 is UTF-8) and a locale come first.
    let mut body = view.sub(data.body, (data.end - data.body).min(8 + LONGEST))?;
    if body.u32(0, Big)? != 1 {
        return Ok(None);
    }
    let len = body.len() as usize - 8;
    let text = body.bytes(8, len)?.trim_ascii();
    let plain = text.iter().all(u8::is_ascii_graphic) && !text.is_empty();
    Ok(plain.then(|| text.iter().copied().map(char::from).collect()))
}

/// The number of `key` in the box `keys`, counted from 1.
fn index(view: &mut View<'_>, keys: Header, key: &[u8]) -> Result<Option<u32>, Reject> {
    let mut body = view.sub(keys.body, keys.end - keys.body)?;
    let count = body.u32(FULL, Big)?.min(MOST_KEYS);
    let mut at = FULL + 4;
    for number in 1..=count {
        let len = u64::from(body.u32(at, Big)?);
        if len < 8 {
            return Err(body.malformed(at, "key size"));
        }
        let is_it = len == 8 + key.len() as u64
            && body.array(at + 4)? == *b"mdta"
            && body.bytes(at + 8, key.len())? == key;
        if is_it {
            return Ok(Some(number));
        }
        at += len;
    }
    Ok(None)
}
