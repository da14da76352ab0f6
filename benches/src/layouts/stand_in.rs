//! What lies in the place of a published file: a photo, a video, or bytes as its kind of file has them.

use afterimage_testdata::cameras::Shot;
use afterimage_testdata::random::Random;
use afterimage_testdata::video;
use rayon::prelude::*;

use crate::filler;
use crate::image::picture_len;
use crate::truth::Original;

/// Length of a sector in bytes.
pub const SECTOR: usize = 512;

/// The longest photo that is drawn; more would take minutes.
const LONGEST: usize = 4 << 20;

/// Length of a JPEG that is drawn to learn how many bytes a pixel takes.
const TRIAL: (usize, usize) = (480, 360);

/// Mean length of a frame of a made video.
const FRAME: usize = 1000;

/// So many of the photos nearest in length are drawn from, so that seeds differ.
const NEAREST: usize = 4;

/// Where photos come from.
#[derive(Debug)]
pub enum Photos {
    /// They are drawn and encoded as cameras do.
    Made,
    /// JPEG files of a folder.
    Given(Vec<Original>),
}

impl Photos {
    /// The JPEG files among these.
    pub fn given(files: Vec<Vec<u8>>) -> Self {
        let jpeg = files.into_iter().filter(|bytes| bytes.starts_with(b"\xff\xd8\xff"));
        Photos::Given(jpeg.map(photo).collect())
    }

    /// A photo for each of these lengths in bytes, no two of which are the same while there are enough.
    pub fn take(&self, random: &mut Random, lengths: &[usize]) -> Vec<Original> {
        match self {
            Photos::Made => {
                let seeds: Vec<u64> = lengths.iter().map(|_| random.bits()).collect();
                lengths.par_iter().zip(seeds).map(|(&len, seed)| photo(drawn(seed, len))).collect()
            }
            Photos::Given(pool) => nearest(pool, random, lengths),
        }
    }
}

/// A photo whose picture may end before its file does.
fn photo(bytes: Vec<u8>) -> Original {
    let end = picture_len(&bytes);
    Original::new(bytes, vec![end])
}

/// For each length a photo that is about as long, for the longest first.
fn nearest(pool: &[Original], random: &mut Random, lengths: &[usize]) -> Vec<Original> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(lengths[index]));
    let mut taken = vec![0usize; pool.len()];
    let mut chosen = vec![None; lengths.len()];
    for index in order {
        let ratio = |bytes: usize| (bytes as f64 / lengths[index] as f64).ln().abs();
        let mut near: Vec<usize> = (0..pool.len()).collect();
        near.sort_by(|&a, &b| {
            let of = |one: usize| (taken[one], ratio(pool[one].bytes.len()));
            of(a).partial_cmp(&of(b)).unwrap_or(std::cmp::Ordering::Equal)
        });
        let free = near.iter().filter(|&&one| taken[one] == taken[near[0]]).count();
        let Some(&one) = near.get(random.below(NEAREST.min(free))) else { continue };
        taken[one] += 1;
        chosen[index] = Some(pool[one].clone());
    }
    chosen.into_iter().flatten().collect()
}

/// A JPEG of about that length, as one of five kinds of cameras and programs writes it.
fn drawn(seed: u64, len: usize) -> Vec<u8> {
    let len = len.min(LONGEST);
    let trial = shot(seed, TRIAL).len();
    let grown = (len as f64 / trial as f64).sqrt();
    // As many pixels as give that length, in blocks of 16.
    let side = |pixels: usize| ((pixels as f64 * grown / 16.0).round() as usize).max(4) * 16;
    shot(seed, (side(TRIAL.0), side(TRIAL.1)))
}

fn shot(seed: u64, pixels: (usize, usize)) -> Vec<u8> {
    let shot = |model| Shot::new(seed, pixels, model, "2007:05:17 18:03:22");
    match seed % 5 {
        0 => shot("Canon EOS 0D").canon(),
        1 => shot("NIKON Z 0").nikon(),
        2 => shot("ILCE-0").sony(),
        3 => shot("SM-S000").samsung(None),
        _ => shot("").web(),
    }
}

/// A video of about that many bytes.
pub fn film(seed: u64, len: usize) -> Vec<u8> {
    let mut film = video::mp4(seed, (len / FRAME).max(1));
    no_start_codes(&mut film);
    film
}

/// Takes out of the noise of a made video what no coded picture holds: two zeros and a small number,
/// which would begin another unit. Source: ITU-T H.264, 7.4.1.1.
fn no_start_codes(film: &mut [u8]) {
    let number = |film: &[u8], at: usize| {
        let bytes = film.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(bytes) as usize)
    };
    // The media follow the first box: its own length and type, then units behind their lengths.
    let Some(media) = number(film, 0) else { return };
    let Some(end) = number(film, media).map(|len| (media + len).min(film.len())) else { return };
    let mut at = media + 8;
    while at < end {
        let Some(len) = number(film, at) else { return };
        let unit = at + 4..(at + 4 + len).min(end);
        for at in unit.start + 2..unit.end {
            if film[at] < 4 && film[at - 1] == 0 && film[at - 2] == 0 {
                film[at] |= 0x80;
            }
        }
        at = unit.end.max(at + 4);
    }
}

