//! The demo card: what a camera's card looks like after most of its photos were deleted.

use std::ops::Range;

use crate::cameras::Shot;
use crate::canvas;
use crate::fat::{Kind, Stamp, Volume};
use crate::png::{Colour, Png};
use crate::random::Random;
use crate::scene::Picture;
use crate::{isobmff, scanner, tiff, video};

/// Bytes of a cluster: small, so that a small card is FAT16.
pub const CLUSTER: usize = 1024;

/// Sectors of the card: 6 MiB.
const SECTORS: usize = 6 << 11;

/// What became of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Still there.
    Live,
    /// Deleted; all its bytes are there.
    Deleted,
    /// Deleted; another file took its end.
    Overwritten,
}

/// A photo of the card.
#[derive(Clone, Debug)]
pub struct Photo {
    /// Its name on the card.
    pub path: String,
    /// Name of the format.
    pub format: &'static str,
    /// What became of it.
    pub fate: Fate,
    /// The file as it was written.
    pub bytes: Vec<u8>,
    /// Where the image holds, or held, its pieces.
    pub pieces: Vec<Range<usize>>,
}

/// A card and the truth about it.
#[derive(Clone, Debug)]
pub struct Card {
    /// The image, a FAT volume without a partition table.
    pub image: Vec<u8>,
    /// Every photo that was ever written to it.
    pub photos: Vec<Photo>,
}

/// The demo card, which is kept as `card.img`.
pub fn demo() -> Card {
    let mut writer = Writer::new();
    writer.photos();
    writer.overwritten();
    writer.in_two_pieces();
    writer.age();
    Card { image: writer.volume.image().to_vec(), photos: writer.photos }
}

/// The folder of the camera.
const FOLDER: &str = "DCIM/100AFTER";

/// Writes the card file by file.
struct Writer {
    volume: Volume,
    photos: Vec<Photo>,
    /// The cluster from which the next file looks for room.
    from: usize,
}

impl Writer {
    fn new() -> Self {
        let mut volume = Volume::new(Kind::Fat16, SECTORS, CLUSTER, "AFTERIMAGE");
        let stamp = Stamp::new(2024, 5, 1, 9, 0, 0);
        volume.make_folder("DCIM", 30, stamp);
        volume.make_folder(FOLDER, 90, stamp);
        volume.make_folder("MISC", 30, stamp);
        Writer { volume, photos: Vec::new(), from: 24 }
    }

    fn photos(&mut self) {
        use Fate::{Deleted, Live};
        let motion = |shot: &Shot| shot.motion(&video::mp4(1, 60));
        let twice = shot(1, "Canon EOS 0D", "2024:05:04 20:31:08");
        self.shot("IMG_0001.JPG", Deleted, &eos(0, "2024:05:04 10:12:30"), Shot::canon);
        self.shot("IMG_0002.JPG", Deleted, &twice, Shot::canon);
        self.shot("IMG_0003.JPG", Live, &eos(2, "2024:05:05 08:44:10"), Shot::canon);
        let nikon = shot(3, "NIKON Z 0", "2024:05:06 23:10:02");
        self.shot("DSC_0004.JPG", Deleted, &nikon, Shot::nikon);
        let sony = shot(14, "ILCE-0", "2024:05:09 15:20:44");
        self.shot("DSC00005.JPG", Deleted, &sony, Shot::sony);
        let pixel = shot(7, "Pixel 0", "2024:05:17 18:03:22");
        self.shot("PXL_20240517_180322.jpg", Deleted, &pixel, Shot::ultra_hdr);
        let pixel = shot(16, "Pixel 0", "2024:05:18 07:15:00");
        self.shot("PXL_20240518_071500.MP.jpg", Deleted, &pixel, motion);
        let samsung = shot(10, "SM-S000", "2024:06:01 12:30:00");
        self.shot("20240601_123000.jpg", Deleted, &samsung, |shot| shot.samsung(None));
        self.others();
        let web = shot(11, "", "2024:06:02 21:40:00");
        self.shot("evening at the lake.jpg", Deleted, &web, Shot::web);
        self.shot("IMG_0002 (1).JPG", Deleted, &twice, Shot::canon);
    }

