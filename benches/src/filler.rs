//! What lies between the photos of a disk: noise, text, programs, zeros.

use afterimage_testdata::random::Random;

/// Bytes made of each kind; the filler of an image is cut from them.
const LEN: usize = 8 << 20;

/// Pieces of a gap are at least this long.
const SHORT: usize = 64 << 10;

/// Pieces of a gap are at most this much longer.
const SPREAD: usize = 2 << 20;

/// Bytes of every kind.
pub struct Filler {
    random: Random,
    kinds: [Vec<u8>; 4],
}

impl Filler {
    /// The filler of that seed.
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let noise = random.bytes(LEN);
        let kinds = [noise, text(&mut random, LEN), programs(&mut random, LEN), vec![0; LEN]];
        Filler { random, kinds }
    }

    /// Hands `len` bytes of filler to `take`, piece by piece.
    ///
    /// # Errors
    ///
    /// What `take` gives.
    pub fn take<E>(
        &mut self,
        mut len: usize,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while len > 0 {
            let kind = &self.kinds[self.random.below(self.kinds.len())];
            let here = (SHORT + self.random.below(SPREAD)).min(len);
            let at = self.random.below(LEN - here + 1);
            take(&kind[at..at + here])?;
            len -= here;
        }
        Ok(())
    }
}

/// Words of log files, none of which looks like the beginning of a photo.
const WORDS: [&str; 16] = [
    "card", "mounted", "at", "the", "battery", "low", "of", "volume", "and", "written", "closed",
    "error", "12:04:55", "retry", "0x7f3a", "done",
];

/// Text of words and lines.
pub fn text(random: &mut Random, len: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(len + 16);
    while out.len() < len {
        out.extend(WORDS[random.below(WORDS.len())].as_bytes());
        out.push(if random.below(9) == 0 { b'\n' } else { b' ' });
    }
    out.truncate(len);
    out
}

/// Instructions that compilers for x86-64 write all the time; a number follows where it is true.
const CODE: [(&[u8], bool); 14] = [
    (&[0x55], false),
    (&[0x48, 0x89, 0xe5], false),
    (&[0x48, 0x83, 0xec, 0x20], false),
    (&[0x48, 0x8b, 0x45, 0xf8], false),
    (&[0x48, 0x8d, 0x3d], true),
    (&[0xe8], true),
    (&[0x85, 0xc0], false),
    (&[0x0f, 0x84], true),
    (&[0x31, 0xc0], false),
    (&[0x48, 0x8b, 0x05], true),
    (&[0xff, 0x25], true),
    (&[0x0f, 0x1f, 0x44, 0x00, 0x00], false),
    (&[0xc9], false),
    (&[0xc3], false),
];

/// Something like programs: code, tables of small numbers, names, and zeros between sections.
pub fn programs(random: &mut Random, len: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(len + SHORT);
    while out.len() < len {
        match random.below(8) {
            0 => (0..random.below(600)).for_each(|row| out.extend((row as u64 * 24).to_le_bytes())),
            1 => out.extend(text(random, 900).iter().map(|&c| if c == b' ' { 0 } else { c })),
            2 => out.resize(out.len().next_multiple_of(4096), 0),
            _ => (0..800).for_each(|_| {
                let (code, number) = CODE[random.below(CODE.len())];
                out.extend(code);
                if number {
                    out.extend((random.below(1 << 18) as u32).to_le_bytes());
                }
            }),
        }
    }
    out.truncate(len);
    out
}
