//! The image that tools are timed on: photos at 4 KiB boundaries between other data.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use afterimage_signatures::jpeg::JpegOracle;
use afterimage_signatures::{Oracle, Said};
use afterimage_testdata::random::Random;
use serde::Serialize;

use crate::filler::Filler;
use crate::photos;
use crate::truth::Original;

/// Photos begin at multiples of this, as clusters do.
const CLUSTER: usize = 4096;

/// How an image is made.
#[derive(Clone, Debug, Serialize)]
pub struct Recipe {
    /// Length in MiB, at least.
    pub mib: usize,
    /// Photos in a hundred bytes.
    pub share: usize,
    /// Another seed gives another image.
    pub seed: u64,
}

/// Writes the image to `path` and gives the photos in it, no two of which are the same. `pool`
/// holds what is laid.
///
/// # Errors
///
/// When it cannot be written.
pub fn make(path: &Path, recipe: &Recipe, pool: &[Vec<u8>]) -> io::Result<Vec<Original>> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut filler = Filler::new(recipe.seed);
    let mut random = Random::new(!recipe.seed);
    let (len, share) = (recipe.mib << 20, recipe.share.min(100));
    let pictures: Vec<u64> = pool.iter().map(|photo| picture_len(photo)).collect();
    let (mut at, mut originals) = (0, Vec::new());
    while at < len && share > 0 && !pool.is_empty() {
        let which = random.below(pool.len());
        let photo = photos::numbered(&pool[which], originals.len());
        let added = photo.len() - pool[which].len();
        let room = photo.len().next_multiple_of(CLUSTER);
        let gap = (room * (100 - share) / share).next_multiple_of(CLUSTER);
        out.write_all(&photo)?;
        out.write_all(&vec![0; room - photo.len()])?;
        filler.take(gap, |bytes| out.write_all(bytes))?;
        originals.push(Original::new(photo, vec![pictures[which] + added as u64]));
        at += room + gap;
    }
    filler.take(len.saturating_sub(at), |bytes| out.write_all(bytes))?;
    out.flush()?;
    out.get_ref().sync_all()?;
    Ok(originals)
}

/// Length of the picture itself: what a camera writes behind it (previews, gain maps, blocks of
/// its own) is no part of what tools are held to.
pub(crate) fn picture_len(photo: &[u8]) -> u64 {
    match JpegOracle::new().feed(photo) {
        Said::Done { end } => end,
        _ => photo.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn photos_lie_at_clusters_and_no_two_are_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image");
        let pool: Vec<_> =
            afterimage_testdata::samples::jpegs().into_iter().map(|sample| sample.bytes).collect();
        let originals = make(&path, &Recipe { mib: 2, share: 40, seed: 1 }, &pool).unwrap();
        let image = std::fs::read(path).unwrap();
        let digests: BTreeSet<_> = originals.iter().map(|original| &original.sha256).collect();
        assert_eq!(digests.len(), originals.len());
        assert!(originals.len() > 10 && image.len() >= 2 << 20);
        for original in &originals {
            let head = &original.bytes[..64];
            assert!(image.chunks(CLUSTER).any(|cluster| cluster.starts_with(head)));
        }
    }
}
