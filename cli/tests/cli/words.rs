//! What people type wrongly, and what they give for an image that is none: one line, with what to do.

use std::fs;

use afterimage_testdata::png::Png;
use afterimage_testdata::scene::Picture;

use super::{Desk, noise, photo};

/// Every wrong command line, and what is said of it. `card.img` and the folder `photos` are there.
const WRONG: &[(&str, &[&str])] = &[
    ("card.img", &["did you mean: afterimage scan card.img --output DIR"]),
    ("card.img -o out", &["did you mean: afterimage scan card.img -o out"]),
    ("scna card.img -o out", &["did you mean: afterimage scan card.img -o out"]),
    ("list card.img", &["did you mean: afterimage scan card.img --list"]),
    ("xyzzy", &["no command 'xyzzy'", "scan, find, backup, devices, forecast, serve, recover, "]),
    ("-o out scan card.img", &["no option '-o' here", "afterimage scan card.img --output DIR"]),
    ("--scan card.img", &["no option '--scan' here", "afterimage scan"]),
    ("help scna", &["no command 'scna'"]),
    ("scan", &["nothing is named to scan", "--output <DIR>"]),
    ("scan card.img", &["no folder is named to write to", "--output <DIR>", "--list"]),
    ("scan card.img out", &["did you mean: afterimage scan card.img --output out?"]),
    ("scan -o out", &["nothing is named to scan", "`afterimage devices`"]),
    ("scan card.img -o", &["--output needs a value"]),
    ("scan card.img --output=", &["--output", "name a folder"]),
    ("scan card.img -o -", &["--output cannot take '-'", "a folder, not to a pipe"]),
    ("scan - -o out", &["cannot take '-'", "save it to a file first"]),
    ("scan card.img -o out --outptu x", &["no option '--outptu'", "did you mean --output?"]),
    ("scan card.img -o out -o more", &["--output is there twice"]),
    ("scan card.img -o out --list", &["--output and --list exclude each other"]),
    ("scan card.img --list --stats", &["--list and --stats exclude each other"]),
    ("scan card.img --list --embedded", &["--list and --embedded exclude each other"]),
    ("scan card.img -o out --quick --quick", &["--quick is there twice"]),
    ("scan card.img -o out --quiet=no", &["--quiet takes no value"]),
    ("scan card.img -o card.img", &["cannot write to card.img"]),
    ("scan card.img -o card.img/out", &["cannot write to card.img/out", "is not a folder"]),
    ("scan images -o images/out", &["cannot write to images/out", "is to be scanned", "--output"]),
    ("scan images -o images", &["cannot write to images", "is to be scanned"]),
    ("scan missing.img -o out", &["cannot open missing.img", "check the path"]),
    ("scan photos -o out", &["a folder of 2 photos", "still there", "device"]),
    ("scan card.img -o out --threads lots", &["--threads cannot take 'lots'", "from 1 to 1024"]),
    ("scan card.img -o out --threads -1", &["--threads cannot take '-1'", "from 1 to 1024"]),
    (
        "scan card.img -o out --hash sha512",
        &["--hash cannot take 'sha512'", "sha256, sha1, md5, none"],
    ),
    ("scan card.img -o out --hash none,md5", &["--hash names none beside others"]),
    ("scan card.img -o out --io fast", &["--io cannot take 'fast'", "auto, mmap, read, direct"]),
    ("scan card.img -o out --min-pixels -1", &["--min-pixels cannot take '-1'", "300000"]),
    ("scan card.img -o out --min-size 20KB", &["--min-size cannot take '20KB'", "64K"]),
    ("scan card.img -o out --min-size -5", &["--min-size cannot take '-5'"]),
    (
        "scan card.img -o out --chunk-size 1000",
        &["--chunk-size cannot take '1000'", "multiple of 512"],
    ),
    ("scan card.img -o out --range 5", &["--range cannot take '5'", "OFF:LEN"]),
    ("scan card.img -o out --range -5:3", &["--range cannot take '-5:3'"]),
    ("scan card.img -o out --range 5:0", &["--range cannot take '5:0'", "empty"]),
    ("scan card.img -o out --range 1G:", &["the range begins after its end", "--range"]),
    ("scan card.img -o out --format jpgg", &["--format cannot take 'jpgg'", "did you mean jpeg?"]),
    ("scan card.img -o out --format jpeg,,png", &["--format cannot take ''"]),
    ("scan card.img -o out --volume 0", &["--volume cannot take '0'", "counted from 1"]),
    ("scan card.img -o out --volume two", &["--volume cannot take 'two'"]),
    ("scan card.img -o out --timezone CET+1", &["--timezone cannot take 'CET+1'", "Europe/Berlin"]),
    ("scan card.img -o out --since 31.05.2024", &["--since cannot take", "2024-05-31"]),
    ("scan card.img -o out --since 2025-01-01 --until 2024-01-01", &["--until ends before"]),
    ("scan card.img -o out --path [a", &["--path cannot take '[a'"]),
    ("scan card.img -o out --camera=", &["--camera", "canon"]),
    ("scan card.img -o out --signatures no.toml", &["cannot read the signatures in no.toml"]),
    (
        "scan report -o out",
        &["cannot scan report", "the report of a scan", "afterimage recover report"],
    ),
    ("scan /dev/none -o out", &["cannot open /dev/none", "`afterimage devices` lists"]),
    ("scan /dev/null -o out", &["cannot scan /dev/null", "`afterimage devices` lists"]),
    ("scan card.img -o out --lost-hashes none", &["cannot use the list none", "a digest a line"]),
    ("find card.img --password-file none", &["the password in none", "check the path"]),
    ("backup list card.img", &["cannot open card.img", "name a folder"]),
    ("recover photos", &["report.json", "name the output folder of a scan"]),
    ("manual xyzzy", &["there is no manual page afterimage-xyzzy", "lists the commands"]),
    ("-v card.img", &["there is no command 'card.img'", "did you mean"]),
    ("formats jpeg", &["does not know what to do with 'jpeg'"]),
    ("formats --jsn", &["no option '--jsn'", "--json"]),
    ("bench missing.img", &["cannot open missing.img"]),
];

