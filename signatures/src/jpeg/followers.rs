//! What follows the first picture of a JPEG and belongs to it.
//!
//! On a disk anything may lie after EOI, a photo of its own above all. Nothing is taken that the
//! picture does not announce or that does not prove its own length.

use std::borrow::Cow;

use super::entropy::Surplus;
use super::gcontainer::{self, Announced, Item};
use super::marker::{APP1, APP2, EOI, Marker, SOI};
use super::mpf::{self, Entry};
use super::skim::JpegOracle;
use super::slip::is_slip;
use super::{video, walk};
use crate::format::Effort;
use crate::oracle::drive;
use crate::trailer;
use crate::verdict::{Child, Kinship, Role, Span, Unchecked, Verdict};
use crate::view::View;

/// A picture is decoded in pieces of this size.
const PIECE: usize = 64 << 10;

/// Cameras align further pictures; more padding than this is free space of a disk.
const MOST_PADDING: u64 = 64 << 10;

/// More often than any writer ends a picture.
const MOST_ENDS: u64 = 16;

/// Adds to a complete picture what follows it.
pub fn add(view: &mut View<'_>, segments: &[Marker], effort: Effort, verdict: &mut Verdict) {
    let mut chain =
        Chain { end: verdict.len, ends: vec![verdict.len], children: Vec::new(), effort };
    if chain.add_ends(view) {
        verdict.note(verdict.len, "EOI more than once");
    }
    let entries = mpf::index(view, segments);
    let announced = gcontainer::announced(view, segments);
    let mut missing = chain.add_listed(view, &entries);
    missing |= chain.add_items(view, &announced);
    chain.add_announced(view, &announced);
    chain.add_trailers(view);
    if missing {
        let what = "pictures or videos announced after this one are not there";
        verdict.note(verdict.len, Cow::Borrowed(what));
    }
    let span = Span::between(verdict.len, chain.end);
    if span.len > 0 {
        verdict.unchecked.push(Unchecked { span, role: Role::Trailer });
        verdict.len = chain.end;
    }
    verdict.children.append(&mut chain.children);
}

/// What has been found after the first picture so far.
struct Chain {
    end: u64,
    /// Where a trailer may begin: the end of each picture.
    ends: Vec<u64>,
    children: Vec<Child>,
    effort: Effort,
}

impl Chain {
    /// Takes a child; of two that begin alike the first stays.
    fn push(&mut self, child: Child) {
        let known = self.children.iter_mut().find(|known| known.span.at == child.span.at);
        match known {
            Some(known) if known.kinship == Kinship::Secondary => known.kinship = child.kinship,
            Some(_) => {}
            None => self.children.push(child),
        }
        self.reach(child.span.end());
    }

    fn reach(&mut self, end: u64) {
        if end > self.end {
            self.end = end;
            self.ends.push(end);
        }
    }

    /// Takes further EOI right after the first; tells whether there is one.
    fn add_ends(&mut self, view: &mut View<'_>) -> bool {
        let ends = (0..MOST_ENDS).take_while(|n| view.array(self.end + 2 * n) == Ok([0xff, EOI]));
        let count = ends.count() as u64;
        self.reach(self.end + 2 * count);
        count > 0
    }

    /// Takes the pictures of an MPF index; tells whether one is missing, which ends it.
    fn add_listed(&mut self, view: &mut View<'_>, entries: &[Entry]) -> bool {
        for entry in entries {
            // Some writers count from elsewhere: then the length must prove the offset.
            let here = Span { at: self.end, len: entry.span.len };
            let found =
                self.listed(view, entry.span, true).or_else(|| self.listed(view, here, false));
            let Some((span, gain_map)) = found else {
                return true;
            };
            let kinship = if gain_map { Kinship::GainMap } else { entry.kinship };
            self.push(Child { span, kinship });
        }
        false
    }

    /// The picture that an index puts at `span`, if it is there: it has the length that was told,
    /// or nothing but padding lies before it.
    fn listed(&self, view: &mut View<'_>, span: Span, is_told: bool) -> Option<(Span, bool)> {
        if span.at < self.end {
            return None;
        }
        let Some((end, gain_map)) = picture(view, span.at, span.end(), self.effort) else {
            let is_lost = is_told && is_padding(view, self.end, span.at) && begins(view, span);
            return is_lost.then_some((span, false));
        };
        let fits = end == span.end() || is_padding(view, end, span.end());
        let follows = is_told && is_padding(view, self.end, span.at);
        let end = if fits { span.end() } else { end };
        (fits || follows).then_some((Span::between(span.at, end), gain_map))
    }

