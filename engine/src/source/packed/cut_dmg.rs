//! Disk images of macOS that were cut short: what they are is told at their end alone.

use super::bytes::read;
use super::form::{Packed, refused};
use super::unpack::Unpack::Damaged;
use crate::source::definition::Source;
use crate::source::inflate::begins_zlib;

/// What files of that form are called.
const NAME: &str = "dmg";

/// What a compressed block of LZFSE begins with.
const LZFSE: &[u8] = b"bvx";

/// A file that is called so, has no end that tells of blocks, and begins with a compressed one: of zlib or LZFSE.
pub(super) fn recognise(source: &dyn Source) -> Option<Packed> {
    let extension = source.path().extension().filter(|name| name.eq_ignore_ascii_case(NAME));
    let head: [u8; 4] = read(source, 0, 4).filter(|_| extension.is_some())?.try_into().ok()?;
    // A window of 32 KiB.
    let is_zlib = head[0] == 0x78 && begins_zlib([head[0], head[1]]);
    (is_zlib || head.starts_with(LZFSE)).then(|| {
        let what =
            "a disk image of macOS (DMG) whose end, which tells where everything lies, is missing";
        refused(what, Damaged.advice(source.path()))
    })
}
