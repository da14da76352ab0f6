//! Places where a file system says that a deleted file begins.

use afterimage_signatures::Buffer;

use super::look::{Look, Print};
use crate::model::Random;
use crate::volumes::filesystem::Location;
use crate::volumes::survey::Survey;

/// What looking at one file costs, in bytes, as far as that is known before.
const COST: u64 = 256 << 10;

/// What was found at places that are listed.
pub(super) struct ListedPlaces {
    /// All of them, in order.
    pub(super) starts: Vec<u64>,
    /// How many were looked at.
    pub(super) looked: u64,
    /// The photos that begin there.
    pub(super) found: Vec<Print>,
}

/// Looks at all places, or at so many that `most` bytes are hardly read.
pub(super) fn look(
    look: &Look<'_>,
    survey: &Survey,
    most: u64,
    random: &mut Random,
) -> ListedPlaces {
    let deleted = survey.entries().filter(|(_, _, entry)| entry.deleted && entry.size > 0);
    let start = |location: Option<&Location>| match location? {
        Location::Start(at) => Some(*at),
        Location::Runs(runs) => Some(runs.first()?.at),
    };
    let mut starts: Vec<u64> = deleted
        .filter_map(|(_, _, entry)| start(entry.locations.first()))
        .filter(|at| !look.live.holds(*at))
        .collect();
    starts.sort_unstable();
    starts.dedup();
    let mut order = starts.clone();
    random.shuffle(&mut order);
    order.truncate((most / COST).max(1) as usize);
    let before = look.bytes.read();
    let (mut looked, mut found, mut buffer) = (0, Vec::new(), Buffer::default());
    for at in order {
        if looked > 0 && (look.is_over() || look.bytes.read() - before >= most) {
            break;
        }
        looked += 1;
        look.bytes.hold_from(at);
        found.extend(
            look.listed(at, &mut buffer).filter(|seen| seen.is_photo).map(|seen| seen.print),
        );
    }
    ListedPlaces { starts, looked, found }
}
