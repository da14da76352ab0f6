//! E01 images, as EnCase and ewfacquire write them: compressed, in segments, with their own checksums.
//!
//! Such an image is written from its beginning to its end and cannot be gone on with. A failing device is
//! copied into a raw image first, and that is converted, with its map.

mod format;
mod reader;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use afterimage_signatures::verdict::Span;
use crossbeam_channel::{Receiver, Sender, bounded};

use super::buffer::{Buffer, Pool};
use super::digests::{Digested, HashPair, Hashing};
use super::medium::{Medium, is_gone};
use super::options::sidecar_of;
use super::prepare;
use super::saver::replace;
use super::sidecar::{Device, Hashes, SCHEMA, Sidecar, Totals};
use super::strategy::LARGEST;
use super::threads;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::model::SpanSet;
use crate::source::rescue_map::{BlockStatus, RescueMap, read_map};

use format::{CHUNK, Volume};
use writer::Writer;

/// Threads that compress.
const PACKERS: usize = 2;
/// The largest medium: counts of chunks have 32 bits.
const MOST_CHUNKS: u64 = u32::MAX as u64;

/// What is wanted of an E01 image.
#[derive(Clone, Debug, Default)]
pub struct E01 {
    /// The first segment, which ends in `.E01`.
    pub image: PathBuf,
    /// What this map of the source does not mark as finished counts as unreadable and is not read.
    pub map: Option<PathBuf>,
    /// The most bytes of a segment.
    pub segment: Option<u64>,
    /// What is written into it as its description.
    pub description: String,
}

/// A chunk to be compressed, or that is.
struct Chunks {
    number: u64,
    buffer: Arc<Buffer>,
    packed: Vec<(Vec<u8>, bool)>,
}

/// Writes the E01 image of a medium. Sectors that cannot be read are zeros in it, and listed. Nothing when
/// somebody stopped it: then what was written is taken away.
///
/// # Errors
///
/// When it cannot be written; what was written is taken away.
pub fn write_e01(
    medium: &Arc<dyn Medium>,
    device: Device,
    wanted: &E01,
    progress: &Progress,
    observe: &mut dyn FnMut(u64, u64),
) -> Result<Option<Sidecar>, Error> {
    let refused = |why: &str| Error::Image { path: wanted.image.clone(), why: why.to_owned() };
    if !is_e01(&wanted.image) {
        return Err(refused("the name of an E01 image ends in .E01"));
    }
    let chunks = medium.len().div_ceil(CHUNK as u64);
    let is_whole = medium.len().is_multiple_of(medium.sector())
        && (CHUNK as u64).is_multiple_of(medium.sector());
    if chunks > MOST_CHUNKS || !is_whole {
        return Err(refused(
            "the format has no room for it: its size is no whole number of sectors, or too large",
        ));
    }
    // Compression makes it shorter; where it does not help, a chunk is longer by its checksum.
    let segment_len = wanted.segment.unwrap_or(format::LONGEST_SEGMENT).max(1);
    let most = u32::try_from(medium.len() / segment_len * 2 + 2).unwrap_or(u32::MAX);
    let segments: Vec<PathBuf> =
        (1..=most).map_while(|number| writer::segment_path(&wanted.image, number)).collect();
    for segment in &segments {
        prepare::check_new(Path::new(&device.path), segment)?;
    }
    let mut map = match &wanted.map {
        Some(path) => read_map(path)?.resized(medium.len()),
        None => {
            let mut all = RescueMap::new(medium.len());
            all.set(Span { at: 0, len: medium.len() }, BlockStatus::Finished);
            all
        }
    };
    let started = jiff::Timestamp::now();
    let written = write(medium, &device, wanted, &mut map, progress, observe);
    let complete = written.as_ref().is_ok_and(Option::is_some);
    if !complete {
        // None of them was there before; most were not made yet.
        segments.iter().for_each(|path| drop(std::fs::remove_file(path)));
    }
    let Some(hashes) = written? else { return Ok(None) };
    let sidecar = Sidecar {
        schema: SCHEMA.to_owned(),
        tool: format!("afterimage {}", env!("CARGO_PKG_VERSION")),
        device,
        started: started.to_string(),
        finished: Some(jiff::Timestamp::now().to_string()),
        state: "complete".to_owned(),
        map: Totals::of(&map),
        unreadable: map.unfinished().iter().map(Into::into).collect(),
        hashes: Some(hashes),
        unfinished: None,
    };
    replace(&sidecar_of(&wanted.image), &sidecar.text(), false)?;
    Ok(Some(sidecar))
}

/// Whether a path is that of an E01 image.
pub(super) fn is_e01(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("e01"))
}

/// The digests of what an E01 image holds, and how many bytes that are; nothing when somebody stopped it.
pub(super) fn digests(
    path: &Path,
    progress: &Progress,
    observe: &mut dyn FnMut(u64),
) -> Result<Option<(Digested, u64)>, Error> {
    let (pool, mut hashing) = (Arc::new(Pool::default()), Hashing::start(None)?);
    reader::read_chunks(path, |chunk| {
        let mut buffer = pool.take(chunk.len());
        buffer.bytes_mut().copy_from_slice(&chunk);
        hashing.feed(&Arc::new(buffer));
        observe(hashing.at);
        !progress.stopped()
    })?;
    let len = hashing.at;
    let failed = || Error::Start { what: "the digests", why: "a thread ended early".into() };
    let digested = hashing.finish().ok_or_else(failed)?;
    Ok((!progress.stopped()).then_some((digested, len)))
}

