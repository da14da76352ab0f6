//! Whether writing to a folder writes to a source.

/// Whether what is written to a folder ends up where a source has its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// It does not, as far as the system tells.
    Apart,
    /// It does, or may.
    Same,
    /// The system does not tell on which disk the folder or the source lies.
    Unknown,
}
