//! What the readers of all kinds of scans have in common.

use super::bits::Bits;

/// What decoding hands on from unit to unit.
#[derive(Clone, Copy, Debug, Default)]
pub struct State {
    /// DC of the last block of each component.
    pub predictors: [i32; 4],
    /// Sums of DC over the blocks of this unit, for each component.
    pub sums: [i32; 4],
}

/// Reads the units of one kind of scan.
pub trait Coder {
    /// Passes a unit of which `left` are left up to the next restart, this one included. After
    /// the end of the data there are zeros; what is read there does not count.
    fn unit(
        &mut self,
        bits: &mut Bits<'_>,
        state: &mut State,
        left: u64,
    ) -> Result<(), &'static str>;

    /// Takes note that a cluster may begin in the unit that has just come, at this byte of the file,
    /// and whether one of its runs does.
    fn mark(&mut self, _: u64, _: bool) {}

    /// Keeps what unit number `unit` gave, now that it has come whole; tells how many units that
    /// was, since some need no data.
    #[inline(always)]
    fn passed(&mut self, _: &mut State, _: u64) -> u64 {
        1
    }
}
