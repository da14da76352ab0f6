//! Where following a picture stops.

/// Why a picture cannot be followed further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// What is wrong with it.
    Flaw(&'static str),
    /// It asks for more memory than it is worth.
    Budget,
}
