//! The `meta` box of a picture file: its items and how they depend on each other.

use super::chain::Coding;
use super::location::{Base, locations};
use super::property::{Property, associations, properties};
use super::{FULL, Header, number};
use crate::verdict::{Reject, Span};
use crate::view::{Endian::Big, View};

/// How many items a file may have; a picture of 16 x 16 tiles a thousand times over fits.
const MOST_ITEMS: usize = 1 << 18;

/// How many references items may make to one another.
const MOST_REFERENCES: usize = 1 << 18;

/// One item: a picture, a tile of one, metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its number in this file.
    pub id: u32,
    /// Its four-character type, such as `hvc1` or `Exif`; zeros in the oldest tables.
    pub kind: [u8; 4],
    /// Whether its bytes are encrypted.
    pub protected: bool,
    /// Its pieces in order, in the file.
    pub extents: Vec<Span>,
    /// Whether they lie in the `idat` box, hence in `meta`.
    pub in_meta: bool,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// How it is coded.
    pub coding: Option<Coding>,
}

/// A reference from one item to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its type, such as `thmb` (a thumbnail of) or `dimg` (derived from).
    pub kind: [u8; 4],
    /// The item that refers.
    pub from: u32,
    /// The items referred to.
    pub to: Vec<u32>,
}

/// The items of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items {
    /// The picture to show.
    pub primary: u32,
    /// All items, by number.
    pub list: Vec<Item>,
    /// All references.
    pub references: Vec<Reference>,
}

impl Items {
    /// Reads the box `meta`, which must be one of pictures: handler `pict`, a list of items, their
    /// locations, and at least one item that has a size.
    ///
    /// Source: ISO/IEC 14496-12:2022, 8.11 "Metadata support"; ISO/IEC 23008-12:2022, 6.2.
    pub fn read(view: &mut View<'_>, meta: Header) -> Result<Self, Reject> {
        view.check(meta.at, meta.end - meta.at)?;
        let boxes = meta.boxes(FULL);
        let hdlr = boxes.clone().need(view, b"hdlr", "hdlr")?;
        if &view.array::<4>(hdlr.body + 8)? != b"pict" {
            return Err(view.malformed(hdlr.body + 8, "meta handler"));
        }
        let iinf = boxes.clone().need(view, b"iinf", "iinf")?;
        let mut list = list(view, iinf)?;
        list.sort_by_key(|item| item.id);
        list.dedup_by_key(|item| item.id);
        let pitm = boxes.clone().need(view, b"pitm", "pitm")?;
        let wide = pitm.version(view)?.0 > 0;
        let primary = number(view, pitm.body + FULL, if wide { 4 } else { 2 })? as u32;
        let mut items = Items { primary, list, references: Vec::new() };
        items.locate(view, meta)?;
        items.describe(view, meta)?;
        if let Some(iref) = boxes.clone().find(view, b"iref")? {
            items.references = references(view, iref)?;
        }
        if items.list.iter().all(|item| item.size.is_none()) {
            return Err(view.malformed(meta.at, "image sizes"));
        }
        Ok(items)
    }

    /// The item of that number.
    pub fn get(&self, id: u32) -> Option<&Item> {
        self.list.binary_search_by_key(&id, |item| item.id).ok().map(|index| &self.list[index])
    }

    fn get_mut(&mut self, id: u32) -> Option<&mut Item> {
        self.list.binary_search_by_key(&id, |item| item.id).ok().map(|index| &mut self.list[index])
    }

    /// The references of that type.
    pub fn references(&self, kind: &[u8; 4]) -> impl Iterator<Item = &Reference> {
        self.references.iter().filter(move |reference| &reference.kind == kind)
    }

