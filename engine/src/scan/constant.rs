//! Bytes of one value, as an erased or an empty disk has them.

/// Blocks of this size are looked at for being constant. Chunks begin at multiples of it, so that
/// how much is constant does not depend on where they are cut.
pub(crate) const BLOCK: usize = 512;

/// Whether all bytes are the same; looks at a few first, since most blocks are not.
pub(crate) fn is_constant(block: &[u8]) -> bool {
    let Some((&first, rest)) = block.split_first() else { return true };
    let (head, tail) = rest.split_at(rest.len().min(15));
    head.iter().all(|&byte| byte == first)
        && tail.chunks(256).all(|piece| piece.iter().fold(0, |or, byte| or | (byte ^ first)) == 0)
}
