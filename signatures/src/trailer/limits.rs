//! How far trailers are looked for.

/// Where nothing at the start of a trailer announces it, its end is looked for in this many bytes.
pub const NEAR: u64 = 512 << 10;

/// Where the start announces a trailer, its end is looked for in this many bytes; it may hold a
/// video of some seconds.
pub const FAR: u64 = 64 << 20;

/// No trailer is looked for further than this many times the length of its picture and
/// [`ALWAYS`] bytes, so that a disk full of tiny pictures costs no more than its bytes.
const TIMES: u64 = 16;

/// See [`TIMES`].
const ALWAYS: u64 = 4 << 10;

/// How far to look after a picture of `len` bytes, where `most` would do for any picture.
pub fn reach(len: u64, most: u64) -> u64 {
    most.min(len.saturating_mul(TIMES).saturating_add(ALWAYS))
}

/// So many footers are looked at: in real files it is the first.
pub const MOST_TRIES: usize = 64;
