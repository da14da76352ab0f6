//! Payloads that can prove themselves.

use crate::verdict::{Joint, Span};
use crate::view::View;

/// What an [`Oracle`] says after some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// All bytes so far fit; more must follow.
    More,
    /// The file is complete; its end is this many bytes from its first.
    Done {
        /// The first byte after the file.
        end: u64,
    },
    /// The byte at `at`, counted from the file's first, cannot belong to it. The mistake may have
    /// begun earlier, never later.
    Wrong {
        /// The first byte that cannot be.
        at: u64,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// A state machine over the bytes of one file that names the first byte that cannot be.
///
/// `measure` drives it once over a view. Reassembly feeds clusters to snapshots of it instead of
/// reading a file again from its start.
///
/// ```
/// use afterimage_signatures::{Said, formats};
///
/// let mut oracle = formats::by_name("gif").and_then(|gif| gif.oracle()).expect("GIF has one");
/// assert_eq!(oracle.feed(b"GIF89a\x02\0\x01\0\0\0\0"), Said::More);
///
/// // A cluster that may come next, and the right one.
/// let before = oracle.snapshot();
/// assert!(matches!(oracle.feed(b"another file's"), Said::Wrong { at: 13, .. }));
/// let mut oracle = before;
/// assert_eq!(oracle.feed(b",\0\0\0\0\x02\0\x01\0\x80\0\0\0\xff\xff\xff"), Said::More);
/// assert_eq!(oracle.feed(b"\x02\x02\x04\x0a\0;"), Said::Done { end: 35 });
/// ```
pub trait Oracle: Send {
    /// Goes on with the next bytes. After [`Said::Done`] or [`Said::Wrong`] the answer stays.
    fn feed(&mut self, bytes: &[u8]) -> Said;

    /// The state as it is now, to go on from later.
    fn snapshot(&self) -> Box<dyn Oracle>;

    /// Takes note that the next byte lies elsewhere than right after the last one: a run of the file ends.
    fn join(&mut self) {}

    /// How the picture goes on at the joints that were noted, from the `first`th on of those of which that can
    /// be told by now; each once, in order. Nothing where the format does not look.
    fn joints(&self, _first: usize) -> Vec<Joint> {
        Vec::new()
    }

    /// How much of the picture has been decoded without contradiction, from 0 to 1.
    fn share(&self) -> f32;
}

/// The first piece that an oracle gets, in bytes: most candidates are none, and end in it.
const FIRST_PIECE: usize = 4 << 10;

/// What is wrong with a view that ends before its file does.
const ENDS: &str = "end of the source";

/// Feeds the view to an oracle, at most `most` bytes at a time, until it has made up its mind.
/// Gives the first byte after the file, or the first that cannot be and why; a view that ends
/// before the file does is wrong at its end.
pub fn drive(
    oracle: &mut impl Oracle,
    view: &mut View<'_>,
    most: usize,
) -> Result<u64, (u64, &'static str)> {
    drive_from(oracle, view, 0, most)
}

/// The same for an oracle that has taken what comes before byte `at` of the view.
pub fn drive_from(
    oracle: &mut impl Oracle,
    view: &mut View<'_>,
    at: u64,
    most: usize,
) -> Result<u64, (u64, &'static str)> {
    let end = drive_up_to(oracle, view, Span::between(at, u64::MAX), most)?;
    end.ok_or((u64::MAX, ENDS))
}

/// Feeds the bytes of `span`, which come next, to an oracle. Gives the first byte after the file, if that lies
/// in it, or the first byte that cannot be and why.
pub fn drive_up_to(
    oracle: &mut impl Oracle,
    view: &mut View<'_>,
    span: Span,
    most: usize,
) -> Result<Option<u64>, (u64, &'static str)> {
    let (mut at, mut piece) = (span.at, FIRST_PIECE.min(most));
    while at < span.end() {
        let left = usize::try_from(span.end() - at).unwrap_or(usize::MAX);
        let bytes = view.up_to(at, piece.min(left));
        piece = (2 * piece).min(most);
        if bytes.is_empty() {
            return Err((at, ENDS));
        }
        at += bytes.len() as u64;
        match oracle.feed(bytes) {
            Said::More => {}
            Said::Done { end } => return Ok(Some(end)),
            Said::Wrong { at, what } => return Err((at, what)),
        }
    }
    Ok(None)
}
