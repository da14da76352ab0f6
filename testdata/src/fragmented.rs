//! A small FAT volume of which files were deleted in pieces.
//!
//! Files are written until it is nearly full; some are deleted, others are written into the holes, and so on.
//! Of what was deleted in several pieces FAT keeps the first cluster and the length.

use crate::fat::{Kind, Stamp, Volume};
use crate::random::Random;

/// Clusters of a volume: hardly more than FAT16 must have.
const CLUSTERS: usize = 4200;

/// Files of no more clusters than that are not written: there is hardly a way to lay them in pieces.
const LEAST: usize = 3;

/// Which part of the clusters is written to before the first file is deleted.
const FILLED: f32 = 0.85;

/// How often some files are deleted and others are written into their holes.
const GENERATIONS: usize = 3;

/// Where each file says its number.
const SERIAL: usize = 31;

/// The volume, and what was written to it.
pub struct FragmentedCard {
    /// Bytes of a cluster.
    pub cluster: usize,
    /// The image.
    pub image: Vec<u8>,
    /// Every file that was ever written.
    pub written: Vec<Vec<u8>>,
    /// Files that were deleted and lie in several pieces.
    pub fragmented: usize,
}

impl FragmentedCard {
    /// A volume with clusters of that length, of files made of `siblings`: JPEGs whose second segment, an
    /// application's, begins at byte 20 and has room for a number at byte 31.
    pub fn new(cluster: usize, siblings: &[Vec<u8>], random: &mut Random) -> Self {
        let siblings: Vec<&[u8]> =
            siblings.iter().map(Vec::as_slice).filter(|one| one.len() > LEAST * cluster).collect();
        let mut volume = Volume::new(Kind::Fat16, CLUSTERS * cluster / 512, cluster, "CARD");
        let mut written = Vec::new();
        let mut time = 0u16;
        let mut write = |volume: &mut Volume, random: &mut Random, from: usize| {
            let bytes = siblings[random.below(siblings.len())];
            // No two files are the same: each says in its own bytes when it was written.
            let mut bytes = bytes.to_vec();
            bytes[SERIAL..SERIAL + 4].copy_from_slice(&u32::from(time).to_be_bytes());
            let stamp = Stamp::new(2024, 5, 1 + time / 1440, time / 60 % 24, time % 60, 0);
            let path = format!("DCIM/IMG_{time:04}.JPG");
            time += 1;
            let pieces = volume.write(&path, &bytes, stamp, from);
            let clusters = bytes.len().div_ceil(cluster);
            written.push(bytes);
            (path, clusters, pieces.len())
        };
        volume.make_folder("DCIM", 1500, Stamp::new(2024, 5, 1, 0, 0, 0));
        let (mut live, mut used) = (Vec::new(), 0);
        while used < (CLUSTERS as f32 * FILLED) as usize {
            let one = write(&mut volume, random, 0);
            used += one.1;
            live.push(one);
        }
        let mut deleted = 0;
        for _ in 0..GENERATIONS {
            let mut free = CLUSTERS - used;
            live.retain(|(path, clusters, pieces)| {
                let goes = random.below(10) < 4;
                if goes {
                    volume.delete(path);
                    free += clusters;
                    deleted += usize::from(*pieces > 1);
                }
                !goes
            });
            while free > CLUSTERS / 10 {
                let from = random.below(CLUSTERS * 3 / 4);
                let one = write(&mut volume, random, from);
                free = free.saturating_sub(one.1);
                live.push(one);
            }
            used = CLUSTERS - free;
        }
        for (path, _, pieces) in live {
            if random.below(10) < 6 {
                volume.delete(&path);
                deleted += usize::from(pieces > 1);
            }
        }
        FragmentedCard { cluster, image: volume.image().to_vec(), written, fragmented: deleted }
    }
}
