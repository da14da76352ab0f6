use std::io::Write;
use std::path::Path;

use super::*;
use crate::source::MemorySource;
use crate::source::image_names::NamedForm;

/// What a file of that name and content is.
#[track_caller]
fn of(name: &str, bytes: &[u8]) -> Packed {
    let found = recognise(&MemorySource::new(name, bytes.to_vec()));
    found.unwrap_or_else(|| panic!("{name} is not recognised"))
}

fn at(len: usize, parts: &[(usize, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0; len];
    for (at, part) in parts {
        bytes[*at..at + part.len()].copy_from_slice(part);
    }
    bytes
}

#[track_caller]
fn check(name: &str, bytes: &[u8], what: &str, command: &str) {
    let packed = of(name, bytes);
    assert!(!packed.is_scannable && packed.what.contains(what), "{packed:?}");
    assert!(packed.advice.contains(&format!("`{command}`")), "{packed:?}");
}

#[test]
fn what_is_compressed_is_named_with_the_tool_that_undoes_it() {
    check("a/card", b"BZh91AY&SYrest", "bzip2", "bzip2 -dc a/card > a/card.img");
    check("card.img.bz2", b"BZh91AY&SYrest", "bzip2", "bunzip2 -k card.img.bz2");
    check("card.img.xz", b"\xfd7zXZ\0rest", "xz", "unxz -k card.img.xz");
    check("card.img.lz4", b"\x04\x22\x4d\x18rest", "lz4", "lz4 -d card.img.lz4 card.img");
    let packed = of("card.tbz", b"BZh91AY&SYrest");
    assert!(packed.advice.ends_with("afterimage scan card.tar --output DIR"), "{packed:?}");
    // What of these is whole is read as the disk in it.
    for (name, bytes) in
        [("card.tgz", &b"\x1f\x8b\x08\0rest"[..]), ("a.zst", b"\x28\xb5\x2f\xfdrest")]
    {
        let packed = of(name, bytes);
        assert!(
            !packed.is_scannable && packed.what.ends_with("damaged or cut short"),
            "{packed:?}"
        );
        assert!(packed.advice.starts_with("look for a whole copy of it"), "{packed:?}");
    }
}

/// A gzip file with a name in it.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let packed = miniz_oxide::deflate::compress_to_vec(bytes, 6);
    [&b"\x1f\x8b\x08\x08\0\0\0\0\0\x03card\0"[..], &packed, &[0; 8]].concat()
}

