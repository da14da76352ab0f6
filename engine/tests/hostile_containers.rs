//! Hostile containers: whatever their tables say, a disk in one is opened or refused, within memory and time that the
//! file is worth, and what is read of it stays inside.
//!
//! The targets run for a short time under `cargo test`; how a fuzzer runs them is told at the head of `fuzz.rs`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

#[expect(dead_code, reason = "what other tests need of it")]
mod judges;
#[expect(dead_code, reason = "what other tests need of it")]
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

/// Up to where a container may be cut so that nothing of its disk is left: at most, in bytes.
fn end_of_head(made: &Made) -> usize {
    let data = match made.name {
        // Up to the first cluster, block, grain or chunk with data.
        "x.qcow2" => 3 * 4096,
        "x.vhd" => 2560,
        "x.vhdx" => 3 << 20,
        "x.vdi" => 1024,
        "x.vmdk" | "stream.vmdk" => 3584,
        // Up to the end of the first chunk, which proves itself.
        "x.E01" => 1141 + 76 + 4099,
        // Those have their tables at the end, without which nothing is told; so much of them shows what they are.
        "x.Ex01" => made.bytes.len() - 200,
        "x.aff4" => made.bytes.len() - 22,
        // Up to the name of what is in it.
        "deflated.zip" => 30,
        "x.gz" => 10,
        "x.zst" => 6,
        name => panic!("{name} has no table before its data"),
    };
    data.min(made.bytes.len() - 1)
}

/// Law: a container cut within its headers and tables is refused in one line, and is never a disk of which nothing can be
/// read, nor a raw image without a word.
#[test]
fn a_container_of_which_nothing_is_left_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    // The first is a file as it lies in an archive, of which any part is data; a cut trailer leaves nothing to know the
    // second by, whose only block is no compressed one.
    let has_head = |made: &&Made| !["x.zip", "x.tar", "x.dmg"].contains(&made.name);
    for made in all().iter().filter(has_head) {
        let end = end_of_head(made);
        let path = folder.path().join(made.name);
        let steps = (1..end).step_by((end / 40).max(1));
        for len in steps.chain([end - 1, end]).filter(|len| *len >= 4 && *len <= end) {
            std::fs::write(&path, &made.bytes[..len]).unwrap();
            let said = match open(&path, Io::Read) {
                Err(error) => error.to_string(),
                Ok(source) => {
                    let packed = afterimage_engine::source::recognise(source.as_ref());
                    let what = packed.map(|packed| packed.what);
                    let container = source.container();
                    // Before its magic is complete a file is nothing that anybody could know.
                    let is_known = len >= magic_len(made.name);
                    assert!(
                        !is_known || what.is_some(),
                        "{} of {len} bytes: {container:?}",
                        made.name
                    );
                    continue;
                }
            };
            assert!(!said.contains('\n') && !said.is_empty(), "{said}");
        }
    }
}

/// Bytes without which nobody knows what a file is.
fn magic_len(name: &str) -> usize {
    match name {
        "x.vdi" => 0x48,
        "x.aff4" => 60,
        "x.Ex01" | "x.E01" | "x.vhdx" | "x.vhd" => 8,
        _ => 4,
    }
}

/// What a container is known by, where that stands, what a file of it is called, and what it is. From the end where the
/// place is negative.
const MAGICS: &[(&[u8], i64, &str, &str)] = &[
    (b"QFI\xfb\0\0\0\x03", 0, "x.qcow2", "QCOW2"),
    (b"QFI\xfb\0\0\0\x02", 0, "x.qcow2", "QCOW2"),
    (b"QFI\xfb\0\0\0\x09", 0, "x.qcow2", "QCOW2"),
    (b"EVF\x09\r\n\xff\0", 0, "x.E01", "E01"),
    (b"EVF2\r\n\x81\0", 0, "x.Ex01", "Ex01"),
    (b"vhdxfile", 0, "x.vhdx", "VHDX"),
    (b"KDMV\x01\0\0\0", 0, "x.vmdk", "VMDK"),
    (b"KDMV\x63\0\0\0", 0, "x.vmdk", "VMDK"),
    (b"COWD\x01\0\0\0", 0, "x.vmdk", "VMDK"),
    (b"\x7f\x10\xda\xbe\0\0\x63\0", 0x40, "x.vdi", "VDI"),
    (b"conectix", 0, "x.vhd", "VHD"),
    (b"conectix", -512, "x.vhd", "VHD"),
    (b"koly\0\0\0\x09", -512, "x.dmg", "DMG"),
    (b"encrcdsa\0\0\0\x09", 0, "x.dmg", "encrypted disk image of macOS"),
    (b"\x1f\x8b\x08\xff", 0, "x.gz", "gzip"),
    (b"\x28\xb5\x2f\xfd\xff", 0, "x.zst", "zstd"),
    (b"PK\x03\x04", 0, "x.zip", "zip"),
    (b"PK\x03\x04..........................container.description", 0, "x.aff4", "AFF4"),
];

