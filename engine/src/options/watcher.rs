//! Whoever wants to see photos while a scan still runs.
//!
//! A scan without a watcher pays nothing. One with a watcher never waits for it: what does not fit into the channel is
//! counted, and left out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use afterimage_signatures::verdict::Span;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::model::{Grade, Record, camera_name};

/// The end of the channel that a scan puts photos into.
#[derive(Clone, Debug)]
pub struct Watcher {
    send: Sender<Sighting>,
    missed: Arc<AtomicU64>,
}

/// The end that photos come out of.
#[derive(Debug)]
pub struct Sightings {
    receive: Receiver<Sighting>,
    missed: Arc<AtomicU64>,
}

/// What came out of the channel.
#[derive(Debug)]
pub enum Watching {
    /// A photo.
    Seen(Box<Sighting>),
    /// None within the time.
    Nothing,
    /// None any more: the scan has ended.
    Over,
}

/// A photo as a scan measured it. Where its bytes go, and what else may be in its way, is settled only when the scan
/// is over: names, grades and lengths may change until then.
#[derive(Clone, Debug)]
pub struct Sighting {
    pub(crate) record: Box<Record>,
    /// The smallest picture that its structure points at, from its own first byte, where that lies in one run.
    preview: Option<Span>,
    is_live: bool,
}

impl Watcher {
    /// A channel that holds no more than `most` photos.
    pub fn channel(most: usize) -> (Watcher, Sightings) {
        let (send, receive) = bounded(most);
        let missed = Arc::new(AtomicU64::new(0));
        (Watcher { send, missed: Arc::clone(&missed) }, Sightings { receive, missed })
    }

    /// Takes a photo, unless the channel is full or nobody listens any more.
    pub(crate) fn see(&self, sighting: Sighting) {
        if self.send.try_send(sighting).is_err() {
            self.missed.fetch_add(1, Relaxed);
        }
    }
}

impl Sightings {
    /// The next photo, within `time`.
    pub fn next(&self, time: Duration) -> Watching {
        match self.receive.recv_timeout(time) {
            Ok(sighting) => Watching::Seen(Box::new(sighting)),
            Err(RecvTimeoutError::Timeout) => Watching::Nothing,
            Err(RecvTimeoutError::Disconnected) => Watching::Over,
        }
    }

    /// Photos that did not fit into the channel.
    pub fn missed(&self) -> u64 {
        self.missed.load(Relaxed)
    }
}

impl Sighting {
    /// A photo, with the pictures inside it.
    pub(crate) fn of<'r>(
        record: &Record,
        inside: impl Iterator<Item = &'r Record>,
        is_live: bool,
    ) -> Self {
        let preview = inside.filter_map(|inner| preview_in(record, inner));
        let preview = preview.min_by_key(|span| span.len);
        Sighting { record: Box::new(record.clone()), preview, is_live }
    }

    /// Takes the path that a file system has for a file that begins where it begins, when it ends within the size of
    /// that file: `size` bytes.
    pub(crate) fn note_path(&mut self, path: &str, size: u64) {
        let is_as_it_is = self.record.inflated.is_none();
        if is_as_it_is && self.record.facts.path.is_none() && self.record.source_len() <= size {
            self.record.facts.path = Some(path.to_owned());
        }
    }

    /// Position of its source on the command line.
    pub fn source(&self) -> u32 {
        self.record.source
    }

    /// Its first byte in the source.
    pub fn offset(&self) -> u64 {
        self.record.offset()
    }

    /// Bytes of the file that would be written.
    pub fn size(&self) -> u64 {
        self.record.size()
    }

    /// Its media type.
    pub fn mime(&self) -> &str {
        &self.record.mime
    }

    /// What a file of its format ends in, without the dot.
    pub fn extension(&self) -> &str {
        &self.record.extension
    }

    /// How much is proven by now.
    pub fn grade(&self) -> Grade {
        self.record.grade
    }

    /// Width and height in pixels, as stored.
    pub fn pixels(&self) -> Option<(u32, u32)> {
        self.record.pixels
    }

    /// How to turn the picture, 1 to 8 as in Exif.
    pub fn orientation(&self) -> Option<u16> {
        self.record.exif.as_ref()?.orientation
    }

    /// When it was taken, by the clock of the camera.
    pub fn taken(&self) -> Option<&str> {
        self.record.exif.as_ref()?.taken.as_deref()
    }

    /// Maker and model of the camera, as Exif has them.
    pub fn camera(&self) -> Option<String> {
        let exif = self.record.exif.as_ref()?;
        camera_name(exif.make.as_deref(), exif.model.as_deref())
    }

    /// Its path by a file system that tells of a file that begins there.
    pub fn path(&self) -> Option<&str> {
        self.record.facts.path.as_deref()
    }

    /// Its BLAKE3, where it was computed by now.
    pub fn blake3(&self) -> Option<[u8; 32]> {
        self.record.digests.as_ref().map(|digests| *digests.blake3.as_bytes())
    }

    /// Whether a file system says that it is still there.
    pub fn is_live(&self) -> bool {
        self.is_live
    }

    /// The first byte and the length of a smaller picture in it that a browser can show, from its own first byte.
    pub fn preview(&self) -> Option<(u64, u64)> {
        self.preview.map(|span| (span.at, span.len))
    }
}

