//! Hostile volumes: whatever stands in a partition table or a file system, what is said of it stays
//! inside the source, within the limits, and costs no more reading than the source is long.
//!
//! The targets run for a short time under `cargo test`; under libFuzzer, for as long as one likes. `cargo
//! bolero` instruments all tests of the crate, also those that link no fuzzer, so this one is built
//! without it, on a stable compiler:
//!
//! ```text
//! export BOLERO_FUZZER=libfuzzer RUSTFLAGS="--cfg fuzzing --cfg fuzzing_libfuzzer \
//!     -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
//!     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
//!     -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
//! cargo test --profile fuzz --target HOST --package afterimage-engine --test fuzz --no-run
//! cd engine/tests/__fuzz__/ntfs_volumes
//! export BOLERO_LIBFUZZER_ARGS="corpus -max_total_time=3600 -max_len=256 -timeout=10"
//! BOLERO_TEST_NAME=ntfs_volumes BOLERO_LIBTEST_HARNESS=1 \
//!     .../target/HOST/fuzz/deps/fuzz-HASH ntfs_volumes --exact --nocapture
//! ```
//!
//! `cargo test` replays the inputs in `tests/__fuzz__/TARGET/corpus`. An input is a list of changes to one of the images that `seeds` makes; see there. A crash
//! that was fixed is better kept as a test that names the defect.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "other tests build cards of their own with it")]
mod cards;
mod seeds;

use std::collections::HashSet;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use afterimage_engine::SpanSet;
use afterimage_engine::source::rescue_map::RescueMap;
use afterimage_engine::volumes::filesystem::{
    ALL, Clue, Contents, FileSystem, Location, MOST_DEPTH, MOST_ENTRIES, MOST_RUNS,
};
use afterimage_engine::volumes::partition::partitions;
use afterimage_engine::volumes::survey::Survey;
use afterimage_engine::volumes::traces;
use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use seeds::{SECTOR, Seed};

/// How long each target runs under `cargo test`.
const TIME: Duration = Duration::from_secs(2);

/// Bytes of the longest input without a fuzzer: some twenty changes.
const MOST_INPUT: usize = 128;

/// How often one reader may read a source, all its reads together.
const MOST_PASSES: u64 = 8;

/// Bytes that one reader may read besides: structures that are read whole wherever they begin.
const MOST_BESIDES: u64 = 1 << 18;

/// Copies of beginnings that are tried on one image.
const MOST_COPIES: usize = 4;

/// A device: not mapped, and the bytes that were read of it counted.
struct Device<'i> {
    image: &'i [u8],
    read: AtomicU64,
}

impl<'i> Device<'i> {
    fn new(image: &'i [u8]) -> Self {
        Device { image, read: AtomicU64::new(0) }
    }

    /// Checks that no more was read since the last time than one reader may read, `readers` times.
    #[track_caller]
    fn check_read(&self, readers: u64, what: &str) {
        let (read, len) = (self.read.swap(0, Ordering::Relaxed), self.len());
        let most = readers * (MOST_PASSES * len + MOST_BESIDES);
        assert!(read <= most, "{what}: read {read} bytes of {len}");
    }
}

impl Bytes for Device<'_> {
    fn len(&self) -> u64 {
        self.image.len() as u64
    }

    fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        self.read.fetch_add(out.len() as u64, Ordering::Relaxed);
        let at = usize::try_from(at).unwrap();
        out.copy_from_slice(&self.image[at..at + out.len()]);
    }
}

/// Holds to its promises what was said of a volume that lies in `within`.
#[track_caller]
fn check_contents(contents: &Contents, within: Span) {
    let Contents { kind, span, entries, free, .. } = contents;
    let inside = |at: u64, len: u64| at.checked_add(len).is_some_and(|end| end <= within.end());
    assert!(span.at >= within.at && inside(span.at, span.len), "{kind}: {span:?} in {within:?}");
    assert!(entries.len() <= MOST_ENTRIES && entries.len() as u64 <= within.end(), "{kind}");
    for entry in entries {
        assert!(inside(entry.record, 1), "{kind}: {entry:?}");
        assert!(entry.path.split('/').count() <= MOST_DEPTH + 2, "{kind}: {entry:?}");
        for location in &entry.locations {
            let runs = match location {
                Location::Runs(runs) => runs.as_slice(),
                Location::Start(at) => &[Span { at: *at, len: 1 }],
            };
            assert!(!runs.is_empty() && runs.len() <= MOST_RUNS, "{kind}: {entry:?}");
            for run in runs {
                assert!(run.len > 0 && inside(run.at, run.len), "{kind}: {run:?} of {entry:?}");
            }
        }
    }
    for free in free.as_ref().map_or(&[][..], SpanSet::as_slice).windows(2) {
        assert!(free[0].end() < free[1].at, "{kind}: {free:?}");
    }
    for free in free.iter().flat_map(SpanSet::iter) {
        assert!(free.len > 0 && inside(free.at, free.len), "{kind}: {free:?}");
    }
    let said: HashSet<String> = entries.iter().map(|entry| format!("{entry:?}")).collect();
    assert_eq!(said.len(), entries.len(), "{kind}: an entry is told twice");
}

