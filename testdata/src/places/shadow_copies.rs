//! A volume with shadow copies of Windows, made from what is documented of the format.
//!
//! Source: J. Metz, "Volume Shadow Snapshot (VSS) format", documentation of libvshadow.

use crate::random::Random;

/// Bytes of a block.
const BLOCK: usize = 16 << 10;

/// Bytes of the volume, and where what is kept of shadow copies begins in it.
const LEN: usize = 4 << 20;
const OURS: usize = 2 << 20;

const IDENTIFIER: [u8; 16] = [
    0x6b, 0x87, 0x08, 0x38, 0x76, 0xc1, 0x48, 0x4e, 0xb7, 0xae, 0x04, 0x04, 0x6e, 0x6c, 0xc7, 0x52,
];

/// 2023-11-14T22:13:20Z by the clock of Windows, and a day.
const FIRST: u64 = 133_444_736_000_000_000;
const DAY: u64 = 864_000_000_000;

/// Flags of a block: its bytes lie in the newer shadow copy; only some of its sectors count.
const FORWARDER: u32 = 1;
const OVERLAY: u32 = 2;

/// A volume and what it was.
#[derive(Clone, Debug)]
pub struct ShadowVolume {
    /// The volume as it is today.
    pub image: Vec<u8>,
    /// What it was at each shadow copy, the oldest first.
    pub states: Vec<Vec<u8>>,
    /// Bytes of it that are the user's; what is kept of shadow copies lies after them.
    pub ours: usize,
}

/// A block that no shadow copy was using.
const UNUSED: usize = 90;

/// The block of the newest shadow copy of which sectors were written to: those with a bit.
const WRITTEN: usize = 40;
const SECTORS: u32 = 0b1010;

/// Where the bytes of a block are.
enum Kept {
    /// In the store, these.
    Copy(Vec<u8>),
    /// In the next newer shadow copy, as that block.
    Forwarded(usize),
    /// In the store, but only some sectors.
    Written(Vec<u8>),
}

/// A volume with three shadow copies: blocks that changed once or several times, one that was moved, sectors that were
/// written to a shadow copy itself, and a block that was not in use.
pub fn volume() -> ShadowVolume {
    let mut states = states();
    let today = states.pop().expect("there are four");
    let written = Random::new(77).bytes(BLOCK);
    let mut image = today.clone();
    image.resize(LEN, 0);
    let mut maker = Maker { image, next: OURS };
    let catalog = maker.take(BLOCK);
    let mut entries = Vec::new();
    for (nth, then) in states.iter().enumerate() {
        let newer = states.get(nth + 1).unwrap_or(&today);
        let changed = (1..OURS / BLOCK).filter(|at| block(then, *at) != block(newer, *at));
        let mut rows: Vec<(usize, Kept)> = changed
            .map(|at| match at {
                50 if nth == 0 => (at, Kept::Forwarded(60)),
                _ => (at, Kept::Copy(block(then, at).to_vec())),
            })
            .collect();
        // What a block had before another was moved to it is kept first.
        rows.sort_by_key(|(at, kept)| (matches!(kept, Kept::Forwarded(_)), *at));
        if nth == 2 {
            rows.push((WRITTEN, Kept::Written(written.clone())));
        }
        entries.extend(maker.store(nth as u64, rows));
    }
    maker.record(catalog, 2, 0, &entries);
    let header = maker.header(0x1e00, 1, catalog as u64);
    maker.image[0x1e00..0x1e00 + header.len()].copy_from_slice(&header);
    for sector in (0..32).filter(|sector| SECTORS >> sector & 1 == 1) {
        let inside = sector * 512..(sector + 1) * 512;
        states[2][WRITTEN * BLOCK..][inside.clone()].copy_from_slice(&written[inside]);
    }
    states[2][UNUSED * BLOCK..][..BLOCK].fill(0);
    ShadowVolume { image: maker.image, states, ours: OURS }
}

/// What the volume was at each of three moments, and what it is today.
fn states() -> Vec<Vec<u8>> {
    let mut states = vec![Random::new(7).bytes(OURS)];
    for (nth, changed) in [[3, 5, 20, 21], [5, 6, 30, 31], [6, 7, 8, 40]].into_iter().enumerate() {
        let mut state = states[nth].clone();
        for at in changed {
            let fresh = Random::new((100 * nth + at) as u64 + 1000).bytes(BLOCK);
            state[at * BLOCK..][..BLOCK].copy_from_slice(&fresh);
        }
        states.push(state);
    }
    // What lay in one block when the first was made lay in another from then on.
    let moved = block(&states[0], 50).to_vec();
    let fresh = Random::new(5050).bytes(BLOCK);
    for state in &mut states[1..] {
        state[60 * BLOCK..][..BLOCK].copy_from_slice(&moved);
        state[50 * BLOCK..][..BLOCK].copy_from_slice(&fresh);
    }
    states
}

