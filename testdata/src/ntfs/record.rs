//! File records and their attributes, as they are written.

/// Bytes of a record.
pub const RECORD: usize = 1024;

/// Bytes that one word of the update sequence guards.
const STRIDE: usize = 512;

/// The counter that stands in the place of the guarded words.
const COUNTER: u16 = 0x1234;

/// Seconds from 1601 to 1970.
const TO_1970: u64 = 11_644_473_600;

/// Clusters that lie side by side: the first, or none for a hole, and how many.
pub type Extent = (Option<u64>, u64);

/// A record that is being written.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its number in the table.
    pub number: u32,
    /// How often it was used.
    pub sequence: u16,
    /// Whether its file is there.
    pub in_use: bool,
    /// Whether it is of a folder.
    pub folder: bool,
    /// The record that it continues.
    pub base: u64,
    /// Whether the end of its attributes was put over the first of them.
    pub emptied: bool,
    /// Its attributes, one after the other.
    pub attributes: Vec<u8>,
}

impl Record {
    /// The record of a new file.
    pub fn new(number: u32, sequence: u16) -> Self {
        let (in_use, folder, emptied, base) = (true, false, false, 0);
        Record { number, sequence, in_use, folder, base, emptied, attributes: Vec::new() }
    }

    /// How others call it.
    pub fn reference(&self) -> u64 {
        u64::from(self.number) | u64::from(self.sequence) << 48
    }

    /// Adds an attribute whose value stands in the record.
    pub fn resident(&mut self, kind: u32, value: &[u8]) {
        let len = (24 + value.len()).next_multiple_of(8);
        let mut out = head(kind, len, false, "", 24);
        out.extend((value.len() as u32).to_le_bytes());
        out.extend([24, 0, 0, 0]);
        out.extend(value);
        out.resize(len, 0);
        self.attributes.extend(out);
    }

    /// Adds an attribute whose value of `len` bytes lies in `extents`, which are its clusters from
    /// the `first` on.
    pub fn clusters(
        &mut self,
        kind: u32,
        name: &str,
        first: u64,
        extents: &[Extent],
        sizes: Sizes,
    ) {
        let runs_at = 64 + (name.len() * 2).next_multiple_of(8);
        let runs = run_list(extents);
        let len = (runs_at + runs.len()).next_multiple_of(8);
        let count: u64 = extents.iter().map(|(_, count)| count).sum();
        let mut out = head(kind, len, true, name, 64);
        out[12..14].copy_from_slice(&sizes.flags.to_le_bytes());
        out.extend(first.to_le_bytes());
        out.extend((first + count - 1).to_le_bytes());
        out.extend((runs_at as u64).to_le_bytes());
        for len in [sizes.allocated, sizes.len, sizes.len] {
            out.extend(len.to_le_bytes());
        }
        out.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        out.resize(runs_at, 0);
        out.extend(runs);
        out.resize(len, 0);
        self.attributes.extend(out);
    }

    /// The record as it stands on the disk.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = vec![0; RECORD];
        let used = 56 + self.attributes.len() + 8;
        assert!(used <= RECORD, "the attributes of record {} do not fit", self.number);
        out[..8].copy_from_slice(b"FILE\x30\0\x03\0");
        out[16..18].copy_from_slice(&self.sequence.to_le_bytes());
        out[18] = u8::from(self.in_use);
        out[20] = 56;
        out[22] = u8::from(self.in_use) | u8::from(self.folder) << 1;
        out[24..28].copy_from_slice(&(used as u32).to_le_bytes());
        out[28..32].copy_from_slice(&(RECORD as u32).to_le_bytes());
        out[32..40].copy_from_slice(&self.base.to_le_bytes());
        out[44..48].copy_from_slice(&self.number.to_le_bytes());
        out[56..used - 8].copy_from_slice(&self.attributes);
        out[used - 8..used - 4].fill(0xff);
        if self.emptied {
            out[24..28].copy_from_slice(&64u32.to_le_bytes());
            out[56..64].copy_from_slice(&[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
        }
        guard(&mut out, 48);
        out
    }
}

/// What an attribute says of the sizes of its value, and how it is coded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sizes {
    /// Bytes.
    pub len: u64,
    /// Bytes of its clusters.
    pub allocated: u64,
    /// 1 for compressed, 0x4000 for encrypted, 0x8000 for sparse.
    pub flags: u16,
}

/// Puts the counter where the guarded words are, and these where the update sequence is.
pub fn guard(out: &mut [u8], at: usize) {
    out[at..at + 2].copy_from_slice(&COUNTER.to_le_bytes());
    for stride in 1..=out.len() / STRIDE {
        let word = stride * STRIDE - 2;
        out.copy_within(word..word + 2, at + 2 * stride);
        out[word..word + 2].copy_from_slice(&COUNTER.to_le_bytes());
    }
}

/// The moment of `seconds` since 1970.
pub fn moment(seconds: u64) -> [u8; 8] {
    ((seconds + TO_1970) * 10_000_000).to_le_bytes()
}

/// The value of the attribute that holds the times.
pub fn standard_information(seconds: u64) -> Vec<u8> {
    let mut out = moment(seconds).repeat(4);
    out.resize(48, 0);
    out
}

/// The value of a name of a file of `len` bytes: 1 is the namespace of Windows, 2 that of DOS.
pub fn file_name(
    parent: u64,
    name: &str,
    space: u8,
    seconds: u64,
    len: u64,
    folder: bool,
) -> Vec<u8> {
    let mut out = parent.to_le_bytes().to_vec();
    out.extend(moment(seconds).repeat(4));
    out.extend(len.next_multiple_of(4096).to_le_bytes());
    out.extend(len.to_le_bytes());
    out.extend([0, 0, 0, if folder { 0x10 } else { 0 }, 0, 0, 0, 0]);
    out.extend([name.encode_utf16().count() as u8, space]);
    out.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
    out
}

/// The common header of attributes.
fn head(kind: u32, len: usize, clusters: bool, name: &str, name_at: u8) -> Vec<u8> {
    let mut out = kind.to_le_bytes().to_vec();
    out.extend((len as u32).to_le_bytes());
    out.extend([u8::from(clusters), name.len() as u8, name_at, 0, 0, 0, 0, 0]);
    out
}

/// The run list of `extents`.
fn run_list(extents: &[Extent]) -> Vec<u8> {
    let (mut out, mut before) = (Vec::new(), 0i64);
    for &(first, count) in extents {
        match first {
            None => out.push(0x04),
            Some(_) => out.push(0x44),
        }
        out.extend((count as u32).to_le_bytes());
        if let Some(first) = first {
            out.extend(((first as i64 - before) as i32).to_le_bytes());
            before = first as i64;
        }
    }
    out.push(0);
    out
}
