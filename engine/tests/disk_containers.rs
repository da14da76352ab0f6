//! Disks in containers: the same bytes, and the same photos, as in the raw image that they were made of.
//!
//! Other programs make the containers and are the judges: tests say so, and pass, where they are not installed, or
//! where the files of other makers in `../shared/containers` are not there.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

mod judges;
#[expect(dead_code, reason = "what other tests need of it")]
mod writers;

use std::path::Path;

use afterimage_engine::source::{Io, Source, open};
use afterimage_signatures::verdict::Span;
use judges::{Folder, convert, demo_card, filtered, noise, runs, shared};
use writers::archives::zip_of;
use writers::streams::text as words;
use writers::{block, put};

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

/// Holds the bytes at `at` of the disk at `path` to what they must be.
#[track_caller]
fn check_start(path: &Path, expected: &[u8], at: u64) {
    let source = open(path, Io::Auto).unwrap();
    let mut found = vec![0xee; expected.len()];
    source.read_at(at, &mut found);
    assert!(found == expected, "{}", path.display());
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
fn the_first_cluster_of_a_data_file_is_one() {
    let Some(folder) = Folder::for_tools(&["qemu-img"]) else { return };
    let image = noise(5, 3 << 20);
    let raw = folder.write("raw.img", &image);
    let path = folder.path("x.qcow2");
    if convert(&raw, &path, &["-f", "raw", "-O", "qcow2", "-o", "data_file=apart.raw"], &folder) {
        check(&path, &image);
        let parts = open(&path, Io::Auto).unwrap().parts();
        assert!(parts.len() == 2 && parts[1].ends_with("apart.raw"), "{parts:?}");
    }
}

#[test]
fn disks_of_other_programs_are_read_as_qemu_reads_them() {
    let Some(folder) = Folder::for_tools(&["qemu-img"]) else { return };
    let image = image();
    let raw = folder.write("raw.img", &image);
    for (name, options) in [
        ("dynamic.vhd", &["-O", "vpc", "-o", "force_size=on"][..]),
        ("fixed.vhd", &["-O", "vpc", "-o", "subformat=fixed,force_size=on"]),
        ("dynamic.vhdx", &["-O", "vhdx"]),
        ("fixed.vhdx", &["-O", "vhdx", "-o", "subformat=fixed"]),
        ("small.vhdx", &["-O", "vhdx", "-o", "block_size=1M"]),
        ("dynamic.vdi", &["-O", "vdi"]),
        ("fixed.vdi", &["-O", "vdi", "-o", "static=on"]),
        ("sparse.vmdk", &["-O", "vmdk"]),
        ("flat.vmdk", &["-O", "vmdk", "-o", "subformat=monolithicFlat"]),
        ("split.vmdk", &["-O", "vmdk", "-o", "subformat=twoGbMaxExtentSparse"]),
        ("splitflat.vmdk", &["-O", "vmdk", "-o", "subformat=twoGbMaxExtentFlat"]),
        ("stream.vmdk", &["-O", "vmdk", "-o", "subformat=streamOptimized"]),
        ("zeros.vmdk", &["-O", "vmdk", "-o", "zeroed_grain=on"]),
    ] {
        let path = folder.path(name);
        let options: Vec<&str> = ["-f", "raw"].iter().chain(options).copied().collect();
        if convert(&raw, &path, &options, &folder) {
            let mut expected = image.clone();
            // Its header says whole megabytes.
            let len = open(&path, Io::Auto).unwrap().len() as usize;
            assert!(len >= image.len() && len - image.len() < 1 << 20, "{name}: {len}");
            expected.resize(len, 0);
            check(&path, &expected);
        }
    }
}

#[test]
fn a_snapshot_of_vmware_is_read_through_its_parent() {
    let Some(folder) = Folder::for_tools(&["qemu-img", "qemu-io"]) else { return };
    let mut image = image();
    let raw = folder.write("raw.img", &image);
    if !convert(&raw, &folder.path("base.vmdk"), &["-f", "raw", "-O", "vmdk"], &folder) {
        return;
    }
    let run = |words: &[&str]| runs(words, folder.root());
    assert!(run(&[
        "qemu-img",
        "create",
        "-q",
        "-f",
        "vmdk",
        "-F",
        "vmdk",
        "-b",
        "base.vmdk",
        "snap.vmdk"
    ]));
    assert!(run(&["qemu-io", "-c", "write -P 7 1M 200k", "snap.vmdk"]));
    image[1 << 20..(1 << 20) + (200 << 10)].fill(7);
    check(&folder.path("snap.vmdk"), &image);
    assert!(run(&["qemu-io", "-c", "write -P 7 5M 1k", "base.vmdk"]));
    let text = std::fs::read(folder.path("base.vmdk")).unwrap();
    let at = text.windows(4).position(|bytes| bytes == b"CID=").unwrap();
    let mut changed = text.clone();
    changed[at + 4..at + 8].copy_from_slice(b"0123");
    folder.write("base.vmdk", &changed);
    let said = refused(&folder.path("snap.vmdk"));
    assert!(said.contains("is not the disk that it was made from"), "{said}");
    std::fs::remove_file(folder.path("base.vmdk")).unwrap();
    let said = refused(&folder.path("snap.vmdk"));
    assert!(said.contains("its parent base.vmdk is missing"), "{said}");
}

#[test]
fn e01_images_are_read_as_they_were_acquired() {
    let Some(folder) = Folder::for_tools(&["ewfacquire"]) else { return };
    let image = image();
    folder.write("raw.img", &image);
    for (name, format, options) in [
        ("encase6", "encase6", &["-c", "fast"][..]),
        ("encase1", "encase1", &["-c", "best"]),
        ("encase5", "encase5", &["-c", "none", "-b", "256"]),
        ("encase7", "encase7", &["-c", "best", "-b", "1024"]),
        ("ftk", "ftk", &["-c", "fast"]),
        ("linen", "linen6", &["-c", "empty-block"]),
        ("parts", "encase6", &["-c", "none", "-S", "1048576"]),
        ("ewf", "ewf", &["-c", "fast"]),
        ("smart", "smart", &["-c", "fast"]),
    ] {
        let words: Vec<&str> = ["ewfacquire", "-u", "-q", "-t", name, "-f", format]
            .iter()
            .chain(options)
            .chain(&["raw.img"])
            .copied()
            .collect();
        if runs(&words, folder.root()) {
            let extension = match format {
                "smart" => "s01",
                "ewf" => "e01",
                _ => "E01",
            };
            check(&folder.path(&format!("{name}.{extension}")), &image);
        }
    }
    let first = folder.path("parts.E01");
    let names = open(&first, Io::Auto).unwrap().files();
    assert!(names.len() > 5 && names[1].ends_with("parts.E02"), "{names:?}");
    let said = refused(&folder.path("parts.E02"));
    assert!(said.contains("but part 2 of one") && said.contains("name its first part"), "{said}");
    std::fs::remove_file(folder.path("parts.E03")).unwrap();
    let said = refused(&first);
    assert!(said.contains("its part parts.E03 is missing"), "{said}");
}

/// Members of gzip, which hold `parts`.
fn gzip(parts: &[&[u8]], level: u8) -> Vec<u8> {
    let member = |part: &&[u8]| {
        let mut bytes = b"\x1f\x8b\x08\x08\0\0\0\0\0\x03card.img\0".to_vec();
        bytes.extend(miniz_oxide::deflate::compress_to_vec(part, level));
        let mut checksum = crc32fast::Hasher::new();
        checksum.update(part);
        bytes.extend(checksum.finalize().to_le_bytes());
        bytes.extend((part.len() as u32).to_le_bytes());
        bytes
    };
    parts.iter().flat_map(member).collect()
}

#[test]
fn a_gzip_stream_is_read_at_any_offset() {
    let folder = Folder::new();
    let mut image = image();
    image.extend(vec![0; 70 << 20]);
    image.extend(noise(7, 9 << 20));
    let (first, second) = image.split_at(image.len() / 3);
    for (name, bytes) in [
        ("one.img.gz", gzip(&[&image], 6)),
        ("stored.gz", gzip(&[&image], 0)),
        ("fast", gzip(&[first, &[], second], 1)),
        ("padded.gz", [gzip(&[&image], 1), vec![0; 777]].concat()),
    ] {
        let path = folder.write(name, &bytes);
        check(&path, &image);
        assert_eq!(open(&path, Io::Auto).unwrap().container(), Some("compressed with gzip"));
    }
    let mut bytes = gzip(&[&image], 6);
    bytes.truncate(bytes.len() / 2);
    let source = open(&folder.write("cut.gz", &bytes), Io::Auto).unwrap();
    let found = content(source.as_ref(), 1 << 20);
    assert!(found.len() > 1 << 20 && found.len() < image.len() && image.starts_with(&found));
    assert_eq!(source.container(), Some("compressed with gzip"));
    assert_eq!(source.container_fault(), Some("it is damaged or cut short"));
    let many = vec![&image[..300_000]; 40];
    check(&folder.write("many.gz", &gzip(&many, 1)), &many.concat());
}

/// What `zstd` makes of bytes.
fn zstd(options: &[&str], bytes: &[u8]) -> Option<Vec<u8>> {
    let words: Vec<&str> = ["zstd", "-q", "-c"].iter().chain(options).copied().collect();
    filtered(&words, bytes)
}

#[test]
fn a_zstd_stream_is_read_at_any_offset() {
    let folder = Folder::new();
    let mut image = image();
    // Of all kinds of blocks, and longer than a part.
    image.extend(vec![0; 14 << 20]);
    image.extend(noise(7, 2 << 20));
    for number in 0..16 {
        image.extend(b"the same words again, nearly: ".repeat(9000));
        image.extend(format!("{number}").as_bytes());
        image.extend(noise(number, 40_000));
    }
    image.resize(image.len().next_multiple_of(512), 0);
    let (first, second) = image.split_at(image.len() / 3);
    for (name, options) in [
        ("usual", &["-3"][..]),
        ("far", &["-12", "--no-check"]),
        ("small", &["-19", "--zstd=wlog=17"]),
        ("faster", &["--fast=5"]),
        ("sized", &[&*format!("--stream-size={}", image.len())]),
    ] {
        let Some(bytes) = zstd(options, &image) else { return };
        let path = folder.write(&format!("{name}.img.zst"), &bytes);
        check(&path, &image);
        assert_eq!(open(&path, Io::Auto).unwrap().container(), Some("compressed with zstd"));
    }
    // Tables change often in text, and many of them go on in the next part.
    let text: Vec<u8> = (0..50)
        .flat_map(|seed| [words(seed, 800_000), noise(seed as u64, 30_000)].concat())
        .collect();
    for level in ["-1", "-9"] {
        check(&folder.write("text.zst", &zstd(&[level], &text).unwrap()), &text);
    }
    // Whole frames, as several programs write them; some say how much comes out of them.
    let frames: Option<Vec<Vec<u8>>> = image
        .chunks(1 << 20)
        .enumerate()
        .map(|(number, part)| {
            let size = format!("--stream-size={}", part.len());
            zstd(&[if number % 2 == 0 { "-1" } else { &size }], part)
        })
        .collect();
    let frames = frames.unwrap();
    check(&folder.write("frames.zst", &frames.concat()), &image);
    check(&folder.write("table.zst", &with_seek_table(&frames, &image)), &image);
    let mixed = [
        zstd(&["-1"], first).unwrap(),
        b"\x50\x2a\x4d\x18\x04\0\0\0skip".to_vec(),
        zstd(&["-3"], second).unwrap(),
    ];
    check(&folder.write("mixed.zst", &mixed.concat()), &image);
    // Damage is told, and what came out before it is read.
    let mut bytes = zstd(&["-3"], &image).unwrap();
    bytes.truncate(bytes.len() / 2);
    let source = open(&folder.write("cut.zst", &bytes), Io::Auto).unwrap();
    let found = content(source.as_ref(), 1 << 20);
    assert!(found.len() > 1 << 20 && found.len() < image.len() && image.starts_with(&found));
    assert_eq!(source.container(), Some("compressed with zstd"));
    assert_eq!(source.container_fault(), Some("it is damaged or cut short"));
    let mut bytes = zstd(&["-3"], &image).unwrap();
    let end = bytes.len() - 1;
    bytes[end] ^= 1;
    let source = open(&folder.write("sum.zst", &bytes), Io::Auto).unwrap();
    assert_eq!(source.container(), Some("compressed with zstd"));
    assert_eq!(source.container_fault(), Some("it is damaged or cut short"));
    // In a frame that can be unpacked by itself damage is unreadable, and no more.
    let mut bytes = with_seek_table(&frames, &image);
    let middle = frames[..9].concat().len() + frames[9].len() / 2;
    bytes[middle] ^= 0x55;
    let source = open(&folder.write("bad.zst", &bytes), Io::Auto).unwrap();
    let found = content(source.as_ref(), 1 << 20);
    let unreadable = source.unreadable();
    assert_eq!(unreadable, [Span { at: 9 << 20, len: 1 << 20 }]);
    assert!(found[..9 << 20] == image[..9 << 20] && found[10 << 20..] == image[10 << 20..]);
    // What is asked to look back further than is kept is refused.
    let far =
        zstd(&["-1", "--zstd=wlog=26", "--no-check"], &[&image[..], &vec![1; 20 << 20]].concat());
    let said = refused(&folder.write("far.zst", &far.unwrap()));
    assert!(said.contains("looks back further than 32 MiB") && said.contains("unzstd"), "{said}");
}

#[test]
fn what_a_stream_ends_with_is_told() {
    let folder = Folder::new();
    let mut image = image();
    image.extend(noise(3, 9 << 20));
    let Some(frame) = zstd(&["-1"], &image) else { return };
    let ended = |name: &str, parts: &[&[u8]]| {
        let source = open(&folder.write(name, &parts.concat()), Io::Auto).unwrap();
        let found = content(source.as_ref(), 1 << 20);
        (found, source.container_fault(), source.unreadable())
    };
    let followed = Some("what follows its last part is damaged or something else");
    let members = gzip(&[&image], 1);
    for (name, stream) in [("a.zst", &frame), ("a.gz", &members)] {
        assert_eq!(ended(name, &[stream, &[0; 5000]]), (image.clone(), None, vec![]));
        assert_eq!(ended(name, &[stream, &[0; 50], b"x"]), (image.clone(), followed, vec![]));
        let twice = [&image[..], &image].concat();
        assert_eq!(ended(name, &[stream, stream]), (twice, None, vec![]));
    }
    // A download that was given its length before it was whole: zeros are blocks with nothing in them.
    let damaged = Some("it is damaged or cut short");
    let half = &frame[..frame.len() / 2];
    let (found, fault, unreadable) = ended("half.zst", &[half, &vec![0; 40 << 20]]);
    // The block that was cut goes on in zeros, and has 128 KiB at the most.
    let sure = found.len() - (128 << 10);
    assert!(sure > image.len() / 3 && image.starts_with(&found[..sure]), "{sure}");
    assert_eq!((fault, unreadable), (damaged, vec![]));
    // All of a card in one frame that says how long it is.
    let size = format!("--stream-size={}", image.len());
    let mut sized = zstd(&["-1", "--no-check", &size], &image).unwrap();
    let late = sized.len() - 100_000;
    sized[late..].fill(0xff);
    let (found, fault, _) = ended("sized.zst", &[&sized]);
    let sure = found.len() - (256 << 10);
    assert!(sure > image.len() - (2 << 20) && image.starts_with(&found[..sure]), "{sure}");
    assert_eq!(fault, damaged);
    // What cannot be unpacked does not take away what can.
    let far = zstd(&["-1", "--zstd=wlog=26"], &[&image[..], &vec![1; 40 << 20]].concat()).unwrap();
    let not_read = Some("a later part of it is packed in a way that is not read");
    assert_eq!(ended("far.zst", &[&frame, &far]), (image.clone(), not_read, vec![]));
}

/// Frames with a table after them of where they begin.
fn with_seek_table(frames: &[Vec<u8>], image: &[u8]) -> Vec<u8> {
    let mut bytes = frames.concat();
    let rows: Vec<u8> = frames
        .iter()
        .zip(image.chunks(1 << 20))
        .flat_map(|(frame, part)| [frame.len() as u32, part.len() as u32])
        .flat_map(u32::to_le_bytes)
        .collect();
    bytes.extend(0x184D_2A5Eu32.to_le_bytes());
    bytes.extend((rows.len() as u32 + 9).to_le_bytes());
    bytes.extend(rows);
    bytes.extend((frames.len() as u32).to_le_bytes());
    bytes.push(0);
    bytes.extend(0x8F92_EAB1u32.to_le_bytes());
    bytes
}

#[test]
fn the_one_disk_image_in_an_archive_is_the_disk() {
    let Some(folder) = Folder::for_tools(&["tar"]) else { return };
    let mut image = image();
    image.resize(image.len().next_multiple_of(512), 0);
    folder.write("card.img", &image);
    folder.write("notes.txt", b"of the card");
    let run = |words: &[&str]| runs(words, folder.root());
    assert!(run(&["tar", "-cf", "card.tar", "notes.txt", "card.img"]));
    check(&folder.path("card.tar"), &image);
    assert!(run(&["tar", "-czf", "card.tar.gz", "card.img", "notes.txt"]));
    check(&folder.path("card.tar.gz"), &image);
    assert!(run(&["tar", "-cf", "gnu.tar", "--format=gnu", "./card.img"]));
    check(&folder.path("gnu.tar"), &image);
    assert!(run(&["tar", "-cf", "pax.tar", "--format=pax", "card.img"]));
    check(&folder.path("pax.tar"), &image);
    let sparse = "truncate -s 30M holes.img; printf x | dd of=holes.img bs=1M seek=20 conv=notrunc status=none";
    if run(&["sh", "-c", sparse]) && run(&["tar", "-cSf", "holes.tar", "holes.img"]) {
        let said = refused(&folder.path("holes.tar"));
        assert!(said.contains("stored as a sparse file") && said.contains("tar -xf"), "{said}");
    }
    for (name, is_deflated) in [("stored.zip", false), ("deflated.zip", true)] {
        let members =
            [("notes.txt", &b"of the card"[..], true), ("a/card.img", &image, is_deflated)];
        check(&folder.write(name, &zip_of(&members)), &image);
    }
    // Of two disks nobody can say which one is meant.
    let both = [("a.img", &image[..], true), ("b.img", &image[..], true)];
    let said = refused(&folder.write("both.zip", &zip_of(&both)));
    assert!(said.contains("all that it holds is compressed"), "{said}");
    let mut damaged = zip_of(&[("a.img", &image, true)]);
    damaged[14] ^= 1;
    let row = damaged.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    damaged[row + 16] ^= 1;
    let source = open(&folder.write("sum.zip", &damaged), Io::Auto).unwrap();
    assert_eq!(source.container(), Some("a zip archive with a disk image in it"));
    assert_eq!(source.container_fault(), Some("it is damaged or cut short"));
    // A disk in a form of its own, in an archive.
    if Folder::for_tools(&["qemu-img"]).is_some()
        && convert(&folder.path("card.img"), &folder.path("card.vdi"), &["-O", "vdi"], &folder)
    {
        let bytes = std::fs::read(folder.path("card.vdi")).unwrap();
        check(&folder.write("vdi.zip", &zip_of(&[("card.vdi", &bytes, true)])), &image);
    }
    let mut locked = zip_of(&[("a.img", &image, true)]);
    let row = locked.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    (locked[6], locked[row + 8]) = (1, 1);
    let said = refused(&folder.write("locked.zip", &locked));
    assert!(said.contains("a.img, is encrypted with a password"), "{said}");
}

#[test]
fn ex01_images_are_read_as_they_were_acquired() {
    let Some(folder) = Folder::for_tools(&["ewfacquire"]) else { return };
    let image = image();
    folder.write("raw.img", &image);
    for (name, options) in [
        ("none", &["-c", "deflate:none"][..]),
        ("fast", &["-c", "deflate:fast"]),
        ("large", &["-c", "deflate:best", "-b", "1024"]),
        ("bzip2", &["-c", "bzip2:fast"]),
        ("empty", &["-c", "deflate:empty-block"]),
        ("parts", &["-c", "deflate:none", "-S", "1048576"]),
    ] {
        let words: Vec<&str> = ["ewfacquire", "-u", "-q", "-t", name, "-f", "encase7-v2"]
            .iter()
            .chain(options)
            .chain(&["raw.img"])
            .copied()
            .collect();
        let path = folder.path(&format!("{name}.Ex01"));
        if !runs(&words, folder.root()) || !path.is_file() {
            eprintln!("this ewfacquire writes no Ex01: nothing is compared with it");
            return;
        }
        check(&path, &image);
    }
    let said = refused(&folder.path("parts.Ex02"));
    assert!(said.contains("but part 2 of one"), "{said}");
    std::fs::remove_file(folder.path("parts.Ex03")).unwrap();
    let said = refused(&folder.path("parts.Ex01"));
    assert!(said.contains("its part parts.Ex03 is missing"), "{said}");
}

/// A number in a file, the highest byte first.
fn put_be(bytes: &mut Vec<u8>, at: usize, number: u64, len: usize) {
    put(bytes, at, &number.to_be_bytes()[8 - len..]);
}

/// The sum that VHD calls a checksum, over a part of which `at` is left out.
fn vhd_sum(bytes: &mut [u8], at: usize) {
    bytes[at..at + 4].fill(0);
    let sum: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
    bytes[at..at + 4].copy_from_slice(&(!sum).to_be_bytes());
}

/// A VHD of three blocks of 4 KiB: with a parent, whose id and name are given, or without.
fn vhd(id: u8, parent: Option<(u8, &str)>, blocks: [Option<(&[u8], u8)>; 3]) -> Vec<u8> {
    const BLOCK: usize = 4096;
    let mut footer = b"conectix\0\0\0\x02\0\x01\0\0".to_vec();
    put_be(&mut footer, 16, 512, 8);
    put_be(&mut footer, 48, 3 * BLOCK as u64, 8);
    put_be(&mut footer, 60, if parent.is_some() { 4 } else { 3 }, 4);
    put(&mut footer, 68, &[id; 16]);
    footer.resize(512, 0);
    vhd_sum(&mut footer, 64);
    let mut header = b"cxsparse\xff\xff\xff\xff\xff\xff\xff\xff".to_vec();
    put_be(&mut header, 16, 1536, 8);
    put_be(&mut header, 24, 0x0001_0000, 4);
    put_be(&mut header, 28, 3, 4);
    put_be(&mut header, 32, BLOCK as u64, 4);
    if let Some((id, name)) = parent {
        put(&mut header, 40, &[id; 16]);
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
        put(&mut header, 64, &name);
    }
    header.resize(1024, 0);
    vhd_sum(&mut header, 36);
    let mut bytes = [&footer[..], &header, &[0xFF; 512]].concat();
    for (number, block) in blocks.into_iter().enumerate() {
        let Some((data, bitmap)) = block else { continue };
        let sector = bytes.len() as u32 / 512;
        put(&mut bytes, 1536 + number * 4, &sector.to_be_bytes());
        let mut bits = vec![0; 512];
        bits[0] = bitmap;
        bytes.extend(bits);
        bytes.extend(data);
    }
    bytes.extend(&footer);
    bytes
}

#[test]
fn a_differencing_vhd_takes_sectors_of_its_parent() {
    let folder = Folder::new();
    let [a, b, c] = [71, 72, 73].map(|seed| block(seed, 4096));
    folder.write("base.vhd", &vhd(1, None, [Some((&a, 0xFF)), Some((&b, 0xFF)), None]));
    // Of the second block the third sector and the last two, and all of the third block.
    let child = vhd(2, Some((1, "base.vhd")), [None, Some((&c, 0b0010_0011)), Some((&a, 0xFF))]);
    let path = folder.write("child.avhd", &child);
    let mut disk = [&a[..], &b, &a].concat();
    for sector in [2, 6, 7] {
        let inside = sector * 512..(sector + 1) * 512;
        disk[4096..8192][inside.clone()].copy_from_slice(&c[inside]);
    }
    check(&path, &disk);
    let grandchild = vhd(3, Some((2, "C:\\vms\\child.avhd")), [Some((&c, 0x80)), None, None]);
    let path = folder.write("grandchild.avhd", &grandchild);
    disk[..512].copy_from_slice(&c[..512]);
    check(&path, &disk);
    folder.write("base.vhd", &vhd(9, None, [None, None, None]));
    let said = refused(&path);
    assert!(said.contains("base.vhd is not the disk that it was made from"), "{said}");
}

#[test]
fn a_parent_of_another_kind_is_held_to_its_identity_too() {
    let folder = Folder::new();
    let raw = [block(74, 8192), block(75, 4096)].concat();
    let fixed = |id: u8| {
        let mut footer = vhd(id, None, [None, None, None])[..512].to_vec();
        put_be(&mut footer, 60, 2, 4);
        vhd_sum(&mut footer, 64);
        [&raw[..], &footer].concat()
    };
    let own = block(76, 4096);
    let child = vhd(2, Some((1, "base.vhd")), [None, Some((&own, 0xFF)), None]);
    let path = folder.write("child.vhd", &child);
    folder.write("base.vhd", &fixed(1));
    let mut disk = raw.clone();
    disk[4096..8192].copy_from_slice(&own);
    check(&path, &disk);
    folder.write("base.vhd", &fixed(3));
    let said = refused(&path);
    assert!(said.contains("base.vhd is not the disk that it was made from"), "{said}");
    folder.write("base.vhd", &raw);
    let said = refused(&path);
    assert!(said.contains("does not say whether it is the disk"), "{said}");
}

#[test]
fn the_disk_in_a_container_is_read_without_other_files() {
    let folder = Folder::new();
    let own = block(76, 4096);
    folder.write("base.vhd", &vhd(1, None, [None, None, None]));
    let child = vhd(2, Some((1, "base.vhd")), [None, Some((&own, 0xFF)), None]);
    let said = refused(&folder.write("child.vhd.gz", &gzip(&[&child], 6)));
    assert!(said.contains("a difference to another disk") && said.contains("gunzip"), "{said}");
    let text = b"# Disk DescriptorFile\nCID=1\nparentCID=ffffffff\nRW 8 FLAT \"base.vhd\" 0\n";
    let said = refused(&folder.write("child.vmdk.gz", &gzip(&[text], 6)));
    assert!(said.contains("lies in several files") && said.contains("gunzip"), "{said}");
}

#[test]
fn a_disk_in_an_archive_that_was_cut_keeps_its_length() {
    let folder = Folder::new();
    let made = writers::all().into_iter().find(|made| made.name == "x.tar").unwrap();
    let start = 2048 + 512;
    let cut = folder.write("cut.tar", &made.bytes[..start + 1000]);
    let source = open(&cut, Io::Auto).unwrap();
    let found = content(source.as_ref(), 4096);
    assert_eq!(found.len(), made.disk.len());
    assert!(found[..1000] == made.disk[..1000] && found[1000..].iter().all(|byte| *byte == 0));
    assert_eq!(source.unreadable(), [Span::between(1000, made.disk.len() as u64)]);
}

#[test]
fn the_checksums_of_a_seek_table_are_verified() {
    let folder = Folder::new();
    let parts = [block(33, 3000), block(34, 2000)];
    let (mut bytes, mut rows) = (Vec::new(), Vec::new());
    for part in &parts {
        let mut frame = b"\x28\xb5\x2f\xfd\x60".to_vec();
        frame.extend((part.len() as u16 - 256).to_le_bytes());
        frame.extend(&(1 | (part.len() as u32) << 3).to_le_bytes()[..3]);
        frame.extend(part);
        let sum = twox_hash::XxHash64::oneshot(0, part) as u32;
        rows.extend([frame.len() as u32, part.len() as u32, sum].map(u32::to_le_bytes).concat());
        bytes.extend(frame);
    }
    bytes.extend(0x184D_2A5Eu32.to_le_bytes());
    bytes.extend((rows.len() as u32 + 9).to_le_bytes());
    bytes.extend(&rows);
    bytes.extend(2u32.to_le_bytes());
    bytes.push(0x80);
    bytes.extend(0x8F92_EAB1u32.to_le_bytes());
    check(&folder.write("x.zst", &bytes), &parts.concat());
    bytes[100] ^= 1;
    let source = open(&folder.write("x.zst", &bytes), Io::Auto).unwrap();
    assert!(content(source.as_ref(), 4096)[3000..] == parts[1]);
    assert_eq!(source.unreadable(), [Span::between(0, 3000)]);
}

#[test]
fn a_subcluster_does_not_lie_where_the_header_does() {
    const CLUSTER: usize = 16 << 10;
    let folder = Folder::new();
    let mut bytes = b"QFI\xfb\0\0\0\x03".to_vec();
    put_be(&mut bytes, 20, 14, 4);
    put_be(&mut bytes, 24, 2 * CLUSTER as u64, 8);
    put_be(&mut bytes, 36, 1, 4);
    put_be(&mut bytes, 40, CLUSTER as u64, 8);
    put_be(&mut bytes, 72, 1 << 4, 8);
    put_be(&mut bytes, 96, 4, 4);
    put_be(&mut bytes, 100, 104, 4);
    put_be(&mut bytes, CLUSTER, 2 * CLUSTER as u64, 8);
    // The first cluster lies at 0, and the first half of its parts are there; the second one is fine.
    put_be(&mut bytes, 2 * CLUSTER + 8, 0xFFFF, 8);
    put_be(&mut bytes, 2 * CLUSTER + 16, 3 * CLUSTER as u64, 8);
    put_be(&mut bytes, 2 * CLUSTER + 24, 0xFFFF_FFFF, 8);
    put(&mut bytes, 3 * CLUSTER, &block(35, CLUSTER));
    let source = open(&folder.write("x.qcow2", &bytes), Io::Auto).unwrap();
    let found = content(source.as_ref(), 4096);
    assert!(found[..CLUSTER].iter().all(|byte| *byte == 0));
    assert!(found[CLUSTER..] == block(35, CLUSTER));
    assert_eq!(source.unreadable(), [Span::between(0, CLUSTER as u64 / 2)]);
}

/// The E01 of the writers with a list of sectors that could not be read: their first one, and how many.
fn with_unread_list(rows: &[(u32, u32)]) -> Vec<u8> {
    let made = writers::all().into_iter().find(|made| made.name == "x.E01").unwrap();
    let done = made.bytes.windows(5).rposition(|bytes| bytes == b"done\0").unwrap();
    let mut list = (rows.len() as u32).to_le_bytes().to_vec();
    list.resize(516, 0);
    list.extend(writers::adler(&list));
    let rows: Vec<u8> = rows
        .iter()
        .flat_map(|(first, count)| [*first, *count])
        .flat_map(u32::to_le_bytes)
        .collect();
    list.extend(&rows);
    list.extend(writers::adler(&rows));
    let next = done + 76 + list.len();
    let section = |name: &[u8], next: usize, len: usize| {
        let mut section = name.to_vec();
        section.resize(16, 0);
        section.extend((next as u64).to_le_bytes());
        section.extend((len as u64).to_le_bytes());
        section.resize(72, 0);
        section.extend(writers::adler(&section));
        section
    };
    let mut bytes = made.bytes[..done].to_vec();
    bytes.extend(section(b"error2", next, 76 + list.len()));
    bytes.extend(list);
    bytes.extend(section(b"done", next, 76));
    bytes
}

#[test]
fn a_list_of_unreadable_sectors_is_believed_when_its_checksums_hold() {
    let folder = Folder::new();
    let bytes = with_unread_list(&[(2, 3), (9, 1)]);
    let source = open(&folder.write("a.E01", &bytes), Io::Auto).unwrap();
    let found = content(source.as_ref(), 4096);
    assert!(found[1024..2560].iter().all(|byte| *byte == 0) && found[2560] != 0);
    let bad = [Span::between(1024, 2560), Span::between(4608, 5120)];
    assert_eq!((source.unreadable(), source.container_fault()), (bad.to_vec(), None));
    let at = bytes.len() - 76 - 4 - 16;
    for place in [at, at + 5, at - 10] {
        let mut damaged = bytes.clone();
        damaged[place] ^= 1;
        let source = open(&folder.write("a.E01", &damaged), Io::Auto).unwrap();
        content(source.as_ref(), 4096);
        let fault = source.container_fault().unwrap();
        assert!(source.unreadable().is_empty() && fault.contains("list of sectors"), "{fault}");
    }
}

/// A number in a file, the lowest byte first.
fn put_le(bytes: &mut Vec<u8>, at: usize, number: u64, len: usize) {
    put(bytes, at, &number.to_le_bytes()[..len]);
}

/// A VDI of three blocks of 4 KiB.
fn vdi(id: u8, parent: Option<u8>, blocks: [Result<&[u8], u32>; 3]) -> Vec<u8> {
    let mut bytes = b"<<< Oracle VM VirtualBox Disk Image >>>".to_vec();
    put(&mut bytes, 0x40, &[0x7f, 0x10, 0xda, 0xbe, 1, 0, 1, 0, 0x90, 1, 0, 0]);
    put_le(&mut bytes, 0x4C, if parent.is_some() { 4 } else { 1 }, 4);
    let numbers =
        [(0x154, 512), (0x158, 1024), (0x168, 512), (0x170, 3 * 4096), (0x178, 4096), (0x180, 3)];
    numbers.into_iter().for_each(|(at, number)| put_le(&mut bytes, at, number, 4));
    put(&mut bytes, 0x188, &[id; 16]);
    put(&mut bytes, 0x1A8, &[parent.unwrap_or(0); 16]);
    bytes.resize(1024, 0);
    for (number, block) in blocks.into_iter().enumerate() {
        let entry = match block {
            Ok(data) => {
                let entry = (bytes.len() as u32 - 1024) / 4096;
                bytes.extend(data);
                entry
            }
            Err(entry) => entry,
        };
        put_le(&mut bytes, 512 + number * 4, u64::from(entry), 4);
    }
    bytes
}

#[test]
fn a_differencing_vdi_takes_blocks_of_the_disk_with_the_uuid_it_names() {
    const FREE: Result<&[u8], u32> = Err(u32::MAX);
    const ZERO: Result<&[u8], u32> = Err(u32::MAX - 1);
    let folder = Folder::new();
    let [a, b, c] = [74, 75, 76].map(|seed| block(seed, 4096));
    folder.write("some name.vdi", &vdi(1, None, [Ok(&a), Ok(&b), Ok(&c)]));
    folder.write("another.vdi", &vdi(7, None, [Ok(&b), Ok(&b), Ok(&b)]));
    let path = folder.write("{snapshot}.vdi", &vdi(2, Some(1), [FREE, ZERO, Ok(&a)]));
    check(&path, &[&a[..], &[0; 4096], &a].concat());
    std::fs::remove_file(folder.path("some name.vdi")).unwrap();
    let said = refused(&path);
    assert!(said.contains("01010101-0101-0101-0101-010101010101, is missing"), "{said}");
}

/// A VHDX of two blocks of 1 MiB, the second of which is taken from a parent as its bitmap says.
fn differencing_vhdx(made: &writers::Made, name: &str, linkage: &str, own: &[u8]) -> Vec<u8> {
    const MIB: usize = 1 << 20;
    let mut bytes = made.bytes.clone();
    // Parameters: blocks of 1 MiB, and a parent.
    put_le(&mut bytes, 2 * MIB + (64 << 10) + 4, 2, 4);
    let parent = b"\x2d\x5f\xd3\xa8\x0b\xb3\x4d\x45\xab\xf7\xd3\xd8\x48\x34\xab\x0c";
    put(&mut bytes, 2 * MIB + 10, &[4]);
    put(&mut bytes, 2 * MIB + 32 + 3 * 32, parent);
    put_le(&mut bytes, 2 * MIB + 48 + 3 * 32, 70 << 10, 4);
    put_le(&mut bytes, 2 * MIB + 52 + 3 * 32, 4096, 4);
    let pairs = [("parent_linkage", linkage), ("relative_path", name)];
    let list = 2 * MIB + (70 << 10);
    put_le(&mut bytes, list + 18, pairs.len() as u64, 2);
    let mut at = 100;
    for (row, (key, value)) in pairs.into_iter().enumerate() {
        for (text, place, len) in [(key, 0, 8), (value, 4, 10)] {
            let text: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            put_le(&mut bytes, list + 20 + row * 12 + place, at as u64, 4);
            put_le(&mut bytes, list + 20 + row * 12 + len, text.len() as u64, 2);
            put(&mut bytes, list + at, &text);
            at += text.len();
        }
    }
    // The first block is not here, the second one is partly; the bitmap for both lies after 4096 blocks.
    put_le(&mut bytes, MIB, 0, 8);
    put_le(&mut bytes, MIB + 8, 4 << 20 | 7, 8);
    put_le(&mut bytes, MIB + 4096 * 8, 5 << 20 | 6, 8);
    put(&mut bytes, 4 * MIB, own);
    bytes.resize(6 * MIB, 0);
    // Its bits of the second block: the first sector, and the last one.
    bytes[5 * MIB + 256] = 1;
    bytes[5 * MIB + 511] = 0x80;
    (made.mend)(&mut bytes);
    bytes
}

#[test]
fn a_differencing_vhdx_takes_sectors_of_its_parent() {
    const MIB: usize = 1 << 20;
    let folder = Folder::new();
    let mut base = writers::all().into_iter().find(|made| made.name == "x.vhdx").unwrap();
    let id = "{04030201-0605-0807-090a-0b0c0d0e0f10}";
    let data_id: Vec<u8> = (1..=16).collect();
    [64 << 10, 128 << 10].into_iter().for_each(|at| put(&mut base.bytes, at + 32, &data_id));
    let (first, second) = (block(77, MIB), block(78, MIB));
    put_le(&mut base.bytes, MIB + 8, 4 << 20 | 6, 8);
    put(&mut base.bytes, 3 * MIB, &first);
    put(&mut base.bytes, 4 * MIB, &second);
    (base.mend)(&mut base.bytes);
    folder.write("base.vhdx", &base.bytes);
    let own = block(79, MIB);
    let bytes = differencing_vhdx(&base, ".\\base.vhdx", id, &own);
    let path = folder.write("child.avhdx", &bytes);
    let mut disk = [&first[..], &second].concat();
    for at in [0, MIB - 512] {
        disk[MIB + at..MIB + at + 512].copy_from_slice(&own[at..at + 512]);
    }
    check(&path, &disk);
    let other = differencing_vhdx(&base, "base.vhdx", &id.replace("01", "02"), &own);
    let said = refused(&folder.write("other.avhdx", &other));
    assert!(said.contains("is not the disk that it was made from"), "{said}");
    std::fs::remove_file(folder.path("base.vhdx")).unwrap();
    let said = refused(&path);
    assert!(said.contains("base.vhdx, is missing"), "{said}");
}

/// An entry of the log of a VHDX: pages to be written, or zeros of so many bytes.
fn log_entry(sequence: u64, tail: u32, id: u8, writes: &[(u64, Result<&[u8], u64>)]) -> Vec<u8> {
    let mut bytes = b"loge".to_vec();
    put_le(&mut bytes, 12, u64::from(tail), 4);
    put_le(&mut bytes, 16, sequence, 8);
    put_le(&mut bytes, 24, writes.len() as u64, 4);
    put(&mut bytes, 32, &[id; 16]);
    let mut pages = Vec::new();
    for (row, (at, write)) in writes.iter().enumerate() {
        let row = 64 + row * 32;
        match write {
            Ok(page) => {
                put(&mut bytes, row, b"desc");
                put(&mut bytes, row + 4, &page[4092..]);
                put(&mut bytes, row + 8, &page[..8]);
                let mut sector = page.to_vec();
                sector[..4].copy_from_slice(b"data");
                sector[4..8].copy_from_slice(&((sequence >> 32) as u32).to_le_bytes());
                sector[4092..].copy_from_slice(&(sequence as u32).to_le_bytes());
                pages.extend(sector);
            }
            Err(len) => {
                put(&mut bytes, row, b"zero");
                put_le(&mut bytes, row + 8, *len, 8);
            }
        }
        put_le(&mut bytes, row + 16, *at, 8);
        put_le(&mut bytes, row + 24, sequence, 8);
    }
    bytes.resize(4096, 0);
    bytes.extend(pages);
    let len = bytes.len() as u64;
    put_le(&mut bytes, 8, len, 4);
    let sum = writers::crc32c(&bytes);
    put(&mut bytes, 4, &sum.to_le_bytes());
    bytes
}

#[test]
fn what_the_log_of_a_vhdx_holds_is_put_over_the_file() {
    const MIB: usize = 1 << 20;
    let folder = Folder::new();
    let made = writers::all().into_iter().find(|made| made.name == "x.vhdx").unwrap();
    let with_log = |entries: &[Vec<u8>]| {
        let mut bytes = made.bytes.clone();
        put(&mut bytes, (128 << 10) + 48, &[5; 16]);
        put_le(&mut bytes, (128 << 10) + 68, MIB as u64, 4);
        put_le(&mut bytes, (128 << 10) + 72, 4 * MIB as u64, 8);
        bytes.resize(5 * MIB, 0);
        put(&mut bytes, 4 * MIB, &entries.concat());
        (made.mend)(&mut bytes);
        bytes
    };
    let page = block(80, 4096);
    let at = (3 * MIB + 8192) as u64;
    let old = log_entry(6, 0, 5, &[(at + 65_536, Ok(&page))]);
    let first = log_entry(7, 4096 * 2, 5, &[(at, Ok(&page)), (at + 4096, Err(8192))]);
    let second = log_entry(8, 4096 * 2, 5, &[(at, Ok(&page[..])), (at + 16_384, Ok(&page))]);
    let stale = log_entry(9, 0, 4, &[(at, Err(4096))]);
    let bytes = with_log(&[old, first, second.clone(), stale]);
    let path = folder.write("open.vhdx", &bytes);
    let mut disk = made.disk.clone();
    disk[8192..12_288].copy_from_slice(&page);
    disk[12_288..20_480].fill(0);
    disk[24_576..28_672].copy_from_slice(&page);
    check(&path, &disk);
    assert!(std::fs::read(&path).unwrap() == bytes, "the file stays as it is");
    // Zeros are no pages: as many as anybody says cost nothing, and what comes after them lies over them.
    let far = log_entry(7, 0, 5, &[(at, Err(1 << 40)), (at + 4096, Ok(&page))]);
    let mut disk = vec![0; made.disk.len()];
    disk[12_288..16_384].copy_from_slice(&page);
    check_start(&folder.write("far.vhdx", &with_log(&[far])), &disk[8192..], 8192);
    // Each sector claims all of the log: none is whole, and that is found out soon.
    let mut claims = log_entry(7, 0, 5, &[]);
    put_le(&mut claims, 8, MIB as u64, 4);
    let said = refused(&folder.write("claims.vhdx", &with_log(&vec![claims; MIB / 4096])));
    assert!(said.contains("its log is damaged"), "{said}");
    let mut damaged = second;
    damaged[5000] ^= 1;
    let said = refused(&folder.write("bad.vhdx", &with_log(&[damaged])));
    assert!(
        said.contains("its log is damaged") && said.contains("qemu-img check -r all"),
        "{said}"
    );
}

/// Gives a block of that number as one of a disk image of macOS: its kind and what is stored of it.
type Pack<'p> = &'p dyn Fn(usize, &[u8]) -> Option<(u32, Vec<u8>)>;

/// A disk image of macOS with `image` in runs of 64 sectors, each packed by `pack`, which tells its kind.
fn udif(image: &[u8], pack: Pack<'_>) -> Option<Vec<u8>> {
    const RUN: usize = 64 * 512;
    let (mut data, mut rows) = (Vec::new(), Vec::new());
    for (number, run) in image.chunks(RUN).enumerate() {
        let (kind, packed) = match run.iter().all(|byte| *byte == 0) {
            true => (2, Vec::new()),
            false => pack(number, run)?,
        };
        let sectors = [(number * RUN / 512) as u64, (run.len() / 512) as u64];
        rows.extend([kind, 0].iter().flat_map(|number: &u32| number.to_be_bytes()));
        let places = [data.len() as u64, packed.len() as u64];
        rows.extend(sectors.iter().chain(&places).flat_map(|number| number.to_be_bytes()));
        data.extend(packed);
    }
    let mut table = b"mish\0\0\0\x01".to_vec();
    table.resize(204, 0);
    table[16..24].copy_from_slice(&(image.len() as u64 / 512).to_be_bytes());
    table[200..204].copy_from_slice(&(rows.len() as u32 / 40).to_be_bytes());
    table.extend(rows);
    let list = format!(
        "<plist><dict><key>resource-fork</key><dict><key>blkx</key><array><dict><key>Data</key>\n\
         <data>\n{}\n</data></dict></array></dict></dict></plist>",
        data_encoding::BASE64.encode(&table)
    );
    let mut trailer = b"koly\0\0\0\x04\0\0\x02\0".to_vec();
    trailer.resize(512, 0);
    let mut put =
        |at: usize, number: u64| trailer[at..at + 8].copy_from_slice(&number.to_be_bytes());
    put(32, data.len() as u64);
    put(216, data.len() as u64);
    put(224, list.len() as u64);
    put(492, image.len() as u64 / 512);
    Some([data, list.into_bytes(), trailer].concat())
}

#[test]
fn disk_images_of_macos_are_read_however_they_are_packed() {
    let folder = Folder::new();
    let image = image();
    let by = |words: &[&str], bytes: &[u8]| filtered(words, bytes);
    let zlib = |_: usize, run: &[u8]| {
        Some((0x8000_0005, miniz_oxide::deflate::compress_to_vec_zlib(run, 6)))
    };
    let bzip2 = |number: usize, run: &[u8]| match number % 3 {
        0 => Some((1, run.to_vec())),
        _ => Some((0x8000_0006, by(&["bzip2", "-9"], run)?)),
    };
    let xz = |number: usize, run: &[u8]| match number % 3 {
        0 => zlib(number, run),
        _ => Some((0x8000_0008, by(&["xz", "-6"], run)?)),
    };
    let lzfse = |_: usize, run: &[u8]| {
        let mut packed = Vec::new();
        lzfse_rust::encode_bytes(run, &mut packed).unwrap();
        Some((0x8000_0007, packed))
    };
    let adc = |_: usize, run: &[u8]| {
        let parts =
            run.chunks(128).flat_map(|part| [&[0x80 | (part.len() - 1) as u8], part].concat());
        Some((0x8000_0004, parts.collect()))
    };
    let all: [(&str, Pack<'_>); 5] =
        [("zlib", &zlib), ("bzip2", &bzip2), ("xz", &xz), ("lzfse", &lzfse), ("adc", &adc)];
    for (name, pack) in all {
        let Some(bytes) = udif(&image, pack) else { continue };
        let path = folder.write(&format!("{name}.dmg"), &bytes);
        check(&path, &image);
        if runs(&["dmg2img", "-s", path.to_str().unwrap(), "judge.img"], folder.root())
            && name != "lzfse"
        {
            let judged = std::fs::read(folder.path("judge.img")).unwrap_or_default();
            if !judged.is_empty() {
                assert!(judged.starts_with(&image[..judged.len().min(image.len())]), "{name}");
            }
        }
    }
    let said = refused(&folder.write("locked.dmg", b"encrcdsa\0\0\0\x02rest"));
    assert!(said.contains("encrypted") && said.contains("hdiutil"), "{said}");
    let mut bytes = udif(&image, &zlib).unwrap();
    let at = bytes.len() / 3;
    bytes[at] ^= 2;
    let source = open(&folder.write("bad.dmg", &bytes), Io::Auto).unwrap();
    content(source.as_ref(), 1 << 20);
    assert_eq!(source.unreadable().len(), 1);
}

#[test]
fn a_container_in_a_container_is_read_too() {
    let Some(folder) = Folder::for_tools(&["qemu-img"]) else { return };
    let image = image();
    let raw = folder.write("raw.img", &image);
    let packed = folder.path("card.vdi");
    if convert(&raw, &packed, &["-f", "raw", "-O", "vdi"], &folder) {
        let mut expected = image;
        expected.resize(expected.len().next_multiple_of(512), 0);
        let bytes = std::fs::read(&packed).unwrap();
        check(&folder.write("card.vdi.gz", &gzip(&[&bytes], 6)), &expected);
    }
}

#[test]
fn what_merely_begins_as_a_container_does_is_a_raw_image() {
    let folder = Folder::new();
    for magic in [
        &b"QFI\xfb\0\0\0\x03"[..],
        b"KDMV\x01\0\0\0",
        b"COWD\x01\0\0\0",
        b"conectix",
        b"\x1f\x8b\x08\0",
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
    ] {
        let image = [magic, &noise(3, (64 << 10) - magic.len())].concat();
        let source = open(&folder.write("card.img", &image), Io::Auto);
        // What is only called packed is another matter.
        let Ok(source) = source else { continue };
        assert_eq!(source.container(), None, "{magic:?}");
        assert!(content(source.as_ref(), 4096) == image);
    }
    let mut image = noise(4, 1 << 20);
    image[0x40..0x48].copy_from_slice(b"\x7f\x10\xda\xbe\x99\x99\x99\x99");
    let end = image.len() - 512;
    image[end..end + 8].copy_from_slice(b"conectix");
    let source = open(&folder.write("card.img", &image), Io::Auto).unwrap();
    assert_eq!((source.container(), source.len()), (None, image.len() as u64));
}

#[test]
fn a_damaged_chunk_of_an_e01_is_unreadable_and_its_neighbours_are_not() {
    let Some(folder) = Folder::for_tools(&["ewfacquire"]) else { return };
    let image = image();
    folder.write("raw.img", &image);
    for level in ["none", "best"] {
        let words =
            ["ewfacquire", "-u", "-q", "-t", level, "-f", "encase6", "-c", level, "raw.img"];
        if !runs(&words, folder.root()) {
            continue;
        }
        let path = folder.path(&format!("{level}.E01"));
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 3;
        bytes[middle] ^= 0x10;
        folder.write(&format!("{level}.E01"), &bytes);
        let source = open(&path, Io::Auto).unwrap();
        let found = content(source.as_ref(), 1 << 20);
        let bad = source.unreadable();
        let [bad] = bad[..] else { panic!("{level}: {bad:?}") };
        assert_eq!(bad.len, 32 << 10);
        let span = bad.at as usize..bad.end() as usize;
        assert!(found[span.clone()].iter().all(|byte| *byte == 0));
        assert!(
            found[..span.start] == image[..span.start] && found[span.end..] == image[span.end..]
        );
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
        said.contains("raw.img, is missing") && said.contains("put it into the folder"),
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
    for name in ["ext2.qcow2", "windows_volume.qcow2", "ext2.vhd", "ext2.vmdk"] {
        let (Some(path), Some(folder)) = (shared(name), Folder::for_tools(&["qemu-img"])) else {
            continue;
        };
        let raw = folder.path("raw.img");
        assert!(convert(&path, &raw, &["-O", "raw"], &folder));
        check(&path, &std::fs::read(&raw).unwrap());
    }
    // What programs that are not everywhere make of them, by its digest: libewf, libvhdi and zlib.
    for (name, digest) in [
        ("ext2.E01", "2d74a8a064940578b170a29324a0000622f1adefc642012b8f716204f005fc6e"),
        ("image.vhd", "066d2185019f501bd5fec8fb2015f693d9d639389063393a58d1b37d0052ff01"),
        // Unpacked by zlib as its tables say, whose checksums hold: dmg2img leaves sectors out.
        ("hfsplus_zlib.dmg", "5dd8980a522c63d65c3e7a1845832cf248e703352747366765733fad931aca94"),
    ] {
        let Some(path) = shared(name) else { continue };
        let source = open(&path, Io::Auto).unwrap();
        let found = blake3::hash(&content(source.as_ref(), 1 << 20)).to_hex();
        assert_eq!(found.as_str(), digest, "{name}");
    }
    for (name, why) in [
        ("ext2.split.E01", "its part ext2.split.E02 is missing"),
        ("fat-differential.vhd", "fat-parent.vhd, is missing"),
    ] {
        let Some(path) = shared(name) else { continue };
        let said = refused(&path);
        assert!(said.contains(why), "{said}");
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
