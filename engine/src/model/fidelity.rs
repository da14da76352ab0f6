//! How near a copy is to the photo that it is of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How near a copy is to the photo that was lost, the nearest last.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Fidelity {
    /// A small picture of it, up to 512 pixels or so.
    Thumbnail,
    /// A smaller picture of it, made to be looked at.
    Preview,
    /// Encoded again by an app that passed it on.
    Reencoded,
    /// Changed by its owner.
    Edited,
    /// The bytes as the camera wrote them.
    Original,
}