/// Sectors that are a trace of that file system.
fn clues(system: &dyn FileSystem, image: &[u8], wanted: Clue) -> Vec<u64> {
    let sectors = (0..).step_by(SECTOR).zip(image.as_chunks::<SECTOR>().0);
    sectors.filter(|(_, sector)| system.clue(sector) == Some(wanted)).map(|(at, _)| at).collect()
}

/// Reads an image as a file system in each way there is, and checks what comes of it.
fn check_system(system: &dyn FileSystem, image: &[u8]) {
    let (device, name) = (Device::new(image), system.name());
    let whole = Span { at: 0, len: device.len() };
    let from = |at: u64| Span::between(at, whole.len);
    let mut known = Vec::new();
    let starts = clues(system, image, Clue::Start);
    for at in [0].into_iter().chain(starts.into_iter().filter(|at| *at > 0).take(MOST_COPIES)) {
        let said = system.read(&device, at, whole.len - at);
        device.check_read(1, name);
        said.iter().for_each(|contents| check_contents(contents, from(at)));
        same(name, &said, &system.read(&image, at, whole.len - at));
        // A partition that ends before the volume does.
        let room = (whole.len - at) / 2;
        let said_of_half = system.read(&device, at, room);
        device.check_read(1, name);
        if let Some(contents) = &said_of_half {
            let Span { at: start, len } = contents.span;
            assert!(start >= at && start + len <= at + room, "{name}: {:?}", contents.span);
        }
        known.extend(said);
    }
    for at in clues(system, image, Clue::Copy).into_iter().take(MOST_COPIES) {
        let said = system.read_copy(&device, at);
        device.check_read(1, name);
        said.iter().for_each(|contents| check_contents(contents, whole));
        same(name, &said, &system.read_copy(&image, at));
    }
    let records = clues(system, image, Clue::Records);
    for known in [&known[..], &[]] {
        let said = system.salvage(&device, &records, known);
        device.check_read(1, name);
        said.iter().for_each(|contents| check_contents(contents, whole));
        same(name, &said, &system.salvage(&image, &records, known));
    }
}

/// Checks that what was said of a device is what was said of the same bytes in memory.
#[track_caller]
fn same<T: PartialEq + std::fmt::Debug>(name: &str, device: &T, mapped: &T) {
    if device == mapped {
        return;
    }
    let [device, mapped] = [device, mapped].map(|said| format!("{said:#?}"));
    let differ = device.lines().zip(mapped.lines()).find(|(one, other)| one != other);
    panic!("{name}: from a device and from memory: {differ:?}");
}

/// The file system of that name.
fn system(name: &str) -> &'static dyn FileSystem {
    *ALL.iter().find(|system| system.name() == name).unwrap()
}

