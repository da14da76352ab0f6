//! Hostile containers: whatever their tables say, a disk in one is opened or refused, within memory and time that the
//! file is worth, and what is read of it stays inside.
//!
//! The targets run for a short time under `cargo test`; how a fuzzer runs them is told at the head of `fuzz.rs`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod writers;

use std::path::Path;
use std::time::{Duration, Instant};

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run;
use afterimage_engine::source::{Io, Source, open};
use afterimage_signatures::verdict::Span;
use writers::{Made, all};

/// How long the fuzzer runs under `cargo test`.
const TIME: Duration = Duration::from_secs(1);

/// No file of these tests is worth more time.
const MOST_TIME: Duration = Duration::from_secs(20);

/// No file of these tests is worth more memory, in KiB; all tests of this program together had less.
#[cfg(target_os = "linux")]
const MOST_MEMORY: u64 = 1 << 20;

/// Bytes that are read of a disk at each place.
const STEP: usize = 70_000;

/// Ranges of data that are asked for.
const MOST_RANGES: usize = 64;

/// Opens a file and reads it here and there; whether it was opened.
#[track_caller]
fn poke(path: &Path, bytes: &[u8]) -> bool {
    std::fs::write(path, bytes).unwrap();
    let clock = Instant::now();
    let opened = open(path, Io::Read);
    if let Ok(source) = &opened {
        read_some(source.as_ref());
    }
    assert!(clock.elapsed() < MOST_TIME, "{:?}", clock.elapsed());
    opened.is_ok()
}

fn read_some(source: &dyn Source) {
    let len = source.len();
    let mut out = vec![0; STEP];
    for at in [0, len / 2, len.saturating_sub(STEP as u64), len - 1] {
        let here = (len - at).min(STEP as u64) as usize;
        source.read_at(at, &mut out[..here]);
        assert!(source.mapped(at, here).is_none_or(|lent| lent == &out[..here]));
        let span = Span { at, len: here as u64 };
        assert!(source.unreadable_in(span).is_none_or(|bad| bad.at < span.end() && bad.end() > at));
    }
    assert!(source.unreadable().iter().all(|bad| bad.len > 0 && bad.end() <= len));
    let mut at = 0;
    for _ in 0..MOST_RANGES {
        let Some(data) = source.data_after(at) else { break };
        assert!(data.len > 0 && data.at >= at && data.end() <= len, "{data:?} of {len}");
        at = data.end();
    }
}

#[test]
fn the_smallest_containers_hold_their_disks() {
    let folder = tempfile::tempdir().unwrap();
    for Made { name, bytes, disk, .. } in all() {
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        for io in [Io::Auto, Io::Read] {
            let source = open(&path, io).unwrap_or_else(|error| panic!("{name}: {error}"));
            let mut found = vec![0xee; source.len() as usize];
            source.read_at(0, &mut found);
            assert!(found == disk && source.container().is_some(), "{name}");
            assert!(source.unreadable().is_empty(), "{name}: {:?}", source.unreadable());
        }
    }
}

#[test]
fn no_number_in_a_table_leads_out_of_bounds() {
    let folder = tempfile::tempdir().unwrap();
    for made in all() {
        let path = folder.path().join(made.name);
        for &(at, size) in &made.fields {
            let old = made.bytes[at..at + size].to_vec();
            let values =
                [0, 1, 2, 3, 7, 511, 512, 4095, 4096, 0xFFFF, 1 << 20, 1 << 31, u64::MAX >> 1]
                    .into_iter()
                    .chain([
                        u64::from(u32::MAX) - 1,
                        u64::from(u32::MAX),
                        1 << 40,
                        1 << 62,
                        1 << 63,
                        u64::MAX - 1,
                        u64::MAX,
                    ]);
            for value in values {
                let (little, big) = (value.to_le_bytes(), value.to_be_bytes());
                for part in [&little[..size], &big[8 - size..]] {
                    let mut bytes = made.bytes.clone();
                    bytes[at..at + size].copy_from_slice(part);
                    if bytes[at..at + size] != old[..] {
                        (made.mend)(&mut bytes);
                        poke(&path, &bytes);
                    }
                }
            }
        }
    }
    check_memory();
}

#[test]
fn a_container_cut_anywhere_is_opened_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    for made in all() {
        let path = folder.path().join(made.name);
        let step = (made.bytes.len() / 60).max(1);
        for len in (1..made.bytes.len()).step_by(step).chain([made.bytes.len() - 1]) {
            poke(&path, &made.bytes[..len]);
        }
    }
}

/// A container with a number of its own that says how long the disk is.
fn said_to_be(name: &str, at: usize, number: &[u8]) -> Vec<u8> {
    let made = all().into_iter().find(|made| made.name == name).unwrap();
    let mut bytes = made.bytes;
    bytes[at..at + number.len()].copy_from_slice(number);
    (made.mend)(&mut bytes);
    bytes
}