    /// Takes the items of a container directory; tells whether one is missing, which ends it.
    fn add_items(&mut self, view: &mut View<'_>, announced: &Announced) -> bool {
        let Some((first, others)) = announced.items.split_first() else {
            return false;
        };
        let mut at = self.ends[0].saturating_add(first.padding);
        for item in others {
            let told = Span { at, len: item.len };
            let end = item_end(view, at, item, self.effort);
            let Some(end) = end.or_else(|| begins(view, told).then(|| told.end())) else {
                return true;
            };
            let kinship = item.kinship.unwrap_or(Kinship::Secondary);
            self.push(Child { span: Span::between(at, end), kinship });
            at = end.saturating_add(item.padding);
        }
        false
    }

    /// Takes what older writers announce without a directory, right after the end.
    fn add_announced(&mut self, view: &mut View<'_>, announced: &Announced) {
        if announced.video
            && !self.children.iter().any(|child| child.kinship == Kinship::Motion)
            && let Some(end) = video::end(view, self.end, 0)
        {
            self.push(Child { span: Span::between(self.end, end), kinship: Kinship::Motion });
        }
        if announced.gain_map
            && !self.children.iter().any(|child| child.kinship == Kinship::GainMap)
            && let Some((end, true)) = picture(view, self.end, self.end, self.effort)
        {
            self.push(Child { span: Span::between(self.end, end), kinship: Kinship::GainMap });
        }
    }

    /// Takes the trailers. Samsung's holds what the directory has told already, so that its start
    /// is the end of one of the pictures before it.
    fn add_trailers(&mut self, view: &mut View<'_>) {
        for end in self.ends.clone() {
            if let Some(found) = trailer::samsung(view, end).filter(|found| found.end > self.end) {
                self.append(found);
            }
        }
        for _ in 0..trailer::MOST_TRAILERS {
            match trailer::any(view, self.end) {
                Some(found) => self.append(found),
                None => break,
            }
        }
    }

    fn append(&mut self, found: trailer::Trailer) {
        found.children.into_iter().for_each(|child| self.push(child));
        self.reach(found.end);
    }
}

/// The end of the whole JPEG at `at`, and whether it calls itself a gain map. Where it does not end
/// at `told`, its second half may be another photo's: then it must decode.
fn picture(view: &mut View<'_>, at: u64, told: u64, effort: Effort) -> Option<(u64, bool)> {
    let mut inner = view.from(at);
    let walked =
        walk::walk(&mut inner, Surplus::InOrder).ok().filter(|walked| walked.broken.is_none())?;
    let end = at + walked.end;
    let is_told = end == told || is_padding(&mut inner, walked.end, told.saturating_sub(at));
    if effort == Effort::Proof && !is_told {
        let mut oracle = JpegOracle::new();
        let decodes = match drive(&mut oracle, &mut inner, PIECE) {
            Ok(end) => end == walked.end,
            Err(_) => is_slip(&mut inner, &oracle, &walked),
        };
        if !decodes {
            return None;
        }
    }
    let gain_map = walked.segments.iter().any(|marker| is_gain_map(&mut inner, marker));
    Some((end, gain_map))
}

/// Whether a picture may lie at `span` of which some is unreadable: its length is what was told then.
fn begins(view: &mut View<'_>, span: Span) -> bool {
    let is_there = view.check(span.at, span.len).is_ok() && span.len > 2;
    if !is_there || view.unreadable_in(span.at, span.len).is_none() {
        return false;
    }
    view.unreadable_in(span.at, 2).is_some() || view.array(span.at) == Ok([0xff, SOI])
}

/// Whether the segment describes a gain map: Adobe's, Apple's, or that of ISO 21496-1.
fn is_gain_map(view: &mut View<'_>, marker: &Marker) -> bool {
    let names: &[&[u8]] = match marker.code {
        APP1 => &[b"hdrgm:GainMapM", b"hdrgm:Version", b"HDRGainMap"],
        APP2 => &[b"urn:iso:std:iso:ts:21496:-1"],
        _ => return false,
    };
    let bytes = view.bytes(marker.content.at, marker.content.len as usize).unwrap_or(&[]);
    names.iter().any(|name| memchr::memmem::find(bytes, name).is_some())
}

/// The end of the item at `at`, if a picture or a video is there. Its own end goes before the
/// length that the directory tells, which may be stale.
fn item_end(view: &mut View<'_>, at: u64, item: &Item, effort: Effort) -> Option<u64> {
    let told = at.saturating_add(item.len);
    let own = match item.kinship {
        Some(Kinship::Motion) => video::end(view, at, told)?,
        _ => picture(view, at, told, effort)?.0,
    };
    Some(if is_padding(view, own, told) { told } else { own })
}

