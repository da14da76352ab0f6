//! The `iprp` box: what is known of each item.

use super::chain::Coding;
use super::{Boxes, FULL, Header, number};
use crate::verdict::Reject;
use crate::view::{Endian::Big, View};

/// A property that some check needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// Width and height in pixels.
    Size(u32, u32),
    /// How the item's bytes are coded.
    Coded(Coding),
    /// Any other.
    Other,
}

/// Reads the properties in `ipco`, in the order that associations count them in.
///
/// Source: ISO/IEC 23008-12:2022, 9.3.1 "Item properties box"; 6.5.3 "Image spatial extents".
pub fn properties(view: &mut View<'_>, iprp: Header) -> Result<Vec<Property>, Reject> {
    let ipco = iprp.boxes(0).need(view, b"ipco", "ipco")?;
    let (mut boxes, mut found) = (ipco.boxes(0), Vec::new());
    while let Some(header) = boxes.next(view)? {
        found.push(match (&header.kind, coding(view, header)?) {
            (_, Some(coding)) => Property::Coded(coding),
            (b"ispe", None) => {
                let mut body = view.sub(header.body, header.end - header.body)?;
                let (width, height) = (body.u32(FULL, Big)?, body.u32(FULL + 4, Big)?);
                Property::Size(width, height)
            }
            _ => Property::Other,
        });
    }
    Ok(found)
}

/// The coding that a decoder configuration box announces, if it is one.
///
/// Source: ISO/IEC 14496-15:2022, 5.3.3.1.2 (`avcC`: lengthSizeMinusOne ends its fifth byte) and
/// 8.3.2.1 (`hvcC`: it ends the 22nd); AV1 in ISOBMFF 1.2, 2.3.3 (`av1C`: marker bit and version
/// are 0x81).
pub fn coding(view: &mut View<'_>, header: Header) -> Result<Option<Coding>, Reject> {
    let mut body = view.sub(header.body, header.end - header.body)?;
    match &header.kind {
        b"avcC" => Ok(Some(Coding::Avc { length: (body.u8(4)? & 3) + 1 })),
        b"hvcC" => Ok(Some(Coding::Hevc { length: (body.u8(21)? & 3) + 1 })),
        b"av1C" if body.u8(0)? == 0x81 => Ok(Some(Coding::Av1)),
        b"av1C" => Err(body.malformed(0, "av1C version")),
        _ => Ok(None),
    }
}

/// Calls `each` with every item and the one-based index of every property it has.
///
/// Source: ISO/IEC 23008-12:2022, 9.3.1 "Item properties box" (`ipma`).
pub fn associations(
    view: &mut View<'_>,
    iprp: Header,
    each: &mut dyn FnMut(u32, usize),
) -> Result<(), Reject> {
    let mut boxes: Boxes = iprp.boxes(0);
    while let Some(ipma) = boxes.find(view, b"ipma")? {
        let (version, flags) = ipma.version(view)?;
        let mut body = view.sub(ipma.body, ipma.end - ipma.body)?;
        let id = if version == 0 { 2 } else { 4 };
        let mut at = FULL + 4;
        for _ in 0..body.u32(FULL, Big)? {
            let item = number(&mut body, at, id)? as u32;
            let count = body.u8(at + u64::from(id))?;
            at += u64::from(id) + 1;
            for _ in 0..count {
                let index = if flags & 1 == 0 {
                    u16::from(body.u8(at)? & 0x7f)
                } else {
                    body.u16(at, Big)? & 0x7fff
                };
                at += if flags & 1 == 0 { 1 } else { 2 };
                each(item, usize::from(index));
            }
        }
    }
    Ok(())
}
