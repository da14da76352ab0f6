//! Chunks that no table tells, found one after the other in the section that they lie in: each proves by its checksum where
//! it ends, and so where the next one begins.

use std::sync::Arc;

use afterimage_signatures::verdict::Span;

use super::table::ChunkPlace;
use crate::control::progress::Stop;
use crate::source::container::chunks::{self, ChunkTable};
use crate::source::container::files::{Files, u32_le};
use crate::source::container::recent::{Recent, Weight};
use crate::source::container::refusal::Refusal;
use crate::source::container::unpack::{ADLER32_LEN, adler32, zlib_len};
use crate::source::inflate::begins_zlib;

/// Chunks of one section that are found so, at the most: programs write some ten thousand before they write a table.
const MOST_CHUNKS: u64 = 4 << 20;

/// Bytes that are read at once, at the least.
const LEAST_STEP: u64 = 1 << 20;

static RECENT: Recent<Places> = Recent::new();

/// How long the chunks of a disk are.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// Bytes of each but the last.
    pub(super) chunk_len: u64,
    /// Chunks of the disk.
    pub(super) count: u64,
    /// Bytes of the last one.
    pub(super) last_len: u64,
}

impl Shape {
    /// Of a disk of `len` bytes.
    pub(super) fn new(len: u64, chunk_len: u64) -> Self {
        let count = len.div_ceil(chunk_len);
        let last_len = len - count.saturating_sub(1).saturating_mul(chunk_len);
        Shape { chunk_len, count, last_len }
    }
}

/// Chunks that follow one another.
pub(super) struct Walked {
    pub(super) file: usize,
    /// The number of the first one.
    pub(super) first: u64,
    places: Arc<Places>,
}

/// Where they begin, and where the last one ends.
struct Places {
    /// Each as an offset, and in the lowest bit whether it is packed.
    starts: Vec<u64>,
    end: u64,
}

impl Weight for Places {
    fn weight(&self) -> u64 {
        size_of_val(self.starts.as_slice()) as u64
    }
}

impl ChunkTable for Walked {
    fn first(&self) -> u64 {
        self.first
    }

    fn count(&self) -> u32 {
        // No more than are looked for.
        u32::try_from(self.places.starts.len()).unwrap_or(u32::MAX)
    }
}

impl Walked {
    /// Finds the chunks in `data` of a file, the first of which has the number `first`.
    ///
    /// # Errors
    ///
    /// A refusal that passes when it was stopped.
    pub(super) fn find(
        (files, file): (&Files, usize),
        data: Span,
        first: u64,
        shape: Shape,
        stop: &Stop,
    ) -> Result<Self, Refusal> {
        let most = shape.count.saturating_sub(first);
        let what = [data.at, data.len, shape.chunk_len, shape.last_len, most];
        let places = RECENT.get_or_make_part((files, file), &what, || {
            walk((files, file), data, (shape, most), stop)
        })?;
        Ok(Walked { file, first, places })
    }

    /// Where the last one ends.
    pub(super) fn end(&self) -> u64 {
        self.places.end
    }

    /// Where a chunk lies, counted from the first one.
    pub(super) fn chunk(&self, index: u64) -> Option<ChunkPlace> {
        let index = usize::try_from(index).ok()?;
        let starts = &self.places.starts;
        let start = *starts.get(index)?;
        let end = starts.get(index + 1).map_or(self.places.end, |next| next >> 1);
        let at = start >> 1;
        Some(ChunkPlace { at, len: end.checked_sub(at)?, is_packed: start & 1 != 0 })
    }
}

/// Goes from chunk to chunk, up to the first that proves nothing: no more than `most`, of which the last is that of the disk.
fn walk(
    (files, file): (&Files, usize),
    data: Span,
    (shape, most): (Shape, u64),
    stop: &Stop,
) -> Result<Places, Refusal> {
    let mut window = Window::new((files, file), data, chunks::most_packed(shape.chunk_len));
    let mut places = Places { starts: Vec::new(), end: data.at };
    let mut out = Vec::new();
    for number in 0..most.min(MOST_CHUNKS) {
        if stop.is_over() {
            let why = Refusal::with("and was not read to its end", "scan it again");
            return Err(why.passing());
        }
        let Some(bytes) = window.at(places.end) else { break };
        let lens = [shape.chunk_len, if number + 1 == most { shape.last_len } else { 0 }];
        let Some((len, is_packed)) = chunk(bytes, lens, &mut out) else { break };
        places.starts.push(places.end << 1 | u64::from(is_packed));
        places.end += len as u64;
    }
    Ok(places)
}

/// The length of the chunk that `bytes` begin with, and whether it is packed: of the first of `lens`, or no less than the second
/// where that is not 0. What lies as it is shows that by all of its bytes, and so is asked first: it may hold packed chunks itself,
/// as an image in an image does.
fn chunk(bytes: &[u8], lens: [u64; 2], out: &mut Vec<u8>) -> Option<(usize, bool)> {
    let stored = lens.into_iter().filter(|len| *len > 0).find_map(|len| {
        let len = usize::try_from(len).ok()?;
        let said = u32_le(bytes, len)?;
        (said == adler32(bytes.get(..len)?)).then_some((len + ADLER32_LEN as usize, false))
    });
    stored.or_else(|| {
        let [whole, least] = lens;
        let (head, whole) = (*bytes.first_chunk()?, usize::try_from(whole).ok()?);
        if !begins_zlib(head) {
            return None;
        }
        out.resize(whole, 0);
        let (made, taken) = zlib_len(bytes, out)?;
        let is_part = least > 0 && (least..=whole as u64).contains(&(made as u64));
        (made == whole || is_part).then_some((taken, true))
    })
}

