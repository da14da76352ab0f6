//! Canon's CIFF: heaps of records with their directory at the end.
//!
//! Source: ExifTool, CanonRaw.pm.

use super::SIZE;
use crate::Sample;
use crate::ifd::Order;
use crate::tiff::{jpeg, noise};

/// Files of either byte order, and one that Canon's program has edited.
pub fn samples() -> Vec<Sample> {
    let plain = crw(Order::Little);
    let edited = edited(&plain);
    vec![
        Sample::new("crw", "EOS D30", plain),
        Sample::new("crw", "big-endian", crw(Order::Big)),
        Sample::new("crw", "edited", edited),
    ]
}

/// Length of a file's header, in bytes.
const HEADER_LEN: usize = 26;

/// A heap in the making.
struct Heap {
    order: Order,
    data: Vec<u8>,
    entries: Vec<u8>,
}

impl Heap {
    fn new(order: Order) -> Self {
        Heap { order, data: Vec::new(), entries: Vec::new() }
    }

    /// A record in the heap, padded to an even length.
    fn record(mut self, tag: u16, bytes: &[u8]) -> Self {
        let (len, at) = (bytes.len() as u32, self.data.len() as u32);
        self.entries.extend(self.order.short(tag));
        self.entries.extend([len, at].iter().flat_map(|&number| self.order.long(number)));
        self.data.extend(bytes);
        self.data.resize(self.data.len().next_multiple_of(2), 0);
        self
    }

    /// A record of eight bytes in the directory itself.
    fn inline(mut self, tag: u16, bytes: [u8; 8]) -> Self {
        self.entries.extend(self.order.short(tag | 0x4000));
        self.entries.extend(bytes);
        self
    }

    /// The heap with its directory and the offset of that.
    fn close(self) -> Vec<u8> {
        let count = self.order.short((self.entries.len() / 10) as u16);
        let pointer = self.order.long(self.data.len() as u32);
        [&self.data[..], &count, &self.entries, &pointer].concat()
    }
}

fn crw(order: Order) -> Vec<u8> {
    let mark: &[u8] = if order == Order::Little { b"II" } else { b"MM" };
    let mut out = [mark, &order.long(HEADER_LEN as u32), b"HEAPCCDR\x02\0\x01\0"].concat();
    out.resize(HEADER_LEN, 0);
    let info = [SIZE.0, SIZE.1, 0x3f80_0000, 0, 8, 24, 257].map(|number| order.long(number));
    let names = Heap::new(order).record(0x080a, b"Canon\0Canon EOS 0D\0").close();
    let properties = Heap::new(order)
        .inline(0x1803, *b"\x01\0\x02\0\0\0\x20\x41")
        .record(0x1810, info.as_flattened())
        .record(0x0816, b"CRW_0001.CRW\0")
        .record(0x2807, &names)
        .close();
    let heap = Heap::new(order)
        .record(0x2005, &noise(43, (SIZE.0 * SIZE.1) as usize))
        .record(0x2007, &jpeg::baseline(&[], 6000))
        .record(0x2008, &jpeg::baseline(&[], 700))
        .record(0x300a, &properties)
        .close();
    out.extend(heap);
    out
}

/// The file with Canon's recipe behind it, which repeats the offset that ended the file.
fn edited(plain: &[u8]) -> Vec<u8> {
    const MARK: &[u8] = b"CANON OPTIONAL DATA\0";
    let recipe = noise(47, 468);
    let len = (recipe.len() as u32).to_be_bytes();
    let header = [MARK, &[0, 1, 0, 0], &len].concat();
    let footer = [MARK, &len, &[0; 36], &plain[plain.len() - 4..]].concat();
    [plain, &header, &recipe, &footer].concat()
}
