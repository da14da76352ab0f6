//! Where the clusters of a volume lie whose boot sectors are lost: directories say the numbers of their
//! first clusters, and somewhere there is the beginning of each.

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::fat_family::clusters::FIRST;
use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::fat_family::salvage::lost_volume::{
    LostVolume, count_fitting, votes,
};
use crate::volumes::filesystem::system::SECTOR;

/// Powers of two that a cluster may be long: 512 bytes to 32 MiB.
const LENGTHS: std::ops::RangeInclusive<u32> = 9..=25;

/// Directories and beginnings that are compared; with more the outcome is no other.
const MOST_VOTERS: usize = 256;

/// Outcomes of the vote that files are asked about.
const MOST_TRIED: usize = 256;

/// The volume that directories agree on and in which most of their files begin as their names promise.
pub(crate) fn agreed(bytes: &dyn Bytes, records: &[FileRecord]) -> Option<LostVolume<'static>> {
    let directories = records.iter().filter(|one| one.is_directory && one.cluster >= FIRST);
    let numbers: Vec<u32> = directories.map(|one| one.cluster).take(MOST_VOTERS).collect();
    let lengths: Vec<u64> = LENGTHS.map(|bits| 1 << bits).collect();
    let starts = beginnings(records);
    let pairs = starts.iter().flat_map(|&start| numbers.iter().map(move |&number| (start, number)));
    let tried = votes(pairs, &lengths).into_iter().take(MOST_TRIED).map(|((at, len), count)| {
        let volume = LostVolume::at(at, len, bytes.len());
        (count_fitting(bytes, &volume.heap, records.iter()), count, volume)
    });
    let sure = tried.filter(|&(fitting, count, _)| fitting > 0 && fitting + count > 2);
    sure.max_by_key(|&(fitting, count, _)| (fitting, count)).map(|(_, _, volume)| volume)
}

/// Sectors that begin with a set behind one that holds none.
fn beginnings(records: &[FileRecord]) -> Vec<u64> {
    let (mut starts, mut last) = (Vec::new(), None);
    for record in records {
        let sector = record.at / SECTOR as u64;
        let is_fresh = last.is_none_or(|last| last + 1 < sector);
        if is_fresh && record.at % SECTOR as u64 == 0 && starts.len() < MOST_VOTERS {
            starts.push(record.at);
        }
        last = Some(sector);
    }
    starts
}
