//! Disks in containers: the same bytes, and the same photos, as in the raw image that they were made of.
//!
//! Other programs make the containers and are the judges: tests say so, and pass, where they are not installed, or
//! where the files of other makers in `../shared/containers` are not there.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod judges;

use std::path::Path;

use afterimage_engine::source::{Io, Source, open};
use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use judges::{Folder, convert, demo_card, noise, runs, shared};

/// All bytes of a source, read in pieces of `step`.
fn content(source: &dyn Source, step: usize) -> Vec<u8> {
    let mut bytes = vec![0xee; source.len() as usize];
    for (number, piece) in bytes.chunks_mut(step).enumerate() {
        source.read_at((number * step) as u64, piece);
    }
    bytes
}

/// Holds the disk at `path` to the bytes that it must have, however it is read.
#[track_caller]
fn check(path: &Path, expected: &[u8]) {
    for io in [Io::Auto, Io::Read] {
        let source = open(path, io).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(source.len(), expected.len() as u64, "{}", path.display());
        for step in [1 << 24, 100_003, 4096] {
            assert!(content(source.as_ref(), step) == expected, "{} in {step}", path.display());
        }
        assert!(source.unreadable().is_empty(), "{}", path.display());
        check_holes(source.as_ref(), expected);
        check_lent(source.as_ref(), expected);
        let threads = std::thread::scope(|scope| {
            let read = |offset: usize| {
                let source = source.as_ref();
                move || {
                    let mut piece = vec![0; 70_000.min(expected.len() - offset)];
                    source.read_at(offset as u64, &mut piece);
                    piece == expected[offset..offset + piece.len()]
                }
            };
            let offsets = (0..8).map(|nth| expected.len() / 8 * nth);
            let all: Vec<_> = offsets.map(|offset| scope.spawn(read(offset))).collect();
            all.into_iter().all(|thread| thread.join().unwrap())
        });
        assert!(threads, "{} by several threads", path.display());
    }
}

/// What is told to be a hole is zeros, and ranges of data go forward to the end.
#[track_caller]
fn check_holes(source: &dyn Source, expected: &[u8]) {
    let mut at = 0;
    while let Some(data) = source.data_after(at) {
        assert!(data.len > 0 && data.at >= at && data.end() <= source.len(), "{data:?} at {at}");
        assert!(expected[at as usize..data.at as usize].iter().all(|byte| *byte == 0));
        at = data.end();
    }
    assert!(expected[at as usize..].iter().all(|byte| *byte == 0));
}

/// What is lent is what would be read.
#[track_caller]
fn check_lent(source: &dyn Source, expected: &[u8]) {
    for nth in 0..64 {
        let (at, len) = (expected.len() / 64 * nth, expected.len() / 64);
        if let Some(lent) = source.mapped(at as u64, len) {
            assert!(lent == &expected[at..at + len], "at {at}");
        }
    }
    assert_eq!(source.mapped(expected.len() as u64 - 1, 2), None);
}

/// What opening says that refuses a file.
#[track_caller]
fn refused(path: &Path) -> String {
    match open(path, Io::Auto) {
        Ok(_) => panic!("{} is opened", path.display()),
        Err(error) => error.to_string(),
    }
}

/// An image with holes, noise, text and the demo card.
fn image() -> Vec<u8> {
    let mut image = vec![0; 1 << 20];
    image.extend(demo_card());
    image.extend(vec![0; 3 << 20]);
    image.extend(noise(1, 700_000));
    image.extend(b"the same words again ".repeat(40_000));
    image.resize(image.len().next_multiple_of(1 << 20) + (5 << 20), 0);
    image.extend(noise(2, 512 * 9));
    image
}

#[test]
fn qcow2_of_all_kinds_is_read_as_qemu_reads_it() {
    let Some(folder) = Folder::for_tools(&["qemu-img"]) else { return };
    let image = image();
    let raw = folder.write("raw.img", &image);
    for (name, options) in [
        ("plain", &["-f", "raw", "-O", "qcow2"][..]),
        ("v2", &["-f", "raw", "-O", "qcow2", "-o", "compat=0.10"]),
        ("small", &["-f", "raw", "-O", "qcow2", "-o", "cluster_size=512"]),
        ("large", &["-f", "raw", "-O", "qcow2", "-o", "cluster_size=2M"]),
        ("zlib", &["-f", "raw", "-O", "qcow2", "-c"]),
        ("zlib-large", &["-f", "raw", "-O", "qcow2", "-c", "-o", "cluster_size=1M"]),
        ("zstd", &["-f", "raw", "-O", "qcow2", "-c", "-o", "compression_type=zstd"]),
        ("parts", &["-f", "raw", "-O", "qcow2", "-o", "extended_l2=on"]),
        ("ahead", &["-f", "raw", "-O", "qcow2", "-o", "preallocation=metadata"]),
        ("apart", &["-f", "raw", "-O", "qcow2", "-o", "data_file=apart.raw"]),
    ] {
        let path = folder.path(&format!("{name}.qcow2"));
        if convert(&raw, &path, options, &folder) {
            check(&path, &image);
        }
    }
}

