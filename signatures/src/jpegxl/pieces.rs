//! A codestream that may lie in several boxes.

use crate::verdict::Span;
use crate::view::View;

/// Where the bytes of a codestream lie, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces {
    spans: Vec<Span>,
    len: u64,
}

#[cfg_attr(not(feature = "jxl"), expect(dead_code, reason = "only headers are read in windows"))]
impl Pieces {
    /// A codestream in these pieces, which lie inside the view.
    pub fn new(spans: Vec<Span>) -> Self {
        let len = spans.iter().fold(0u64, |sum, span| sum.saturating_add(span.len));
        Pieces { spans, len }
    }

    /// Length of all pieces in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is no byte.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where byte `at` of the codestream lies in the view; for the end, after the last piece.
    pub fn locate(&self, at: u64) -> u64 {
        let mut left = at;
        for (index, span) in self.spans.iter().enumerate() {
            if left < span.len || (left == span.len && index + 1 == self.spans.len()) {
                return span.at + left;
            }
            left -= span.len;
        }
        self.spans.last().map_or(0, Span::end)
    }

    /// Up to `most` bytes of the codestream from `at` on.
    pub fn window(&self, view: &mut View<'_>, at: u64, most: usize) -> Vec<u8> {
        let (mut skip, mut out) = (at, Vec::new());
        for span in &self.spans {
            if skip >= span.len {
                skip -= span.len;
                continue;
            }
            let want = (most - out.len()).min(usize::try_from(span.len - skip).unwrap_or(most));
            out.extend_from_slice(view.up_to(span.at + skip, want));
            skip = 0;
            if out.len() >= most {
                break;
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[test]
    fn pieces_are_read_as_one() {
        let data: &[u8] = b"..abc...defgh..";
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let mut view = View::new(&data, &runs, &mut buffer);
        let pieces = Pieces::new(vec![Span { at: 2, len: 3 }, Span { at: 8, len: 5 }]);
        assert_eq!(pieces.window(&mut view, 1, 4), b"bcde");
        assert_eq!(pieces.window(&mut view, 3, 100), b"defgh");
        assert_eq!(pieces.window(&mut view, 8, 100), b"");
        assert_eq!([0, 2, 3, 8].map(|at| pieces.locate(at)), [2, 4, 8, 13]);
    }
}
