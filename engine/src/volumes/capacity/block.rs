//! Blocks that can be told from others by what they hold.

use afterimage_signatures::Bytes;

/// Bytes of a block: whole pages of every card.
pub(super) const BLOCK: u64 = 4096;

/// A block with fewer values of bytes than that may be a pattern that stands in many places.
const LEAST_VALUES: usize = 64;

/// A block's content.
pub(super) type Print = [u8; 32];

/// What the block at `at` holds, where that is something of its own: no constant bytes, no simple pattern.
pub(super) fn print(bytes: &dyn Bytes, at: u64) -> Option<Print> {
    let mut block = [0; BLOCK as usize];
    bytes.read_at(at, &mut block);
    of(&block)
}

/// The same of bytes in memory.
pub(super) fn of(block: &[u8]) -> Option<Print> {
    let mut seen = [false; 256];
    block.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    let values = seen.iter().filter(|&&is_there| is_there).count();
    (values >= LEAST_VALUES).then(|| *blake3::hash(block).as_bytes())
}