/// Whether between `from` and `to` lies nothing, or the same padding byte again and again.
fn is_padding(view: &mut View<'_>, from: u64, to: u64) -> bool {
    let Some(len) = to.checked_sub(from).filter(|&len| len <= MOST_PADDING) else {
        return false;
    };
    let Ok(bytes) = view.bytes(from, len as usize) else {
        return false;
    };
    bytes.iter().all(|&byte| byte == 0) || bytes.iter().all(|&byte| byte == 0xff)
}

#[cfg(test)]
mod tests {
    use super::super::measure;
    use super::super::sample::{mpf, picture, xmp};
    use super::*;
    use crate::view::{Buffer, Runs};

    /// Where a picture with `extra` segments ends before `after`, counted from its EOI, and what
    /// its children are.
    fn follow(extra: &[u8], after: &[u8]) -> (usize, Vec<Kinship>) {
        let first = picture(extra, 600);
        let file = [&first[..], after].concat();
        let (runs, mut buffer) = (Runs::whole(0, file.len() as u64), Buffer::default());
        let file = file.as_slice();
        let verdict =
            measure(&mut View::new(&file, &runs, &mut buffer), Effort::Structure).unwrap();
        let parts: u64 = verdict.unchecked.iter().map(|part| part.span.len).sum();
        assert_eq!(parts, verdict.len);
        let kinships = verdict.children.iter().map(|child| child.kinship).collect();
        (verdict.len as usize - first.len(), kinships)
    }

    const VIDEO: &[u8] = b"\0\0\0\x0cftypmp42\0\0\0\x0amdatab\0\0\0\x08moov";

    #[test]
    fn what_nobody_announces_is_not_taken() {
        let other = picture(&[], 700);
        for after in [&other[..], VIDEO, &[0; 9000], b"\xff", b"", b"AXS!\0\x01\0\x02"] {
            assert_eq!(follow(&[], after), (0, vec![]), "{after:02x?}");
        }
    }

    #[test]
    fn an_index_is_believed_where_its_pictures_are() {
        let second = picture(&[], 700);
        let first = picture(&mpf(2, 100, 0), 600).len();
        let len = second.len();
        let index = |gap: usize, len: usize| mpf(2, first + gap, len);
        let other = picture(&[], 800);
        let after = |gap: usize| [&vec![0; gap][..], &second, &other].concat();
        let preview = vec![Kinship::Preview];
        assert_eq!(follow(&index(0, len), &after(0)), (len, preview.clone()));
        assert_eq!(follow(&index(0, 7), &after(0)), (len, preview.clone()), "wrong length");
        assert_eq!(follow(&index(90, len), &after(90)), (len + 90, preview.clone()));
        assert_eq!(follow(&index(8, len), &after(0)), (len, preview), "shifted by 8");
        assert_eq!(follow(&index(50, 7), &after(90)), (0, vec![]), "stale");
        let far = [&[1; 500][..], &second].concat();
        assert_eq!(follow(&index(500, 7), &far), (0, vec![]), "another photo");
        assert_eq!(follow(&index(0, len), &second[..400]), (0, vec![]), "cut");
    }

    #[test]
    fn a_directory_is_believed_where_its_items_are() {
        let map = picture(&xmp("hdrgm:Version"), 700);
        let text = |padding: usize, video: usize| {
            xmp(&format!(
                "<Container:Item Item:Semantic='Primary' Item:Padding='{padding}'/>
                <Container:Item Item:Semantic='GainMap' Item:Length='{}'/>
                <Container:Item Item:Semantic='MotionPhoto' Item:Length='{video}'/>",
                map.len()
            ))
        };
        let after = [&map[..], VIDEO, &[0; 600]].concat();
        let both = vec![Kinship::GainMap, Kinship::Motion];
        let len = map.len() + VIDEO.len();
        assert_eq!(follow(&text(0, VIDEO.len()), &after), (len, both.clone()));
        assert_eq!(follow(&text(0, 5), &after), (len, both));
        assert_eq!(follow(&text(3, 5), &after), (0, vec![]));
        assert_eq!(follow(&text(0, 5), &map), (map.len(), vec![Kinship::GainMap]));
    }

    #[test]
    fn older_announcements_are_believed_right_after_the_picture() {
        let after = [VIDEO, VIDEO].concat();
        let video = (VIDEO.len(), vec![Kinship::Motion]);
        assert_eq!(follow(&xmp("GCamera:MicroVideo='1'"), &after), video);
        assert_eq!(follow(&xmp("GCamera:MicroVideo='1'"), &after[1..]), (0, vec![]));
        let map = picture(&xmp("hdrgm:GainMapMin"), 700);
        let found = (map.len(), vec![Kinship::GainMap]);
        assert_eq!(follow(&xmp("hdrgm:Version='1.0'"), &map), found);
        assert_eq!(follow(&xmp("hdrgm:Version='1.0'"), &picture(&[], 700)), (0, vec![]));
    }
}