#[test]
fn every_wrong_command_line_is_told_in_one_line() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1)]);
    for folder in ["photos", "images"] {
        fs::create_dir(desk.path(folder)).unwrap();
    }
    for (name, seed) in [("photos/a.png", 1), ("photos/b.png", 2)] {
        fs::write(desk.path(name), photo(seed)).unwrap();
    }
    desk.card("images/a.img", &[]);
    fs::create_dir(desk.path("report")).unwrap();
    fs::write(desk.path("report/report.json"), "{}").unwrap();
    for (typed, parts) in WRONG {
        let ran = desk.run(&typed.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.status, 2, "{typed}: {}{}", ran.out, ran.err);
        assert_eq!(ran.out, "", "{typed}");
        ran.complains(parts);
        assert!(!desk.path("out").exists(), "{typed} began to write");
    }
}

/// Sources that must be unpacked first: a name, how it begins, and what is said.
const PACKED: [(&str, &[u8], &str); 6] = [
    (
        "card.img.gz",
        b"\x1f\x8b\x08\0",
        "it is compressed with gzip, damaged or cut short; look for a whole copy of it",
    ),
    // The tables of this one lie where nothing is.
    (
        "disk.qcow2",
        b"QFI\xfb\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0\x01\0\0\0\0\0\0\0\0",
        "and its table of tables is damaged or cut short; look for a whole copy of it; to search its bytes",
    ),
    (
        "disk.E01",
        b"EVF\x09\r\n\xff\0\x01\x01\0\0\0",
        "is damaged or cut short; look for a whole copy of it",
    ),
    (
        "disk.vmdk",
        b"KDMV\x01\0\0\0\x03\0\0\0\0\0\x01\0\0\0\0\0\x80\0\0\0\0\0\0\0",
        "its header is damaged or cut short; look for a whole copy of it",
    ),
    ("disk.vhdx", b"vhdxfile", "damaged or cut short; look for a whole copy of it"),
    ("x.7z", b"7z\xbc\xaf\x27\x1c", "`7z x x.7z -ox`"),
];

