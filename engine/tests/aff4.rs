//! AFF4 images in several files, with several images in one, and with hashes of their chunks. Where Python has pyaff4, images
//! are read as it reads them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

#[expect(dead_code, reason = "what other tests need of it")]
mod judges;
#[expect(dead_code, reason = "what other tests need of it")]
mod writers;

use std::path::Path;
use std::process::Command;

use afterimage_engine::source::{Io, Source, later_parts, open, parts_of};
use afterimage_signatures::verdict::Span;
use judges::Folder;
use writers::archives::{aff4, aff4_text, zip_of};
use writers::stripes::{CHUNK, striped, text};

fn all(source: &dyn Source) -> Vec<u8> {
    let mut out = vec![0xee; source.len() as usize];
    source.read_at(0, &mut out);
    out
}

#[track_caller]
fn holds(path: &Path, disk: &[u8]) {
    for io in [Io::Auto, Io::Read] {
        let source = open(path, io).unwrap_or_else(|error| panic!("{error}"));
        assert!(all(source.as_ref()) == disk, "{}", path.display());
        assert!(source.unreadable().is_empty(), "{:?}", source.unreadable());
    }
}

#[track_caller]
fn refused(path: &Path, why: &str) {
    let said = open(path, Io::Auto).err().unwrap().to_string();
    assert!(said.contains(why) && !said.contains('\n'), "{said}");
}

#[test]
fn an_image_in_two_files_is_one_whichever_is_named() {
    let folder = Folder::new();
    let made = striped();
    let paths =
        [0, 1].map(|own| folder.write(&format!("disk_{}.aff4", own + 1), &made.volumes[own]));
    // What lies beside it belongs to nothing.
    folder.write("other.aff4", &aff4().bytes);
    folder.write("broken.aff4", &made.volumes[0][..1000]);
    folder.write("empty.aff4", b"");
    for (own, path) in paths.iter().enumerate() {
        holds(path, &made.disk);
        let parts = parts_of(path);
        assert_eq!(parts, [own, 1 - own].map(|own| paths[own].clone()));
    }
    let later = later_parts(&[paths[1].clone(), paths[0].clone(), folder.path("other.aff4")]);
    assert_eq!(later.into_iter().collect::<Vec<_>>(), [paths[1].clone()]);
    assert!(later_parts(&paths[1..]).contains(&paths[0]) && later_parts(&paths[1..]).len() == 1);
}

#[test]
fn a_file_of_an_image_that_is_missing_is_named() {
    let folder = Folder::new();
    let made = striped();
    let path = folder.write("disk_1.aff4", &made.volumes[0]);
    folder.write("disk_2.img", &made.volumes[1]);
    refused(&path, "aff4://stream1 lies in none that is here");
    assert_eq!(parts_of(&path), std::slice::from_ref(&path));
    let stream = "<aff4://s> a aff4:ImageStream; aff4:size 4096; aff4:target <aff4://map> .";
    let stream = format!("@prefix aff4: <http://aff4.org/Schema#> .\n{stream}");
    let alone = [
        ("container.description", &b"aff4://v"[..], false),
        ("information.turtle", stream.as_bytes(), false),
    ];
    refused(&folder.write("stream.aff4", &zip_of(&alone)), "aff4://map, which tells");
}

#[test]
fn a_chunk_whose_hash_does_not_hold_is_unreadable() {
    let made = striped();
    for own in [0, 1] {
        let folder = Folder::new();
        let mut volumes = made.volumes.clone();
        // The first chunk of each stream lies as it is, where no checksum of another kind covers it.
        let chunk = &made.disk[own * CHUNK..(own + 1) * CHUNK];
        let at = volumes[own].windows(CHUNK).position(|part| part == chunk).unwrap();
        volumes[own][at + 100] ^= 1;
        folder.write("disk_2.aff4", &volumes[1]);
        let source = open(&folder.write("disk_1.aff4", &volumes[0]), Io::Auto).unwrap();
        let found = all(source.as_ref());
        let bad = Span { at: (own * CHUNK) as u64, len: CHUNK as u64 };
        assert_eq!(source.unreadable(), [bad]);
        let mut expected = made.disk.clone();
        expected[own * CHUNK..(own + 1) * CHUNK].fill(0);
        assert!(found == expected);
    }
}