fn whole_sectors(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

#[test]
fn a_raw_image_may_begin_with_a_compressed_file() {
    let random = |n: u32| n.wrapping_mul(2_654_435_761).to_le_bytes();
    let text: Vec<u8> = (0..40_000).flat_map(random).collect();
    let first = [gzip(&text), vec![7; 100_000]].concat();
    for begun in [&first[..], &gzip(b"short"), b"\x1f\x8b\x08\0rest", b"7z\xbc\xaf\x27\x1c\0\x04"] {
        let card = whole_sectors(begun.to_vec());
        for name in ["card.img", "card", "card.dd"] {
            let said = of(name, &card);
            assert!(
                said.is_scannable && said.what.starts_with("taken for a raw image"),
                "{said:?}"
            );
            assert!(said.advice.starts_with("if it is no raw image, unpack it with `"), "{said:?}");
        }
        for name in ["card.img.gz", "x.TGZ", "x.7z"] {
            let is_gzip = begun.starts_with(b"\x1f\x8b");
            let is_called_so = is_gzip != name.ends_with("7z");
            assert_eq!(of(name, &card).is_scannable, !is_called_so, "{name}");
        }
        let mut odd = card;
        odd.push(0);
        assert!(!of("card.img", &odd).is_scannable, "no raw image ends within a sector");
    }
}

#[test]
fn a_compressed_disk_is_one_whatever_its_name_is() {
    let boot = at(1 << 20, &[(0, b"\xeb\x58\x90MSDOS5.0"), (510, b"\x55\xaa")]);
    let btrfs = at(1 << 20, &[(0, b"x"), (0x1_0040, b"_BHRfS_M")]);
    for disk in [boot, btrfs, vec![0; 1 << 20]] {
        assert!(!of("card.img", &whole_sectors(gzip(&disk))).is_scannable);
    }
}

#[test]
fn archives_are_named_with_the_tool_that_unpacks_them() {
    check("x.7z", b"7z\xbc\xaf\x27\x1c\0\x04", "7z", "7z x x.7z -ox");
    check("x.rar", b"Rar!\x1a\x07\x01\0", "RAR", "7z x x.rar -ox");
    check("x.wim", b"MSWIM\0\0\0\0", "WIM", "wimlib-imagex extract x.wim 1 --dest-dir=x");
    check("x.L01", b"LVF\x09\r\n\xff\0\x01\x01\0", "L01", "ewfexport -u -f files -t x x.L01");
}

#[test]
fn disk_images_are_named_with_the_tool_that_makes_them_raw() {
    let qemu = |format: &str, name: &str| {
        format!("qemu-img convert -f {format} -O raw {name} {}", name.replace(".x", ".img"))
    };
    for (bytes, what, format) in
        [(&b"QFI\xfb\0\0\0\x01"[..], "QCOW", "qcow"), (b"QED\0rest", "QED", "qed")]
    {
        check("disk.x", bytes, what, &qemu(format, "disk.x"));
    }
    check("x.simg", b"\x3a\xff\x26\xed\x01\0\0\0", "Android", "simg2img x.simg x.img");
    check("x.aff", b"AFF10\r\n\0", "AFF", "affcat x.aff > x.img");
}

#[test]
fn what_holds_bytes_as_they_are_can_be_scanned() {
    let mut header = at(1024, &[(0, b"a.jpg"), (124, b"00000000012\0"), (257, b"ustar\0")]);
    let sum: u32 = header[..512].iter().map(|byte| u32::from(*byte)).sum();
    write!(&mut header[148..156], "{:06o}\0 ", sum + 8 * 32).unwrap();
    let packed = of("a.tar", &header);
    assert!(packed.is_scannable && packed.what == "a tar archive", "{packed:?}");
    assert!(packed.advice.contains("`mkdir a && tar -xf a.tar -C a`"), "{packed:?}");
    header[0] = b'b';
    assert_eq!(recognise(&MemorySource::new("a.tar", header)), None);
}

/// A zip archive with files of such methods, whose content does not matter.
fn zip(files: &[(&str, u16)]) -> Vec<u8> {
    let (mut bytes, mut rows) = (Vec::new(), Vec::new());
    for (name, method) in files {
        let start = bytes.len() as u32;
        bytes.extend(at(30, &[(0, b"PK\x03\x04"), (18, &[4]), (26, &[name.len() as u8])]));
        bytes.extend(name.as_bytes().iter().chain(b"data"));
        let mut row = at(46, &[(0, b"PK\x01\x02"), (20, &[4]), (28, &[name.len() as u8])]);
        row[10..12].copy_from_slice(&method.to_le_bytes());
        row[42..46].copy_from_slice(&start.to_le_bytes());
        rows.extend(row.iter().chain(name.as_bytes()));
    }
    let start = bytes.len() as u32;
    let mut end = at(22, &[(0, b"PK\x05\x06")]);
    end[12..16].copy_from_slice(&(rows.len() as u32).to_le_bytes());
    end[16..20].copy_from_slice(&start.to_le_bytes());
    [bytes, rows, end].concat()
}

#[test]
fn a_zip_is_scanned_where_it_holds_files_as_they_are() {
    check(
        "x.zip",
        &zip(&[("a.jpg", 8), ("b/", 0)]),
        "all that it holds is compressed",
        "unzip x.zip -d x",
    );
    let stored = of("x.zip", &zip(&[("a.jpg", 0)]));
    assert!(stored.is_scannable && stored.what.ends_with("as they are"), "{stored:?}");
    let mixed = of("x.zip", &zip(&[("a.jpg", 0), ("b.jpg", 8), ("c.jpg", 8)]));
    assert!(mixed.is_scannable && mixed.what.contains("2 of its 3 files are compressed"));
    let bytes = zip(&[("a.jpg", 8)]);
    let cut = of("x.zip", &bytes[..bytes.len() - 30]);
    assert!(cut.is_scannable && cut.what.contains("missing or damaged"), "{cut:?}");
}

#[test]
fn names_of_forms_with_a_disk_in_them_are_those_of_images() {
    for form in FORMS.iter().filter(|form| matches!(form.unpack, Damaged)) {
        for name in form.extensions {
            assert_eq!(NamedForm::of(name), Some(NamedForm::Disk), "{name}");
        }
    }
}

#[test]
fn raw_images_and_photos_are_none_of_these() {
    let boot = at(4096, &[(0, b"\xeb\x58\x90MSDOS5.0"), (510, b"\x55\xaa")]);
    for bytes in [&boot[..], b"\xff\xd8\xff\xe0\0\x10JFIF", b"P", b"", &[0; 4096], &[0xFF; 4096]] {
        assert_eq!(recognise(&MemorySource::new("card.img", bytes.to_vec())), None);
    }
}

#[test]
fn nothing_that_exists_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk.qcow2");
    let packed = |path: &Path| of(path.to_str().unwrap(), b"QFI\xfb\0\0\0\x01").advice;
    assert!(packed(&path).contains("/disk.img`"));
    std::fs::write(folder.path().join("disk.img"), b"").unwrap();
    assert!(packed(&path).contains("/disk-unpacked-1.img`"));
    // The name that is split at the word for the file.
    assert!(
        packed(Path::new("IN OUT's.qcow2")).contains(r"raw 'IN OUT'\''s.qcow2' 'IN OUT'\''s.img'`")
    );
}
