//! How the parts of a picture are coded.

use super::decode::Coding;
use super::layout::Layout;
use crate::verdict::Span;

/// How the parts of a picture are coded, where that can be checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coded {
    /// The coding, if it is one that is checked.
    pub coding: Option<Coding>,
    /// How long each part is.
    pub layout: Option<Layout>,
    /// Which part of the layout each is.
    pub numbers: Vec<u64>,
    /// Tables that JPEG strips share.
    pub tables: Option<Span>,
}