/// Where a file lies that is one run, or comes out of one.
fn span(file: &Record) -> Option<Span> {
    match (file.runs.as_slice(), file.inflated) {
        (_, Some(inflated)) => Some(Span { at: inflated.start, len: inflated.len }),
        ([run], None) => Some(*run),
        _ => None,
    }
}

/// Where a picture of JPEG lies in a file that is one run, from the first byte of the file.
fn preview_in(file: &Record, inner: &Record) -> Option<Span> {
    let (run, own) = (span(file)?, span(inner)?);
    let is_shown = &*inner.mime == "image/jpeg" && inner.fill.is_empty();
    let is_whole = inner.grade >= Grade::Structural && own.end() <= run.end();
    let at = own.at.checked_sub(run.at).filter(|_| is_shown && is_whole)?;
    Some(Span { at, len: own.len })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::build::record;

    fn seen(offset: u64) -> Sighting {
        Sighting::of(&record(offset, 1000), std::iter::empty(), false)
    }

    #[test]
    fn a_watcher_that_lags_costs_the_scan_nothing() {
        let (watcher, sightings) = Watcher::channel(2);
        (0..5).for_each(|at| watcher.see(seen(at)));
        assert_eq!(sightings.missed(), 3);
        for at in 0..2 {
            let Watching::Seen(one) = sightings.next(Duration::ZERO) else {
                panic!("none at {at}")
            };
            assert_eq!(one.offset(), at);
        }
        assert!(matches!(sightings.next(Duration::ZERO), Watching::Nothing));
        drop(watcher);
        assert!(matches!(sightings.next(Duration::ZERO), Watching::Over));
    }

    #[test]
    fn a_preview_is_the_smallest_picture_that_lies_in_the_file() {
        let inner = |at, len| {
            let mut inner = record(at, len);
            inner.mime = "image/jpeg".into();
            inner.grade = Grade::Verified;
            inner
        };
        let inside = [inner(1200, 500), inner(1100, 50), inner(1900, 200), inner(900, 10)];
        let sighting = Sighting::of(&record(1000, 1000), inside.iter(), false);
        assert_eq!(sighting.preview(), Some((100, 50)));
        assert_eq!(seen(0).preview(), None);
    }

    #[test]
    fn a_path_is_that_of_a_file_that_holds_all_of_the_photo() {
        let mut sighting = seen(0);
        sighting.note_path("DCIM/SHORT.JPG", 999);
        assert_eq!(sighting.path(), None);
        sighting.note_path("DCIM/IMG_1.JPG", 1000);
        sighting.note_path("DCIM/OTHER.JPG", 2000);
        assert_eq!(sighting.path(), Some("DCIM/IMG_1.JPG"));
    }
}
