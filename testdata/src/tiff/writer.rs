//! Writes directories and patches offsets into them afterwards.

/// Byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// "II".
    Little,
    /// "MM".
    Big,
}

/// The values of a tag.
#[derive(Clone, Debug)]
pub enum Value {
    /// Bytes.
    Byte(Vec<u8>),
    /// Text, which gets its zero.
    Text(&'static str),
    /// 16-bit numbers.
    Short(Vec<u16>),
    /// 32-bit numbers.
    Long(Vec<u32>),
    /// Fractions.
    Rational(Vec<(u32, u32)>),
    /// Bytes of any meaning.
    Undefined(Vec<u8>),
}

/// One number of 16 bits.
pub fn short(value: u16) -> Value {
    Value::Short(vec![value])
}

/// One number of 32 bits.
pub fn long(value: u32) -> Value {
    Value::Long(vec![value])
}

/// A number that is set later, with [`Writer::set`].
pub fn later() -> Value {
    long(0)
}

/// A directory that was written.
#[derive(Clone, Debug)]
pub struct Directory {
    /// Where it lies.
    pub at: usize,
    tags: Vec<u16>,
}

/// A TIFF in the making.
#[derive(Clone, Debug)]
pub struct Writer {
    /// What was written so far.
    pub out: Vec<u8>,
    order: Order,
    big: bool,
}

impl Writer {
    /// A TIFF that begins with `magic`, byte order and all; the first directory's offset follows.
    pub fn new(magic: &[u8; 4]) -> Self {
        let order = if magic.starts_with(b"MM") { Order::Big } else { Order::Little };
        Writer { out: [&magic[..], &[0; 4]].concat(), order, big: false }
    }

    /// A BigTIFF.
    pub fn big() -> Self {
        let out = b"II+\0\x08\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        Writer { out, order: Order::Little, big: true }
    }

    /// Appends `bytes` at an even offset, which it returns.
    pub fn append(&mut self, bytes: &[u8]) -> u32 {
        self.out.resize(self.out.len().next_multiple_of(2), 0);
        let at = self.out.len();
        self.out.extend(bytes);
        at as u32
    }

    /// Appends a directory and the values that do not fit it. The first one is the file's first.
    pub fn directory(&mut self, fields: &[(u16, Value)]) -> Directory {
        let at = self.append(&[]) as usize;
        let (header, pointer) = if self.big { (8, 8) } else { (4, 4) };
        if self.out[header..header + pointer].iter().all(|&byte| byte == 0) {
            let bytes = self.pointer(at);
            self.out[header..header + pointer].copy_from_slice(&bytes);
        }
        let count = if self.big {
            self.number(fields.len() as u64, 8)
        } else {
            self.number(fields.len() as u64, 2)
        };
        let mut table = count;
        let mut values = Vec::new();
        let values_at = at + table.len() + fields.len() * (4 + 2 * pointer) + pointer;
        for (tag, value) in fields {
            let (kind, count, mut bytes) = self.encode(value);
            table.extend(self.number(u64::from(*tag), 2));
            table.extend(self.number(kind, 2));
            table.extend(self.number(count, pointer));
            if bytes.len() > pointer {
                table.extend(self.pointer(values_at + values.len()));
                bytes.resize(bytes.len().next_multiple_of(2), 0);
                values.extend(bytes);
            } else {
                bytes.resize(pointer, 0);
                table.extend(bytes);
            }
        }
        table.extend(self.pointer(0));
        self.out.extend(table);
        self.out.extend(values);
        Directory { at, tags: fields.iter().map(|field| field.0).collect() }
    }

    /// Sets the single 32-bit value of `tag`.
    pub fn set(&mut self, directory: &Directory, tag: u16, value: u32) {
        let index =
            directory.tags.iter().position(|&it| it == tag).expect("a tag of the directory");
        let (count_len, pointer) = if self.big { (8, 8) } else { (2, 4) };
        let at = directory.at + count_len + index * (4 + 2 * pointer) + 4 + pointer;
        let bytes = self.number(u64::from(value), 4);
        self.out[at..at + 4].copy_from_slice(&bytes);
    }