/// A part of a file that is read forward.
struct Window<'f> {
    files: (&'f Files, usize),
    /// What was read, and where it begins.
    bytes: Vec<u8>,
    from: u64,
    end: u64,
    /// Bytes that are lent, where there are so many.
    lent: u64,
}

impl<'f> Window<'f> {
    fn new(files: (&'f Files, usize), data: Span, lent: u64) -> Self {
        Window { files, bytes: Vec::new(), from: data.at, end: data.end(), lent }
    }

    /// The bytes from `at` on, which lies no further back than the last time; nothing where they cannot be read.
    fn at(&mut self, at: u64) -> Option<&[u8]> {
        let wanted = self.end.checked_sub(at)?.min(self.lent);
        let known = self.from + self.bytes.len() as u64;
        if known.checked_sub(at)? < wanted {
            let used = usize::try_from(at.checked_sub(self.from)?).ok()?;
            self.bytes.drain(..used);
            self.from = at;
            let step = (self.end - known).min(self.lent.max(LEAST_STEP));
            let (files, file) = self.files;
            match files.bytes(file, known, step) {
                Some(more) => self.bytes.extend_from_slice(&more),
                // A part of it cannot be read: what was read before it is all that there is.
                None => self.end = known,
            }
        }
        let used = usize::try_from(at.checked_sub(self.from)?).ok()?;
        self.bytes.get(used..).filter(|bytes| !bytes.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use miniz_oxide::deflate::compress_to_vec_zlib;
    use proptest::prelude::*;

    use super::*;
    use crate::source::MemorySource;

    const CHUNK: usize = 4096;

    fn found(bytes: &[u8], disk_len: u64) -> Places {
        let files = Files::new(vec![Box::new(MemorySource::new("a", bytes.to_vec()))]);
        let shape = Shape::new(disk_len, CHUNK as u64);
        let data = Span { at: 0, len: bytes.len() as u64 };
        walk((&files, 0), data, (shape, shape.count), &Stop::default()).unwrap()
    }

    /// A chunk of those bytes, packed or not.
    fn laid(bytes: &[u8], is_packed: bool) -> Vec<u8> {
        match is_packed {
            true => compress_to_vec_zlib(bytes, 1),
            false => [bytes, &adler32(bytes).to_le_bytes()].concat(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn chunks_are_found_up_to_where_they_are_cut_or_damaged(
            kinds in prop::collection::vec((any::<u8>(), 0u8..2, any::<bool>()), 1..40),
            last in 1usize..CHUNK,
            cut in any::<prop::sample::Index>(),
            damage in any::<u8>(),
        ) {
            let (mut bytes, mut starts) = (Vec::new(), Vec::new());
            for (number, (seed, kind, is_packed)) in kinds.iter().enumerate() {
                let len = if number + 1 == kinds.len() { last } else { CHUNK };
                let chunk: Vec<u8> = match kind {
                    0 => vec![*seed; len],
                    _ => (0..len).map(|at| seed.wrapping_mul(31).wrapping_add(((at * at) >> 3) as u8)).collect(),
                };
                starts.push((bytes.len() as u64) << 1 | u64::from(*is_packed));
                bytes.extend(laid(&chunk, *is_packed));
            }
            let disk_len = ((kinds.len() - 1) * CHUNK + last) as u64;
            let whole = found(&bytes, disk_len);
            prop_assert_eq!((&whole.starts, whole.end), (&starts, bytes.len() as u64));
            let at = cut.index(bytes.len());
            let before = starts.iter().skip(1).filter(|start| *start >> 1 <= at as u64).count();
            let short = found(&bytes[..at], disk_len);
            prop_assert_eq!(&short.starts[..], &starts[..before]);
            bytes[at] ^= damage;
            let other = found(&bytes, disk_len);
            prop_assert!(other.starts.starts_with(&starts[..before]) && other.end <= bytes.len() as u64);
        }

        #[test]
        fn any_bytes_are_walked_within_their_bounds(
            bytes in prop::collection::vec(any::<u8>(), 0..20_000),
            disk_len in 1u64..1 << 40,
        ) {
            let places = found(&bytes, disk_len);
            prop_assert!(places.end <= bytes.len() as u64);
        }
    }

    #[test]
    fn a_walk_ends_when_it_is_stopped_and_is_not_kept() {
        let progress = crate::control::progress::Progress::default();
        progress.stop();
        let files = Files::new(vec![Box::new(MemorySource::new("a", vec![0; 9000]))]);
        let (data, shape) = (Span { at: 0, len: 9000 }, Shape::new(9000, 4096));
        let found = Walked::find((&files, 0), data, 0, shape, progress.wish());
        assert!(found.err().is_some_and(|refusal| refusal.passes));
    }
}
