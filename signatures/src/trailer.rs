//! What cameras and programs append behind a picture that is already complete.
//!
//! Most of it can only be recognised by its last bytes. It is taken only when a length stored in
//! it leads back exactly to the end of the picture, or when it begins there as itself: what lies
//! behind a picture on a disk is usually no part of it.

mod afcp;
mod footers;
mod samsung;
mod search;

pub use samsung::samsung;

use crate::verdict::Child;
use crate::view::View;

/// A trailer that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// The first byte after it.
    pub end: u64,
    /// Pictures and videos in it.
    pub children: Vec<Child>,
}

impl Trailer {
    /// A trailer with nothing to see in it.
    fn plain(end: u64) -> Self {
        Trailer { end, children: Vec::new() }
    }
}

/// Where nothing at the start of a trailer announces it, its end is looked for in this many bytes.
const NEAR: u64 = 512 << 10;

/// Where the start announces a trailer, its end is looked for in this many bytes; it may hold a
/// video of some seconds.
const FAR: u64 = 64 << 20;

/// No trailer is looked for further than this many times the length of its picture and
/// [`ALWAYS`] bytes, so that a disk full of tiny pictures costs no more than its bytes.
const TIMES: u64 = 16;

/// See [`TIMES`].
const ALWAYS: u64 = 4 << 10;

/// How far to look behind a picture of `len` bytes, where `most` would do for any picture.
fn reach(len: u64, most: u64) -> u64 {
    most.min(len.saturating_mul(TIMES).saturating_add(ALWAYS))
}

/// So many places that look like an end are looked at: in real files it is the first.
const MOST_TRIES: usize = 64;

/// The trailer of any kind that begins at `at`, the end of a complete picture.
pub fn any(view: &mut View<'_>, at: u64) -> Option<Trailer> {
    let head = view.up_to(at, 16);
    if head.iter().all(|&byte| byte == 0) {
        return None;
    }
    samsung(view, at).or_else(|| afcp::afcp(view, at)).or_else(|| footers::any(view, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    /// Measures a trailer behind a picture of 100 bytes that it may lead back to.
    #[track_caller]
    pub(super) fn check(body: &[u8], found: bool) {
        for behind in [&b""[..], &[0; 600], b"\xff\xd8\xff\xe0 and more of another file"] {
            let file = [&[b'.'; 100], body, behind].concat();
            let (runs, mut buffer) = (Runs::whole(0, file.len() as u64), Buffer::default());
            let file = file.as_slice();
            let mut view = View::new(&file, &runs, &mut buffer);
            let end = any(&mut view, 100).map(|trailer| trailer.end);
            assert_eq!(end, found.then_some(100 + body.len() as u64), "{body:02x?}");
            assert_eq!(any(&mut view, 99).map(|trailer| trailer.end), None, "one byte early");
        }
    }

    #[test]
    fn slack_is_no_trailer() {
        for body in [&b""[..], &[0; 5000], b"\xff", b"\xff\xd8\xff\xe1", &[0xff; 5000]] {
            check(body, false);
        }
    }
}
