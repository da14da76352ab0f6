//! A file that was found, as the ledger of the lost asks of it.

use crate::model::{LostState, Moment};

/// A file that was found. Of several with the same bytes the first that is given counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// What a row calls it: its number in the report.
    pub id: u64,
    /// Where it was, as its user knew it; the last part is its name. Hostile.
    pub path: Option<String>,
    /// Its length in bytes.
    pub size: u64,
    /// When it was taken.
    pub taken: Option<Moment>,
    /// Its digests, lower-case hex, each with its algorithm: `("sha1", "ab12...")`.
    pub digests: Vec<(&'static str, String)>,
    /// What it is of the photo: all of it, a beginning, a smaller picture.
    pub state: LostState,
}
