//! What no check covers, told apart by whether a photo found there belongs to the file.

use super::layout::Layout;
use crate::verdict::{Role, Span, Unchecked};

/// The first `len` bytes of the file: boxes are metadata, what media boxes hold is payload, apart
/// from the ranges in `opaque` (Exif, embedded JPEGs), which need not be in order. What lies
/// after the last box is payload too.
pub fn unchecked(layout: &Layout, len: u64, mut opaque: Vec<Span>) -> Vec<Unchecked> {
    opaque.sort_unstable();
    let mut opaque = opaque.into_iter().peekable();
    let mut cover = Cover { found: Vec::new(), at: 0 };
    for header in &layout.boxes {
        let end = header.end.min(len);
        if !matches!(&header.kind, b"mdat" | b"imda") {
            cover.until(end, role(&header.kind));
            continue;
        }
        cover.until(header.body.min(end), Role::Metadata);
        while let Some(span) = opaque.next_if(|span| span.at < end) {
            cover.until(span.at, Role::Payload);
            cover.until(span.end().min(end), Role::Metadata);
        }
        cover.until(end, Role::Payload);
    }
    cover.until(len, Role::Payload);
    cover.found
}

fn role(kind: &[u8; 4]) -> Role {
    match kind {
        b"mpvd" | b"sefd" => Role::Trailer,
        _ => Role::Metadata,
    }
}

struct Cover {
    found: Vec<Unchecked>,
    at: u64,
}

impl Cover {
    /// Goes on to `end` with `role`.
    fn until(&mut self, end: u64, role: Role) {
        let span = Span::between(self.at, end);
        if span.len == 0 {
            return;
        }
        self.at = end;
        match self.found.last_mut() {
            Some(last) if last.role == role => last.span.len += span.len,
            _ => self.found.push(Unchecked { span, role }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::{Header, layout::Stop};

    #[test]
    fn stretches_are_in_order_and_do_not_overlap() {
        let header =
            |at, kind: &[u8; 4], body, end| Header { at, kind: *kind, body, end, open: false };
        let boxes = vec![
            header(0, b"ftyp", 8, 20),
            header(20, b"meta", 28, 50),
            header(50, b"mdat", 58, 100),
            header(100, b"sefd", 108, 120),
        ];
        let layout = Layout { boxes, end: 120, stop: Stop::Closed };
        let opaque = [(70, 10), (30, 4), (75, 7), (98, 40)].map(|(at, len)| Span { at, len });
        let found: Vec<_> = unchecked(&layout, 125, opaque.to_vec())
            .iter()
            .map(|found| (found.span.at, found.span.end(), found.role))
            .collect();
        let expected = [
            (0, 58, Role::Metadata),
            (58, 70, Role::Payload),
            (70, 82, Role::Metadata),
            (82, 98, Role::Payload),
            (98, 100, Role::Metadata),
            (100, 120, Role::Trailer),
            (120, 125, Role::Payload),
        ];
        assert_eq!(found, expected);
    }
}
