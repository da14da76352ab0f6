//! The honest word: what can be hoped for on cards and disks in all states that people bring them in.
//!
//! Most are made in memory. One is a file system that the kernel itself trims, on a loop device: it needs root, and
//! says so where it is left out.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(
    clippy::print_stderr,
    reason = "a skipped test says so, and what was said is the measurement"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use afterimage_engine::progress::Progress;
use afterimage_engine::run::ForecastOptions;
use afterimage_engine::run::prognosis::{
    Access, Phone, Prognosis, prognosis, prognosis_of, prognosis_of_phone,
};
use afterimage_engine::source::MemorySource;
use afterimage_engine::system::Hope;
use afterimage_engine::volumes::condition::Condition;
use afterimage_signatures::verdict::Span;
use afterimage_testdata::cameras::Shot;
use afterimage_testdata::canvas;
use afterimage_testdata::fat::{Kind, Stamp, Volume};
use afterimage_testdata::random::Random;

/// Bytes of a card that has no file system of its own in a test.
const CARD: usize = 8 << 20;

const CLUSTER: usize = 2048;

/// A photo like no other.
fn photo(seed: u64) -> Vec<u8> {
    Shot::new(seed, (320, 240), "Canon EOS 0D", "2024:05:17 18:03:22").canon()
}

fn look(source: MemorySource) -> Prognosis {
    prognosis_of(Box::new(source), &ForecastOptions::default(), &Progress::default())
}

/// Checks the grade and the rule of what a card of these bytes has.
#[track_caller]
fn check(what: &str, bytes: Vec<u8>, hope: Hope, rule: &str) -> Prognosis {
    let said = look(MemorySource::new("card.img", bytes));
    eprintln!("{what}: {} ({}): {}", said.hope.said(), said.rule, said.because);
    assert_eq!((said.hope, said.rule), (hope, rule), "{what}: {said:#?}");
    assert!(!said.facts.is_empty(), "{what}");
    said
}

/// A FAT card with photos in a folder of it, and their paths.
fn card(count: u64) -> (Volume, Vec<String>) {
    let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
    let mut volume = Volume::new(Kind::Fat16, 40_000, CLUSTER, "CARD");
    volume.make_folder("DCIM", 100, stamp);
    let paths: Vec<String> = (0..count).map(|nth| format!("DCIM/IMG_{nth:04}.JPG")).collect();
    for (seed, path) in (1..).zip(&paths) {
        volume.write(path, &photo(seed), stamp, 0);
    }
    (volume, paths)
}

#[test]
fn photos_that_were_just_deleted_are_a_good_prospect() {
    let (mut volume, paths) = card(20);
    paths.iter().for_each(|path| volume.delete(path));
    let said = check("fresh delete", volume.image().to_vec(), Hope::Good, "listed");
    let listed = &said.observed.listed;
    assert_eq!((listed.all, listed.looked, listed.intact, listed.in_use), (20, 20, 20, 0));
    assert!(said.because.contains("20 of 20 deleted photos"), "{}", said.because);
}

#[test]
fn a_card_that_was_formatted_in_the_camera_is_a_good_prospect() {
    let (mut volume, _) = card(20);
    volume.format_again("NEW");
    let image = volume.image().to_vec();
    let said = check("quick format", image, Hope::Good, "photos-in-free-space");
    assert!(said.observed.volumes[0].is_formatted_anew);
    assert!(said.because.contains("formatted anew"), "{}", said.because);
}

#[test]
fn a_card_without_its_file_system_is_a_good_prospect() {
    let mut image = canvas::text(&mut Random::new(1), CARD);
    for nth in 0..20 {
        let (at, photo) = (nth * 128 * 1024, photo(nth as u64));
        image[at..at + photo.len()].copy_from_slice(&photo);
    }
    let said = check("no file system", image, Hope::Good, "photos-in-free-space");
    assert_eq!(said.observed.volumes, []);
}

