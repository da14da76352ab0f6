//! Places of a stream from which it can be unpacked.

use super::member::{Standing, Stream, WINDOW, Wrapping};
use crate::control::progress::Stop;
use crate::source::container::files::Files;
use crate::source::container::index_file::IndexFile;
use crate::source::container::recent::Weight;
use crate::source::container::refusal::Refusal;
use crate::source::container::stream::{Ending, StreamIndex, go_on, part_of};

/// Bytes between two places, and the most before one is made inside of a block.
const SPACING: u64 = 4 << 20;

/// In so many first bytes of a disk they are closer: every scan asks for some samples of it, which cost as much as all the rest
/// of a short one.
const NEAR_SPACING: u64 = 512 << 10;
const NEAR: u64 = 1 << 30;

const MOST_SPACING: u64 = 32 << 20;

/// Bytes of memory that a place inside of a block takes.
const INSIDE: usize = 16 << 10;

/// Places inside of blocks at the most: together half a terabyte.
const MOST_INSIDE: usize = 16 << 10;

/// Places of a stream, in order.
pub(in crate::source::container) struct Index {
    /// Bytes that come out of the stream.
    len: u64,
    ending: Ending,
    wrapping: Wrapping,
    places: Vec<Place>,
    /// The window of each place but the first, one after the other.
    windows: IndexFile,
}

/// A place.
struct Place {
    /// Bytes that came out before it.
    made: u64,
    /// The next packed byte.
    at: u64,
    standing: Standing,
}

impl Index {
    /// Unpacks all of the stream whose first data lie at `at`.
    pub(in crate::source::container) fn build(
        files: &Files,
        at: u64,
        wrapping: Wrapping,
        stop: &Stop,
    ) -> Result<Self, Refusal> {
        let mut windows = IndexFile::new()?;
        let mut stream = Stream::new(at, wrapping);
        let mut places = vec![Place { made: 0, at, standing: Standing::Start }];
        let (mut made, mut inside, mut ending) = (0u64, 0, Ending::Damaged);
        let mut checksum = crc32fast::Hasher::new();
        let (mut checks, mut member) = (true, 0u64);
        loop {
            go_on(stop)?;
            match stream.step(files) {
                Ok(Some(step)) => {
                    made += step.made.len() as u64;
                    member += step.made.len() as u64;
                    checksum.update(step.made);
                    if let Some((said, len)) = step.end {
                        let sum = std::mem::take(&mut checksum).finalize();
                        // The length counts as far as 32 bits go.
                        checks &= sum == said && member as u32 == len;
                        member = 0;
                    }
                }
                Ok(None) => {
                    ending = match wrapping {
                        Wrapping::Members => Ending::before(files, stream.at(), stop)?,
                        Wrapping::Bare { .. } => Ending::Whole,
                    };
                    let is_sound = match wrapping {
                        Wrapping::Members => checks && member == 0,
                        Wrapping::Bare { checksum: said, len } => {
                            std::mem::take(&mut checksum).finalize() == said && made == len
                        }
                    };
                    ending = ending.if_sound(is_sound);
                    break;
                }
                Err(_) => break,
            }
            let since = made - places.last().map_or(0, |place| place.made);
            let wants_any = since >= MOST_SPACING;
            let spacing = if made < NEAR { NEAR_SPACING } else { SPACING };
            if since >= spacing
                && let Some((at, standing)) = stream.standing(wants_any)
            {
                inside += usize::from(matches!(standing, Standing::Inside(_)));
                if inside > MOST_INSIDE {
                    break;
                }
                windows.append(stream.window())?;
                places.push(Place { made, at, standing });
            }
        }
        Ok(Index { len: made, ending, wrapping, places, windows })
    }

    /// The stream from the place after `made` bytes on.
    fn stream(&self, made: u64) -> Option<Stream> {
        let number = self.places.binary_search_by_key(&made, |place| place.made).ok()?;
        let place = self.places.get(number)?;
        let mut window = Vec::new();
        if number > 0 {
            window = vec![0; WINDOW];
            self.windows.read((number as u64 - 1) * WINDOW as u64, &mut window)?;
        }
        Some(Stream::resumed(place.at, self.wrapping, &place.standing, &window))
    }
}

impl StreamIndex for Index {
    fn len(&self) -> u64 {
        self.len
    }

    fn ending(&self) -> Ending {
        self.ending
    }

    fn part(&self, at: u64) -> Option<(u64, u64, u64)> {
        part_of(&self.places, |place| (place.made, place.at), self.len, at)
    }

    fn needs(&self, _made: u64) -> u64 {
        Stream::MEMORY
    }

    fn unpack(&self, files: &Files, made: u64, out: &mut [u8]) -> bool {
        let Some(mut stream) = self.stream(made) else { return false };
        let mut filled = 0;
        while filled < out.len() {
            let Ok(Some(step)) = stream.step(files) else { return false };
            let here = step.made.len().min(out.len() - filled);
            out[filled..filled + here].copy_from_slice(&step.made[..here]);
            filled += here;
        }
        true
    }
}

impl Weight for Index {
    fn weight(&self) -> u64 {
        let inside = |place: &&Place| matches!(place.standing, Standing::Inside(_));
        let inside = self.places.iter().filter(inside).count() * INSIDE;
        self.windows.len().saturating_add((inside + size_of_val(self.places.as_slice())) as u64)
    }
}
