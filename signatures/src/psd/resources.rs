//! The image resources: thumbnail and Exif.

use crate::verdict::{Child, ExifBlock, ExifKind, Kinship, Reject, Span, Verdict};
use crate::view::{Endian::Big, View};

/// Most resources that are looked at; Photoshop knows some hundred kinds.
const MOST_RESOURCES: usize = 4096;

/// Bytes before the JPEG in a thumbnail resource. Source: "Thumbnail resource format".
const THUMBNAIL_HEAD_LEN: u64 = 28;

/// Signatures of resources by Photoshop, ImageReady and other programs. Source: ExifTool 12.57,
/// Photoshop.pm.
const SIGNATURES: [&[u8; 4]; 5] = [b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"];

/// Walks the resources, which must fill their section, and notes where thumbnail and Exif lie.
pub(super) fn look_into(
    view: &mut View<'_>,
    section: Span,
    verdict: &mut Verdict,
) -> Result<(), Reject> {
    let mut at = section.at;
    for _ in 0..MOST_RESOURCES {
        if at >= section.end() {
            return Ok(());
        }
        let signature: [u8; 4] = view.array(at)?;
        if !SIGNATURES.contains(&&signature) {
            return Err(view.malformed(at, "signature of a resource"));
        }
        let (id, name_len) = (view.u16(at + 4, Big)?, u64::from(view.u8(at + 6)?));
        // The name and its length byte take an even number of bytes, as the data does.
        let len_at = at + 6 + (name_len + 1).next_multiple_of(2);
        let data = Span { at: len_at + 4, len: u64::from(view.u32(len_at, Big)?) };
        if data.end() > section.end() {
            return Err(view.malformed(len_at, "length of a resource"));
        }
        match id {
            0x0409 | 0x040c if data.len > THUMBNAIL_HEAD_LEN => {
                let span = Span::between(data.at + THUMBNAIL_HEAD_LEN, data.end());
                verdict.children.push(Child { span, kinship: Kinship::Thumbnail });
            }
            0x0422 if data.len > 0 => {
                verdict.exif.push(ExifBlock { span: data, kind: ExifKind::Primary });
            }
            _ => {}
        }
        at = data.at + data.len.next_multiple_of(2);
    }
    Err(Reject::OverBudget { at: view.base() + at, len: MOST_RESOURCES as u64 })
}
