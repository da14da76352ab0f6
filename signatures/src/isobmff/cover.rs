//! What no check covers, told apart by whether a photo found there belongs to the file.

use super::Header;
use super::layout::{Layout, SIGNATURE, is_known};
use crate::verdict::{Role, Span, Unchecked};

/// The first `len` bytes of the file: boxes are metadata, what media boxes hold is payload, apart
/// from the ranges that are `known` (Exif, embedded pictures), which need not be in order. What lies
/// after the last box is payload too.
pub fn unchecked(layout: &Layout, len: u64, mut known: Vec<Unchecked>) -> Vec<Unchecked> {
    known.sort_unstable_by_key(|one| one.span);
    let mut known = known.into_iter().peekable();
    let mut cover = Cover { found: Vec::new(), at: 0 };
    let last = layout.boxes.iter().rposition(|header| holds_movie(&header.kind));
    for (index, header) in layout.boxes.iter().enumerate() {
        let end = header.end.min(len);
        if !matches!(&header.kind, b"mdat" | b"imda") {
            let is_after = last.is_some_and(|last| index > last);
            cover.until(end, role(layout, header, is_after));
            continue;
        }
        cover.until(header.body.min(end), Role::Metadata);
        while let Some(one) = known.next_if(|one| one.span.at < end) {
            cover.until(one.span.at, Role::Payload);
            cover.until(one.span.end().min(end), one.role);
        }
        cover.until(end, Role::Payload);
    }
    cover.until(len, Role::Payload);
    cover.found
}

/// Ranges that are opaque to the structure and belong to it.
pub fn opaque(spans: impl IntoIterator<Item = Span>) -> impl Iterator<Item = Unchecked> {
    spans.into_iter().map(|span| Unchecked { span, role: Role::Metadata })
}

fn holds_movie(kind: &[u8; 4]) -> bool {
    matches!(kind, b"moov" | b"moof" | b"meta" | b"mdat" | b"imda")
}

/// What a box that is not of media is for; `is_after` says that no such box follows it.
fn role(layout: &Layout, header: &Header, is_after: bool) -> Role {
    match &header.kind {
        b"mpvd" | b"sefd" => Role::Trailer,
        kind if is_after && !is_known(kind) => Role::Trailer,
        // A file that begins with another signature is one file.
        b"ftyp" if header.at > 0 => Role::Part,
        _ if header.at == 0 && layout.boxes.len() > 1 && &header.kind == SIGNATURE => Role::Part,
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
    use crate::isobmff::layout::Stop;

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
        let known = [(70, 10), (30, 4), (75, 7), (98, 40)].map(|(at, len)| Span { at, len });
        let found: Vec<_> = unchecked(&layout, 125, opaque(known).collect())
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
