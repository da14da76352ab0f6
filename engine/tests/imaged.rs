//! An image that is made during a scan: the device is read once, the image is what it holds.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use afterimage_engine::error::Error;
use afterimage_engine::imaging::{self, Device, Ended, Medium, SystemMedium};
use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run;
use afterimage_engine::source::Io;
use afterimage_engine::source::rescue_map::read_map;
use afterimage_testdata::card;
use afterimage_testdata::failing::{FailingDevice, Fault, Faults, LoopDevice, SECTOR};
use serde_json::Value;

/// A block device, and what serves it.
struct Card {
    // Dropped before what it is over.
    attached: LoopDevice,
    device: FailingDevice,
    whole: Vec<u8>,
}

/// The demo card with `faults`, served below `home`.
fn card(home: &Path, faults: Faults) -> Option<Card> {
    let image = card::demo().image;
    fs::write(home.join("whole.img"), &image).unwrap();
    fs::create_dir(home.join("mount")).unwrap();
    let file = File::open(home.join("whole.img")).unwrap();
    let device = FailingDevice::mount(file, faults, &home.join("mount"))
        .inspect_err(|error| eprintln!("skipped: FUSE cannot be used here: {error}"))
        .ok()?;
    let attached = device
        .attach()
        .inspect_err(|error| eprintln!("skipped: no loop device can be made: {error}"))
        .ok()?;
    // Whoever looked for partitions there has read some of it.
    device.forget_attempts();
    Some(Card { attached, device, whole: image })
}

/// Scans `path` into `output`; the report.
fn scan(path: &Path, output: &Path, image: Option<&Path>, photos_first: bool) -> Value {
    let options = Options {
        output: Some(output.to_path_buf()),
        image: image.map(Into::into),
        photos_first,
        io: Io::Direct,
        ..Options::default()
    };
    let outcome = run::scan(&[path.to_path_buf()], &options, &Progress::default()).unwrap();
    assert!(outcome.failure.is_none(), "{:?}", outcome.failure);
    let text = fs::read(output.join("report.json")).unwrap();
    let mut report: Value = serde_json::from_slice(&text).unwrap();
    report["files"].take()
}

/// Completes the image.
fn complete(device: &Path, image: &Path) -> imaging::Outcome {
    image_of(device, image).unwrap()
}

fn image_of(device: &Path, image: &Path) -> Result<imaging::Outcome, Error> {
    let medium = SystemMedium::open(device, false).unwrap();
    let known = Device {
        path: device.display().to_string(),
        size: medium.len(),
        sector_size: medium.sector(),
        ..Device::default()
    };
    let options =
        imaging::Options { image: image.to_path_buf(), retries: 6, ..imaging::Options::default() };
    let (progress, medium) = (Progress::default(), Arc::new(medium));
    imaging::copy(medium, known, &options, &progress, &mut |_| {}, &mut |_| {})
}

#[test]
fn a_complete_image_is_of_one_card_and_vouched_for_as_long_as_it_is_what_it_was() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let (one, mut other) = (card::demo().image, card::demo().image);
    other.iter_mut().for_each(|byte| *byte = byte.wrapping_mul(5).wrapping_add(1));
    fs::write(path("one"), &one).unwrap();
    fs::write(path("other"), &other).unwrap();
    let image = path("card.img");
    let made = image_of(&path("one"), &image).unwrap();
    let failed = image_of(&path("other"), &image).unwrap_err();
    assert!(failed.to_string().contains("the image of another device"), "{failed}");
    assert!(fs::read(&image).unwrap() == one);
    let output = Some(path("out"));
    let options = Options { output, image: Some(image.clone()), ..Options::default() };
    let done = run::scan(&[path("other")], &options, &Progress::default());
    assert!(done.is_err() || !done.unwrap().failed.is_empty());
    let again = image_of(&path("one"), &image).unwrap();
    assert_eq!((again.ended, again.read), (Ended::Complete, 0));
    assert_eq!(again.sidecar.hashes, made.sidecar.hashes);
    let mut changed = one;
    changed[100_000] ^= 1;
    fs::write(&image, &changed).unwrap();
    let said = fs::read(path("card.img.json")).unwrap();
    let failed = image_of(&path("one"), &image).unwrap_err();
    assert!(failed.to_string().contains("it was changed since it was made"), "{failed}");
    assert_eq!(fs::read(path("card.img.json")).unwrap(), said);
}