/// Bytes of a file of that name and length in sectors: its kind's beginning, and then what such files
/// are full of. They are not whole files of their kind; nothing is counted of them.
pub fn other(random: &mut Random, name: &str, sectors: u64) -> Vec<u8> {
    let len = sectors as usize * SECTOR;
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let (head, mut body): (&[u8], Vec<u8>) = match extension {
        "html" => (b"<html><head><title>News</title></head><body>\n", markup(random, len)),
        "txt" if name.starts_with("1c") => (b"\xff\xfe", wide(&filler::text(random, len / 2))),
        "txt" => (b"", filler::text(random, len)),
        "mbox" => {
            (b"From someone@example.org Mon Jan  8 21:36:31 2007\n", filler::text(random, len))
        }
        "doc" | "xls" => (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", office(random, len)),
        "pdf" => (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", random.bytes(len)),
        "zip" => (b"PK\x03\x04\x14\0\0\0\x08\0", random.bytes(len)),
        "exe" => (b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0", filler::programs(random, len)),
        "mp3" => (b"ID3\x03\0\0\0\0\0\0", random.bytes(len)),
        "mpg" => (b"\0\0\x01\xba\x21\0\x01\0\x01", random.bytes(len)),
        "flv" => (b"FLV\x01\x05\0\0\0\x09\0\0\0\0", random.bytes(len)),
        "soi" => (b"\xff\xd8", random.bytes(len)),
        "eoi" => (b"\xff\xd9", random.bytes(len)),
        // AVI and WMV, whose containers would have to be whole to be worth finding.
        _ => (b"", random.bytes(len)),
    };
    body.resize(len, 0);
    let head = &head[..head.len().min(len)];
    body[..head.len()].copy_from_slice(head);
    body
}

/// Text with tags.
fn markup(random: &mut Random, len: usize) -> Vec<u8> {
    const TAGS: [&[u8]; 4] =
        [b"<p class=\"body\">", b"</p>\n<td>", b"<a href=\"/index.html\">", b"</a>"];
    let mut out = Vec::with_capacity(len + 128);
    while out.len() < len {
        out.extend(TAGS[random.below(TAGS.len())]);
        let words = 20 + random.below(90);
        out.extend(filler::text(random, words));
    }
    out
}

/// Text in two bytes a letter, as in UTF-16 of the West.
fn wide(text: &[u8]) -> Vec<u8> {
    text.iter().flat_map(|&letter| [letter, 0]).collect()
}

/// Text, tables of numbers, and pictures that are compressed, in turn.
fn office(random: &mut Random, len: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(len + (16 << 10));
    while out.len() < len {
        let part = SECTOR * (1 + random.below(16));
        match random.below(4) {
            0 => out.extend(filler::text(random, part)),
            1 => out.extend(wide(&filler::text(random, part / 2))),
            2 => out.extend(filler::programs(random, part)),
            _ => out.extend(random.bytes(part)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_signatures::{Buffer, Effort, Grade, Runs, View, formats};

    #[test]
    fn drawn_photos_are_about_as_long_as_asked() {
        for (seed, len) in [(0, 150_000), (4, 400_000)] {
            let long = drawn(seed, len).len();
            assert!(long > len / 2 && long < len * 2, "{long} for {len}");
        }
    }

    #[test]
    fn a_film_is_whole() {
        let bytes = film(3, 9_000_000);
        let format = formats::by_name("mp4").unwrap();
        let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
        let slice = bytes.as_slice();
        let verdict =
            format.measure(&mut View::new(&slice, &runs, &mut buffer), Effort::Proof).unwrap();
        assert_eq!(verdict.len, bytes.len() as u64);
        assert_eq!(verdict.grade, Grade::Structural);
    }

    #[test]
    fn the_nearest_photos_are_taken_once_each() {
        let pool: Vec<_> = (1..=6).map(|n| photo(vec![n as u8; n * 1000])).collect();
        let lengths = [1000, 6000, 2000, 5000, 3000, 4000];
        let taken = nearest(&pool, &mut Random::new(3), &lengths);
        let mut long: Vec<_> = taken.iter().map(|photo| photo.bytes.len()).collect();
        long.sort_unstable();
        assert_eq!(long, [1000, 2000, 3000, 4000, 5000, 6000]);
    }

    #[test]
    fn other_files_are_as_long_as_published_and_begin_as_their_kind() {
        let mut random = Random::new(1);
        for (name, head) in
            [("2a.doc", &b"\xd0\xcf\x11\xe0"[..]), ("3c.soi", b"\xff\xd8"), ("1.pdf", b"%PDF")]
        {
            let bytes = other(&mut random, name, 3);
            assert!(bytes.len() == 3 * SECTOR && bytes.starts_with(head), "{name}");
        }
    }
}