#[test]
fn what_must_be_unpacked_is_named_with_the_command() {
    let desk = Desk::new();
    for (name, magic, said) in PACKED {
        let mut bytes = noise(64 << 10);
        bytes[..magic.len()].copy_from_slice(magic);
        fs::write(desk.path(name), bytes).unwrap();
        for more in [&["--output", "out"][..], &["--list"]] {
            let ran = desk.run(&[&["scan", name], more].concat());
            ran.check(2);
            ran.complains(&[&format!("cannot scan {name}: it is "), ""]);
            assert!(ran.err.contains(said), "{}", ran.err);
        }
    }
    // Beside a source that can be scanned it is told, and the other one is scanned.
    desk.card("card.img", &[&photo(1)]);
    let ran = desk.run(&["scan", "card.img", "disk.vhdx", "--output", "out"]);
    ran.check(3);
    ran.complains(&["cannot scan disk.vhdx: it is a VHDX disk image", "look for a whole copy"]);
}

#[test]
fn a_raw_image_that_begins_with_a_compressed_file_is_scanned_with_a_note() {
    let desk = Desk::new();
    for (name, magic) in [
        ("card.img", &b"\x1f\x8b\x08\0"[..]),
        ("card", b"7z\xbc\xaf\x27\x1c"),
        ("c.dd", b"\xfd7zXZ\0"),
    ] {
        desk.card(name, &[&photo(1)]);
        let mut bytes = fs::read(desk.path(name)).unwrap();
        bytes[..magic.len()].copy_from_slice(magic);
        fs::write(desk.path(name), bytes).unwrap();
        let ran = desk.run(&["scan", name, "--list"]);
        ran.check(0);
        let note = format!("afterimage: note: {name} is taken for a raw image");
        assert!(ran.err.starts_with(&note) && ran.err.contains("unpack it with `"), "{}", ran.err);
        ran.says("1 photo would be recovered");
    }
}

#[test]
fn what_holds_photos_as_they_are_is_scanned_with_a_note() {
    let desk = Desk::new();
    let photo = photo(1);
    let mut header = vec![0; 512];
    header[..5].copy_from_slice(b"a.png");
    header[124..136].copy_from_slice(format!("{:011o}\0", photo.len()).as_bytes());
    header[257..263].copy_from_slice(b"ustar\0");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum::<u32>() + 8 * 32;
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut tar = [header, photo.clone()].concat();
    tar.resize(tar.len().next_multiple_of(512) + 1024, 0);
    fs::write(desk.path("photos.tar"), &tar).unwrap();
    let ran = desk.run(&["scan", "photos.tar", "--output", "out"]);
    ran.check(0);
    assert!(ran.err.starts_with("afterimage: note: photos.tar is a tar archive; "), "{}", ran.err);
    assert_eq!(desk.written("photos"), [photo]);
}

#[test]
fn a_source_that_is_there_twice_is_scanned_once() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1)]);
    let ran = desk.run(&["scan", "card.img", "./card.img", "--output", "out"]);
    ran.check(0);
    ran.says("Found 1 photo in card.img");
    assert_eq!(ran.err, "afterimage: note: ./card.img is there twice; it is scanned once\n");
}

#[test]
fn names_of_sources_cannot_speak_to_the_terminal() {
    let desk = Desk::new();
    let name = "a\u{1b}[2J\u{9b}b\u{202e}.img";
    desk.card(name, &[&Png::default().encode(&Picture::scene(1, 64, 48))]);
    for more in [
        &["--output", "out"][..],
        &["--list"],
        &["--list", "--json"],
        &["--output", "more", "--json"],
    ] {
        let ran = desk.run(&[&["scan", name], more].concat());
        ran.check(0);
        let steers = |letter: char| letter.is_control() && letter != '\n' || letter == '\u{202e}';
        assert!(!ran.out.contains(steers) && !ran.err.contains(steers), "{more:?}: {:?}", ran.out);
    }
}