#[test]
fn a_sound_device_is_read_once_and_the_scan_is_that_of_its_image() {
    for photos_first in [false, true] {
        let home = tempfile::tempdir().unwrap();
        let Some(Card { attached, device, whole }) = card(home.path(), Faults::default()) else {
            return;
        };
        let (image, path) = (home.path().join("card.img"), attached.path());
        let files = scan(path, &home.path().join("out"), Some(&image), photos_first);
        let attempts = device.attempts();
        let reads: u64 = attempts.iter().map(|count| u64::from(*count)).sum();
        let most = attempts.iter().max();
        assert!(
            reads * 100 <= attempts.len() as u64 * 102,
            "{reads} of {}, {most:?}",
            attempts.len()
        );
        let outcome = complete(path, &image);
        assert_eq!((outcome.ended, outcome.read), (Ended::Complete, 0));
        assert!(outcome.map.unfinished().is_empty());
        // Nothing was left to be read; that it is the same device is seen by a few sectors.
        let again: u64 = device.attempts().iter().map(|count| u64::from(*count)).sum();
        assert!(again - reads <= 16 * 8, "{again} after {reads}");
        assert!(fs::read(&image).unwrap() == whole);
        let plain = scan(&image, &home.path().join("plain"), None, false);
        assert_eq!(files, plain);
    }
}

#[test]
fn what_cannot_be_read_is_in_the_map_and_comes_later_where_it_can() {
    let home = tempfile::tempdir().unwrap();
    let last = card::demo().image.len() as u64 / SECTOR - 1;
    let faults = Faults::default()
        .with(last / 2, 3, Fault::Bad)
        .with(last / 3 + 5, 1, Fault::Heals(6))
        .with(last, 1, Fault::Bad);
    let Some(Card { attached, device: _device, mut whole }) = card(home.path(), faults) else {
        return;
    };
    let (image, path) = (home.path().join("card.img"), attached.path());
    scan(path, &home.path().join("out"), Some(&image), true);
    let map = read_map(&home.path().join("card.img.map")).unwrap();
    let missing = map.unfinished();
    assert!(missing.contains(last / 2 * SECTOR) && missing.contains((last / 3 + 5) * SECTOR));
    let outcome = complete(path, &image);
    assert_eq!(outcome.ended, Ended::Complete);
    let missing = outcome.map.unfinished();
    assert_eq!(missing.total(), 4 * SECTOR);
    for span in missing.iter() {
        whole[span.at as usize..span.end() as usize].fill(0);
    }
    assert!(fs::read(&image).unwrap() == whole);
}

#[test]
fn a_scan_goes_on_with_the_image_that_is_there() {
    let home = tempfile::tempdir().unwrap();
    let Some(Card { attached, device, whole }) = card(home.path(), Faults::default()) else {
        return;
    };
    let (image, path) = (home.path().join("card.img"), attached.path());
    complete(path, &image);
    device.forget_attempts();
    scan(path, &home.path().join("out"), Some(&image), false);
    // A few sectors tell that it is the same device.
    assert!(device.attempts().iter().map(|count| u64::from(*count)).sum::<u64>() <= 16 * 8);
    assert!(fs::read(&image).unwrap() == whole);
}

#[test]
fn an_image_that_cannot_be_written_does_not_end_the_scan() {
    let home = tempfile::tempdir().unwrap();
    let Some(Card { attached, .. }) = card(home.path(), Faults::default()) else { return };
    let image = home.path().join("missing/card.img");
    let options =
        Options { output: Some(home.path().join("out")), image: Some(image), ..Options::default() };
    let begun = run::scan(&[attached.path().to_path_buf()], &options, &Progress::default());
    assert!(begun.is_err(), "what is wrong from the start is said at the start");
    let options = Options { image: Some("/dev/full".into()), ..options };
    assert!(run::scan(&[attached.path().to_path_buf()], &options, &Progress::default()).is_err());
}