/// An image of one map and one stream, with other words in what it says of itself.
fn told(folder: &Folder, name: &str, change: &dyn Fn(&str) -> String) -> std::path::PathBuf {
    let made = aff4();
    let text = aff4_text(15_000, 3 * 4096, "http://code.google.com/p/snappy/");
    let at = made.bytes.windows(text.len()).position(|part| part == text.as_bytes()).unwrap();
    // Members are found by the directory: what stands behind the old text needs no other offsets.
    let members = members(&made.bytes[..at]);
    let changed = change(&text);
    let mut members: Vec<(&str, &[u8], bool)> =
        members.iter().map(|(name, bytes)| (&name[..], &bytes[..], false)).collect();
    members.push(("information.turtle", changed.as_bytes(), false));
    folder.write(name, &zip_of(&members))
}

/// The members of the start of an archive, unpacked, without the last one.
fn members(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let u16_at = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let u32_at = |at: usize| u16_at(at) | u16_at(at + 2) << 16;
    let (mut at, mut found) = (0, Vec::new());
    while at + 30 <= bytes.len() {
        let (method, len, name) = (u16_at(at + 8), u32_at(at + 18), u16_at(at + 26));
        let start = at + 30 + name;
        let name = String::from_utf8(bytes[at + 30..start].to_vec()).unwrap();
        let Some(content) = bytes.get(start..start + len) else { break };
        let content = match method {
            0 => content.to_vec(),
            _ => miniz_oxide::inflate::decompress_to_vec(content).unwrap(),
        };
        found.push((name, content));
        at = start + len;
    }
    found.retain(|(name, _)| name != "information.turtle");
    found
}

#[test]
fn of_several_images_in_a_file_the_disk_is_read_or_all_are_named() {
    let folder = Folder::new();
    let disk = aff4().disk;
    let with = |more: &'static str| move |text: &str| format!("{text}\n{more}");
    for more in [
        "<aff4://memory> a aff4:MemoryImage, aff4:Image ; aff4:dataStream <aff4://m> . <aff4://m> a aff4:Map .",
        "<aff4://file> a aff4:FileImage, aff4:Image, aff4:ImageStream ; aff4:size 7 .",
    ] {
        holds(&told(&folder, "two.aff4", &with(more)), &disk);
    }
    let second =
        "<aff4://second> a aff4:DiskImage ; aff4:dataStream <aff4://m> . <aff4://m> a aff4:Map .";
    refused(
        &told(&folder, "disks.aff4", &with(second)),
        "and holds 2 disks: aff4://image, aff4://second",
    );
}

#[test]
fn what_lies_in_the_gaps_of_a_map_is_told_by_it() {
    let folder = Folder::new();
    let gaps = |what: &'static str| {
        move |text: &str| {
            text.replace("a aff4:Map ;", &format!("a aff4:Map ; aff4:mapGapDefaultStream {what} ;"))
        }
    };
    holds(&told(&folder, "zero.aff4", &gaps("aff4:Zero")), &aff4().disk);
    let source = open(&told(&folder, "x.aff4", &gaps("aff4:SymbolicStream58")), Io::Auto).unwrap();
    let found = all(source.as_ref());
    assert!(found[11_192..11_500].iter().all(|byte| *byte == b'X'), "after the third row");
    assert!(found[8000..8192].iter().chain(&found[14_500..]).all(|byte| *byte == b'X'));
    let source = open(&told(&folder, "no.aff4", &gaps("aff4:UnknownData")), Io::Auto).unwrap();
    all(source.as_ref());
    let bad = |at, end| Span::between(at, end);
    assert_eq!(source.unreadable(), [bad(8000, 8192), bad(11_192, 11_500), bad(14_500, 15_000)]);
    refused(&told(&folder, "odd.aff4", &gaps("<aff4://stream>")), "gaps in its map");
}

