//! The forecast against real scans: how often its interval holds the true number.
//!
//! Images of different kinds are made here, and only a part of each is looked at. `AFTERIMAGE_FORECAST=DIR` does
//! the same with every image (`*.img`) in a folder.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "figures of a measurement")]

use std::fs;
use std::path::Path;

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run::{ForecastOptions, Job, forecast};
use afterimage_engine::source::{self, Io, MemorySource, Source};
use afterimage_testdata::cameras::Shot;
use afterimage_testdata::fat::{Kind, Stamp, Volume};
use afterimage_testdata::fragmented::FragmentedCard;
use afterimage_testdata::jpeg::{Jpeg, Segment};
use afterimage_testdata::random::Random;
use afterimage_testdata::scene::Picture;
use afterimage_testdata::{canvas, samples};

/// Bytes of the images that are made.
const LEN: usize = 32 << 20;

/// One byte of so many is looked at.
const PART: u64 = 8;

const SECTOR: usize = 512;

/// Photos from which all others are made.
struct Pool {
    photos: Vec<Vec<u8>>,
    serial: u32,
    random: Random,
}

impl Pool {
    fn new() -> Self {
        let sizes = [(160, 120), (240, 180), (320, 240), (400, 300)];
        let shot = |seed: u64| {
            let pixels = sizes[seed as usize % sizes.len()];
            let shot = Shot::new(seed, pixels, "Canon EOS 0D", "2024:05:17 18:03:22");
            match seed % 3 {
                0 => shot.canon(),
                1 => shot.nikon(),
                _ => shot.web(),
            }
        };
        Pool { photos: (0..24).map(shot).collect(), serial: 0, random: Random::new(9) }
    }

    /// A photo like no other: a comment has its number.
    fn photo(&mut self) -> Vec<u8> {
        self.serial += 1;
        let photo = &self.photos[self.random.below(self.photos.len())];
        let comment = [&[0xff, 0xfe, 0, 6][..], &self.serial.to_be_bytes()].concat();
        [&photo[..2], &comment, &photo[2..]].concat()
    }
}

/// What lies between photos.
#[derive(Clone, Copy)]
enum Filler {
    Noise,
    Zeros,
    Text,
}

/// An image in the making: photos at places that a closure gives, in order.
fn image(
    filler: Filler,
    align: usize,
    mut next: impl FnMut(usize) -> Option<(usize, Vec<u8>)>,
) -> Vec<u8> {
    let mut random = Random::new(LEN as u64 + align as u64);
    let mut bytes = match filler {
        Filler::Noise => random.bytes(LEN),
        Filler::Zeros => vec![0; LEN],
        Filler::Text => canvas::text(&mut random, LEN),
    };
    let mut at = 0;
    while let Some((gap, photo)) = next(at) {
        at = (at + gap).next_multiple_of(align);
        if at + photo.len() > LEN {
            break;
        }
        bytes[at..at + photo.len()].copy_from_slice(&photo);
        at += photo.len();
    }
    bytes
}

/// Photos everywhere, with gaps of up to so many bytes.
fn spread(pool: &mut Pool, filler: Filler, align: usize, gap: usize) -> Vec<u8> {
    let mut random = Random::new(gap as u64);
    image(filler, align, |_| Some((random.below(gap), pool.photo())))
}

/// Photos in a part of the image only.
fn within(pool: &mut Pool, filler: Filler, part: std::ops::Range<usize>) -> Vec<u8> {
    image(filler, 4096, |at| {
        let gap = part.start.saturating_sub(at);
        (at < part.end).then(|| (gap, pool.photo()))
    })
}

/// Groups of photos, far apart.
fn groups(pool: &mut Pool, members: usize, apart: usize) -> Vec<u8> {
    let (mut random, mut count) = (Random::new(members as u64), 0);
    image(Filler::Noise, SECTOR, |_| {
        count += 1;
        let gap = if count % members == 0 { random.below(apart) } else { 0 };
        Some((gap, pool.photo()))
    })
}

/// Every photo so many times.
fn copies(pool: &mut Pool, times: usize) -> Vec<u8> {
    let photos: Vec<Vec<u8>> = (0..150).map(|_| pool.photo()).collect();
    let mut random = Random::new(times as u64);
    let mut order: Vec<usize> =
        (0..photos.len() * times).map(|index| index % photos.len()).collect();
    for last in (1..order.len()).rev() {
        order.swap(last, random.below(last + 1));
    }
    let mut order = order.into_iter();
    image(Filler::Text, SECTOR, |_| Some((4000, photos[order.next()?].clone())))
}

