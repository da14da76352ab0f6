//! Tables that are read in turn, each by blocks of its own.

use crate::verdict::Reject;
use crate::view::View;

/// Bytes of a table that are fetched at once.
const BLOCK: usize = 4096;

/// A reader that keeps a block of a table, so that going to and fro between several tables and the
/// samples they speak of does not read any of them twice.
#[derive(Debug, Default)]
pub struct Ahead {
    at: u64,
    block: Vec<u8>,
}

impl Ahead {
    /// The number of 1, 2, 4 or 8 bytes at `at`.
    pub fn number(&mut self, view: &mut View<'_>, at: u64, width: u8) -> Result<u64, Reject> {
        let width = usize::from(width);
        if self.held(at, width).is_none() {
            self.at = at;
            self.block.clear();
            self.block.extend_from_slice(view.up_to(at, BLOCK));
        }
        view.check(at, width as u64)?;
        let bytes = self.held(at, width).unwrap_or(&[]);
        Ok(bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }

    fn held(&self, at: u64, width: usize) -> Option<&[u8]> {
        let start = usize::try_from(at.checked_sub(self.at)?).ok()?;
        self.block.get(start..start.checked_add(width)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Endian::Big, Runs};

    #[test]
    fn numbers_are_those_of_the_view_in_any_order() {
        let data: Vec<u8> = (0..10_000u32).map(|at| (at * 7 + at / 256) as u8).collect();
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let bytes = &data[..];
        let mut view = View::new(&bytes, &runs, &mut buffer);
        let mut ahead = Ahead::default();
        for at in [0, 4090, 4092, 4096, 3, 9996, 9998, 5000, 20_000] {
            let expected = view.u32(at, Big).map(u64::from);
            assert_eq!(ahead.number(&mut view, at, 4), expected, "at {at}");
        }
        assert_eq!(ahead.number(&mut view, 9, 1), Ok(u64::from(data[9])));
    }
}
