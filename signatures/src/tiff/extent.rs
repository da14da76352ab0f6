//! Which bytes a file consists of, and which of its claims are believed.

use super::directory::Origin;
use super::graph::Structure;
use super::picture::Picture;
use crate::verdict::{Issue, MOST_ISSUES, Role, Span, Unchecked};
use crate::view::View;

/// A file is cut, not garbled, when what is known of it comes this close to the view's end, in
/// bytes: writers leave gaps of this size between pictures, not larger ones.
const CLOSE: u64 = 1 << 16;

/// Strips this close to each other are listed as one range: what lies between is padding. Less
/// than [`JPEG_START`], which tells one JPEG tile from the next.
const PADDING: u64 = 3;

/// More ranges of picture data than this are joined over wider gaps, to keep verdicts short.
const MOST_STRETCHES: usize = 1024;

/// Start of a strip that is a JPEG: its SOI marker and the next. The structure points at it, so a
/// JPEG that begins there is no photo of its own.
const JPEG_START: u64 = 4;

/// What a range is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Directories and the values of their tags.
    Metadata,
    /// A JPEG beside the main picture.
    Preview,
    /// Picture data; whether each part is a JPEG.
    Payload {
        /// Whether each part begins with its own JPEG header.
        jpeg: bool,
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
        let usage = match picture.whole_jpeg() {
            Some(_) if !main => Use::Preview,
            _ => Use::Payload { jpeg: picture.is_jpeg() },
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

    /// What no check covers, all but `proven`: picture data, starts of parts, and everything else as
    /// metadata.
    pub fn unchecked(&self, proven: &[Span]) -> Vec<Unchecked> {
        let mut proven = proven;
        let mut out = Vec::new();
        for Unchecked { span, role } in self.parts() {
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
    fn parts(&self) -> Vec<Unchecked> {
        let mut starts: Vec<u64> = self.extents.iter().filter_map(jpeg_start).collect();
        starts.sort_unstable();
        let mut at = 0;
        let mut out = Vec::new();
        let stretches = self.stretches();
        let end = Span { at: self.end, len: 0 };
        for span in stretches.into_iter().chain([end]) {
            // Between two ranges lies metadata, and starts of tiles or strips.
            let first = starts.partition_point(|&start| start < at);
            let last = starts.partition_point(|&start| start < span.at);
            if let (Some(&from), Some(&to)) =
                (starts[first..last].first(), starts[first..last].last())
            {
                let to = to.saturating_add(JPEG_START).min(span.at);
                out.push((Span::between(at, from), Role::Metadata));
                out.push((Span::between(from, to), Role::Part));
                at = to;
            }
            out.push((Span::between(at, span.at), Role::Metadata));
            out.push((span, Role::Payload));
            at = span.end();
        }
        let some = out.into_iter().filter(|(span, _)| span.len > 0);
        some.map(|(span, role)| Unchecked { span, role }).collect()
    }

    /// Picture data, in order and without overlaps.
    fn stretches(&self) -> Vec<Span> {
        let mut payload: Vec<_> = self.extents.iter().filter_map(payload).collect();
        payload.sort_unstable();
        if joined(&payload, PADDING).len() > MOST_STRETCHES {
            // Tiles that are JPEGs would be joined with the starts of the next ones, and each
            // would pass for a photo that does not belong here: they are parts as a whole.
            let plain = |extent: &&Extent| extent.usage != Use::Payload { jpeg: true };
            payload = self.extents.iter().filter(plain).filter_map(self::payload).collect();
            payload.sort_unstable();
        }
        let mut padding = PADDING;
        loop {
            payload = joined(&payload, padding);
            if payload.len() <= MOST_STRETCHES {
                return payload;
            }
            padding = padding.saturating_mul(4);
        }
    }
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

/// Where a part begins that is a JPEG.
fn jpeg_start(extent: &Extent) -> Option<u64> {
    (extent.usage == Use::Payload { jpeg: true }).then_some(extent.span.at)
}

/// The bytes of a part that could be anybody's.
fn payload(extent: &Extent) -> Option<Span> {
    match extent.usage {
        Use::Payload { jpeg } => {
            let skip = if jpeg { JPEG_START } else { 0 };
            let span = Span::between(extent.span.at.saturating_add(skip), extent.span.end());
            (span.len > 0).then_some(span)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    fn extent(at: u64, len: u64, usage: Use) -> Extent {
        Extent { span: Span { at, len }, usage, main: matches!(usage, Use::Payload { .. }) }
    }

    fn settled(len: u64, extents: &[Extent]) -> Settled {
        let (bytes, runs, mut buffer) =
            (vec![0; len as usize], Runs::whole(0, len), Buffer::default());
        let source = bytes.as_slice();
        let view = View::new(&source, &runs, &mut buffer);
        settle(&view, extents.to_vec())
    }

    const PLAIN: Use = Use::Payload { jpeg: false };

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

    #[test]
    fn unchecked_covers_the_file_without_overlaps() {
        let strips = [
            extent(100, 50, PLAIN),
            extent(152, 8, PLAIN),
            extent(140, 5, PLAIN),
            extent(300, 100, Use::Payload { jpeg: true }),
            extent(400, 50, Use::Metadata),
        ];
        let unchecked = settled(1000, &strips).unchecked(&[]);
        let plain: Vec<_> = unchecked.iter().map(|one| (one.span.at, one.span.len)).collect();
        assert_eq!(plain, [(0, 100), (100, 60), (160, 140), (300, 4), (304, 96), (400, 50)]);
    }
}
