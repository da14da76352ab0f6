//! What is said of a file in another form than a raw image.

/// A file in another form than a raw image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// What it is, after "it is".
    pub what: String,
    /// Whether photos can be found in it as it is.
    pub is_scannable: bool,
    /// Whether photos can be found in it as it is when archives are looked into.
    pub shows_in_archives: bool,
    /// What to do, in one sentence without its full stop.
    pub advice: String,
}

/// What cannot be scanned as it is.
pub(super) fn refused(what: impl Into<String>, advice: String) -> Packed {
    Packed { what: what.into(), is_scannable: false, shows_in_archives: false, advice }
}