#[test]
fn erased_cards_are_hopeless_and_say_how_much_is_erased() {
    for value in [0, 0xff] {
        let said = check("zeroed card", vec![value; CARD], Hope::NotPossible, "erased");
        let free = said.observed.free.unwrap();
        assert_eq!((free.erased_share(), free.is_whole), (Some(1.0), true));
        assert!(said.because.contains("100 %"), "{}", said.because);
    }
    // An empty file system on an erased card, as a full format leaves it.
    let volume = Volume::new(Kind::Fat16, 40_000, CLUSTER, "CARD");
    check("full format", volume.image().to_vec(), Hope::NotPossible, "erased");
}

#[test]
fn photos_whose_bytes_were_trimmed_are_no_good_though_they_are_listed() {
    let (mut volume, paths) = card(20);
    paths.iter().for_each(|path| volume.delete(path));
    let mut image = volume.image().to_vec();
    // All but the folder is erased, as TRIM does with free clusters.
    let folder = volume.clusters_at() + 2 * CLUSTER;
    image[folder..].fill(0);
    let said = check("trimmed", image, Hope::NotPossible, "erased");
    assert_eq!((said.observed.listed.erased, said.observed.listed.intact), (20, 0));
}

#[test]
fn cards_that_were_overwritten_are_hopeless() {
    check("noise", Random::new(7).bytes(CARD), Hope::NotPossible, "random");
    // Full of other files.
    let (mut volume, paths) = card(20);
    paths.iter().for_each(|path| volume.delete(path));
    let clusters = (volume.image().len() - volume.clusters_at()) / CLUSTER;
    let text = canvas::text(&mut Random::new(2), (clusters - 10) * CLUSTER);
    volume.write("LETTERS.TXT", &text, Stamp::new(2024, 6, 1, 12, 0, 0), 0);
    let said = check("full", volume.image().to_vec(), Hope::NotPossible, "full");
    assert_eq!(said.observed.listed.in_use, 20);
    assert_eq!((said.observed.written.since, said.observed.written.live), (1, 1));
}

#[test]
fn clusters_in_use_again_are_counted() {
    let (mut volume, paths) = card(20);
    paths.iter().for_each(|path| volume.delete(path));
    let text = canvas::text(&mut Random::new(2), 20 * photo(1).len() / 4);
    volume.write("LETTERS.TXT", &text, Stamp::new(2024, 6, 1, 12, 0, 0), 0);
    let said = look(MemorySource::new("card.img", volume.image().to_vec()));
    let listed = &said.observed.listed;
    assert!(said.hope >= Hope::Possible, "{said:#?}");
    assert!((1..15).contains(&listed.in_use) && listed.intact >= 5, "{listed:?}");
    assert_eq!(said.observed.written.since, 1);
    let names: Vec<&str> = said.facts.iter().map(|fact| fact.name).collect();
    for name in ["medium", "file-system", "erased", "photos", "listed", "written-since"] {
        assert!(names.contains(&name), "{names:?}");
    }
}

#[test]
fn what_is_encrypted_says_by_what() {
    let noise = Random::new(9).bytes(CARD);
    let headed = |pieces: &[(usize, &[u8])]| {
        let mut image = noise.clone();
        for (at, piece) in pieces {
            image[*at..*at + piece.len()].copy_from_slice(piece);
        }
        image
    };
    let luks = headed(&[(0, b"LUKS\xba\xbe\0\x02")]);
    let bitlocker =
        headed(&[(0, b"\xeb\x58\x90-FVE-FS-\0\x02\x08"), (40, &[0; 8]), (510, &[0x55, 0xaa])]);
    let core_storage =
        headed(&[(0, &[0; 512]), (8, &[1, 0, 16, 0]), (88, b"CS"), (96, &[0, 16, 0, 0])]);
    for (image, name) in [(luks, "LUKS"), (bitlocker, "BitLocker"), (core_storage, "FileVault")] {
        let said = check(name, image, Hope::NotPossible, "encrypted");
        assert!(said.because.contains(name), "{}", said.because);
        let fact = said.facts.iter().find(|fact| fact.name == "encryption").unwrap();
        assert!(fact.says.contains("its key is not known here"), "{}", fact.says);
    }
}

