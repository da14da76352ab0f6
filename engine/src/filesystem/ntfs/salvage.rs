//! File records that no volume reaches any more.

use afterimage_signatures::Bytes;

use crate::filesystem::Contents;

/// What the records at `clues` say.
pub fn of(_: &dyn Bytes, _: &[u64], _: &[Contents]) -> Vec<Contents> {
    Vec::new()
}
