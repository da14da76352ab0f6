//! A volume as it was.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::blocks::Kept;
use super::record::BLOCK;
use super::store::Store;
use crate::model::{Moment, SpanSet};
use crate::source::{Source, SourceKind};

/// Bytes of a sector, by which a part of a block may have been written.
const SECTOR: u64 = 512;

/// A volume as it was when a shadow copy was made.
///
/// [`Source::data_after`] tells the blocks that may differ from the volume today: to scan the rest would find again
/// what is found on the volume. All of it can be read.
pub struct ShadowCopy {
    source: Arc<dyn Source>,
    span: Span,
    path: PathBuf,
    /// All shadow copies, the oldest first, and which of them this is.
    stores: Arc<[Store]>,
    nth: usize,
    /// Made when somebody asks: all shadow copies together would keep the blocks of the newest once for each.
    differing: OnceLock<SpanSet>,
}

/// Where bytes lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whereabouts {
    /// At that offset of the volume.
    Volume(u64),
    /// They were not in use, and nobody knows what they were.
    Nowhere,
}

impl ShadowCopy {
    pub(super) fn new(
        source: &Arc<dyn Source>,
        span: Span,
        stores: &Arc<[Store]>,
        nth: usize,
    ) -> Self {
        let made = Moment::filetime(stores[nth].created);
        let made = made.map_or_else(|| (nth + 1).to_string(), |made| made.to_string());
        let path = source.path().join(format!("shadow copy of {made}"));
        ShadowCopy {
            source: Arc::clone(source),
            span,
            path,
            stores: Arc::clone(stores),
            nth,
            differing: OnceLock::new(),
        }
    }

    /// When it was made.
    pub fn made(&self) -> Option<Moment> {
        Moment::filetime(self.stores[self.nth].created)
    }

    /// What may differ from the volume as it is today, in bytes from the start of the volume.
    pub fn differing(&self) -> &SpanSet {
        self.differing.get_or_init(|| {
            let len = self.span.len;
            let newer = self.stores.iter().skip(self.nth);
            let offsets = newer.flat_map(|store| store.blocks.by_offset.keys().copied());
            let mut offsets: Vec<u64> = offsets.filter(|at| *at < len).collect();
            offsets.sort_unstable();
            offsets.dedup();
            let inside = |at: u64| Span::between(at, (at + BLOCK).min(len));
            offsets.into_iter().map(inside).collect()
        })
    }

    /// Where the bytes from `at` on lie, up to the end of their sector or block.
    fn find(&self, at: u64) -> (Whereabouts, u64) {
        let mut at = at;
        let mut len = BLOCK - at % BLOCK;
        for (nth, store) in self.stores.iter().enumerate().skip(self.nth) {
            let (block, inside) = (at - at % BLOCK, at % BLOCK);
            let is_own = nth == self.nth;
            let known = store.blocks.by_offset.get(&block).copied().unwrap_or_default();
            if let Some(overlay) = known.overlay.filter(|_| is_own) {
                len = SECTOR - inside % SECTOR;
                if overlay.sectors >> (inside / SECTOR) & 1 == 1 {
                    return (Whereabouts::Volume(overlay.at.saturating_add(inside)), len);
                }
            }
            let is_last = nth + 1 == self.stores.len();
            match known.kept {
                Some(Kept::Copy(kept)) => {
                    return (Whereabouts::Volume(kept.saturating_add(inside)), len);
                }
                Some(Kept::Forwarded(other)) => {
                    at = other.saturating_add(inside);
                    len = len.min(BLOCK - at % BLOCK);
                }
                None if is_last && is_own => {
                    let is_elsewhere = store.blocks.reverse.contains_key(&block);
                    if !is_elsewhere && store.is_unused(block) {
                        return (Whereabouts::Nowhere, len);
                    }
                }
                None => {}
            }
        }
        (Whereabouts::Volume(at), len)
    }

    /// The parts of `span`, and where they lie: nothing for what lies nowhere.
    fn parts(&self, span: Span) -> impl Iterator<Item = (Span, Option<Span>)> + '_ {
        let mut at = span.at;
        let end = span.end().min(self.span.len);
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let (found, len) = self.find(at);
            let part = Span::between(at, at.saturating_add(len).min(end));
            at = part.end();
            let there = match found {
                Whereabouts::Volume(there) if there.saturating_add(part.len) <= self.span.len => {
                    Some(Span { at: self.span.at.saturating_add(there), len: part.len })
                }
                _ => None,
            };
            Some((part, there))
        })
    }
}

impl Bytes for ShadowCopy {
    fn len(&self) -> u64 {
        self.span.len
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        at.checked_add(len as u64).filter(|end| *end <= self.span.len)?;
        let (found, there) = self.find(at);
        match found {
            Whereabouts::Volume(found) if len as u64 <= there => {
                found.checked_add(len as u64).filter(|end| *end <= self.span.len)?;
                self.source.mapped(self.span.at.checked_add(found)?, len)
            }
            _ => None,
        }
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        out.fill(0);
        for (part, there) in self.parts(Span { at, len: out.len() as u64 }) {
            let inside = (part.at - at) as usize..(part.end() - at) as usize;
            if let Some(there) = there {
                self.source.read_at(there.at, &mut out[inside]);
            }
        }
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.parts(span).find_map(|(part, there)| {
            let there = there?;
            let bad = self.source.unreadable_in(there)?;
            let (from, to) = (bad.at.max(there.at), bad.end().min(there.end()));
            Some(Span { at: part.at + (from - there.at), len: to.saturating_sub(from) })
        })
    }
}

impl Source for ShadowCopy {
    fn path(&self) -> &Path {
        &self.path
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Image
    }

    fn sector_size(&self) -> u32 {
        self.source.sector_size()
    }

    fn unreadable(&self) -> Vec<Span> {
        let whole = Span { at: 0, len: self.span.len };
        if self.source.unreadable().is_empty() {
            return Vec::new();
        }
        let mut all = SpanSet::default();
        for (part, there) in self.parts(whole) {
            if there.is_some_and(|there| self.source.unreadable_in(there).is_some()) {
                all.insert(part);
            }
        }
        all.into()
    }

    fn data_after(&self, at: u64) -> Option<Span> {
        let next = self.differing().after(at).first()?;
        Some(Span::between(next.at.max(at), next.end()))
    }

    fn bytes_read(&self) -> u64 {
        self.source.bytes_read()
    }

    fn has_changed(&self) -> bool {
        self.source.has_changed()
    }

    fn is_gone(&self) -> bool {
        self.source.is_gone()
    }
}
