//! Image file directories, in either byte order, as TIFF, Exif and MPF have them.
//!
//! Source: TIFF 6.0 (1992), section 2.

/// Byte order of a TIFF structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Least significant byte first, "II".
    Little,
    /// Most significant byte first, "MM".
    Big,
}

impl Order {
    /// The TIFF header, with the first directory right behind it.
    pub fn header(self) -> Vec<u8> {
        match self {
            Order::Little => b"II\x2a\0\x08\0\0\0".to_vec(),
            Order::Big => b"MM\0\x2a\0\0\0\x08".to_vec(),
        }
    }

    /// A 16-bit number.
    pub fn short(self, value: u16) -> [u8; 2] {
        match self {
            Order::Little => value.to_le_bytes(),
            Order::Big => value.to_be_bytes(),
        }
    }

    /// A 32-bit number.
    pub fn long(self, value: u32) -> [u8; 4] {
        match self {
            Order::Little => value.to_le_bytes(),
            Order::Big => value.to_be_bytes(),
        }
    }
}

/// One entry: tag, type, count and the value's bytes.
#[derive(Clone, Debug)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    value: Vec<u8>,
}

/// A directory that is being filled; entries may come in any order.
#[derive(Clone, Debug)]
pub struct Ifd {
    order: Order,
    entries: Vec<Entry>,
}

impl Ifd {
    /// An empty directory.
    pub fn new(order: Order) -> Self {
        Ifd { order, entries: Vec::new() }
    }

    /// A text, ended by a zero.
    pub fn ascii(self, tag: u16, text: &str) -> Self {
        self.raw(tag, 2, text.len() as u32 + 1, [text.as_bytes(), b"\0"].concat())
    }

    /// 16-bit numbers.
    pub fn shorts(self, tag: u16, values: &[u16]) -> Self {
        let bytes = values.iter().flat_map(|&value| self.order.short(value)).collect();
        self.raw(tag, 3, values.len() as u32, bytes)
    }

    /// A 32-bit number.
    pub fn long(self, tag: u16, value: u32) -> Self {
        let bytes = self.order.long(value).to_vec();
        self.raw(tag, 4, 1, bytes)
    }

    /// Unsigned fractions.
    pub fn rationals(self, tag: u16, values: &[(u32, u32)]) -> Self {
        let order = self.order;
        let bytes = values.iter().flat_map(|&(over, under)| [order.long(over), order.long(under)]);
        let bytes = bytes.flatten().collect();
        self.raw(tag, 5, values.len() as u32, bytes)
    }

    /// Bytes of no particular meaning.
    pub fn opaque(self, tag: u16, bytes: &[u8]) -> Self {
        self.raw(tag, 7, bytes.len() as u32, bytes.to_vec())
    }

    /// An entry of any type.
    pub fn raw(mut self, tag: u16, kind: u16, count: u32, value: Vec<u8>) -> Self {
        self.entries.push(Entry { tag, kind, count, value });
        self
    }

    /// Bytes that it takes, its out-of-line values included.
    pub fn len(&self) -> usize {
        let outside = self.entries.iter().map(|entry| match entry.value.len() {
            0..=4 => 0,
            len => len.next_multiple_of(2),
        });
        2 + 12 * self.entries.len() + 4 + outside.sum::<usize>()
    }

    /// Whether it has no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The directory's bytes when it lies at `at` and the next one at `next`, or nowhere.
    pub fn at(&self, at: usize, next: usize) -> Vec<u8> {
        let order = self.order;
        let mut entries = self.entries.clone();
        entries.sort_by_key(|entry| entry.tag);
        let mut out = order.short(entries.len() as u16).to_vec();
        let mut outside = Vec::new();
        let behind = at + 2 + 12 * entries.len() + 4;
        for Entry { tag, kind, count, mut value } in entries {
            out.extend(order.short(tag));
            out.extend(order.short(kind));
            out.extend(order.long(count));
            if value.len() <= 4 {
                value.resize(4, 0);
                out.extend(value);
                continue;
            }
            out.extend(order.long((behind + outside.len()) as u32));
            outside.extend(value);
            outside.resize(outside.len().next_multiple_of(2), 0);
        }
        out.extend(order.long(next as u32));
        out.extend(outside);
        out
    }
}