    /// Sets the 32-bit values of `tag`, two or more, as many as it has.
    pub fn set_list(&mut self, directory: &Directory, tag: u16, values: &[u32]) {
        let index =
            directory.tags.iter().position(|&it| it == tag).expect("a tag of the directory");
        let (count_len, pointer) = if self.big { (8, 8) } else { (2, 4) };
        let at = directory.at + count_len + index * (4 + 2 * pointer) + 4 + pointer;
        let number = |bytes: &[u8]| {
            let fold = |value: usize, byte: &u8| value << 8 | usize::from(*byte);
            match self.order {
                Order::Little => bytes.iter().rev().fold(0, fold),
                Order::Big => bytes.iter().fold(0, fold),
            }
        };
        let place = number(&self.out[at..at + pointer]);
        for (index, &value) in values.iter().enumerate() {
            let bytes = self.number(u64::from(value), 4);
            self.out[place + 4 * index..place + 4 * index + 4].copy_from_slice(&bytes);
        }
    }

    /// Makes `next` the successor of `directory`.
    pub fn chain(&mut self, directory: &Directory, next: &Directory) {
        let (count_len, pointer) = if self.big { (8, 8) } else { (2, 4) };
        let at = directory.at + count_len + directory.tags.len() * (4 + 2 * pointer);
        let bytes = self.pointer(next.at);
        self.out[at..at + pointer].copy_from_slice(&bytes);
    }

    fn pointer(&self, at: usize) -> Vec<u8> {
        self.number(at as u64, if self.big { 8 } else { 4 })
    }

    fn number(&self, value: u64, len: usize) -> Vec<u8> {
        match self.order {
            Order::Little => value.to_le_bytes()[..len].to_vec(),
            Order::Big => value.to_be_bytes()[8 - len..].to_vec(),
        }
    }

    /// Type, number of values, bytes.
    fn encode(&self, value: &Value) -> (u64, u64, Vec<u8>) {
        let numbers = |values: &mut dyn Iterator<Item = u64>, len| {
            values.flat_map(|value| self.number(value, len)).collect::<Vec<_>>()
        };
        match value {
            Value::Byte(bytes) => (1, bytes.len() as u64, bytes.clone()),
            Value::Undefined(bytes) => (7, bytes.len() as u64, bytes.clone()),
            Value::Text(text) => (2, text.len() as u64 + 1, [text.as_bytes(), b"\0"].concat()),
            Value::Short(all) => {
                (3, all.len() as u64, numbers(&mut all.iter().map(|&it| u64::from(it)), 2))
            }
            Value::Long(all) => {
                (4, all.len() as u64, numbers(&mut all.iter().map(|&it| u64::from(it)), 4))
            }
            Value::Rational(all) => {
                let mut parts = all.iter().flat_map(|&(a, b)| [u64::from(a), u64::from(b)]);
                (5, all.len() as u64, numbers(&mut parts, 4))
            }
        }
    }
}

/// The Exif block of a camera: its name, a date, the picture's size, a place.
pub fn exif_block(make: &'static str, model: &'static str) -> Vec<u8> {
    let mut writer = Writer::new(b"II*\0");
    let first = writer.directory(&[
        (0x10F, Value::Text(make)),
        (0x110, Value::Text(model)),
        (0x112, short(1)),
        (0x8769, later()),
        (0x8825, later()),
    ]);
    add_exif(&mut writer, &first, Vec::new());
    writer.out
}

/// Appends an Exif and a GPS directory to `first`, which has tags for both.
pub fn add_exif(writer: &mut Writer, first: &Directory, note: Vec<u8>) -> Directory {
    let mut fields = vec![
        (0x829A, Value::Rational(vec![(1, 160)])),
        (0x829D, Value::Rational(vec![(56, 10)])),
        (0x8827, short(200)),
        (0x9003, Value::Text("2023:11:14 15:42:13")),
        (0x9011, Value::Text("+01:00")),
        (0x920A, Value::Rational(vec![(50, 1)])),
    ];
    if !note.is_empty() {
        fields.push((0x927C, Value::Undefined(note)));
    }
    fields.push((0xA002, long(96)));
    fields.push((0xA003, long(64)));
    let exif = writer.directory(&fields);
    writer.set(first, 0x8769, exif.at as u32);
    let gps = writer.directory(&[
        (0x0001, Value::Text("N")),
        (0x0002, Value::Rational(vec![(48, 1), (51, 1), (30, 1)])),
        (0x0003, Value::Text("E")),
        (0x0004, Value::Rational(vec![(2, 1), (17, 1), (40, 1)])),
    ]);
    writer.set(first, 0x8825, gps.at as u32);
    exif
}