/// What Python says to a script that needs pyaff4.
fn pyaff4(script: &str, folder: &Folder) -> Option<String> {
    let ran = Command::new("python3")
        .args(["-W", "ignore", "-c", script])
        .current_dir(folder.root())
        .output();
    let has =
        Command::new("python3").args(["-W", "ignore", "-c", "import pyaff4.container"]).output();
    if !has.is_ok_and(|ran| ran.status.success()) {
        eprintln!("python3 with pyaff4 is not on this machine, and was not asked");
        return None;
    }
    let ran = ran.unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    Some(String::from_utf8_lossy(&ran.stdout).into_owned())
}

#[test]
fn what_pyaff4_writes_is_read_as_it_was() {
    let folder = Folder::new();
    let script = r#"
import os
from pyaff4 import aff4_image, aff4_map, container, data_store, lexicon, rdfvalue, zip
data = (b"some words " * 40000)[:300001] + os.urandom(50000)
open("raw", "wb").write(data)
methods = dict(snappy=lexicon.AFF4_IMAGE_COMPRESSION_SNAPPY, zlib=lexicon.AFF4_IMAGE_COMPRESSION_ZLIB,
    stored=lexicon.AFF4_IMAGE_COMPRESSION_STORED, lz4=lexicon.AFF4_IMAGE_COMPRESSION_LZ4)
for name, method in methods.items():
    urn = rdfvalue.URN.FromFileName(os.path.abspath(name + ".aff4"))
    with data_store.MemoryDataStore() as resolver:
        resolver.Set(lexicon.transient_graph, urn, lexicon.AFF4_STREAM_WRITE_MODE, rdfvalue.XSDString("truncate"))
        with zip.ZipFile.NewZipFile(resolver, container.Version(1, 0, "pyaff4"), urn) as volume:
            with aff4_image.AFF4Image.NewAFF4Image(resolver, volume.urn.Append("disk"), volume.urn) as image:
                image.chunk_size, image.chunks_per_segment, image.compression = 4096, 8, method
                image.Write(data)
print(" ".join(methods))
"#;
    let Some(names) = pyaff4(script, &folder) else { return };
    let raw = std::fs::read(folder.path("raw")).unwrap();
    for name in names.split_whitespace() {
        holds(&folder.path(&format!("{name}.aff4")), &raw);
    }
}

#[test]
fn pyaff4_reads_a_striped_image_as_it_is_read_here() {
    let folder = Folder::new();
    let made = striped();
    folder.write("disk_1.aff4", &made.volumes[0]);
    folder.write("disk_2.aff4", &made.volumes[1]);
    let script = r#"
import os
from pyaff4 import container, data_store, hashes, lexicon, rdfvalue, zip
urns = [rdfvalue.URN.FromFileName(os.path.abspath("disk_%d.aff4" % n)) for n in (1, 2)]
version = container.Version(1, 0, "pyaff4")
resolver = data_store.MemoryDataStore(lexicon.standard)
with zip.ZipFile.NewZipFile(resolver, version, urns[0]), zip.ZipFile.NewZipFile(resolver, version, urns[1]):
    for n in (0, 1):
        with resolver.AFF4FactoryOpen("aff4://map%d" % n) as image:
            open("raw%d" % n, "wb").write(image.Read(image.Size()))
    # The hashes by the names that programs write.
    with resolver.AFF4FactoryOpen("aff4://stream0", version=version) as stream:
        print(stream.readBlockHash(1, lexicon.HASH_SHA1).value)
"#;
    let Some(hash) = pyaff4(script, &folder) else { return };
    for own in [0, 1] {
        let raw = std::fs::read(folder.path(&format!("raw{own}"))).unwrap();
        assert!(raw == made.disk, "{own}");
    }
    let mut hasher = afterimage_engine::Hasher::new(&[afterimage_engine::Algorithm::Sha1]);
    hasher.update(&made.disk[2 * CHUNK..3 * CHUNK]);
    let own = hasher.finish().sha1.unwrap();
    assert!(hash.contains(&own), "{hash} and {own}; {}", text(0, 1, 1));
}
