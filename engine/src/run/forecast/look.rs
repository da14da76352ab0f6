//! Whether a photo begins at a place, as a scan would have it.

use std::time::Instant;

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Buffer, Bytes};

use super::count::Counted;
use crate::carve::Carver;
use crate::ledger::Shown;
use crate::scan::Hit;
use crate::volumes::live_map::LiveMap;
use crate::volumes::survey::Survey;

/// So many bytes of a file may be lent to tell that it is one: what does not end before is taken for whole.
const READ_ON: u64 = 512 << 10;

/// The same where it is to be known how far a file reaches.
const TO_ITS_END: u64 = 48 << 20;

/// Bytes that tell a photo from its copies.
const PRINT: u64 = 16 << 10;

/// What a photo is told from its copies by.
pub(in crate::run) type Print = [u8; 32];

/// What begins at a place.
pub(in crate::run) struct Seen {
    /// Whether it is a photo that would be recovered, and no video or other file.
    pub(in crate::run) is_photo: bool,
    /// How far it reaches; nothing where that was not looked for.
    pub(in crate::run) end: Option<u64>,
    /// What its beginning holds.
    pub(in crate::run) print: Print,
}

/// Looks at places of a source.
pub(in crate::run) struct Look<'l> {
    pub(in crate::run) bytes: &'l Counted<'l>,
    pub(in crate::run) carver: Carver<'l>,
    pub(in crate::run) live: &'l LiveMap,
    /// What file systems say.
    pub(in crate::run) survey: &'l Survey,
    /// When looking ends.
    pub(in crate::run) until: Instant,
}

/// The clusters of nearly all file systems that are not known are whole multiples of that, in bytes.
const USUAL_CLUSTER: u64 = 4096;

impl Look<'_> {
    /// Whether there is no time left.
    pub(in crate::run) fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Whether a file of its own may begin at `at`, as far as clusters tell: what begins elsewhere is most likely
    /// part of one.
    pub(in crate::run) fn may_be_file(&self, at: u64) -> bool {
        let here = Span { at, len: 1 };
        let mut volumes = self.survey.volumes.iter();
        match volumes.find(|volume| volume.contents.span.holds(here)) {
            Some(volume) => volume.begins_cluster(at),
            None => at.is_multiple_of(USUAL_CLUSTER),
        }
    }

    /// What begins at `at`, if something does, with no more read than tells it.
    pub(in crate::run) fn at(&self, at: u64, hits: &[Hit], buffer: &mut Buffer) -> Option<Seen> {
        self.measured(at, hits, READ_ON, buffer)
    }

    /// Whether what begins at `at` reaches beyond `end`.
    pub(in crate::run) fn reaches(
        &self,
        at: u64,
        end: u64,
        hits: &[Hit],
        buffer: &mut Buffer,
    ) -> bool {
        let seen = self.measured(at, hits, TO_ITS_END, buffer);
        seen.is_some_and(|seen| seen.end.is_none_or(|reach| reach > end))
    }

    /// The formats that a file may be of of which `head` is the beginning, and what it is.
    pub(in crate::run) fn listed(&self, at: u64, buffer: &mut Buffer) -> Option<Seen> {
        let mut head = vec![0; self.carver.matcher.overlap() + 1];
        self.bytes.read_at(at, &mut head);
        let mut hits = Vec::new();
        self.carver.matcher.scan(&head, 0..1, &mut hits);
        hits.retain(|hit| self.carver.matcher.footer(hit).is_none());
        if hits.is_empty() { None } else { self.at(at, &hits, buffer) }
    }

    fn measured(&self, at: u64, hits: &[Hit], most: u64, buffer: &mut Buffer) -> Option<Seen> {
        buffer.allow(Some(most));
        let formats = self.carver.glance(self.bytes, at, hits, buffer);
        let first = *formats.first()?;
        let found = self.carver.carve(0, self.bytes, at, &formats, buffer);
        let is_cut = buffer.is_spent();
        buffer.allow(None);
        let registry = self.carver.registry;
        if is_cut {
            // What goes on for so long is no false header.
            let is_photo = !registry.is_video(first);
            return Some(Seen { is_photo, end: None, print: self.print(at, PRINT) });
        }
        let record = &found.first()?.record;
        let is_video = registry.is_video(usize::from(record.format));
        let len = record.source_len();
        Some(Seen {
            is_photo: !is_video && Shown::of(record) != Shown::Nothing,
            end: Some(at.saturating_add(len)),
            print: self.print(at, len.min(PRINT)),
        })
    }

    fn print(&self, at: u64, len: u64) -> Print {
        let mut head = vec![0; len.min(self.bytes.len().saturating_sub(at)) as usize];
        self.bytes.read_at(at, &mut head);
        *blake3::hash(&head).as_bytes()
    }
}