    fn locate(&mut self, view: &mut View<'_>, meta: Header) -> Result<(), Reject> {
        let iloc = meta.boxes(FULL).need(view, b"iloc", "iloc")?;
        let idat = meta.boxes(FULL).find(view, b"idat")?;
        for location in locations(view, iloc)? {
            let Some(item) = self.get_mut(location.item) else { continue };
            match (location.base, idat) {
                (Base::File, _) => item.extents = location.extents,
                (Base::Idat, Some(idat)) => {
                    let moved = location.extents.iter().map(|extent| Span {
                        at: idat.body.saturating_add(extent.at),
                        len: extent.len,
                    });
                    item.extents = moved.filter(|&extent| idat.body().holds(extent)).collect();
                    item.in_meta = true;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn describe(&mut self, view: &mut View<'_>, meta: Header) -> Result<(), Reject> {
        let iprp = meta.boxes(FULL).need(view, b"iprp", "iprp")?;
        let properties = properties(view, iprp)?;
        associations(view, iprp, &mut |id, index| {
            let property = index.checked_sub(1).and_then(|index| properties.get(index));
            let Some(item) = self.get_mut(id) else { return };
            match property {
                Some(&Property::Size(width, height)) if width > 0 && height > 0 => {
                    item.size = Some((width, height));
                }
                Some(&Property::Coded(coding)) => item.coding = Some(coding),
                _ => {}
            }
        })
    }
}

/// The items that `iinf` lists, in its order.
///
/// Source: ISO/IEC 14496-12:2022, 8.11.6 "Item information box".
fn list(view: &mut View<'_>, iinf: Header) -> Result<Vec<Item>, Reject> {
    let count_len = if iinf.version(view)?.0 == 0 { 2 } else { 4 };
    let count = number(view, iinf.body + FULL, count_len)?;
    let (mut boxes, mut list) = (iinf.boxes(FULL + u64::from(count_len)), Vec::new());
    while (list.len() as u64) < count {
        let Some(infe) = boxes.find(view, b"infe")? else {
            return Err(view.malformed(iinf.body + FULL, "item count"));
        };
        if list.len() >= MOST_ITEMS {
            return Err(Reject::OverBudget { at: iinf.at, len: count });
        }
        list.push(item(view, infe)?);
    }
    if list.is_empty() {
        return Err(view.malformed(iinf.body + FULL, "item count"));
    }
    Ok(list)
}

fn item(view: &mut View<'_>, infe: Header) -> Result<Item, Reject> {
    let version = infe.version(view)?.0;
    let mut body = view.sub(infe.body, infe.end - infe.body)?;
    let id_len = if version == 3 { 4 } else { 2 };
    let after = FULL + u64::from(id_len);
    let id = number(&mut body, FULL, id_len)? as u32;
    let protected = body.u16(after, Big)? != 0;
    let kind = if version < 2 { [0; 4] } else { body.array(after + 2)? };
    let (extents, in_meta) = (Vec::new(), false);
    Ok(Item { id, kind, protected, extents, in_meta, size: None, coding: None })
}

/// The references in the box `iref`.
///
/// Source: ISO/IEC 14496-12:2022, 8.11.12 "Item reference box".
fn references(view: &mut View<'_>, iref: Header) -> Result<Vec<Reference>, Reject> {
    let id_len = if iref.version(view)?.0 == 0 { 2 } else { 4 };
    let (mut boxes, mut found) = (iref.boxes(FULL), Vec::new());
    let mut left = MOST_REFERENCES;
    while let Some(header) = boxes.next(view)? {
        let mut body = view.sub(header.body, header.end - header.body)?;
        let step = u64::from(id_len);
        let from = number(&mut body, 0, id_len)? as u32;
        let count = usize::from(body.u16(step, Big)?);
        left = left
            .checked_sub(count + 1)
            .ok_or(Reject::OverBudget { at: header.at, len: count as u64 })?;
        let mut to = Vec::new();
        for index in 0..count as u64 {
            to.push(number(&mut body, step + 2 + index * step, id_len)? as u32);
        }
        found.push(Reference { kind: header.kind, from, to });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes()[..], kind, body].concat()
    }

    fn meta(handler: &[u8; 4], width: u8) -> Vec<u8> {
        let ispe = boxed(b"ispe", &[0, 0, 0, 0, 0, 0, 0, width, 0, 0, 0, 9]);
        let ipma = boxed(b"ipma", b"\0\0\0\0\0\0\0\x01\0\x07\x01\x81");
        let infe = boxed(b"infe", b"\x02\0\0\0\0\x07\0\0grid\0");
        let parts = [
            [0; 4].to_vec(),
            boxed(b"hdlr", &[&[0; 8], &handler[..], &[0; 13]].concat()),
            boxed(b"pitm", b"\0\0\0\0\0\x07"),
            boxed(b"iinf", &[b"\0\0\0\0\0\x01", &infe[..]].concat()),
            boxed(b"iloc", b"\x01\0\0\0\x44\0\0\x01\0\x07\0\x01\0\0\0\x01\0\0\0\x02\0\0\0\x03"),
            boxed(b"idat", b"abcdefgh"),
            boxed(b"iprp", &[boxed(b"ipco", &ispe), ipma].concat()),
            boxed(b"iref", &[&[0; 4], &boxed(b"dimg", b"\0\x07\0\x02\0\x08\0\x09")[..]].concat()),
        ];
        boxed(b"meta", &parts.concat())
    }

    fn read(data: &[u8]) -> Result<Items, Reject> {
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let mut view = View::new(&data, &runs, &mut buffer);
        let header = Header::read(&mut view, 0)?;
        Items::read(&mut view, header)
    }

    #[test]
    fn an_item_knows_its_place_size_and_sources() {
        let data = meta(b"pict", 16);
        let items = read(&data).unwrap();
        let item = items.get(items.primary).unwrap();
        assert_eq!((&item.kind, item.size, item.in_meta), (b"grid", Some((16, 9)), true));
        let Span { at, len } = item.extents[0];
        assert_eq!(&data[at as usize..(at + len) as usize], b"cde");
        assert_eq!(items.references(b"dimg").next().unwrap().to, [8, 9]);
    }

    #[test]
    fn what_is_no_picture_is_malformed() {
        let what = |data: &[u8]| match read(data) {
            Err(Reject::Malformed { what, .. }) => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(what(&meta(b"mdir", 16)), "meta handler");
        assert_eq!(what(&meta(b"pict", 0)), "image sizes");
    }

    #[test]
    fn every_cut_is_a_reject() {
        let data = meta(b"pict", 16);
        for cut in 0..data.len() {
            assert!(read(&data[..cut]).is_err(), "cut at {cut}");
        }
    }
}
