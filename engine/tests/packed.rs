//! Photos in deflated members of archives and documents that lie in an image: found with `archives`, proven by the
//! checksums of the archive, read again from packed bytes.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bench;
#[expect(dead_code, reason = "what other tests need of it")]
mod writers;

use std::fs;
use std::time::{Duration, Instant};

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{Grade, Report, ReportFile, RunOrigin};
use afterimage_engine::run::{self, Job, Recover, Verify};
use afterimage_engine::source::MemorySource;
use afterimage_testdata::random::Random;
use afterimage_testdata::{bmp, samples};
use bench::{Bench, check_runs, own};
use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_HAS_MORE_INPUT, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};
use proptest::prelude::*;
use writers::archives::{tar_of, zip_of};

/// Noise between archives, in bytes.
const NOISE: usize = 70_000;

fn archives() -> Options {
    Options { archives: true, filesystems: false, ..Options::default() }
}

/// A photo by the name of its sample.
fn photo(name: &str) -> Vec<u8> {
    let all = samples::jpegs().into_iter().chain(samples::pngs()).chain(bmp::samples());
    all.into_iter().find(|sample| sample.name == name).unwrap().bytes
}

/// A member of a zip archive whose lengths follow its data, as programs write that cannot go back.
fn streamed(name: &str, content: &[u8]) -> Vec<u8> {
    let packed = compress_to_vec(content, 6);
    let mut out = b"PK\x03\x04\x14\0\x08\x08\x08\0".to_vec();
    out.extend([0; 16]);
    out.extend([name.len() as u8, 0, 0, 0]);
    out.extend(name.as_bytes());
    out.extend(&packed);
    out.extend(b"PK\x07\x08");
    for number in [crc32fast::hash(content), packed.len() as u32, content.len() as u32] {
        out.extend(number.to_le_bytes());
    }
    out
}

/// The same with 64-bit lengths.
fn streamed_long(name: &str, content: &[u8]) -> Vec<u8> {
    let packed = compress_to_vec(content, 6);
    let mut out = b"PK\x03\x04\x2d\0\x08\x08\x08\0\0\0\0\0\0\0\0\0".to_vec();
    out.extend([0xff; 8]);
    out.extend([name.len() as u8, 0, 20, 0]);
    out.extend(name.as_bytes());
    out.extend(b"\x01\0\x10\0");
    out.extend([0; 16]);
    out.extend(&packed);
    out.extend(b"PK\x07\x08");
    out.extend(crc32fast::hash(content).to_le_bytes());
    for number in [packed.len(), content.len()] {
        out.extend((number as u64).to_le_bytes());
    }
    out
}

fn gzip(name: &str, content: &[u8]) -> Vec<u8> {
    let mut out = b"\x1f\x8b\x08\x08\0\0\0\0\0\x03".to_vec();
    out.extend(name.as_bytes());
    out.push(0);
    out.extend(compress_to_vec(content, 6));
    out.extend(crc32fast::hash(content).to_le_bytes());
    out.extend((content.len() as u32).to_le_bytes());
    out
}

fn pdf(content: &[u8]) -> Vec<u8> {
    let packed = compress_to_vec_zlib(content, 6);
    let mut out = format!(
        "%PDF-1.7\n7 0 obj\n<< /Subtype /Image /Filter [/FlateDecode /DCTDecode] /Length {} >>\nstream\r\n",
        packed.len()
    )
    .into_bytes();
    out.extend(packed);
    out.extend(b"\nendstream\nendobj\n");
    out
}

/// What lies in noise, piece by piece.
fn disk(pieces: &[Vec<u8>]) -> Vec<u8> {
    let mut random = Random::new(7);
    let mut disk = random.bytes(NOISE);
    for piece in pieces {
        disk.extend(piece);
        disk.extend(random.bytes(NOISE));
    }
    disk
}