fn block(state: &[u8], at: usize) -> &[u8] {
    &state[at * BLOCK..][..BLOCK]
}

fn words(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

struct Maker {
    image: Vec<u8>,
    /// The next block that is free.
    next: usize,
}

impl Maker {
    fn take(&mut self, len: usize) -> usize {
        let at = self.next;
        self.next += len;
        at
    }

    /// The header of the volume at `at`.
    fn header(&self, at: u64, kind: u32, catalog: u64) -> Vec<u8> {
        let mut out = IDENTIFIER.to_vec();
        out.extend([1, kind].iter().flat_map(|word: &u32| word.to_le_bytes()));
        out.extend(words(&[at, at, 0, catalog, 0]));
        out.extend([0x11; 32]);
        out.resize(512, 0);
        out
    }

    /// A block of records at `at`, the only one of its chain.
    fn record(&mut self, at: usize, kind: u32, relative: usize, content: &[u8]) {
        let mut out = IDENTIFIER.to_vec();
        out.extend([1, kind].iter().flat_map(|word: &u32| word.to_le_bytes()));
        let len = if kind == 4 { content.len() as u64 } else { 0 };
        out.extend(words(&[relative as u64, at as u64, 0, len]));
        out.resize(128, 0);
        out.extend(content);
        assert!(out.len() <= BLOCK, "a longer list needs a chain");
        self.image[at..at + out.len()].copy_from_slice(&out);
    }

    /// Writes what a shadow copy keeps; gives its two entries of the catalog.
    fn store(&mut self, nth: u64, rows: Vec<(usize, Kept)>) -> Vec<u8> {
        let start = self.next;
        let [header, list, ranges, bitmap] = [(); 4].map(|()| self.take(BLOCK));
        self.record(header, 4, 0, &information(nth));
        let mut descriptors = Vec::new();
        for (at, kept) in rows {
            let (bytes, relative, flags, sectors) = match kept {
                Kept::Copy(bytes) => (bytes, None, 0, 0),
                Kept::Forwarded(other) => (Vec::new(), Some(other * BLOCK), FORWARDER, 0),
                Kept::Written(bytes) => (bytes, None, OVERLAY, SECTORS),
            };
            let place = if bytes.is_empty() { 0 } else { self.take(BLOCK) };
            self.image[place..place + bytes.len()].copy_from_slice(&bytes);
            let relative = relative.unwrap_or(place.saturating_sub(start));
            descriptors.extend(words(&[(at * BLOCK) as u64, relative as u64, place as u64]));
            descriptors.extend([flags, sectors].iter().flat_map(|word: &u32| word.to_le_bytes()));
        }
        self.record(list, 3, list - start, &descriptors);
        let used = self.next - start;
        self.record(ranges, 5, ranges - start, &words(&[start as u64, 0, used as u64]));
        let mut bits = vec![0u8; LEN / BLOCK / 8];
        bits[UNUSED / 8] |= 1 << (UNUSED % 8);
        self.record(bitmap, 6, bitmap - start, &bits);
        let id = words(&[0x1111_2222_3333_4444 + nth, 0x5555]);
        let mut entries = [words(&[2, LEN as u64]), id.clone()].concat();
        entries.extend(words(&[nth + 1, 0x40, FIRST + nth * DAY]));
        entries.resize(128, 0);
        entries.extend([words(&[3, list as u64]), id].concat());
        let places = [header, ranges, bitmap].map(|at| at as u64);
        entries.extend(words(&places));
        entries.extend(words(&[0x0001_0000_0000_0040 + nth, used as u64]));
        entries.resize(256, 0);
        entries
    }
}

/// What is said of a shadow copy: identifiers, kind, and the names of two machines.
fn information(nth: u64) -> Vec<u8> {
    let mut out = words(&[1, nth, 0x7777 + nth, 2, 0x8888, 3]);
    out.extend([0xd, 1, 0x0042_000d, 0].iter().flat_map(|word: &u32| word.to_le_bytes()));
    for name in ["PC-7", "PC-7"] {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        out.extend((name.len() as u16).to_le_bytes());
        out.extend(name);
    }
    out
}
