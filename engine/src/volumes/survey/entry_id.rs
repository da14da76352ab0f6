//! Which file of a survey is meant.

/// Which file of which volume of a survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryId {
    /// Position of the volume in [`Survey::volumes`](super::Survey::volumes).
    pub volume: u32,
    /// Position of the entry among those of its volume.
    pub entry: u32,
}