#[test]
fn a_card_that_cannot_be_read_is_not_called_erased() {
    let bad = |from: u64| vec![Span { at: from, len: CARD as u64 - from }];
    let dead = MemorySource::new("dead.img", vec![7; CARD]).unmapped().with_bad_sectors(bad(0));
    let said = look(dead);
    assert_eq!((said.hope, said.rule), (Hope::NotPossible, "not-readable"), "{said:#?}");
    // Half of it fails: what is read counts, and the fact says how much was not.
    let mut image = canvas::text(&mut Random::new(1), CARD);
    for nth in 0..8 {
        let (at, photo) = (nth * 256 * 1024, photo(nth as u64));
        image[at..at + photo.len()].copy_from_slice(&photo);
    }
    let failing = MemorySource::new("failing.img", image).unmapped();
    let said = look(failing.with_bad_sectors(bad(CARD as u64 / 2)));
    assert_eq!((said.hope, said.rule), (Hope::Good, "photos-in-free-space"), "{said:#?}");
    let fact = said.facts.iter().find(|fact| fact.name == "unreadable").unwrap();
    assert!(fact.says.contains("1024 blocks"), "{}", fact.says);
    assert!(said.observed.free.unwrap().erased_share() < Some(0.1));
}

#[test]
fn an_iphone_without_a_backup_is_hopeless_and_says_why() {
    let said = prognosis_of_phone(Phone::Apple);
    assert_eq!((said.hope, said.rule), (Hope::NotPossible, "phone"));
    assert!(said.because.contains("key of its own") && said.because.contains("backup"));
}

/// A few photos at the beginning of a large card that was formatted are found in seconds, by a small part of it.
#[test]
fn a_large_card_is_judged_by_a_small_part_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.img");
    let (mut volume, _) = card(20);
    volume.format_again("NEW");
    fs::write(&path, volume.image()).unwrap();
    let size = 64u64 << 30;
    fs::File::options().write(true).open(&path).unwrap().set_len(size).unwrap();
    let clock = Instant::now();
    let said = prognosis(&path, &ForecastOptions::default(), &Progress::default()).unwrap();
    let took = clock.elapsed();
    eprintln!("64 GiB: {} bytes read in {took:?}: {}", said.observed.read, said.because);
    assert_eq!(said.rule, "photos-in-free-space", "{said:#?}");
    assert!(said.observed.read < 256 << 20 && took < Duration::from_secs(60));
    assert!(!said.observed.free.as_ref().unwrap().is_whole);
    let again = prognosis(&path, &ForecastOptions::default(), &Progress::default()).unwrap();
    assert_eq!(again.hope, said.hope);
}

#[test]
fn a_folder_is_judged_by_what_it_lies_on() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join(".Trash-1000/files")).unwrap();
    let options = ForecastOptions { most_time: Duration::from_secs(1), ..Default::default() };
    let said = prognosis(folder.path(), &options, &Progress::default()).unwrap();
    assert_eq!(said.observed.subject.name(), "folder");
    assert!(!said.because.is_empty());
    let places: Vec<&str> = said.observed.places.iter().map(|(what, _)| *what).collect();
    assert!(places.contains(&"trash"), "{places:?}");
    assert!(prognosis(&folder.path().join("none"), &options, &Progress::default()).is_err());
    if Path::new("/dev/shm").is_dir() && is_tmpfs(Path::new("/dev/shm")) {
        let said = prognosis(Path::new("/dev/shm"), &options, &Progress::default()).unwrap();
        assert_eq!((said.hope, said.rule), (Hope::NotPossible, "no-device"), "{said:#?}");
    }
}

fn is_tmpfs(path: &Path) -> bool {
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    table
        .lines()
        .any(|line| line.contains(&format!(" {} ", path.display())) && line.contains(" - tmpfs "))
}

#[test]
fn a_stop_is_heeded() {
    let progress = Progress::default();
    progress.stop();
    let source = MemorySource::new("card.img", vec![1; 4 << 20]);
    let said = prognosis_of(Box::new(source), &ForecastOptions::default(), &progress);
    assert_eq!(said.observed.free, None);
}

/// An ext4 on a loop device, mounted.
struct Mounted {
    image: PathBuf,
    point: PathBuf,
}

