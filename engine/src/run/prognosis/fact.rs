//! One observed fact.

/// Whether a fact speaks for or against recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearing {
    /// For it.
    For,
    /// Against it.
    Against,
    /// Neither: it says how much the others are worth, or what to do.
    Neutral,
}

impl Bearing {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Bearing::For => "for",
            Bearing::Against => "against",
            Bearing::Neutral => "neutral",
        }
    }
}

/// A number or a word of a fact.
#[derive(Clone, Debug, PartialEq)]
pub enum FactValue {
    /// A number of something, or bytes.
    Count(u64),
    /// From 0 to 1.
    Share(f64),
    /// Yes or no.
    Flag(bool),
    /// A word or a name; names come from the device: from an attacker, perhaps.
    Text(String),
}

/// An observed fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// What it is about, by a word for programs, such as `erased`.
    pub name: &'static str,
    /// What it speaks for.
    pub bearing: Bearing,
    /// The fact in a sentence, with its numbers.
    pub says: String,
    /// The numbers by name.
    pub values: Vec<(&'static str, FactValue)>,
}
