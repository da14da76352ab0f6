//! What a place says of one of its files.

use crate::model::{Fidelity, Moment, Origin, Status};

/// What a place says of one of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its position among the nodes of the tree.
    pub node: usize,
    /// The kind of place.
    pub origin: Origin,
    /// What a user calls the place: "Windows Recycle Bin".
    pub place: &'static str,
    /// Whether it counts as deleted there.
    pub status: Status,
    /// How near it is to the original.
    pub fidelity: Fidelity,
    /// Where it was, as its user knew it; the last part is its name. Hostile.
    pub original_path: Option<String>,
    /// When it was taken, where the place knows; a camera's own date counts more.
    pub taken: Option<Moment>,
    /// When it was last modified.
    pub modified: Option<Moment>,
    /// When this copy was made: the date of a version or of a snapshot.
    pub copied_at: Option<Moment>,
    /// When it was deleted.
    pub deleted_at: Option<Moment>,
    /// When the place removes it for good.
    pub expires_at: Option<Moment>,
    /// Where it was taken: latitude and longitude in ten-millionths of a degree, north and east positive.
    pub coordinates: Option<(i32, i32)>,
    /// Albums that it is in, in the order of the place.
    pub albums: Vec<String>,
    /// What else a user wants to know, in a word each: "favourite", "hidden", "screenshot".
    pub marks: Vec<&'static str>,
    /// Of an edited copy, preview or thumbnail: the original path of the photo that it shows.
    pub shows: Option<String>,
}

impl Label {
    /// A label of a live original of which nothing else is known.
    pub fn new(node: usize, origin: Origin, place: &'static str) -> Self {
        Label {
            node,
            origin,
            place,
            status: Status::Live,
            fidelity: Fidelity::Original,
            original_path: None,
            taken: None,
            modified: None,
            copied_at: None,
            deleted_at: None,
            expires_at: None,
            coordinates: None,
            albums: Vec::new(),
            marks: Vec::new(),
            shows: None,
        }
    }
}
