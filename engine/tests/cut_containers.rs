//! Containers that were cut short or damaged: what is left of the disk is read, nothing else is taken for it, and what is
//! refused is told as damaged, with nothing to do that would fail.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

#[expect(dead_code, reason = "what other tests need of it")]
mod judges;
#[expect(dead_code, reason = "what other tests need of it")]
mod writers;

use std::path::Path;

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::Report;
use afterimage_engine::run;
use afterimage_engine::source::{Io, Source, open};
use afterimage_signatures::verdict::Span;
use afterimage_testdata::random::Random;
use afterimage_testdata::samples;
use judges::{Folder, runs};
use writers::archives::zip_of;

/// Bytes of a chunk, and of one that is not packed.
const CHUNK: usize = 32 << 10;
const STORED: usize = CHUNK + 4;

/// What is said of an image of which some lists are missing.
const WALKED: &str =
    "it is damaged or cut short: what no table tells was looked for by its checksums";

/// A disk with bytes that can be packed and others that cannot.
fn image() -> Vec<u8> {
    let mut random = Random::new(5);
    let part = |seed: u8| match seed % 3 {
        0 => vec![seed; 50_000],
        _ => random.bytes(50_000),
    };
    let mut image: Vec<u8> = (0..90u8).flat_map(part).collect();
    image.resize(image.len().next_multiple_of(512), 0);
    image
}

fn content(source: &dyn Source) -> Vec<u8> {
    let mut bytes = vec![0xee; source.len() as usize];
    bytes.chunks_mut(1 << 20).enumerate().for_each(|(number, piece)| {
        source.read_at((number as u64) << 20, piece);
    });
    bytes
}

/// Bytes of the disk at `path` that can be read, all of which are those of `image`; and those before the first that cannot.
#[track_caller]
fn check(path: &Path, image: &[u8]) -> (usize, usize) {
    let (mut known, mut first) = (0, 0);
    for io in [Io::Auto, Io::Read] {
        let source = open(path, io).unwrap_or_else(|error| panic!("{error}"));
        let found = content(source.as_ref());
        assert_eq!(found.len(), image.len());
        let bad = source.unreadable();
        let mut at = 0;
        known = 0;
        first = bad.first().map_or(image.len(), |bad| bad.at as usize);
        for bad in bad.iter().copied().chain([Span { at: image.len() as u64, len: 0 }]) {
            let span = at..bad.at as usize;
            assert!(found[span.clone()] == image[span.clone()], "{span:?} of {}", path.display());
            known += span.len();
            at = bad.end() as usize;
        }
    }
    (known, first)
}

fn refused(path: &Path) -> String {
    open(path, Io::Auto).err().unwrap_or_else(|| panic!("{} is opened", path.display())).to_string()
}

/// A folder with the disk as `raw.img`, and the disk; nothing where no E01 image can be made.
fn raw() -> Option<(Folder, Vec<u8>)> {
    let folder = Folder::for_tools(&["ewfacquire"])?;
    let image = image();
    folder.write("raw.img", &image);
    Some((folder, image))
}

/// The same, and an E01 image of it.
fn acquired(name: &str, options: &[&str]) -> Option<(Folder, Vec<u8>)> {
    raw().filter(|(folder, _)| acquire(folder, name, options))
}

fn acquire(folder: &Folder, name: &str, options: &[&str]) -> bool {
    let words = ["ewfacquire", "-u", "-q", "-t", name, "-f", "encase6"];
    let words: Vec<&str> = words.iter().chain(options).chain(&["raw.img"]).copied().collect();
    runs(&words, folder.root())
}

/// Where sections of a kind begin.
fn sections(bytes: &[u8], kind: &str) -> Vec<usize> {
    let name = format!("{kind}\0\0\0");
    bytes
        .windows(name.len())
        .enumerate()
        .filter(|(_, here)| *here == name.as_bytes())
        .map(|(at, _)| at)
        .collect()
}

