//! What a build says of codestreams that reads none.

use super::codestream::Codestream;
use super::pieces::Pieces;
use crate::format::Magic;
use crate::verdict::Reject;
use crate::view::View;

/// This build looks for no bare codestreams.
pub static BARE: &[Magic] = &[];

/// Tells that this build reads no codestreams.
pub(super) fn walk(_: &mut View<'_>, _: &Pieces, _: bool) -> Result<Codestream, Reject> {
    Err(Reject::Other { what: "this build reads no codestreams of JPEG XL" })
}