    /// Photos of other formats than JPEG.
    fn others(&mut self) {
        use Fate::{Deleted, Live};
        let day = "2024:05:20 16:20:00";
        let small = |seed| Picture::scene(seed, 480, 320);
        let frames = [25, 26, 27].map(|seed| Picture::scene(seed, 160, 120));
        let sticker = Png { colour: Colour::Palette, filter: Some(0), ..Png::default() };
        self.write("SCAN0008.TIF", "tiff", Deleted, day, scanner::tiff(&small(9), 0));
        self.write("SCREEN10.PNG", "png", Deleted, day, Png::default().encode(&small(12)));
        self.write("sticker.png", "png", Live, day, sticker.encode(&small(20)));
        self.write("waves.png", "apng", Deleted, day, Png::default().animate(None, &frames));
        // Of the formats that come from elsewhere, the smallest file.
        for (name, format) in [("IMG_0014.HEIC", "heic"), ("IMG_0015.DNG", "dng")] {
            let files = [isobmff::samples(), tiff::samples()].concat();
            let files = files.into_iter().filter(|sample| sample.format == format);
            if let Some(sample) = files.min_by_key(|sample| sample.bytes.len()) {
                self.write(name, format, Deleted, day, sample.bytes);
            }
        }
    }

    /// A photo whose end a text took that was written later.
    fn overwritten(&mut self) {
        let lost = eos(6, "2024:06:08 19:02:54");
        self.shot("IMG_0016.JPG", Fate::Overwritten, &lost, Shot::canon);
        let piece = self.photos.last().map(|photo| photo.pieces[0].clone()).unwrap_or_default();
        let len = piece.len();
        let text = canvas::text(&mut Random::new(16), len / 2);
        let from = self.volume.cluster_at(piece.start + len * 3 / 5);
        self.volume.write("MISC/NOTES.TXT", &text, Stamp::new(2024, 6, 9, 8, 0, 0), from);
    }

    /// A photo around a file that had been there before it.
    fn in_two_pieces(&mut self) {
        let text = canvas::text(&mut Random::new(17), 9 * CLUSTER - 300);
        let stamp = Stamp::new(2024, 6, 7, 8, 0, 0);
        self.volume.write("MISC/LOG.TXT", &text, stamp, self.from + 41);
        let around = eos(8, "2024:06:10 06:01:30");
        self.shot("IMG_0017.JPG", Fate::Deleted, &around, Shot::canon);
    }

    fn shot(&mut self, name: &str, fate: Fate, shot: &Shot, take: impl Fn(&Shot) -> Vec<u8>) {
        self.write(name, "jpeg", fate, &shot.taken, take(shot));
    }

    /// Writes a photo, deletes it where that is its fate, and leaves a gap behind it.
    fn write(&mut self, name: &str, format: &'static str, fate: Fate, taken: &str, bytes: Vec<u8>) {
        let path = format!("{FOLDER}/{name}");
        let pieces = self.volume.write(&path, &bytes, Stamp::of_exif(taken), self.from);
        let end = pieces.last().map_or(0, |piece| piece.end);
        self.from = self.volume.cluster_at(end) + 2 + self.photos.len() % 5 * 7;
        if fate != Fate::Live {
            self.volume.delete(&path);
        }
        self.photos.push(Photo { path, format, fate, bytes, pieces });
    }

    /// What the card held before: noise, text and nothing in stretches of 16 clusters; the end of
    /// the card has never been written.
    fn age(&mut self) {
        let mut random = Random::new(99);
        let fresh = self.from + 200;
        self.volume.age(|number| match (number / 16 * 5 + 3) % 7 {
            _ if number >= fresh => None,
            0 | 1 => Some(random.bytes(CLUSTER)),
            2 | 3 => Some(canvas::text(&mut random, CLUSTER)),
            _ => None,
        });
    }
}

fn shot(seed: u64, model: &str, taken: &str) -> Shot {
    Shot::new(seed, (1024, 768), model, taken)
}

fn eos(seed: u64, taken: &str) -> Shot {
    shot(seed, "Canon EOS 0D", taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The command that makes the kept file again.
    const COMMAND: &str = "cargo run -p afterimage-testdata --example card -- testdata/card.img";

    #[test]
    fn the_kept_card_is_what_this_code_makes() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/card.img");
        let kept = std::fs::read(path).unwrap();
        let card = demo();
        assert!(kept == card.image, "the card has changed; if it should have: {COMMAND}");
        let around = card.photos.last().map(|photo| photo.pieces.len());
        assert_eq!(around, Some(2), "the last photo lies in two pieces");
        let left = card.photos.iter().filter(|photo| photo.fate != Fate::Overwritten);
        for photo in left {
            let pieces = photo.pieces.iter().map(|piece| &card.image[piece.clone()]);
            assert!(pieces.collect::<Vec<_>>().concat() == photo.bytes, "{}", photo.path);
        }
    }
}
