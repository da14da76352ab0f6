//! A device that is imaged while it is scanned: each of its bytes is read once, and is in the image from then on.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::image_file::ImageFile;
use super::options::Options;
use super::prepare::{Prepared, prepare};
use super::same::check_same;
use super::saver::{Beside, Save, Saver};
use super::sidecar::{Device, Sidecar, Totals, Unfinished};
use crate::control::error::Error;
use crate::control::progress::{Progress, Stop};
use crate::source::rescue_map::{BlockStatus, RescueMap};
use crate::source::{Source, SourceKind};

/// Bytes that are read at once.
const PIECE: u64 = 1 << 20;

/// A source whose bytes go to an image as they are read. What is in the image already is read from there, what
/// could not be read is not asked for again: [`copy`](super::copy()) goes at it with more patience, and with
/// the same image and map.
///
/// Where the image cannot be written, reading goes on without it; [`Imaged::close`] tells.
#[derive(Clone)]
pub struct Imaged(Arc<Inner>);

struct Inner {
    device: Box<dyn Source>,
    image: ImageFile,
    sector: u64,
    stop: Stop,
    state: Mutex<State>,
}

/// What is known so far.
struct State {
    map: RescueMap,
    saver: Saver,
    sidecar: Sidecar,
    command: String,
    /// Why nothing goes to the image any more.
    failure: Option<Error>,
    buffer: Vec<u8>,
}

impl Imaged {
    /// Images `device` to the file that `options` name, or goes on with the image that is there; reads end soon
    /// after `progress` is asked to stop. `note` is told what should be known before it begins.
    ///
    /// # Errors
    ///
    /// As [`copy`](super::copy()), before it begins.
    pub fn new(
        mut device: Box<dyn Source>,
        options: &Options,
        progress: &Progress,
        note: &mut dyn FnMut(&str),
    ) -> Result<Self, Error> {
        let stop = progress.wish();
        device.heed(stop);
        let (path, len) = (device.path().to_path_buf(), device.len());
        let Prepared { map, earlier, notes, is_sparse, .. } = prepare(&path, len, options)?;
        notes.iter().for_each(|one| note(one));
        let image = ImageFile::open(&options.image, map.len(), options.split)?;
        let mut read = |at: u64, out: &mut [u8]| {
            device.read_at(at, out);
            device.unreadable_in(Span { at, len: out.len() as u64 }).is_none()
        };
        let sector = u64::from(device.sector_size());
        check_same(&image, &map, sector, &mut read, &path.display().to_string())?;
        let beside = Beside { map: options.map(), sidecar: options.sidecar() };
        let saver = Saver::start(beside, &image)?;
        let sector = u64::from(device.sector_size());
        let known = Device {
            path: path.display().to_string(),
            size: len,
            sector_size: sector,
            ..Device::default()
        };
        let sidecar = Sidecar::unfinished(known, earlier);
        let command = options.command.join(" ");
        let state = State { map, saver, sidecar, command, failure: None, buffer: Vec::new() };
        let imaged = Imaged(Arc::new(Inner {
            device,
            image,
            sector,
            stop: stop.clone(),
            state: Mutex::new(state),
        }));
        // First the map: a file that is not empty and has none is not gone on with.
        imaged.0.lock().save_now()?;
        if is_sparse {
            imaged.0.image.extend(imaged.0.device.len())?;
        }
        Ok(imaged)
    }