#[test]
fn a_difference_is_read_through_its_parents() {
    let Some(folder) = Folder::for_tools(&["qemu-img", "qemu-io"]) else { return };
    let mut image = image();
    folder.write("raw.img", &image);
    let run = |words: &[&str]| runs(words, folder.root());
    assert!(run(&[
        "qemu-img", "create", "-q", "-f", "qcow2", "-b", "raw.img", "-F", "raw", "a.qcow2"
    ]));
    assert!(run(&[
        "qemu-img",
        "create",
        "-q",
        "-f",
        "qcow2",
        "-b",
        "a.qcow2",
        "-F",
        "qcow2",
        "-o",
        "extended_l2=on",
        "b.qcow2",
        "40M"
    ]));
    assert!(run(&["qemu-io", "-c", "write -P 7 1M 200k", "-c", "write -z 2M 64k", "a.qcow2"]));
    assert!(run(&[
        "qemu-io",
        "-c",
        "write -P 9 1100k 8k",
        "-c",
        "write -z 3M 2k",
        "-c",
        "write -P 5 39M 4k",
        "b.qcow2"
    ]));
    image.resize(40 << 20, 0);
    let mut write = |at: usize, len: usize, byte: u8| image[at..at + len].fill(byte);
    write(1 << 20, 200 << 10, 7);
    write(2 << 20, 64 << 10, 0);
    write(1100 << 10, 8 << 10, 9);
    write(3 << 20, 2 << 10, 0);
    write(39 << 20, 4 << 10, 5);
    check(&folder.path("b.qcow2"), &image);
    let files = open(&folder.path("b.qcow2"), Io::Auto).unwrap().files();
    let names: Vec<_> = files.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    assert_eq!(names, ["b.qcow2", "a.qcow2", "raw.img"]);
    std::fs::remove_file(folder.path("raw.img")).unwrap();
    let said = refused(&folder.path("b.qcow2"));
    assert!(
        said.contains("raw.img is missing") && said.contains("put it into the folder"),
        "{said}"
    );
}

#[test]
fn a_parent_that_is_its_own_is_refused() {
    let Some(folder) = Folder::for_tools(&["qemu-img"]) else { return };
    let run = |words: &[&str]| runs(words, folder.root());
    for (name, parent) in [("a.qcow2", "b.qcow2"), ("b.qcow2", "a.qcow2")] {
        assert!(run(&[
            "qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "qcow2", "-b", parent, name,
            "1M"
        ]));
    }
    let said = refused(&folder.path("a.qcow2"));
    assert!(said.contains("would be its own parent"), "{said}");
}

#[test]
fn what_is_encrypted_is_refused_with_what_opens_it() {
    let Some(folder) = Folder::for_tools(&["qemu-img"]) else { return };
    assert!(runs(
        &[
            "qemu-img",
            "create",
            "-q",
            "--object",
            "secret,id=s,data=x",
            "-f",
            "qcow2",
            "-o",
            "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10",
            "l.qcow2",
            "1M"
        ],
        folder.root()
    ));
    let said = refused(&folder.path("l.qcow2"));
    assert!(said.contains("encrypted with LUKS") && said.contains("qemu-img convert"), "{said}");
}

#[test]
fn containers_of_other_makers_hold_what_other_programs_find_in_them() {
    for name in ["ext2.qcow2", "windows_volume.qcow2"] {
        let (Some(path), Some(folder)) = (shared(name), Folder::for_tools(&["qemu-img"])) else {
            continue;
        };
        let raw = folder.path("raw.img");
        assert!(convert(&path, &raw, &["-O", "raw"], &folder));
        check(&path, &std::fs::read(&raw).unwrap());
    }
}

#[test]
fn a_container_cut_short_has_unreadable_ranges_and_the_rest() {
    let Some(folder) = Folder::for_tools(&["qemu-img"]) else { return };
    let image = image();
    let raw = folder.write("raw.img", &image);
    for (name, options) in [
        ("plain.qcow2", &["-f", "raw", "-O", "qcow2"][..]),
        ("packed.qcow2", &["-f", "raw", "-O", "qcow2", "-c"]),
    ] {
        let path = folder.path(name);
        if !convert(&raw, &path, options, &folder) {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let cut = folder.write("cut", &bytes[..bytes.len() * 2 / 3]);
        let source = open(&cut, Io::Auto).unwrap();
        let found = content(source.as_ref(), 1 << 20);
        let unreadable = source.unreadable();
        assert!(!unreadable.is_empty(), "{name}");
        let known: u64 = unreadable.iter().map(|bad| bad.len).sum();
        assert!(known < image.len() as u64 / 2, "{name}");
        for at in (0..image.len()).step_by(512) {
            let is_bad = source.unreadable_in(Span { at: at as u64, len: 512 }).is_some();
            let end = (at + 512).min(image.len());
            assert!(is_bad || found[at..end] == image[at..end], "{name} at {at:#x}");
        }
    }
}