/// A card of which some photos were deleted.
fn card(pool: &mut Pool, of_ten: usize) -> Vec<u8> {
    let mut volume = Volume::new(Kind::Fat16, LEN / SECTOR, 4096, "CARD");
    let mut random = Random::new(of_ten as u64);
    let stamp = |n: usize| {
        Stamp::new(2024, 5, 1 + (n / 1440) as u16, (n / 60 % 24) as u16, (n % 60) as u16, 0)
    };
    volume.make_folder("DCIM", 2000, stamp(0));
    let (mut clusters, mut number) = (0, 0);
    while clusters < LEN / 4096 * 8 / 10 {
        let photo = pool.photo();
        let path = format!("DCIM/IMG_{number:04}.JPG");
        // What is deleted stays where it is: nothing is written over it.
        volume.write(&path, &photo, stamp(number), clusters);
        clusters += photo.len().div_ceil(4096);
        if random.below(10) < of_ten {
            volume.delete(&path);
        }
        number += 1;
    }
    volume.image().to_vec()
}

/// Files of all formats.
fn mixed() -> Vec<u8> {
    let samples = samples::all();
    let mut random = Random::new(77);
    image(Filler::Noise, SECTOR, |_| {
        let sample = &samples[random.below(samples.len())];
        Some((random.below(60_000), sample.bytes.clone()))
    })
}

/// Photos that break off, with text after them.
fn broken(pool: &mut Pool) -> Vec<u8> {
    let mut random = Random::new(5);
    image(Filler::Text, 4096, |_| {
        let photo = pool.photo();
        let keep = if random.below(2) == 0 { photo.len() } else { photo.len() / 3 };
        Some((random.below(30_000), photo[..keep].to_vec()))
    })
}

fn all() -> Vec<(&'static str, Vec<u8>)> {
    let pool = &mut Pool::new();
    let mut random = Random::new(3);
    // The second segment of these has room for a number.
    let sibling = |seed: u64| {
        let width = [320, 480, 640][seed as usize % 3];
        let segments = vec![Segment::jfif(), Segment::app(1, b"Serial\0", &[0; 8])];
        let jpeg = Jpeg { quality: 75 + seed as u8 % 20, segments, ..Jpeg::default() };
        jpeg.encode(&Picture::scene(seed, width, width * 3 / 4))
    };
    let siblings: Vec<Vec<u8>> = (0..24).map(sibling).collect();
    let fragmented = FragmentedCard::new(4096, &siblings, &mut random).image;
    vec![
        ("full, noise", spread(pool, Filler::Noise, SECTOR, 2000)),
        ("full, text", spread(pool, Filler::Text, 4096, 2000)),
        ("loose, noise", spread(pool, Filler::Noise, SECTOR, 60_000)),
        ("loose, zeros", spread(pool, Filler::Zeros, 4096, 200_000)),
        ("thin, text", spread(pool, Filler::Text, SECTOR, 600_000)),
        ("very thin", spread(pool, Filler::Zeros, SECTOR, 3_000_000)),
        ("unaligned", spread(pool, Filler::Noise, 1, 40_000)),
        ("unaligned, text", spread(pool, Filler::Text, 1, 200_000)),
        ("first half", within(pool, Filler::Zeros, 0..LEN / 2)),
        ("last tenth", within(pool, Filler::Noise, LEN * 9 / 10..LEN)),
        ("middle", within(pool, Filler::Text, LEN / 3..LEN / 2)),
        ("groups of 10", groups(pool, 10, 1_500_000)),
        ("groups of 40", groups(pool, 40, 6_000_000)),
        ("no photo, noise", Random::new(1).bytes(LEN)),
        ("no photo, zeros", vec![0; LEN]),
        ("no photo, text", canvas::text(&mut Random::new(2), LEN)),
        ("three copies", copies(pool, 3)),
        ("card, all deleted", card(pool, 10)),
        ("card, half deleted", card(pool, 5)),
        ("card, few deleted", card(pool, 1)),
        ("all formats", mixed()),
        ("broken off", broken(pool)),
        ("in pieces", fragmented),
    ]
}

/// What a scan finds.
fn truth(source: Box<dyn Source>) -> u64 {
    let (options, progress) = (Options::default(), Progress::default());
    let settled = Job::open(vec![source], &options, &progress).unwrap().scan().settled();
    settled.summary().photos
}

