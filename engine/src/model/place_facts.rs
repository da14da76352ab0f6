//! What a place says of a file that survives there.

use serde::{Deserialize, Serialize};

use super::fidelity::Fidelity;
use super::moment::Moment;

/// What a place says of a file that survives there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceFacts {
    /// Its path in the tree that it was found in, names joined by `/`.
    pub from: String,
    /// What a user calls the place: "Windows Recycle Bin"; nothing for a folder like any other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// How near it is to the photo as the camera wrote it.
    pub fidelity: Fidelity,
    /// When it was taken, where the place knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<Moment>,
    /// When the place removes it for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// Albums that it is in.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub albums: Vec<String>,
    /// What else the place says of it, in a word each.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub marks: Vec<String>,
    /// Of an edited copy, a preview or a thumbnail: the original path of the photo that it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shows: Option<String>,
    /// Whether a copy that is nearer to the photo was found: this one is only listed.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub is_surpassed: bool,
}