#[test]
fn a_disk_without_end_is_scanned_as_far_as_its_tables_tell() {
    let folder = tempfile::tempdir().unwrap();
    let trailer = all().into_iter().find(|made| made.name == "x.dmg").unwrap().bytes.len() - 512;
    for (name, bytes) in [
        ("x.vhd", said_to_be("x.vhd", 6656 + 48, &(1u64 << 62).to_be_bytes())),
        ("x.vdi", said_to_be("x.vdi", 0x170, &(1u64 << 62).to_le_bytes())),
        ("x.E01", said_to_be("x.E01", 13 + 76 + 16, &(1u64 << 53).to_le_bytes())),
        ("x.dmg", said_to_be("x.dmg", trailer + 492, &(1u64 << 53).to_be_bytes())),
        ("x.tar", said_to_be("x.tar", 2048 + 124, &[0x80, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0])),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let clock = Instant::now();
        assert!(open(&path, Io::Auto).unwrap().len() >= 1 << 60, "{name}");
        let output = folder.path().join(format!("{name}-out"));
        let options = Options { output: Some(output.clone()), ..Options::default() };
        run::scan(&[path], &options, &Progress::default()).unwrap();
        assert!(clock.elapsed() < MOST_TIME, "{name}: {:?}", clock.elapsed());
        let report = std::fs::read_to_string(output.join("report.json")).unwrap();
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let source = &report["sources"][0];
        let bad = source["unreadable"].as_array().unwrap().last().unwrap();
        let end = bad["offset"].as_u64().unwrap() + bad["length"].as_u64().unwrap();
        assert_eq!(Some(end), source["size"].as_u64(), "{name}");
        assert!(source["erased_bytes"].as_u64().unwrap() < 1 << 20, "{name}");
        assert!(source["container"]["kind"].is_string(), "{name}");
    }
}

#[test]
fn a_part_that_is_named_again_and_again_is_opened_once() {
    let folder = tempfile::tempdir().unwrap();
    let made = all().into_iter().find(|made| made.name == "x.vmdk").unwrap();
    std::fs::write(folder.path().join("part.vmdk"), &made.bytes).unwrap();
    let sectors = made.disk.len() / 512;
    let mut text = "# Disk DescriptorFile\nCID=1\nparentCID=ffffffff\n".to_owned();
    text += &format!("RW {sectors} SPARSE \"part.vmdk\"\n").repeat(60_000);
    let path = folder.path().join("disk.vmdk");
    assert!(poke(&path, text.as_bytes()));
    let source = open(&path, Io::Read).unwrap();
    assert_eq!(source.files().len(), 2);
    let mut found = vec![0; made.disk.len()];
    source.read_at(59_999 * made.disk.len() as u64, &mut found);
    assert!(found == made.disk);
}

/// Holds the memory that the process had at the most to its limit.
#[cfg(target_os = "linux")]
#[track_caller]
fn check_memory() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let most: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(most < MOST_MEMORY, "{most} KiB");
}

#[cfg(not(target_os = "linux"))]
fn check_memory() {}

/// Changes a container and opens it; the checksums are made right again or not.
fn change(folder: &Path, made: &Made, mends: bool, changes: &[(u16, u8)]) {
    let mut bytes = made.bytes.clone();
    for (at, value) in changes {
        // Most of what says something stands at either end.
        let at = usize::from(*at);
        let len = bytes.len();
        let at = if at & 1 == 0 { at / 2 % len } else { len - 1 - at / 2 % len };
        bytes[at] = *value;
    }
    if mends {
        (made.mend)(&mut bytes);
    }
    poke(&folder.join(made.name), &bytes);
}

/// A target: changes a container of one kind, as a fuzzer says. Law: it is opened or refused, within its bounds.
macro_rules! target {
    ($name:ident, $container:literal) => {
        #[test]
        fn $name() {
            let folder = tempfile::tempdir().unwrap();
            let made = all().into_iter().find(|made| made.name == $container).unwrap();
            let input = bolero::check!().with_type::<(bool, Vec<(u16, u8)>)>();
            input.with_test_time(TIME).for_each(|(mends, changes)| {
                change(folder.path(), &made, *mends, changes);
            });
        }
    };
}

target!(qcow2_containers, "x.qcow2");
target!(vhd_containers, "x.vhd");
target!(vhdx_containers, "x.vhdx");
target!(vdi_containers, "x.vdi");
target!(vmdk_containers, "x.vmdk");
target!(vmdk_streams, "stream.vmdk");
target!(e01_containers, "x.E01");
target!(ex01_containers, "x.Ex01");
target!(gzip_streams, "x.gz");
target!(zstd_streams, "x.zst");
target!(zip_archives, "x.zip");
target!(deflated_zip_archives, "deflated.zip");
target!(tar_archives, "x.tar");
target!(aff4_containers, "x.aff4");
target!(udif_containers, "x.dmg");