/// Whether the interval holds the true number, and how wide it is in relation to that.
fn judge(name: &str, open: &dyn Fn() -> Box<dyn Source>, seed: Option<u64>) -> (bool, Option<f64>) {
    let truth = truth(open());
    let most_bytes = open().len() / PART;
    let options = ForecastOptions { most_bytes, seed, ..ForecastOptions::default() };
    let said = forecast(open(), &options).unwrap();
    assert!(!said.is_whole, "{name}");
    let photos = said.photos;
    let holds = (photos.low..=photos.high).contains(&truth);
    let width = (photos.high - photos.low) as f64 / truth.max(1) as f64;
    eprintln!(
        "{} {name:24} true {truth:5}  likely {:5}  {:5} to {:5}  width {width:.2}  {} windows of {}, {} seen, \
         listed {:?}, read {:.3}",
        if holds { " " } else { "!" },
        photos.likely,
        photos.low,
        photos.high,
        said.windows.0,
        said.windows.1,
        said.in_windows,
        said.listed,
        said.read as f64 / said.size as f64
    );
    (holds, (truth >= 20).then_some(width))
}

fn report(judged: &[(bool, Option<f64>)]) -> (usize, f64) {
    let held = judged.iter().filter(|one| one.0).count();
    let mut widths: Vec<f64> = judged.iter().filter_map(|one| one.1).collect();
    widths.sort_by(f64::total_cmp);
    let median = widths.get(widths.len() / 2).copied().unwrap_or(0.0);
    eprintln!(
        "{held} of {} intervals hold the true number; median width {median:.2} of it",
        judged.len()
    );
    (held, median)
}

#[test]
fn the_interval_holds_the_true_number_of_photos() {
    let seeds = match std::env::var("AFTERIMAGE_FORECAST_SEEDS") {
        Ok(count) => count.parse().unwrap(),
        Err(_) => 1,
    };
    let images = all();
    assert!(images.len() >= 20);
    let mut judged = Vec::new();
    for (name, bytes) in images {
        let open = || Box::new(MemorySource::new(name, bytes.clone())) as Box<dyn Source>;
        judged.extend((0..seeds).map(|seed| judge(name, &open, (seed > 0).then_some(seed))));
    }
    let (held, median) = report(&judged);
    assert!(held * 20 >= judged.len() * 17, "{held} of {}", judged.len());
    assert!(median < 1.5, "an interval that holds anything says nothing: {median}");
}

#[test]
fn images_of_a_folder_are_forecast_as_well() {
    let Some(folder) = std::env::var_os("AFTERIMAGE_FORECAST") else {
        eprintln!("skipped: AFTERIMAGE_FORECAST names no folder of images");
        return;
    };
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "img"));
    paths.sort();
    let judged: Vec<_> = paths
        .iter()
        .map(|path: &std::path::PathBuf| {
            let open = || source::open(path, Io::Auto).unwrap();
            judge(&name(path), &open, None)
        })
        .collect();
    let (held, _) = report(&judged);
    assert!(held * 20 >= judged.len() * 17, "{held} of {}", judged.len());
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

#[test]
fn a_small_source_is_scanned_as_a_whole_and_a_forecast_is_the_same_again() {
    let card = afterimage_testdata::card::demo().image;
    let open = || Box::new(MemorySource::new("card", card.clone())) as Box<dyn Source>;
    let said = forecast(open(), &ForecastOptions::default()).unwrap();
    let photos = truth(open());
    assert!(said.is_whole && said.read == card.len() as u64);
    assert_eq!((said.photos.low, said.photos.likely, said.photos.high), (photos, photos, photos));
    let options = ForecastOptions { most_bytes: 1 << 20, ..ForecastOptions::default() };
    let once = forecast(open(), &options).unwrap();
    assert_eq!(once, forecast(open(), &options).unwrap());
    assert!(!once.is_whole && once.read < card.len() as u64);
}

#[test]
fn erased_and_noise_are_told_by_shares() {
    let half = [vec![0xff; LEN / 2], Random::new(4).bytes(LEN / 2)].concat();
    let options = ForecastOptions { most_bytes: 4 << 20, ..ForecastOptions::default() };
    let said = forecast(Box::new(MemorySource::new("half", half)), &options).unwrap();
    assert!((said.erased - 0.5).abs() < 0.05 && (said.noise - 0.5).abs() < 0.05, "{said:?}");
}
