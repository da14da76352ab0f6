//! Which bytes a file consists of, and which of its claims are believed.

use super::directory::Origin;
use super::graph::Structure;
use super::picture::{Picture, kinds};
use crate::part::{self, NamedPart};
use crate::verdict::{Issue, MOST_ISSUES, Role, Span, Unchecked};
use crate::view::View;

/// A file is cut, not garbled, when what is known of it comes this close to the view's end, in
/// bytes: writers leave gaps of this size between pictures, not larger ones.
const CLOSE: u64 = 1 << 16;

/// Strips this close to each other are listed as one range: what lies between is padding.
const PADDING: u64 = 3;

/// More ranges of picture data than this are joined over wider gaps, to keep verdicts short.
const MOST_STRETCHES: usize = 1024;

/// What a range is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Directories and the values of their tags.
    Metadata,
    /// A picture file beside the main picture.
    Preview,
    /// Picture data.
    Payload {
        /// How it is coded, as in the tag `Compression`.
        compression: u64,
    },
}

/// A range that the structure names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Where it lies.
    pub span: Span,
    /// What it is for.
    pub usage: Use,
    /// Whether it belongs to the full-size picture.
    pub main: bool,
}

/// The extents of directories, their values and pictures; `main` is the full-size picture's index.
pub fn of_structure(
    structure: &Structure,
    pictures: &[Picture],
    main: Option<usize>,
) -> Vec<Extent> {
    let mut out = Vec::new();
    let mut push = |span, usage, main| out.push(Extent { span, usage, main });
    for directory in structure.directories.iter().filter(|one| one.origin != Origin::Note) {
        push(directory.span, Use::Metadata, false);
        for entry in directory.entries.iter().filter(|entry| entry.outside) {
            push(entry.value, Use::Metadata, false);
        }
    }
    for (index, picture) in pictures.iter().enumerate() {
        let main = main == Some(index);
        if let Some(jpeg) = picture.jpeg {
            push(jpeg, Use::Preview, main && picture.parts.is_empty());
        }
        let usage = match picture.whole() {
            Some(_) if !main => Use::Preview,
            _ => Use::Payload { compression: picture.compression },
        };
        picture.parts.iter().for_each(|&part| push(part, usage, main));
    }
    out
}

/// What is left of a file's claims.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// The first byte after the file.
    pub end: u64,
    /// Whether the view ends before the file does.
    pub cut: bool,
    /// Which part of the full-size picture is there, from 0 to 1, where that is known.
    pub share: Option<f32>,
    /// What is believed, clamped to the file.
    pub extents: Vec<Extent>,
    /// What is not.
    pub issues: Vec<Issue>,
}

/// Decides which of `extents` are believed, by the principle that the module `tiff` states.
pub fn settle(view: &View<'_>, extents: Vec<Extent>) -> Settled {
    let len = view.len();
    let inside = |extent: &&Extent| extent.span.end() <= len;
    let reach = extents.iter().filter(inside).map(|extent| extent.span.end()).max().unwrap_or(0);
    let picture = |extent: &&Extent| extent.usage != Use::Metadata && extent.span.end() > len;
    let cut =
        extents.iter().filter(picture).any(|extent| extent.span.at < len || len - reach <= CLOSE);
    let end = if cut { len } else { reach };
    let mut settled =
        Settled { end, cut, share: Some(1.0), extents: Vec::new(), issues: Vec::new() };
    let (mut there, mut total) = (0u64, 0u64);
    for extent in extents {
        let kept = Span::between(extent.span.at.min(end), extent.span.end().min(end));
        if extent.main {
            total = total.saturating_add(extent.span.len);
            there = there.saturating_add(kept.len);
        }
        if extent.span.end() > end {
            settled.doubt(&extent);
        }
        if kept.len > 0 && (extent.span.end() <= end || cut) {
            settled.extents.push(Extent { span: kept, ..extent });
        }
    }
    if total > 0 {
        settled.share = Some((there as f64 / total as f64) as f32);
    }
    settled
}

impl Settled {
    /// Ends the file before byte `at`, which is not its own.
    pub fn cut_at(&mut self, at: u64) {
        self.cut = true;
        self.share = None;
        self.end = self.end.min(at);
        for extent in &mut self.extents {
            extent.span =
                Span::between(extent.span.at.min(self.end), extent.span.end().min(self.end));
        }
        self.extents.retain(|extent| extent.span.len > 0);
    }