#[test]
fn the_chunks_of_an_e01_without_its_table_are_read() {
    let folder = Folder::new();
    let made = writers::all().into_iter().find(|made| made.name == "x.E01").unwrap();
    let data = 1141 + 76;
    for (len, chunks) in
        [(data + 4100, 1), (data + 8199, 1), (data + 8200, 2), (data + 8200 + 90, 2)]
    {
        let path = folder.write("x.E01", &made.bytes[..len]);
        assert_eq!(check(&path, &made.disk), (chunks * 4096, chunks * 4096), "{len}");
        assert_eq!(open(&path, Io::Auto).unwrap().container_fault(), Some(WALKED));
    }
    // The descriptor of a section that was never finished says nothing of its length.
    let mut bytes = made.bytes[..data + 8200].to_vec();
    bytes[1141 + 16..1141 + 32].fill(0);
    (made.mend)(&mut bytes);
    assert_eq!(check(&folder.write("x.E01", &bytes), &made.disk).0, 8192);
    for len in [13, 500, data, data + 4099] {
        let said = refused(&folder.write("x.E01", &made.bytes[..len]));
        assert!(said.contains("damaged or cut short"), "{said}");
        assert!(said.contains("look for a whole copy") && !said.contains("ewfexport"), "{said}");
        assert!(said.contains("truncate -s %512"), "{said}");
    }
}

#[test]
fn an_e01_is_read_up_to_where_it_was_cut() {
    let Some((folder, image)) = raw() else { return };
    for (name, options) in [
        ("none", &["-c", "none"][..]),
        ("fast", &["-c", "fast"]),
        ("best", &["-c", "best", "-b", "128"]),
        ("parts", &["-c", "none", "-S", "1048576"]),
        ("packed", &["-c", "fast", "-S", "1048576"]),
    ] {
        if !acquire(&folder, name, options) {
            continue;
        }
        let path = folder.path(&format!("{name}.E01"));
        let parts = open(&path, Io::Auto).unwrap().files();
        let before = image.len() * (parts.len() - 1) / parts.len().max(2);
        let last = parts.last().unwrap();
        let bytes = std::fs::read(last).unwrap();
        let mut known = 0;
        for cut in (0..24).map(|nth| bytes.len() * nth / 24 + 17 * nth) {
            if parts.len() == 1 && cut < 40_000 {
                continue;
            }
            std::fs::write(last, &bytes[..cut]).unwrap();
            let (all, first) = check(&path, &image);
            assert_eq!(all, first, "{name} at {cut}");
            assert!(all >= known && all >= before / 2, "{name} at {cut}: {all}");
            if options == ["-c", "none"] {
                // But for what lies before the chunks, which is short.
                assert!(all + CHUNK >= (cut - 8192) / STORED * CHUNK, "{name} at {cut}: {all}");
            }
            assert_eq!(open(&path, Io::Auto).unwrap().container_fault(), Some(WALKED), "{cut}");
            known = all;
        }
        assert!(known > image.len() * 9 / 10, "{name}: {known}");
        std::fs::write(last, &bytes).unwrap();
        assert_eq!(check(&path, &image).0, image.len());
    }
}

#[test]
fn a_part_of_an_e01_that_was_cut_moves_nothing_of_those_after_it() {
    let Some((folder, image)) = acquired("parts", &["-c", "none", "-S", "1048576"]) else { return };
    let first = folder.path("parts.E01");
    let whole = std::fs::read(folder.path("parts.E02")).unwrap();
    for cut in [5, 60, whole.len() / 3, whole.len() - 3000, whole.len() - 10] {
        folder.write("parts.E02", &whole[..cut]);
        let (all, _) = check(&first, &image);
        assert!(all + whole.len() - cut + 3 * CHUNK >= image.len(), "{cut}: {all}");
    }
    // Of two gaps nobody knows how long each is.
    folder.write("parts.E02", &whole[..whole.len() / 3]);
    let fourth = std::fs::read(folder.path("parts.E04")).unwrap();
    folder.write("parts.E04", &fourth[..fourth.len() / 3]);
    let (all, start) = check(&first, &image);
    assert_eq!(all, start);
}

