//! Bytes too many that a writer leaves before EOI.

use super::skim::JpegOracle;

/// Bytes between the last unit and EOI that are taken for a writer's slip rather than for damage:
/// a foreign cluster changes the number of units by far more than so few bytes hold.
const MOST_SLIP: u64 = 16;

/// Whether a picture that the oracle followed up to byte `at` is whole but for such bytes, where its
/// structure ends at `end`.
pub fn is_slip(oracle: &JpegOracle, at: u64, end: u64) -> bool {
    oracle.all_units() && end.saturating_sub(at) <= MOST_SLIP
}