    fn doubt(&mut self, extent: &Extent) {
        let what = match extent.usage {
            Use::Metadata => "the value of a tag lies beyond the end of the source",
            Use::Preview => "a preview ends beyond the end of the source",
            Use::Payload { .. } => "picture data ends beyond the end of the source",
        };
        let is_new = self.issues.last().is_none_or(|issue| issue.what != what);
        if is_new && self.issues.len() < MOST_ISSUES {
            self.issues.push(Issue::new(extent.span.at, what));
        }
    }

    /// What no check covers, all but `proven`: picture data, what lies around it in parts that are picture
    /// files, and everything else as metadata.
    pub fn unchecked(&self, view: &mut View<'_>, proven: &[Span]) -> Vec<Unchecked> {
        let mut proven = proven;
        let mut out = Vec::new();
        for Unchecked { span, role } in self.parts(view) {
            let mut at = span.at;
            while let Some((first, rest)) =
                proven.split_first().filter(|(it, _)| it.at < span.end())
            {
                out.push(Unchecked { span: Span::between(at, first.at), role });
                at = at.max(first.end());
                if at > span.end() {
                    break;
                }
                proven = rest;
            }
            out.push(Unchecked { span: Span::between(at, span.end()), role });
        }
        out.retain(|one| one.span.len > 0);
        out
    }

    /// The file from its start to its end, each range with what it is for.
    fn parts(&self, view: &mut View<'_>) -> Vec<Unchecked> {
        let pictures = self.pictures(view);
        let pictures = part::roles(view, &pictures);
        let of = |own: bool| {
            pictures.iter().filter(move |one| (one.role == Role::Part) == own).map(|one| one.span)
        };
        let own: Vec<Span> = of(true).collect();
        let plain = self.stretches(of(false));
        let payload = without(&plain, &own);
        let role = |role| move |&span: &Span| Unchecked { span, role };
        let mut known: Vec<_> = own.iter().map(role(Role::Part)).collect();
        known.extend(payload.iter().map(role(Role::Payload)));
        known.sort_unstable_by_key(|one| one.span);
        let (mut at, mut out) = (0, Vec::new());
        let end = Unchecked { span: Span { at: self.end, len: 0 }, role: Role::Metadata };
        for one in known.into_iter().chain([end]) {
            out.push(Unchecked { span: Span::between(at, one.span.at), role: Role::Metadata });
            out.push(one);
            at = one.span.end();
        }
        out.retain(|one| one.span.len > 0);
        out
    }

    /// Parts that may be picture files, in order and apart.
    fn pictures(&self, view: &mut View<'_>) -> Vec<NamedPart> {
        let (mut spans, mut codings) = (Vec::new(), Vec::new());
        for extent in &self.extents {
            if let Use::Payload { compression } = extent.usage
                && !kinds(compression).is_empty()
            {
                spans.push(extent.span);
                if !codings.contains(&compression) {
                    codings.push(compression);
                }
            }
        }
        part::in_order(&mut spans);
        let fits = |kind| codings.iter().any(|&coding| kinds(coding).contains(&kind));
        spans.into_iter().map(|span| NamedPart::read(view, span, fits)).collect()
    }

    /// Picture data, `coded` included, in order and without overlaps.
    fn stretches(&self, coded: impl Iterator<Item = Span>) -> Vec<Span> {
        let is_plain = |extent: &&Extent| match extent.usage {
            Use::Payload { compression } => kinds(compression).is_empty(),
            _ => false,
        };
        let plain = self.extents.iter().filter(is_plain).map(|extent| extent.span);
        let mut payload: Vec<Span> = plain.chain(coded).collect();
        payload.sort_unstable();
        let mut padding = PADDING;
        loop {
            payload = joined(&payload, padding);
            if payload.len() <= 2 * MOST_STRETCHES {
                return payload;
            }
            padding = padding.saturating_mul(4);
        }
    }
}

