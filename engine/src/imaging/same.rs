//! Whether an image that is gone on with is of the device that is there now.

use afterimage_signatures::verdict::Span;

use super::image_file::ImageFile;
use crate::control::error::Error;
use crate::model::SpanSet;
use crate::source::rescue_map::RescueMap;

/// Sectors that are compared at the most: they are read once more.
const SAMPLES: u64 = 16;

/// Compares some sectors that were read already with those of the device, which `read` reads; false where it
/// cannot.
///
/// # Errors
///
/// [`Error::Image`] when most of them are others: somebody took another card, or another device has the name
/// now. A device that was written to since differs in few places.
pub(super) fn check_same(
    image: &ImageFile,
    map: &RescueMap,
    sector: u64,
    read: &mut dyn FnMut(u64, &mut [u8]) -> bool,
    device: &str,
) -> Result<(), Error> {
    let finished = map.finished();
    let (mut before, mut now) = (vec![0; sector as usize], vec![0; sector as usize]);
    let (mut compared, mut others) = (0, 0);
    for at in samples(&finished, sector) {
        image.read(at, &mut before)?;
        // Sectors of one value are alike on every card.
        let is_plain = before.iter().all(|byte| *byte == before[0]);
        if !read(at, &mut now) || is_plain && before == now {
            continue;
        }
        compared += 1;
        others += u32::from(before != now);
    }
    if others * 2 <= compared {
        return Ok(());
    }
    let why = format!(
        "it is the image of another device than {device} is now: {others} of {compared} sectors that were compared \
         differ; look with `afterimage devices` which one it is, or name another file"
    );
    Err(Error::Image { path: image.path().to_path_buf(), why })
}

/// Where whole sectors begin in `finished`, spread over it.
fn samples(finished: &SpanSet, sector: u64) -> Vec<u64> {
    let sector = sector.max(1);
    let total = finished.total();
    let mut found = Vec::new();
    for nth in 0..SAMPLES {
        let mut rest = (u128::from(total) * u128::from(nth) / u128::from(SAMPLES)) as u64;
        for span in finished.iter() {
            if rest >= span.len {
                rest -= span.len;
                continue;
            }
            let at = (span.at + rest) / sector * sector;
            if span.holds(Span { at, len: sector }) && !found.contains(&at) {
                found.push(at);
            }
            break;
        }
    }
    found
}