fn write(
    medium: &Arc<dyn Medium>,
    device: &Device,
    wanted: &E01,
    map: &mut RescueMap,
    progress: &Progress,
    observe: &mut dyn FnMut(u64, u64),
) -> Result<Option<Hashes>, Error> {
    let sector = medium.sector() as u32;
    let id = blake3::hash(format!("{device:?} {}", jiff::Timestamp::now()).as_bytes());
    let mut volume_id = [0; 16];
    volume_id.copy_from_slice(&id.as_bytes()[..16]);
    let volume = Volume {
        chunks: medium.len().div_ceil(CHUNK as u64) as u32,
        sector,
        sectors: medium.len() / u64::from(sector),
        is_device: device.path.starts_with("/dev/"),
        id: volume_id,
    };
    let headers =
        format::headers(&wanted.description, env!("CARGO_PKG_VERSION"), jiff::Timestamp::now());
    let mut writer = Writer::new(&wanted.image, volume, headers, wanted.segment)?;
    let (pool, mut hashing) = (Arc::new(Pool::default()), Hashing::start(None)?);
    let mut of_read = Hashing::start(None)?;
    let (pack, packed) = packers()?;
    let (len, mut at, mut next, mut sent) = (medium.len(), 0, 0u64, 0u64);
    let mut waiting = std::collections::BTreeMap::new();
    while at < len || next < sent {
        if progress.stopped() {
            return Ok(None);
        }
        while at < len && sent - next < 2 * PACKERS as u64 {
            let mut buffer = pool.take(LARGEST.min(len - at) as usize);
            read(medium, at, buffer.bytes_mut(), map, &device.path)?;
            let buffer = Arc::new(buffer);
            hashing.feed(&buffer);
            feed_read(&mut of_read, &pool, &buffer, at, map);
            at = hashing.at;
            let _ = pack.send(Chunks { number: sent, buffer, packed: Vec::new() });
            sent += 1;
        }
        let Ok(done) = packed.recv() else { break };
        waiting.insert(done.number, done);
        while let Some(done) = waiting.remove(&next) {
            for (bytes, (stored, is_packed)) in done.buffer.bytes().chunks(CHUNK).zip(&done.packed)
            {
                writer.add(bytes, stored, *is_packed)?;
            }
            next += 1;
        }
        observe(at, len);
    }
    writer.finish(&map.unfinished())?;
    let failed = || Error::Start { what: "the digests", why: "a thread ended early".into() };
    let image = hashing.finish().ok_or_else(failed)?;
    let read: HashPair = of_read.finish().ok_or_else(failed)?.whole;
    Ok(Some(Hashes::new(image, read)))
}

/// Hashes of some bytes those that were read.
fn feed_read(
    of_read: &mut Hashing,
    pool: &Arc<Pool>,
    buffer: &Arc<Buffer>,
    at: u64,
    map: &RescueMap,
) {
    let here = Span { at, len: buffer.bytes().len() as u64 };
    let finished = finished_in(map, here);
    if finished.as_slice() == [here] {
        return of_read.feed(buffer);
    }
    for span in finished.iter() {
        let mut part = pool.take(span.len as usize);
        part.bytes_mut()
            .copy_from_slice(&buffer.bytes()[(span.at - at) as usize..][..span.len as usize]);
        of_read.feed(&Arc::new(part));
    }
}

/// What of a range the map calls finished.
fn finished_in(map: &RescueMap, span: Span) -> SpanSet {
    let (mut found, mut at) = (Vec::new(), span.at);
    while let Some(block) = map.block_at(at).filter(|_| at < span.end()) {
        let end = block.span.end().min(span.end());
        if block.status == BlockStatus::Finished {
            found.push(Span::between(at, end));
        }
        at = end;
    }
    found.into()
}

/// Reads what the map has at `at`; what fails is read again by sectors, and marked.
fn read(
    medium: &Arc<dyn Medium>,
    at: u64,
    out: &mut [u8],
    map: &mut RescueMap,
    path: &str,
) -> Result<(), Error> {
    let here = Span { at, len: out.len() as u64 };
    let readable = finished_in(map, here);
    out.fill(0);
    let gone = || Error::Vanished { path: path.into() };
    for span in readable.iter() {
        let place = |span: Span| (span.at - at) as usize..(span.end() - at) as usize;
        let (good, error) = medium.read(span.at, &mut out[place(span)], false);
        if error.as_ref().is_some_and(is_gone) {
            return Err(gone());
        }
        let sector = medium.sector();
        let mut next = span.at + good as u64 / sector * sector;
        while next < span.end() {
            let one = Span::between(next, (next + sector).min(span.end()));
            let (good, error) = medium.read(one.at, &mut out[place(one)], true);
            if error.as_ref().is_some_and(is_gone) {
                return Err(gone());
            }
            if (good as u64) < one.len {
                out[place(one)].fill(0);
                map.set(one, BlockStatus::BadSector);
            }
            next = one.end();
        }
    }
    Ok(())
}

fn packers() -> Result<(Sender<Chunks>, Receiver<Chunks>), Error> {
    let (pack, work) = bounded::<Chunks>(2 * PACKERS);
    let (tell, packed) = bounded(2 * PACKERS);
    for _ in 0..PACKERS {
        let tell = tell.clone();
        threads::start("a thread for compression", work.clone(), move |chunks: Chunks| {
            let packed = chunks.buffer.bytes().chunks(CHUNK).map(format::chunk).collect();
            drop(tell.send(Chunks { packed, ..chunks }));
        })?;
    }
    Ok((pack, packed))
}
