//! What cameras and programs append after a picture that is already complete.
//!
//! Most of it can only be recognised by its last bytes. It is taken only when a length stored in
//! it leads back exactly to the end of the picture, or when it begins there as itself: what lies
//! after a picture on a disk is usually no part of it.

mod afcp;
mod closing;
mod footers;
mod found;
mod limits;
mod samsung;
mod search;

pub use closing::{FOOTERS, Footer};
pub(crate) use found::Trailer;
pub(crate) use samsung::samsung;

use crate::verdict::{MOST_CHILDREN, Role, Span, Unchecked, Verdict};
use crate::view::View;

/// More trailers than any chain of programs appends.
pub const MOST_TRAILERS: usize = 8;

/// Adds to a whole file the trailers that follow it.
pub(crate) fn add(view: &mut View<'_>, verdict: &mut Verdict) {
    let start = verdict.len;
    for _ in 0..MOST_TRAILERS {
        let Some(found) = any(view, verdict.len) else { break };
        verdict.len = found.end;
        verdict.children.extend(found.children);
    }
    verdict.children.truncate(MOST_CHILDREN);
    let span = Span::between(start, verdict.len);
    if span.len > 0 {
        verdict.unchecked.push(Unchecked { span, role: Role::Trailer });
    }
}

/// The trailer of any kind that begins at `at`, the end of a complete picture.
pub(crate) fn any(view: &mut View<'_>, at: u64) -> Option<Trailer> {
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

    /// Measures a trailer after a picture of 100 bytes that it may lead back to.
    #[track_caller]
    pub(super) fn check(body: &[u8], found: bool) {
        for after in [&b""[..], &[0; 600], b"\xff\xd8\xff\xe0 and more of another file"] {
            let file = [&[b'.'; 100], body, after].concat();
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