/// A target: damages the images of `$seeds` and hands them to `$check`.
macro_rules! target {
    ($(#[$doc:meta])* $name:ident, $seeds:path, $check:expr) => {
        $(#[$doc])*
        #[test]
        fn $name() {
            static SEEDS: LazyLock<Vec<Seed>> = LazyLock::new($seeds);
            let check: fn(&[u8]) = $check;
            SEEDS.iter().for_each(|seed| check(seed.image()));
            bolero::check!()
                .with_max_len(MOST_INPUT)
                .with_test_time(TIME)
                .for_each(|input: &[u8]| check(&seeds::damaged(&SEEDS, input)));
        }
    };
}

target!(fat_volumes, seeds::fat, |image| check_system(system("fat"), image));
target!(exfat_volumes, seeds::exfat, |image| check_system(system("exfat"), image));
target!(ntfs_volumes, seeds::ntfs, |image| check_system(system("ntfs"), image));
target!(ext_volumes, seeds::ext, |image| check_system(system("ext"), image));
target!(hfsplus_volumes, seeds::hfsplus, |image| check_system(system("hfs+"), image));
target!(apfs_volumes, seeds::apfs, |image| check_system(system("apfs"), image));
target!(encrypted_volumes, seeds::encrypted, |image| check_system(system("encrypted"), image));
target!(
    /// Law: whatever a partition table says, its partitions lie inside the disk.
    partition_tables, seeds::tables, check_tables
);
target!(
    /// Law: the survey of a disk keeps the promises of its parts.
    surveys, seeds::disks, check_survey
);

fn check_tables(image: &[u8]) {
    let device = Device::new(image);
    let said = partitions(&device);
    device.check_read(1, "partitions");
    assert_eq!(said, partitions(&image));
    for partition in &said.list {
        let Span { at, len } = partition.span;
        assert!(at.checked_add(len).is_some_and(|end| end <= device.len()), "{partition:?}");
    }
    assert!(said.list.is_sorted_by_key(|partition| partition.span.at));
    assert!(said.faults.len() <= 32 && said.list.len() <= 1024);
}

fn check_survey(image: &[u8]) {
    let device = Device::new(image);
    let whole = Span { at: 0, len: device.len() };
    let mut found = Vec::new();
    traces::look(image, 0, 0..image.len(), &mut found);
    found.sort_unstable();
    let survey = |bytes: &dyn Bytes| {
        let mut survey = Survey::of(bytes);
        survey.complete(bytes, &found, || false);
        survey
    };
    let said = survey(&device);
    // Each trace may be tried.
    device.check_read((ALL.len() + found.len()) as u64, "survey");
    said.volumes.iter().for_each(|volume| check_contents(&volume.contents, whole));
    assert!(format!("{said:?}") == format!("{:?}", survey(&image)), "mapped is not the same");
}

/// Law: a text is no map, or one that is printed and read back as the same, for a device of any size.
#[test]
fn maps_of_rescues() {
    let check = |text: &[u8]| {
        let Ok(map) = RescueMap::parse(text) else { return };
        assert!(map.blocks().map(|block| block.span.len).sum::<u64>() == map.len());
        assert_eq!(map.finished().total() + map.unfinished().total(), map.len());
        if !map.is_empty() {
            assert_eq!(RescueMap::parse(map.text(&[]).as_bytes()).as_ref(), Ok(&map));
        }
        assert_eq!(map.resized(4096).resized(map.len()).len(), map.len());
    };
    bolero::check!().with_max_len(256).with_test_time(TIME).for_each(|input: &[u8]| {
        check(input);
        // Most bytes make no line: these are chosen among those that do.
        const WORDS: &[u8] = b"0123456789abcdefxX?*/-+FG#  \n\n\n";
        let words = input.iter().map(|byte| WORDS[usize::from(*byte) % WORDS.len()]);
        check(&words.collect::<Vec<u8>>());
    });
}

/// Beginnings of volumes, without which no reader looks any further: where, and what.
const MAGICS: &[&[(usize, &[u8])]] = &[
    &[(0, b"\xeb\x3c\x90MSDOS5.0\0\x02\x01\x01\0\x02"), (510, b"\x55\xaa")],
    &[(0, b"\xeb\x76\x90EXFAT   "), (108, b"\x09\x03\x01"), (510, b"\x55\xaa")],
    &[(0, b"\xeb\x52\x90NTFS    \0\x02\x08"), (510, b"\x55\xaa")],
    &[(0x438, b"\x53\xef")],
    &[(0x400, b"H+\0\x04")],
    &[(0x400, b"HX\0\x05")],
    &[(32, b"NXSB\0\x10\0\0")],
    &[(0, b"LUKS\xba\xbe\0\x01")],
    &[(0, b"\xeb\x58\x90-FVE-FS-"), (510, b"\x55\xaa")],
    &[(510, b"\x55\xaa"), (512, b"EFI PART\0\0\x01\0\x5c\0\0\0")],
];

/// Law: no bytes after a volume's magic break the survey of it.
#[test]
fn arbitrary_bytes_after_a_magic() {
    bolero::check!().with_max_len(8192).with_test_time(TIME).for_each(|input: &[u8]| {
        let Some((first, bytes)) = input.split_first() else { return };
        let mut image = bytes.to_vec();
        image.resize(image.len().next_multiple_of(SECTOR).max(4 * SECTOR), 0);
        for (at, magic) in MAGICS[usize::from(*first) % MAGICS.len()] {
            seeds::put(&mut image, *at, magic);
        }
        check_tables(&image);
        check_survey(&image);
        ALL.iter().for_each(|system| check_system(*system, &image));
    });
}