#[test]
fn a_table_that_is_damaged_with_its_copy_moves_nothing_of_those_after_it() {
    let Some((folder, image)) = acquired("one", &["-c", "fast", "-S", "1048576"]) else { return };
    let (first, name) = (folder.path("one.E01"), "one.E02");
    let mut bytes = std::fs::read(folder.path(name)).unwrap();
    let (tables, copies) = (sections(&bytes, "table"), sections(&bytes, "table2"));
    assert!(!tables.is_empty() && tables.len() == copies.len());
    bytes[tables[0] + 76] ^= 1;
    folder.write(name, &bytes);
    // The copy stands in.
    assert_eq!(check(&first, &image).0, image.len());
    bytes[copies[0] + 76] ^= 1;
    folder.write(name, &bytes);
    assert_eq!(check(&first, &image).0, image.len());
    assert_eq!(open(&first, Io::Auto).unwrap().container_fault(), Some(WALKED));
    let data = sections(&bytes, "sectors")[0] + 76;
    bytes[data + 200_000] ^= 1;
    folder.write(name, &bytes);
    let (all, start) = check(&first, &image);
    // Of the part no more is lost than it holds, of which a third is packed.
    assert!(all > start && all + (3 << 19) + 4 * CHUNK > image.len(), "{all} {start}");
}

#[test]
fn a_table_that_is_damaged_inside_is_read_from_its_copy_or_from_the_chunks() {
    let Some((folder, image)) = acquired("one", &["-c", "fast", "-S", "1048576"]) else { return };
    let (first, name) = (folder.path("one.E01"), "one.E02");
    let whole = std::fs::read(folder.path(name)).unwrap();
    let entry = |kind: &str, number: usize| sections(&whole, kind)[0] + 76 + 24 + number * 4;
    let data = sections(&whole, "sectors")[0] + 76;
    // One that still goes forward, and one that does not.
    for change in [1, 0x40] {
        let byte = if change == 1 { 0 } else { 3 };
        let mut bytes = whole.clone();
        bytes[entry("table", 3) + byte] ^= change;
        folder.write(name, &bytes);
        assert_eq!(check(&first, &image).0, image.len());
        assert_eq!(open(&first, Io::Auto).unwrap().container_fault(), None);
        bytes[entry("table2", 5) + byte] ^= change;
        folder.write(name, &bytes);
        assert_eq!(check(&first, &image).0, image.len(), "{change}");
        assert_eq!(open(&first, Io::Auto).unwrap().container_fault(), Some(WALKED));
        // Where the chunks lead no further, what the table tells of the others still counts.
        bytes[data + 200_000] ^= 1;
        folder.write(name, &bytes);
        let (all, start) = check(&first, &image);
        assert!(all > start, "{all} {start}");
        if change == 1 {
            assert!(all + 3 * CHUNK >= image.len(), "{all}");
        }
        assert_eq!(open(&first, Io::Auto).unwrap().container_fault(), Some(WALKED));
    }
}

#[test]
fn what_does_not_unpack_is_called_damaged() {
    let folder = Folder::new();
    for (name, bytes) in [
        ("a.gz", &b"\x1f\x8b\x08\0\0\0\0\0\0\x03garbage behind"[..]),
        ("b.gz", b"\x1f\x8b\x08\0\0\0"),
        ("c.img.zst", b"\x28\xb5\x2f\xfd\xff\xff"),
        ("d.zst", b"\x28\xb5\x2f\xfd\x04\x58garbage behind it"),
    ] {
        let said = refused(&folder.write(name, bytes));
        assert!(said.contains("damaged or cut short") && said.contains("whole copy"), "{said}");
        assert!(!said.contains("unzstd") && !said.contains("gunzip"), "{said}");
    }
    for made in writers::all() {
        let end = match made.name {
            "x.qcow2" => 70,
            "x.vhdx" => 200 << 10,
            _ => continue,
        };
        let said = refused(&folder.write(made.name, &made.bytes[..end]));
        assert!(said.contains("damaged or cut short") && said.contains("whole copy"), "{said}");
        assert!(!said.contains("qemu-img"), "{said}");
    }
}

