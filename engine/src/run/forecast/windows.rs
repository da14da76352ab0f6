//! Windows of a source, one at random in each of equal parts: which photos begin in them.

use afterimage_signatures::{Buffer, Bytes};

use super::look::{Look, Print};
use crate::model::Random;
use crate::scan::Hit;
use crate::volumes::entropy::{self, Fill};

/// Bytes of the smallest window, and of the largest.
const SMALLEST: u64 = 64 << 10;
const LARGEST: u64 = 256 << 10;

/// So many windows are wanted, where that leaves them large enough.
const WANTED: u64 = 1024;

/// Of what may be read, so much is for the windows themselves; the rest is for what begins in them.
const OWN: f64 = 0.75;

/// So many bytes are lent to what begins in one window: photos side by side cost less, false headers in a storm
/// of them more.
const MOST_LENT: u64 = 32 << 20;

/// How far back the file is looked for that a picture may be part of, in bytes, and in steps that grow.
const BACK: u64 = 8 << 20;
const FIRST_STEP: u64 = 128 << 10;
const LAST_STEP: u64 = 1 << 20;

/// Pictures for which that is done, and candidates for each: the others are taken for what most of those were.
const MOST_BACK: usize = 48;
const MOST_PARENTS: usize = 24;

/// Of what may be read for windows, one part of so many may be read for that.
const BACK_PART: u64 = 4;

/// What is looked at for noise at once.
const BLOCK: usize = 4096;

/// What windows hold.
#[derive(Default)]
pub(super) struct SampledWindows {
    /// Photos that begin in each, in order of offset.
    pub(super) counts: Vec<u32>,
    /// The photos.
    pub(super) found: Vec<Print>,
    /// Bytes of each window.
    pub(super) len: u64,
    /// Bytes looked at, in blocks of one value, and in blocks of noise.
    pub(super) looked: u64,
    pub(super) erased: u64,
    pub(super) noise: u64,
}

impl SampledWindows {
    /// Which part of a source of `len` bytes was looked at.
    pub(super) fn share(&self, len: u64) -> f64 {
        self.looked as f64 / len.max(1) as f64
    }

    /// Which part `bytes` are of what was looked at.
    pub(super) fn share_of(&self, bytes: u64) -> f64 {
        bytes as f64 / self.looked.max(1) as f64
    }
}

/// A photo that begins in a window.
struct Begun {
    window: usize,
    at: u64,
    print: Print,
    /// Whether no file of its own begins there on a disk: it may be part of one that began before the window.
    is_loose: bool,
}

/// Looks at windows until about `most` bytes are read. `listed` places are left out, in order.
pub(super) fn look(
    look: &Look<'_>,
    listed: &[u64],
    most: u64,
    random: &mut Random,
) -> SampledWindows {
    let total = look.bytes.len();
    let own = (most as f64 * OWN) as u64;
    let len = prev_power_of_two(own / WANTED).clamp(SMALLEST, LARGEST);
    let all = total.div_ceil(len);
    let parts = (own / len).clamp(1, all);
    let mut places: Vec<u64> = (0..parts)
        .map(|part| {
            let (first, last) = (scaled(part, all, parts), scaled(part + 1, all, parts));
            (first + random.below(last - first)) * len
        })
        .collect();
    // Whenever it ends, what was looked at is spread over the source.
    random.shuffle(&mut places);
    let (mut sampled, mut begun) = (SampledWindows { len, ..Default::default() }, Vec::new());
    let (mut done, mut buffer) = (Vec::new(), Buffer::default());
    let before = look.bytes.read();
    for at in places {
        if !done.is_empty() && (look.is_over() || look.bytes.read() - before >= most) {
            break;
        }
        window(look, (at, done.len()), listed, &mut sampled, &mut begun, &mut buffer);
        done.push(at);
    }
    let own = without_parts(look, begun, most / BACK_PART, &mut buffer);
    let mut counts: Vec<(u64, u32)> = done.into_iter().map(|at| (at, 0)).collect();
    own.iter().for_each(|one| counts[one.window].1 += 1);
    counts.sort_unstable();
    sampled.counts = counts.into_iter().map(|(_, count)| count).collect();
    sampled.found = own.into_iter().map(|one| one.print).collect();
    sampled
}

fn prev_power_of_two(number: u64) -> u64 {
    1 << number.max(1).ilog2()
}

fn scaled(part: u64, all: u64, parts: u64) -> u64 {
    (u128::from(part) * u128::from(all) / u128::from(parts)) as u64
}

/// Looks at one window.
fn window(
    look: &Look<'_>,
    (start, index): (u64, usize),
    listed: &[u64],
    sampled: &mut SampledWindows,
    begun: &mut Vec<Begun>,
    buffer: &mut Buffer,
) {
    look.bytes.hold_from(start);
    let (own, bytes) = read(look, start, sampled.len);
    let mut hits = Vec::new();
    sampled.looked += own as u64;
    sampled.erased += look.carver.matcher.scan(&bytes, 0..own, &mut hits);
    let noise =
        bytes[..own].chunks_exact(BLOCK).filter(|block| entropy::fill(block) == Fill::Noise);
    sampled.noise += (noise.count() * BLOCK) as u64;
    hits.retain(|hit| look.carver.matcher.footer(hit).is_none());
    let (mut reach, before) = (0, buffer.lent());
    for hits in hits.chunk_by(|a, b| a.at == b.at) {
        let at = start + hits[0].at as u64;
        if at < reach || look.live.holds(at) {
            continue;
        }
        if buffer.lent() - before > MOST_LENT {
            break;
        }
        let Some(seen) = look.at(at, hits, buffer) else { continue };
        let is_loose = !look.may_be_file(at);
        reach = seen.end.unwrap_or_else(|| at + READ_BEFORE_NEXT).max(reach);
        if seen.is_photo && listed.binary_search(&at).is_err() && !is_frame(&bytes, hits[0].at) {
            begun.push(Begun { window: index, at, print: seen.print, is_loose });
        }
    }
}