/// Rule: what has the magic of a container and no header that makes sense is refused, unless it is whole sectors and is
/// called otherwise: then it may be a raw image that merely begins so, and is read as one, with a line that says so. A zip archive,
/// which may hold files as they are, is read with a line by any name.
#[test]
fn a_magic_before_a_header_that_makes_no_sense_is_never_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    for (magic, at, name, what) in MAGICS {
        for (len, fill) in [(512, 0), (512, 0xff), (64 << 10, 0), (64 << 10, 0xa5), (4000, 0)] {
            let mut bytes = vec![fill; len];
            let at = if *at < 0 { len - at.unsigned_abs() as usize } else { *at as usize };
            bytes[at..at + magic.len()].copy_from_slice(magic);
            for called in [name, "card.img", "card"] {
                let path = folder.path().join(called);
                std::fs::write(&path, &bytes).unwrap();
                let may_be_raw = len.is_multiple_of(512) && called != *name;
                let shown = format!("{what} of {len} bytes of {fill:#x} as {called}");
                match open(&path, Io::Read) {
                    Ok(source) => {
                        assert!(may_be_raw || *what == "zip", "{shown}: opened");
                        let said = afterimage_engine::source::recognise(source.as_ref());
                        let said = said.unwrap_or_else(|| panic!("{shown}: without a word"));
                        assert!(said.is_scannable && said.what.contains(what), "{shown}: {said:?}");
                    }
                    Err(error) => {
                        let error = error.to_string();
                        assert!(!may_be_raw, "{shown}: {error}");
                        assert!(error.contains(what) && !error.contains('\n'), "{shown}: {error}");
                    }
                }
            }
        }
    }
}

/// Files of other makers, of which changed copies are opened.
const SHARED: &[&str] = &[
    "ext2.E01",
    "ext2.qcow2",
    "windows_volume.qcow2",
    "ext2.vhd",
    "image.vhd",
    "fat-differential.vhd",
    "ext2.vmdk",
    "hfsplus_zlib.dmg",
];

/// Bytes of a file that is not copied again and again.
const MOST_SHARED: usize = 16 << 20;

/// Changed copies of each file; `AFTERIMAGE_CHANGES` sets another number.
const CHANGES: usize = 24;

/// Law: a file of another maker that was changed or cut is opened or refused, within its bounds.
#[test]
fn changed_files_of_other_makers_are_opened_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let count = std::env::var("AFTERIMAGE_CHANGES").ok().and_then(|count| count.parse().ok());
    for name in SHARED {
        let Some(path) = judges::shared(name) else { continue };
        let bytes = std::fs::read(path).unwrap();
        if bytes.len() > MOST_SHARED {
            continue;
        }
        for seed in 0..count.unwrap_or(CHANGES) {
            let noise = judges::noise(seed as u64 + 1, 64);
            let mut changed = bytes.clone();
            let changes: Vec<(u16, u8)> = noise[8..]
                .chunks_exact(3)
                .take(1 + usize::from(noise[0] % 16))
                .map(|part| (u16::from_le_bytes([part[0], part[1]]), part[2]))
                .collect();
            writers::change(&mut changed, &changes);
            if noise[1] & 3 == 0 {
                let len =
                    (usize::from(u16::from_le_bytes([noise[2], noise[3]])) * bytes.len()) >> 16;
                changed.truncate(len.max(1));
            }
            poke(&folder.path().join(name), &changed);
        }
    }
    check_memory();
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
    writers::change(&mut bytes, changes);
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

/// Law: no bytes after the magic of a container break what opens it.
#[test]
fn arbitrary_bytes_after_the_magic_of_a_container() {
    let folder = tempfile::tempdir().unwrap();
    bolero::check!().with_max_len(4096).with_test_time(TIME).for_each(|input: &[u8]| {
        let Some((first, rest)) = input.split_first() else { return };
        let (magic, at, name, _) = MAGICS[usize::from(*first) % MAGICS.len()];
        let mut bytes = rest.to_vec();
        bytes.resize((bytes.len() + magic.len() + 0x50).next_multiple_of(512), 0);
        let end = bytes.len() - 512;
        let at = if at < 0 { end } else { at as usize };
        bytes[at..at + magic.len()].copy_from_slice(magic);
        poke(&folder.path().join(name), &bytes);
    });
}

/// A target: changes one file of an image in two, which is named or lies beside that. Law: it is opened or refused, within its
/// bounds.
#[test]
fn striped_aff4_containers() {
    let folder = tempfile::tempdir().unwrap();
    let made = writers::stripes::striped();
    let path = folder.path().join("x_1.aff4");
    let input = bolero::check!().with_type::<(bool, bool, Vec<(u16, u8)>)>();
    input.with_test_time(TIME).for_each(|(is_first, mends, changes)| {
        let mut volumes = made.volumes.clone();
        let changed = &mut volumes[usize::from(!*is_first)];
        writers::change(changed, changes);
        if *mends {
            writers::archives::zip_sums(changed);
        }
        std::fs::write(folder.path().join("x_2.aff4"), &volumes[1]).unwrap();
        poke(&path, &volumes[0]);
    });
}

target!(udif_containers, "x.dmg");