/// What is left of `spans` without the `holes`, both in order and without overlaps.
fn without(spans: &[Span], holes: &[Span]) -> Vec<Span> {
    let (mut out, mut holes) = (Vec::new(), holes);
    for span in spans {
        let mut at = span.at;
        while let Some((hole, rest)) = holes.split_first().filter(|(hole, _)| hole.at < span.end())
        {
            out.push(Span::between(at, hole.at));
            at = at.max(hole.end());
            if hole.end() > span.end() {
                break;
            }
            holes = rest;
        }
        out.push(Span::between(at, span.end()));
    }
    out.retain(|span| span.len > 0);
    out
}

/// Those spans, which are in order, with gaps up to `padding` closed.
fn joined(spans: &[Span], padding: u64) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for &span in spans {
        match out.last_mut() {
            Some(last) if span.at <= last.end().saturating_add(padding) => {
                *last = Span::between(last.at, last.end().max(span.end()));
            }
            _ => out.push(span),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    fn extent(at: u64, len: u64, usage: Use) -> Extent {
        Extent { span: Span { at, len }, usage, main: matches!(usage, Use::Payload { .. }) }
    }

    fn with<T>(
        bytes: &[u8],
        extents: &[Extent],
        see: impl FnOnce(Settled, &mut View<'_>) -> T,
    ) -> T {
        let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
        let mut view = View::new(&bytes, &runs, &mut buffer);
        see(settle(&view, extents.to_vec()), &mut view)
    }

    fn settled(len: u64, extents: &[Extent]) -> Settled {
        with(&vec![0; len as usize], extents, |settled, _| settled)
    }

    const PLAIN: Use = Use::Payload { compression: 1 };

    #[test]
    fn a_strip_across_the_end_is_a_cut() {
        let found = settled(1000, &[extent(8, 100, Use::Metadata), extent(500, 1000, PLAIN)]);
        assert_eq!((found.end, found.cut, found.share), (1000, true, Some(0.5)));
    }

    #[test]
    fn a_value_beyond_the_end_is_garbage() {
        let found = settled(1000, &[extent(108, 400, PLAIN), extent(900, 200, Use::Metadata)]);
        assert_eq!((found.end, found.cut, found.issues.len()), (508, false, 1));
    }

    #[test]
    fn a_strip_far_beyond_what_is_known_is_garbage() {
        let far = extent(900_000, 10, PLAIN);
        let found = settled(200_000, &[extent(8, 100, PLAIN), far]);
        assert_eq!((found.end, found.cut), (108, false));
    }

    #[track_caller]
    fn check(bytes: &[u8], extents: &[Extent], expected: &[(u64, u64, Role)]) {
        let unchecked = with(bytes, extents, |settled, view| settled.unchecked(view, &[]));
        let found: Vec<_> =
            unchecked.iter().map(|one| (one.span.at, one.span.len, one.role)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn unchecked_covers_the_file_without_overlaps() {
        let strips = [
            extent(100, 50, PLAIN),
            extent(152, 8, PLAIN),
            extent(140, 5, PLAIN),
            extent(300, 100, Use::Payload { compression: 7 }),
            extent(400, 50, Use::Metadata),
        ];
        let mut bytes = vec![0; 1000];
        bytes[300..310].copy_from_slice(b"\xff\xd8\xff\xda\0\x06abcd");
        let expected = [
            (0, 100, Role::Metadata),
            (100, 60, Role::Payload),
            (160, 140, Role::Metadata),
            (300, 10, Role::Part),
            (310, 90, Role::Payload),
            (400, 50, Role::Metadata),
        ];
        check(&bytes, &strips, &expected);
    }

    #[test]
    fn parts_are_picture_files_where_their_coding_says_so() {
        let mut bytes = vec![0; 1000];
        bytes[100..104].copy_from_slice(b"\xff\x0a\xff\x07");
        bytes[300..304].copy_from_slice(b"\xff\xd8\xff\xe1");
        let strips =
            |compression| [100, 300].map(|at| extent(at, 200, Use::Payload { compression }));
        let (own, payload) = (Role::Part, Role::Payload);
        let head = (0, 100, Role::Metadata);
        for coding in [50002, 52546] {
            check(&bytes, &strips(coding), &[head, (100, 16, own), (116, 384, payload)]);
        }
        check(&bytes, &strips(1), &[head, (100, 400, payload)]);
        let known = [head, (100, 200, payload), (300, 2, own), (302, 198, payload)];
        check(&bytes, &strips(7), &known);
        check(&bytes, &strips(60000), &known);
    }
}
