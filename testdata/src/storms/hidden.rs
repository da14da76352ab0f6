//! Small photos that lie among false beginnings.

use super::{BLOCK, Storm};
use crate::Sample;
use crate::cameras::Shot;
use crate::gif::Gif;
use crate::png::Png;
use crate::scene::Picture;

/// Where files begin on nearly every disk, in bytes.
const SECTOR: usize = 512;

/// A photo that lies in a storm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// Name of the format in the registry of afterimage.
    pub format: &'static str,
    /// Its first byte, from that of the image.
    pub offset: u64,
    /// Its length in bytes.
    pub len: u64,
}

impl Storm {
    /// The `index`-th block of an image of `blocks` of them, with a photo in it that begins a sector: which photo and where
    /// differs from block to block.
    pub fn block(&self, index: u64, blocks: u64) -> (Vec<u8>, Hidden) {
        let left = blocks.saturating_sub(index + 1) * BLOCK as u64;
        let mut bytes = self.bytes(&mut crate::random::Random::new(1 + index), BLOCK, left);
        let Sample { format, bytes: photo, .. } = photo(index, self.alike);
        let room = (BLOCK - photo.len()) / SECTOR;
        let at = (index as usize * 733 + 301) % room * SECTOR;
        bytes[at..at + photo.len()].copy_from_slice(&photo);
        let offset = index * BLOCK as u64 + at as u64;
        (bytes, Hidden { format, offset, len: photo.len() as u64 })
    }

    /// An image of so many blocks, and the photos in it.
    pub fn image(&self, blocks: u64) -> (Vec<u8>, Vec<Hidden>) {
        let (mut image, mut photos) = (Vec::new(), Vec::new());
        for (bytes, hidden) in (0..blocks).map(|index| self.block(index, blocks)) {
            image.extend(bytes);
            photos.push(hidden);
        }
        (image, photos)
    }
}

/// A photo as they lie on cards, or a drawing: no two are alike, and none is of a format of `but`.
fn photo(index: u64, but: &[&str]) -> Sample {
    const KINDS: [(&str, &str); 4] =
        [("jpeg", "exif"), ("jpeg", "progressive"), ("png", "rgb"), ("gif", "one-frame")];
    let kinds: Vec<_> = KINDS.into_iter().filter(|(format, _)| !but.contains(format)).collect();
    let (format, name) = kinds[index as usize % kinds.len()];
    let picture = Picture::scene(index, 80, 60);
    let bytes = match name {
        "exif" => shot(index).canon(),
        "progressive" => shot(index).web(),
        "rgb" => Png::default().encode(&picture),
        _ => Gif::default().encode(&[picture]),
    };
    Sample::new(format, name, bytes)
}

fn shot(index: u64) -> Shot {
    Shot::new(index, (96, 64), "Canon EOS 0D", "2024:05:17 18:03:22")
}
