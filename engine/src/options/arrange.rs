//! In which folders photos are written.

/// In which folders photos are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arrange {
    /// In those that they were in.
    #[default]
    Original,
    /// In one for each day on which they were taken.
    Date,
    /// In one for each album.
    Album,
}