impl Mounted {
    /// Nothing where this is not allowed, or a tool is missing.
    fn new(folder: &Path) -> Result<Self, String> {
        let (image, point) = (folder.join("disk.img"), folder.join("mnt"));
        fs::create_dir(&point).map_err(|error| error.to_string())?;
        let file = fs::File::create(&image).map_err(|error| error.to_string())?;
        file.set_len(64 << 20).map_err(|error| error.to_string())?;
        run("mkfs.ext4", &["-q", "-F", image.to_str().unwrap()])?;
        let mounted = Mounted { image, point };
        mounted.mount()?;
        Ok(mounted)
    }

    fn mount(&self) -> Result<(), String> {
        run("mount", &["-o", "loop", self.image.to_str().unwrap(), self.point.to_str().unwrap()])
    }

    fn unmount(&self) -> Result<(), String> {
        run("umount", &[self.point.to_str().unwrap()])
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // It is unmounted already unless the test failed.
        drop(self.unmount());
    }
}

fn run(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() { Ok(()) } else { Err(format!("{program}: {why}")) }
}

/// The kernel deletes and trims, not we.
#[test]
fn a_trimmed_ext4_is_told_from_one_that_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let mounted = match Mounted::new(folder.path()) {
        Ok(mounted) => mounted,
        Err(why) => return eprintln!("skipped: no file system could be mounted: {why}"),
    };
    let at = |nth: u64| mounted.point.join(format!("IMG_{nth:04}.JPG"));
    (0..60).for_each(|nth| fs::write(at(nth), photo(nth)).unwrap());
    run("sync", &[]).unwrap();
    (0..60).for_each(|nth| fs::remove_file(at(nth)).unwrap());
    run("sync", &[]).unwrap();
    let of =
        |path: &Path| prognosis(path, &ForecastOptions::default(), &Progress::default()).unwrap();
    let said = of(&mounted.point);
    eprintln!("mounted: {} ({}): {}", said.hope.said(), said.rule, said.because);
    assert_eq!(said.observed.access, Access::Read, "{said:#?}");
    assert_eq!(said.observed.device.as_deref(), fs::canonicalize(&mounted.image).ok().as_deref());
    mounted.unmount().unwrap();
    let before = of(&mounted.image);
    eprintln!("deleted: {} ({}): {}", before.hope.said(), before.rule, before.because);
    assert!(before.hope >= Hope::Possible, "{before:#?}");
    assert_eq!(before.observed.volumes[0].condition, Condition::Clean);
    mounted.mount().unwrap();
    if let Err(why) = run("fstrim", &[mounted.point.to_str().unwrap()]) {
        return eprintln!("skipped: {why}");
    }
    mounted.unmount().unwrap();
    let after = of(&mounted.image);
    eprintln!("trimmed: {} ({}): {}", after.hope.said(), after.rule, after.because);
    assert!(after.hope <= Hope::Unlikely, "{after:#?}");
    assert!(after.observed.free.unwrap().erased_share() >= Some(0.99));
}

/// Whatever a file system claims, an answer comes, and its numbers are possible.
#[test]
fn damaged_file_systems_give_an_answer() {
    let (mut volume, paths) = card(8);
    paths.iter().for_each(|path| volume.delete(path));
    let ntfs = afterimage_testdata::ntfs::Volume::new(256).image().to_vec();
    let ext = afterimage_testdata::ext::Volume::new(afterimage_testdata::ext::Kind::Ext4);
    let whole = [volume.image()[..4 << 20].to_vec(), ntfs, ext.image().to_vec()];
    for seed in 0..24 {
        let mut random = Random::new(seed);
        let mut image = whole[seed as usize % whole.len()].clone();
        for _ in 0..200 {
            let at = random.below(image.len().min(200_000));
            image[at] = random.bits() as u8;
        }
        image.truncate(random.below(image.len()));
        let len = image.len() as u64;
        let said = look(MemorySource::new("damaged.img", image));
        let observed = &said.observed;
        assert!(
            observed.volumes.iter().all(|one| one.at + one.len <= len),
            "{seed}: {observed:#?}"
        );
        assert!(observed.free.as_ref().is_none_or(|free| free.len <= len), "{seed}");
        assert!(observed.free_share().is_none_or(|share| (0.0..=1.0).contains(&share)), "{seed}");
        assert!(said.because.ends_with('.') || said.because.ends_with("now."), "{}", said.because);
    }
}