fn scan(image: &[u8]) -> Report {
    let (_, report) = Bench::new(image).scan("out", archives());
    report.files.iter().for_each(|file| drop(check_runs(image, file)));
    report
}

fn name(file: &ReportFile) -> &str {
    file.container.as_ref().and_then(|container| container.name.as_deref()).unwrap_or("")
}

/// All that is found of one photo in one archive.
#[track_caller]
fn only(report: &Report) -> &ReportFile {
    let found: Vec<_> = own(report).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0]
}

#[test]
fn photos_in_deflated_members_are_found_and_proven_by_their_checksums() {
    let [canon, progressive, grey, samsung] =
        ["canon", "web-progressive", "grey", "samsung"].map(photo);
    let bitmap = photo("rgb");
    let files = [
        ("zip", "word/media/image1.jpeg", &canon),
        ("zip", "../../etc/evil\n.bmp", &bitmap),
        ("zip", "streamed.jpg", &progressive),
        ("zip", "long.jpg", &samsung),
        ("gzip", "grey.jpg", &grey),
        ("tar.gz", "DCIM/1.jpg", &canon),
        ("tar.gz", "DCIM/2.jpg", &samsung),
        ("pdf", "", &grey),
    ];
    let document: Vec<(&str, &[u8], bool)> = vec![
        ("[Content_Types].xml", b"<Types/>", true),
        (files[0].1, files[0].2, true),
        (files[1].1, files[1].2, true),
    ];
    let tape = tar_of(&[(files[5].1, &canon), ("read me.txt", b"a text"), (files[6].1, &samsung)]);
    let image = disk(&[
        zip_of(&document),
        streamed(files[2].1, &progressive),
        streamed_long(files[3].1, &samsung),
        gzip(files[4].1, &grey),
        gzip("backup.tar", &tape),
        pdf(&grey),
    ]);
    let bench = Bench::new(&image);
    let (_, report) = bench.scan("out", archives());
    let mut found: Vec<&ReportFile> = own(&report).collect();
    assert_eq!(found.len(), files.len(), "{found:#?}");
    for (kind, name_there, bytes) in files {
        let is_it = |file: &&ReportFile| {
            file.container.as_ref().is_some_and(|one| one.kind == kind) && name(file) == name_there
        };
        let at = found.iter().position(is_it).unwrap();
        let file = found.remove(at);
        assert!(check_runs(&image, file) == *bytes, "{name_there}");
        assert_eq!(file.grade, Grade::Verified, "{file:?}");
        assert!(file.proof.contains(if kind == "pdf" { "Adler-32" } else { "CRC-32" }), "{file:?}");
        assert!(file.unchecked.is_empty() && file.issues.is_empty(), "{file:?}");
        assert_eq!(file.runs[0].origin, RunOrigin::Inflated);
        assert!(file.runs[0].inflated.as_ref().is_some_and(|told| told.checked));
        assert_eq!(file.name_hint.as_deref().unwrap_or(""), name_there);
        if let Some(path) = &file.path {
            assert!(fs::read(bench.output("out").join(path)).unwrap() == *bytes);
        }
    }
    let inside: Vec<_> = report.files.iter().filter(|file| file.parent.is_some()).collect();
    assert!(inside.len() >= 2, "{inside:?}");
    inside.iter().for_each(|file| drop(check_runs(&image, file)));
    assert!(report.head.options.archives);

    let verify = Verify { folder: bench.output("out"), replay: true, ..Verify::default() };
    let verified = run::verify(&verify, &Progress::default()).unwrap();
    assert!(verified.differences.is_empty(), "{:?}", verified.differences);
    assert_eq!(verified.replayed, report.files.len() as u64);

    let (_, without) = bench.scan("plain", Options { archives: false, ..archives() });
    assert!(own(&without).all(|file| file.runs.iter().all(|run| run.inflated.is_none())));
    assert!(without.files.len() < report.files.len());
}

