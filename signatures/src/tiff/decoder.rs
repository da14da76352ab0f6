//! What the decoders of strips and tiles have in common.

/// What a decoder says after some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// All bytes fit; more must follow.
    More,
    /// The strip is complete.
    Done,
    /// The next byte cannot be.
    Wrong(&'static str),
}

/// A coding whose decoder keeps no picture.
pub trait Decoder {
    /// Goes on with the next bytes; tells how many were taken.
    fn feed(&mut self, bytes: &[u8]) -> (usize, Step);

    /// Bytes decoded so far.
    fn decoded(&self) -> u64;

    /// What was not as it should be and was tolerated.
    fn odd(&self) -> Option<&'static str> {
        None
    }
}
