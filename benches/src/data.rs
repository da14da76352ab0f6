//! What single loops are measured on: kinds of data, and a file of every format.

use std::collections::BTreeMap;

use afterimage_testdata::Sample;
use afterimage_testdata::canvas::Canvas;
use afterimage_testdata::jpeg::{Jpeg, Process, Sampling};
use afterimage_testdata::random::Random;
use afterimage_testdata::samples;
use afterimage_testdata::scene::Picture;

use crate::filler;

/// `len` bytes of each of what disks are full of: noise, zeros, text, programs, JPEG files one
/// behind the other; and the worst that there is, text full of the magics of photos.
pub fn kinds(len: usize) -> [(&'static str, Vec<u8>); 6] {
    let mut jpeg = Canvas::new(3);
    let photo = &samples::jpegs()[0];
    while jpeg.bytes.len() < len {
        jpeg = jpeg.put(photo);
    }
    jpeg.bytes.truncate(len);
    [
        ("noise", Canvas::new(1).noise(len).bytes),
        // Written to, so that it is not one page of the kernel's mapped many times.
        ("zeros", vec![1u8; len].into_iter().map(|one| one - 1).collect()),
        ("text", filler::text(&mut Random::new(2), len)),
        ("programs", filler::programs(&mut Random::new(4), len)),
        ("jpeg", jpeg.bytes),
        ("magics", Canvas::new(2).text(len).bytes),
    ]
}

/// The longest sample of every format, in the order of their names: the longer it is, the less do
/// its first bytes weigh.
pub fn longest() -> Vec<Sample> {
    let mut longest: BTreeMap<&str, Sample> = BTreeMap::new();
    for sample in samples::all() {
        let known = longest.get(sample.format).map_or(0, |known| known.bytes.len());
        if sample.bytes.len() > known {
            longest.insert(sample.format, sample);
        }
    }
    longest.into_values().collect()
}

/// JPEG as cameras write it, with restart markers, as small as editors make it, and as the web serves it, coarse and
/// fine, all of one scene.
pub fn photos(width: usize, height: usize) -> [(&'static str, Vec<u8>); 5] {
    let picture = Picture::scene(5, width, height);
    let camera = Jpeg { quality: 93, sampling: Sampling::S422, ..Jpeg::default() };
    let small = Jpeg { quality: 75, optimised: true, ..Jpeg::default() };
    let web = Jpeg { process: Process::Progressive, ..Jpeg::default() };
    [
        ("camera", camera.encode(&picture)),
        ("restarts", Jpeg { restart: 4, ..camera }.encode(&picture)),
        ("small", small.encode(&picture)),
        ("progressive", web.encode(&picture)),
        ("progressive-fine", Jpeg { quality: 95, ..web }.encode(&picture)),
    ]
}