#[test]
fn photos_of_a_report_are_recovered_out_of_their_archives() {
    let (canon, grey) = (photo("canon"), photo("grey"));
    let tape = gzip("x.tar", &tar_of(&[("1.jpg", &canon), ("2.jpg", &grey)]));
    let bench = Bench::new(&disk(&[tape]));
    let (_, report) = bench.scan("out", Options { dry_run: true, ..archives() });
    assert!(own(&report).count() == 2 && own(&report).all(|file| file.path.is_none()));
    let asked = Recover { folder: bench.output("out"), ..Recover::default() };
    let recovered = run::recover(&asked, &Progress::default()).unwrap();
    assert_eq!((recovered.written, recovered.refused.len()), (2, 0), "{:?}", recovered.refused);
    let written = bench::tree(&bench.output("out").join("photos"));
    for bytes in [canon, grey] {
        assert!(written.values().any(|there| *there == bytes));
    }
}

/// How many bytes come out of deflated data that break off.
fn come_out(packed: &[u8]) -> usize {
    let flags = TINFL_FLAG_HAS_MORE_INPUT | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut out = vec![0; 1 << 20];
    decompress(&mut DecompressorOxide::new(), packed, &mut out, 0, flags).2
}

#[test]
fn what_is_damaged_claims_no_more_than_was_tested() {
    let canon = photo("canon");
    let member = zip_of(&[("a.jpg", &canon, true)]);
    let sure = only(&scan(&disk(std::slice::from_ref(&member)))).clone();
    assert_eq!((sure.grade, sure.size), (Grade::Verified, canon.len() as u64));
    // The checksum is another one.
    let mut wrong = member.clone();
    wrong[14] ^= 1;
    let report = scan(&disk(&[wrong]));
    let told = own(&report).find(|file| file.container.is_some()).unwrap();
    assert_eq!(told.grade, Grade::Damaged);
    assert!(told.issues[0].what.contains("CRC-32 of the zip member does not hold"), "{told:?}");
    // Some bit of the data is.
    for at in (80..member.len() - 200).step_by(member.len() / 20) {
        let mut flipped = member.clone();
        flipped[at] ^= 0x10;
        let report = scan(&disk(&[flipped]));
        for file in own(&report).filter(|file| file.grade == Grade::Verified) {
            assert!(
                file.runs.iter().all(|run| run.origin != RunOrigin::Inflated),
                "{at}: {file:?}"
            );
        }
    }
    // It breaks off, and noise follows, some of which inflates: what was there before is true.
    for cut in [member.len() / 3, member.len() / 2, canon.len() * 9 / 10] {
        let image = disk(&[member[..cut].to_vec()]);
        let report = scan(&image);
        let before = come_out(&member[35..cut]);
        for file in own(&report).filter(|file| file.container.is_some()) {
            assert!(file.grade < Grade::Structural, "{cut}: {file:?}");
            let bytes = check_runs(&image, file);
            let kept = file.kept.map_or(bytes.len(), |kept| kept as usize).min(before);
            assert!(canon.starts_with(&bytes[..kept]), "{cut}");
            assert!(file.runs[0].inflated.as_ref().is_some_and(|told| !told.checked));
        }
    }
    // The first photo of a tape archive that breaks off is proven by itself.
    let tape = gzip("x.tar", &tar_of(&[("1.jpg", &canon), ("2.jpg", &photo("grey"))]));
    let report = scan(&disk(&[tape[..canon.len() + 600].to_vec()]));
    let first = own(&report).find(|file| name(file) == "1.jpg").unwrap();
    assert_eq!(first.size, canon.len() as u64);
    // What follows may inflate to an end, whose checksum then tells of another file's damage.
    assert!(matches!(first.grade, Grade::Verified | Grade::Structural), "{first:?}");
    assert!(!first.proof.contains("CRC-32 and length") && !first.unchecked.is_empty(), "{first:?}");
}

