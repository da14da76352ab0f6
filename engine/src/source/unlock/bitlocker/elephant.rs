//! The diffuser of older volumes: every bit of a sector depends on all others of it.
//!
//! Source: N. Ferguson, "AES-CBC + Elephant diffuser", 4.

/// Turns of the two diffusers, by the position of a word.
const FIRST: [u32; 4] = [9, 0, 13, 0];
const SECOND: [u32; 4] = [0, 10, 0, 25];

/// Words of four bytes in the largest sector.
const MOST_WORDS: usize = 1024;

/// Undoes both diffusers in a sector.
pub(super) fn undo(sector: &mut [u8]) {
    let mut all = [0u32; MOST_WORDS];
    let count = (sector.len() / 4).min(MOST_WORDS);
    let words = &mut all[..count];
    for (word, bytes) in words.iter_mut().zip(sector.as_chunks().0) {
        *word = u32::from_le_bytes(*bytes);
    }
    for _ in 0..3 {
        for at in 0..count {
            let (near, far) = (words[(at + 2) % count], words[(at + 5) % count]);
            words[at] = words[at].wrapping_add(near ^ far.rotate_left(SECOND[at % 4]));
        }
    }
    for _ in 0..5 {
        for at in 0..count {
            let (near, far) = (words[(at + count - 2) % count], words[(at + count - 5) % count]);
            words[at] = words[at].wrapping_add(near ^ far.rotate_left(FIRST[at % 4]));
        }
    }
    for (bytes, word) in sector.as_chunks_mut().0.iter_mut().zip(words) {
        *bytes = word.to_le_bytes();
    }
}
