//! The passes of the first phase.

/// There and back with jumps, there and back over slow areas, and one that leaves nothing out.
pub(super) const PASSES: u32 = 5;
/// The last pass.
pub(super) const SWEEP: u32 = PASSES;

/// The pass after one that left something untried. A second sweep takes up what stood before the position
/// from which the first one went on.
pub(super) fn after(pass: u32, has_slow: bool) -> u32 {
    match pass {
        2 if !has_slow => SWEEP,
        pass => (pass + 1).min(SWEEP),
    }
}