    /// Writes the map, and tells what kept bytes from the image, if anything did.
    ///
    /// # Errors
    ///
    /// When the image or its map could not be written.
    pub fn close(&self) -> Result<(), Error> {
        let mut state = self.0.lock();
        let saved = self.0.extend(&state.map).and_then(|()| state.save_now());
        match state.failure.take() {
            Some(failure) => Err(failure),
            None => saved,
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fills `out` from `at`, up to the end of the first block of the map that it meets; how much that is.
    fn read_block(&self, at: u64, out: &mut [u8]) -> usize {
        let mut state = self.lock();
        let Some(block) = state.map.block_at(at) else {
            out.fill(0);
            return out.len();
        };
        let len = (block.span.end() - at).min(out.len() as u64).min(PIECE);
        let out = &mut out[..len as usize];
        match block.status {
            BlockStatus::Finished => {
                drop(state);
                if self.image.read(at, out).is_err() {
                    // The image was made smaller, or its disk is gone.
                    self.device.read_at(at, out);
                }
            }
            BlockStatus::NonTried => self.take(&mut state, Span { at, len }, out),
            _ => out.fill(0),
        }
        out.len()
    }

    /// Reads a range of the device that was not read before, by whole sectors, and writes it to the image.
    fn take(&self, state: &mut State, span: Span, out: &mut [u8]) {
        if state.failure.is_some() {
            return self.device.read_at(span.at, out);
        }
        let first = span.at / self.sector * self.sector;
        let end = span.end().div_ceil(self.sector).saturating_mul(self.sector);
        let whole = Span::between(first, end.min(self.device.len()));
        let mut buffer = std::mem::take(&mut state.buffer);
        buffer.resize(whole.len as usize, 0);
        self.device.read_at(whole.at, &mut buffer);
        out.copy_from_slice(&buffer[(span.at - first) as usize..][..out.len()]);
        // What is read after the stop may be zeros, and is not what the device holds.
        if !self.stop.is_over() && !self.device.is_gone() {
            self.keep(state, whole, &buffer);
        }
        state.buffer = buffer;
    }

    /// Writes what could be read of `whole` to the image, and marks all of it in the map.
    fn keep(&self, state: &mut State, whole: Span, bytes: &[u8]) {
        let mut at = whole.at;
        while at < whole.end() {
            let bad = self.device.unreadable_in(Span::between(at, whole.end()));
            let bad = bad.map_or(Span::between(whole.end(), whole.end()), |bad| {
                Span::between(bad.at.max(at), bad.end().min(whole.end()))
            });
            let good = (at - whole.at) as usize..(bad.at - whole.at) as usize;
            self.write(state, at, &bytes[good]);
            // It was passed over quickly: whoever has more patience tries it by sectors.
            state.map.set(bad, BlockStatus::NonScraped);
            at = bad.end();
        }
        if state.saver.is_due() {
            if let Err(error) = self.extend(&state.map) {
                state.failure.get_or_insert(error);
                return;
            }
            let save = state.save();
            state.saver.begin(save);
        }
    }

    /// Makes the image as long as what the map calls finished: zeros at its end are not written.
    fn extend(&self, map: &RescueMap) -> Result<(), Error> {
        let last = map.last_before(BlockStatus::Finished, map.len());
        self.image.extend(last.map_or(0, |last| last.end()))
    }

    fn write(&self, state: &mut State, at: u64, bytes: &[u8]) {
        if bytes.is_empty() || state.failure.is_some() {
            return;
        }
        let written = self.image.write(at, bytes).and_then(|()| state.saver.look());
        let span = Span { at, len: bytes.len() as u64 };
        match written {
            Ok(()) => state.map.set(span, BlockStatus::Finished),
            Err(error) => state.failure = Some(error),
        }
    }
}

impl State {
    fn save(&mut self) -> Save {
        let map = &self.map;
        self.sidecar.map = Totals::of(map);
        self.sidecar.unreadable = map.unfinished().iter().map(Into::into).collect();
        self.sidecar.unfinished.get_or_insert_with(Unfinished::default);
        let comments = vec![
            format!("Mapfile. Created by afterimage version {}", env!("CARGO_PKG_VERSION")),
            format!("Command line: {}", self.command),
        ];
        Save { map: map.text(&comments), sidecar: self.sidecar.text() }
    }

    fn save_now(&mut self) -> Result<(), Error> {
        let save = self.save();
        self.saver.write(&save)
    }
}

impl Bytes for Imaged {
    fn len(&self) -> u64 {
        self.0.device.len()
    }

    fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
        None
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        let state = self.0.lock();
        let mut at = span.at;
        while at < span.end() {
            let block = state.map.block_at(at)?;
            if is_failed(block.status) {
                return Some(block.span);
            }
            at = block.span.end();
        }
        drop(state);
        // What is not in the image, since it could not be written, or the device is gone.
        self.0.device.unreadable_in(span)
    }

    fn read_at(&self, mut at: u64, mut out: &mut [u8]) {
        while !out.is_empty() {
            let read = self.0.read_block(at, out);
            at += read as u64;
            out = &mut out[read..];
        }
    }
}

/// Whether what has that status was tried, and cannot be read.
fn is_failed(status: BlockStatus) -> bool {
    !matches!(status, BlockStatus::Finished | BlockStatus::NonTried)
}

impl Source for Imaged {
    fn path(&self) -> &Path {
        self.0.device.path()
    }

    fn kind(&self) -> SourceKind {
        self.0.device.kind()
    }

    fn sector_size(&self) -> u32 {
        self.0.device.sector_size()
    }

    fn unreadable(&self) -> Vec<Span> {
        let mut unreadable = self.0.lock().map.chosen(is_failed);
        unreadable.extend(self.0.device.unreadable());
        unreadable.into()
    }

    fn data_after(&self, at: u64) -> Option<Span> {
        self.0.device.data_after(at)
    }

    fn bytes_read(&self) -> u64 {
        self.0.device.bytes_read()
    }

    fn has_changed(&self) -> bool {
        self.0.device.has_changed()
    }

    fn is_gone(&self) -> bool {
        self.0.device.is_gone()
    }
}