#[test]
fn a_disk_that_is_its_own_parent_is_refused_with_what_helps() {
    let Some(folder) = Folder::for_tools(&["qemu-img"]) else { return };
    for (name, parent) in [("a.qcow2", "b.qcow2"), ("b.qcow2", "a.qcow2")] {
        let words = ["qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "qcow2", "-b", parent];
        let words: Vec<&str> = words.into_iter().chain([name, "1M"]).collect();
        assert!(runs(&words, folder.root()));
    }
    let said = refused(&folder.path("a.qcow2"));
    assert!(said.contains("would be its own parent") && !said.contains("convert"), "{said}");
}

/// A zip archive as it is written by programs that cannot go back: its header does not tell how long its file is.
fn streamed(name: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = zip_of(&[(name, content, true)]);
    bytes[6] |= 8;
    bytes[14..26].fill(0);
    bytes
}

#[test]
fn a_disk_in_a_zip_archive_without_its_end_is_read_as_far_as_it_goes() {
    let folder = Folder::new();
    let image = image();
    for (name, bytes) in [
        ("stored.zip", zip_of(&[("a/card.img", &image, false)])),
        ("deflated.zip", zip_of(&[("card.dd", &image, true)])),
    ] {
        for cut in [bytes.len() / 4, bytes.len() / 2, bytes.len() - 30] {
            let path = folder.write(name, &bytes[..cut]);
            let (all, first) = check(&path, &image);
            assert!(
                all == first && all + 100_000 >= image.len() * (cut - 100) / bytes.len(),
                "{name} {all}"
            );
            let source = open(&path, Io::Auto).unwrap();
            let fault = (all < image.len()).then_some("it is damaged or cut short");
            assert_eq!(source.container_fault(), fault);
        }
    }
    let bytes = streamed("card.img", &image);
    let source = open(&folder.write("streamed.zip", &bytes[..bytes.len() / 2]), Io::Auto).unwrap();
    let found = content(source.as_ref());
    assert!(found.len() > image.len() / 4 && found == image[..found.len()]);
    assert_eq!(source.container_fault(), Some("it is damaged or cut short"));
    // What has more in it is no disk image.
    let several = zip_of(&[("a.img", &image, true), ("b.img", &image, true)]);
    let source = open(&folder.write("both.zip", &several[..several.len() - 30]), Io::Auto).unwrap();
    assert_eq!(source.container(), None);
    let said = afterimage_engine::source::recognise(source.as_ref()).unwrap();
    assert!(
        said.what.contains("missing or damaged") && said.advice.contains("zip -FF"),
        "{said:?}"
    );
}

#[test]
fn an_archive_whose_files_are_all_packed_is_scanned_where_archives_are_looked_into() {
    let folder = Folder::new();
    let photos: Vec<Vec<u8>> =
        samples::jpegs().into_iter().take(3).map(|sample| sample.bytes).collect();
    let members: Vec<_> = ["1.jpg", "2.jpg", "3.jpg"]
        .into_iter()
        .zip(&photos)
        .map(|(name, photo)| (name, &photo[..], true))
        .collect();
    let path = folder.write("photos.zip", &zip_of(&members));
    let said = refused(&path);
    assert!(said.contains("look into it with --archives, or unpack it with `unzip"), "{said}");
    let output = folder.path("out");
    let options = Options { archives: true, output: Some(output.clone()), ..Options::default() };
    run::scan(std::slice::from_ref(&path), &options, &Progress::default()).unwrap();
    let report = std::fs::read(output.join("report.json")).unwrap();
    let report: Report = serde_json::from_slice(&report).unwrap();
    let names: Vec<_> =
        report.files.iter().filter_map(|file| file.container.as_ref()?.name.as_deref()).collect();
    assert_eq!(names, ["1.jpg", "2.jpg", "3.jpg"]);
}
