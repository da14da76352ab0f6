//! What an image says that its device did not give: pieces of the disk that are lost.

use afterimage_signatures::verdict::Span;

use super::piece::{Piece, Stored};
use crate::model::SpanSet;

/// The lost piece of `chunk` at `at`, where `unread` has that byte.
pub(super) fn lost(unread: &SpanSet, chunk: Span, at: u64) -> Option<Piece> {
    let bad = unread.after(at).first().copied().filter(|bad| bad.at <= at)?;
    let part = Span::between(bad.at.max(chunk.at), bad.end().min(chunk.end()));
    Some(Piece::new(part, Stored::Lost))
}

/// Where the next range of `unread` after `at` begins.
pub(super) fn next(unread: &SpanSet, at: u64) -> u64 {
    unread.after(at).iter().map(|range| range.at).find(|start| *start > at).unwrap_or(u64::MAX)
}
