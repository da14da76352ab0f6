//! Runs of zeros where picture data should be: a wiped or erased range of the disk.

/// A run of this many zeros is no picture data where zeros code coefficients: the longest in the
/// data of 152 camera photos has 6 bytes.
pub const LONG_RUN: usize = 16;

/// Looks for the end of the first long run in pieces of data.
#[derive(Clone, Copy, Debug, Default)]
pub struct Zeros {
    /// Zeros at the end of what has come.
    run: usize,
}

impl Zeros {
    /// Takes a piece; tells where in it a run becomes long.
    pub fn take(&mut self, piece: &[u8]) -> Option<usize> {
        let (words, _) = piece.as_chunks::<8>();
        // A long run covers a whole word, unless it began or goes on outside of the piece.
        let first = piece.first().is_some_and(|&byte| byte == 0);
        let last = piece.last().is_some_and(|&byte| byte == 0);
        let seen = (first && self.run > 0)
            || last
            || words.iter().fold(false, |seen, word| seen | (u64::from_ne_bytes(*word) == 0));
        if !seen {
            self.run = 0;
            return None;
        }
        for (index, &byte) in piece.iter().enumerate() {
            self.run = if byte == 0 { self.run + 1 } else { 0 };
            if self.run >= LONG_RUN {
                return Some(index);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_found_wherever_it_is_cut() {
        let mut data = [1; 200];
        data[10..25].fill(0);
        data[101..117].fill(0);
        for len in 1..=data.len() {
            let mut zeros = Zeros::default();
            let found = data
                .chunks(len)
                .enumerate()
                .find_map(|(number, piece)| Some(number * len + zeros.take(piece)?));
            assert_eq!(found, Some(116), "pieces of {len}");
        }
    }
}