/// A photo whose end was not looked for has at least so many bytes: what begins in those is part of it.
const READ_BEFORE_NEXT: u64 = 128 << 10;

/// The bytes of a window, and how many of them are its own: those after them let headers be seen that end there.
fn read(look: &Look<'_>, start: u64, len: u64) -> (usize, Vec<u8>) {
    let left = look.bytes.len() - start;
    let reach = (len + look.carver.matcher.overlap() as u64).min(left);
    let mut bytes = vec![0; reach as usize];
    look.bytes.read_at(start, &mut bytes);
    (len.min(left) as usize, bytes)
}

/// Whether a picture is a frame of a video: chunks of AVI have a name and a length before them.
fn is_frame(bytes: &[u8], at: usize) -> bool {
    let name = at.checked_sub(8).and_then(|start| bytes.get(start..start + 4));
    name.is_some_and(|name| matches!(name, [b'0'..=b'9', b'0'..=b'9', b'd', b'b' | b'c']))
}

/// The photos that are files of their own. What begins no sector, or no cluster where most do, may be part of a
/// file that began before the window: that is looked for.
fn without_parts(
    look: &Look<'_>,
    mut begun: Vec<Begun>,
    most: u64,
    buffer: &mut Buffer,
) -> Vec<Begun> {
    let limit = look.bytes.read().saturating_add(most);
    if let Some(grid) = crate::claims::infer(begun.iter().map(|one| one.at)) {
        begun.iter_mut().for_each(|one| one.is_loose |= grid.start_of(one.at) != one.at);
    }
    let (mut looked, mut own) = (0, 0);
    let mut kept = Vec::with_capacity(begun.len());
    let mut rest = Vec::new();
    for one in begun {
        if !one.is_loose {
            kept.push(one);
            continue;
        }
        let known = if looked < MOST_BACK { is_part(look, one.at, limit, buffer) } else { None };
        match known {
            Some(is_part) => {
                looked += 1;
                if !is_part {
                    own += 1;
                    kept.push(one);
                }
            }
            None => rest.push(one),
        }
    }
    // Of those that were not looked at, as many are files of their own as of the others. Where nothing was looked
    // at, they are parts of files unless files of their own are rarer.
    let count = match (rest.len() * own).checked_div(looked) {
        Some(count) => count,
        None if rest.len() > kept.len() => rest.len(),
        None => 0,
    };
    kept.extend(rest.into_iter().take(count));
    kept
}

/// Whether the picture at `at` lies in a file that begins before it, and not far; nothing where `limit` bytes
/// were read in all before that was known.
fn is_part(look: &Look<'_>, at: u64, limit: u64, buffer: &mut Buffer) -> Option<bool> {
    let (mut end, mut tried, mut step) = (at, 0, FIRST_STEP);
    while end > at.saturating_sub(BACK) {
        let start = end.saturating_sub(step);
        step = (step * 2).min(LAST_STEP);
        look.bytes.hold_from(start);
        let (own, bytes) = read(look, start, end - start);
        let mut hits: Vec<Hit> = Vec::new();
        look.carver.matcher.scan(&bytes, 0..own, &mut hits);
        hits.retain(|hit| look.carver.matcher.footer(hit).is_none());
        let candidates: Vec<&[Hit]> = hits.chunk_by(|a, b| a.at == b.at).collect();
        for hits in candidates.into_iter().rev() {
            tried += 1;
            if tried > MOST_PARENTS {
                return Some(false);
            }
            if look.is_over() || look.bytes.read() >= limit {
                return None;
            }
            if look.reaches(start + hits[0].at as u64, at, hits, buffer) {
                return Some(true);
            }
        }
        end = start;
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_a_video_is_known_by_its_chunk() {
        assert!(is_frame(b"00dc\x10\0\0\0\xff\xd8", 8));
        assert!(is_frame(b"x01db\x10\0\0\0\xff\xd8", 9));
        assert!(!is_frame(b"abcdefgh\xff\xd8", 8) && !is_frame(b"\xff\xd8", 0));
    }

    #[test]
    fn parts_of_a_source_are_equal_and_all_of_it() {
        let parts: Vec<u64> = (0..=7).map(|part| scaled(part, 100, 7)).collect();
        assert_eq!((parts[0], parts[7]), (0, 100));
        assert!(parts.windows(2).all(|pair| (14..=15).contains(&(pair[1] - pair[0]))));
        assert_eq!([1, 2, 3, 4, 1000].map(prev_power_of_two), [1, 2, 2, 4, 512]);
    }
}
