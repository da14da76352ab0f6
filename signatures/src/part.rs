//! Pictures that are whole files and yet parts of another one: tiles, items, frames of a movie.
//!
//! That they are parts is said by the tables of the file around them. Here it is told whether one begins
//! where it should, and which of its bytes lie around its coded data: pictures that begin there are the
//! part's own (a thumbnail, a codestream in its box). Coded data looks like noise, so that a photo
//! in it belongs to another file.

mod kind;
mod shell;

pub use kind::PictureKind;

use crate::verdict::{Role, Span, Unchecked};
use crate::view::View;

/// How many parts of one file are looked at: an hour of frames fits several times. More cost memory.
pub const MOST_PARTS: usize = 1 << 20;

/// Of no more parts than this is each described; of more, whole stretches, to keep verdicts short.
const MOST_DESCRIBED: usize = 512;

/// Most stretches of one file.
const MOST_STRETCHES: usize = 1024;

/// Bytes between parts that are taken for padding when their stretches are joined.
const PADDING: u64 = 3;

/// Parts further apart are not told together, however many there are: frames with sound between them lie closer.
const MOST_PADDING: u64 = 64 << 10;

/// A part that the tables of a file name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedPart {
    /// Where it lies.
    pub span: Span,
    /// What begins there, if a picture does.
    pub kind: Option<PictureKind>,
}

impl NamedPart {
    /// The part at `span` as its first bytes show it, if it is one of `kinds`.
    pub fn read(view: &mut View<'_>, span: Span, kinds: impl Fn(PictureKind) -> bool) -> Self {
        let len = usize::try_from(span.len).unwrap_or(usize::MAX).min(PictureKind::HEAD);
        let kind = PictureKind::of(view.up_to(span.at, len)).filter(|&kind| kinds(kind));
        NamedPart { span, kind }
    }
}

/// Puts parts in the order of the file and leaves out those that lie across an earlier one, so that
/// looking at all of them never costs more than the file is long.
pub fn in_order(spans: &mut Vec<Span>) {
    spans.sort_unstable();
    let mut reach = 0;
    spans.retain(|span| {
        let is_apart = span.len > 0 && span.at >= reach;
        reach = reach.max(span.end());
        is_apart
    });
}

/// What each byte of `parts`, which are in order and apart, is for. Parts that do not begin as pictures
/// are payload.
pub fn roles(view: &mut View<'_>, parts: &[NamedPart]) -> Vec<Unchecked> {
    if parts.len() <= MOST_DESCRIBED { each(view, parts) } else { stretches(parts) }
}

/// The roles of every single part.
fn each(view: &mut View<'_>, parts: &[NamedPart]) -> Vec<Unchecked> {
    let mut out = Vec::new();
    for &NamedPart { span, kind } in parts {
        let shell = kind.map(|kind| shell::of(view, span, kind)).unwrap_or_default();
        let front = span.at + shell.front.min(span.len);
        let back = span.end() - shell.back.min(span.end() - front);
        let ranges = [
            (span.at, front, Role::Part),
            (front, back, Role::Payload),
            (back, span.end(), Role::Part),
        ];
        for (from, to, role) in ranges {
            add(&mut out, Span::between(from, to), role, 0);
        }
    }
    out
}

/// The roles of many parts: one is whole when the next begins where it should, and nothing that begins in
/// it is looked at.
fn stretches(parts: &[NamedPart]) -> Vec<Unchecked> {
    let mut padding = PADDING;
    loop {
        let mut out = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let goes_on = parts.get(index + 1).is_none_or(|next| next.kind.is_some());
            let role = if part.kind.is_some() && goes_on { Role::Part } else { Role::Payload };
            add(&mut out, part.span, role, padding);
        }
        if out.len() <= MOST_STRETCHES {
            return out;
        }
        if padding >= MOST_PADDING {
            // What lies between may be others' photos: those are lost in parts, never in payload.
            let all = out.first().zip(out.last());
            let all = all.map(|(first, last)| Span::between(first.span.at, last.span.end()));
            return all.map(|span| Unchecked { span, role: Role::Payload }).into_iter().collect();
        }
        padding *= 4;
    }
}

/// Adds a range, to the last one if that has the same role and no more than `padding` lies between.
fn add(out: &mut Vec<Unchecked>, span: Span, role: Role, padding: u64) {
    if span.len == 0 {
        return;
    }
    match out.last_mut() {
        Some(last) if last.role == role && span.at <= last.span.end().saturating_add(padding) => {
            last.span = Span::between(last.span.at, span.end());
        }
        _ => out.push(Unchecked { span, role }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    fn ranges(data: &[u8], spans: &[(u64, u64)]) -> Vec<(u64, u64, Role)> {
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let mut view = View::new(&data, &runs, &mut buffer);
        let mut spans: Vec<_> = spans.iter().map(|&(at, len)| Span { at, len }).collect();
        in_order(&mut spans);
        let parts: Vec<_> =
            spans.iter().map(|&span| NamedPart::read(&mut view, span, |_| true)).collect();
        let found = roles(&mut view, &parts);
        found.iter().map(|one| (one.span.at, one.span.len, one.role)).collect()
    }

    fn jpeg(data: &[u8]) -> Vec<u8> {
        [b"\xff\xd8\xff\xe1\0\x06abcd\xff\xda\0\x04ef", data, b"\xff\xd9"].concat()
    }

    #[test]
    fn what_lies_around_coded_data_is_the_parts_own() {
        let data = [&jpeg(&[7; 50])[..], &jpeg(&[8; 40])].concat();
        let expected = [
            (0, 16, Role::Part),
            (16, 52, Role::Payload),
            (68, 16, Role::Part),
            (84, 42, Role::Payload),
        ];
        assert_eq!(ranges(&data, &[(68, 58), (0, 68)]), expected);
        assert_eq!(ranges(&data, &[(68, 58), (0, 68), (10, 20)]), expected);
        assert_eq!(ranges(&data, &[(1, 50)]), [(1, 50, Role::Payload)]);
    }

    #[test]
    fn many_parts_are_joined_unless_the_next_is_missing() {
        let frame = jpeg(&[7; 20]);
        let len = frame.len() as u64;
        let mut data = frame.repeat(2000);
        let spans: Vec<_> = (0..2000).map(|index| (index * len, len)).collect();
        assert_eq!(ranges(&data, &spans), [(0, 2000 * len, Role::Part)]);
        data[(1000 * len) as usize] = 0;
        let expected = [
            (0, 999 * len, Role::Part),
            (999 * len, 2 * len, Role::Payload),
            (1001 * len, 999 * len, Role::Part),
        ];
        assert_eq!(ranges(&data, &spans), expected);
        (0..2000).step_by(2).for_each(|index| data[(index * len) as usize] = 0);
        let expected = [(0, 1999 * len, Role::Payload), (1999 * len, len, Role::Part)];
        assert_eq!(ranges(&data, &spans), expected);
    }
}