#[test]
fn archives_that_burst_and_storms_of_headers_stay_bounded() {
    let mut storm = Vec::new();
    while storm.len() < 1 << 20 {
        storm.extend(
            b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\xff\xff\0\0\xff\xff\0\0\x01\0\0\0a",
        );
        storm.extend(b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x10\0\xef\xff");
    }
    // A bitmap of one colour that comes to more than a member may, again and again.
    let mut bitmap = bmp::samples().remove(0).bytes;
    bitmap.resize(100 << 20, 7);
    let bomb = zip_of(&[("a.bmp", &bitmap, true)]);
    let mut bombs = storm;
    for _ in 0..20 {
        bombs.extend(&bomb[..60_000]);
    }
    let clock = Instant::now();
    let report = scan(&bombs);
    assert!(clock.elapsed() < Duration::from_secs(60), "{:?}", clock.elapsed());
    assert!(own(&report).all(|file| file.grade < Grade::Verified));
}

#[test]
fn a_tape_archive_may_hold_many_photos() {
    let photos: Vec<Vec<u8>> =
        samples::jpegs().into_iter().take(12).map(|sample| sample.bytes).collect();
    let files: Vec<(&str, &[u8])> = photos.iter().map(|photo| ("a.jpg", &photo[..])).collect();
    let image = disk(&[gzip("x.tar", &tar_of(&files))]);
    let report = scan(&image);
    let found: Vec<&ReportFile> = own(&report).collect();
    assert_eq!(found.len(), photos.len());
    for (file, photo) in found.into_iter().zip(&photos) {
        assert!(check_runs(&image, file) == *photo && file.grade == Grade::Verified, "{file:?}");
    }
}

#[test]
fn the_same_is_found_for_any_threads_and_chunks() {
    let (canon, grey) = (photo("canon"), photo("grey"));
    let tape = gzip("x.tar", &tar_of(&[("1.jpg", &canon), ("2.jpg", &canon), ("3.jpg", &grey)]));
    let pieces: Vec<Vec<u8>> = (0..8)
        .flat_map(|_| [tape.clone(), zip_of(&[("a.jpg", &grey, true), ("b.jpg", &canon, true)])])
        .collect();
    let bench = Bench::new(&disk(&pieces));
    let files = |out: &str, threads, chunk_len| {
        let (_, report) = bench.scan(out, Options { threads, chunk_len, ..archives() });
        serde_json::to_value(&report.files).unwrap()
    };
    let expected = files("first", 1, 2 << 20);
    assert!(expected.as_array().unwrap().len() >= 40);
    for (out, threads, chunk_len) in [("a", 4, 4096), ("b", 2, 300_000), ("c", 3, 1 << 20)] {
        assert_eq!(files(out, threads, chunk_len), expected, "{out}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever is changed in archives, what is verified of them is a photo that was in them.
    #[test]
    fn what_is_verified_is_what_was_packed(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let photos = [photo("grey"), photo("one-block"), photo("rgb")];
        let [grey, block, bitmap] = &photos;
        let mut image = [
            zip_of(&[("a", grey, true), ("b", bitmap, true)]),
            gzip("t", &tar_of(&[("1", block), ("2", bitmap)])),
            pdf(grey),
            streamed("s", bitmap),
        ]
        .concat();
        for (at, byte) in changes {
            let at = at.index(image.len());
            image[at] = byte;
        }
        image.truncate(image.len() - cut.index(image.len()) / 4);
        let (options, progress) = (archives(), Progress::default());
        let source = Box::new(MemorySource::new("card", image.clone()));
        let job = Job::open(vec![source], &options, &progress).unwrap();
        for file in job.scan().settled().files() {
            let file = file.unwrap();
            let bytes = check_runs(&image, &file);
            let checked = file.runs[0].inflated.as_ref().is_some_and(|told| told.checked);
            if checked && file.parent.is_none() {
                prop_assert!(photos.contains(&bytes), "{file:?}");
            }
        }
    }
}
