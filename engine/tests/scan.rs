//! Whole scans of made images: what is found is what was laid, however the scan is run.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bench;
#[path = "bench/of_run.rs"]
mod of_run;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use afterimage_engine::Algorithm;
use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{Grade, Origin, Report, ReportFile};
use afterimage_engine::run;
use afterimage_engine::source::Io;
use afterimage_testdata::Sample;
use afterimage_testdata::canvas::Canvas;
use afterimage_testdata::jpeg::Jpeg;
use afterimage_testdata::samples;
use afterimage_testdata::scene::Picture;
use bench::{Bench, check_runs, own, tree};
use of_run::is_of_run;

/// Every sample once, aligned and not, between noise, text and zeros.
fn everything() -> Canvas {
    let mut canvas = Canvas::new(7).noise(5000);
    for (n, sample) in samples::all().iter().enumerate() {
        canvas = match n % 4 {
            0 => canvas.align(512).put(sample).zeros(3000),
            1 => canvas.noise(777).put(sample).noise(4000),
            2 => canvas.align(4096).put(sample).align(4096).text(5000),
            _ => canvas.put(sample).zeros(8192),
        };
    }
    canvas.noise(5000)
}

#[test]
fn every_file_that_was_laid_comes_back_and_nothing_else() {
    let canvas = everything();
    let bench = Bench::new(&canvas.bytes);
    let (_, report) = bench.scan("out", Options::default());
    let found: BTreeMap<u64, &ReportFile> =
        own(&report).map(|file| (file.runs[0].offset.unwrap(), file)).collect();
    for laid in &canvas.truth {
        let at = laid.pieces[0].start as u64;
        let file = found.get(&at).unwrap_or_else(|| panic!("{} {} lost", laid.format, laid.name));
        assert_eq!(file.format, laid.format, "{}", laid.name);
    }
    let places: Vec<u64> = canvas.truth.iter().map(|laid| laid.pieces[0].start as u64).collect();
    for (at, file) in found {
        let before = canvas.truth.iter().rfind(|laid| (laid.pieces[0].start as u64) < at);
        assert!(places.contains(&at), "{} at {at:#x}, after {before:?}", file.format);
    }
}

#[test]
fn the_result_does_not_depend_on_threads_chunks_or_the_way_of_reading() {
    let canvas = everything();
    let bench = Bench::new(&canvas.bytes);
    let mut first = None;
    let mut n = 0;
    for threads in [1, 2, 7] {
        for chunk_len in [64 << 10, (1 << 20) + 512, 16 << 20] {
            for io in [Io::Mmap, Io::Read] {
                n += 1;
                let name = format!("out-{n}");
                let options = Options { threads, chunk_len, io, ..Options::default() };
                let (_, report) = bench.scan(&name, options);
                let said = (
                    serde_json::to_string(&report.files).unwrap(),
                    serde_json::to_string(&report.head.summary).unwrap(),
                    serde_json::to_string(&report.head.sources).unwrap(),
                    tree(&bench.output(&name).join("photos")),
                );
                match &first {
                    None => first = Some(said),
                    Some(first) => {
                        assert!(*first == said, "{threads} threads, {chunk_len}, {io:?}");
                    }
                }
                fs::remove_dir_all(bench.output(&name)).unwrap();
            }
        }
    }
}

#[test]
fn runs_read_in_order_and_joined_are_the_file() {
    let canvas = everything();
    let cut = &samples::jpegs()[0];
    let canvas = canvas.align(512).piece(cut, 0..cut.bytes.len() / 2).zeros(512).noise(9000);
    let bench = Bench::new(&canvas.bytes);
    let hashes = Algorithm::ALL.to_vec();
    let (_, report) = bench.scan("out", Options { embedded: true, hashes, ..Options::default() });
    let mut written = tree(&bench.output("out"));
    for file in &report.files {
        let bytes = check_runs(&canvas.bytes, file);
        assert!([&file.sha256, &file.sha1, &file.md5].iter().all(|digest| digest.is_some()));
        if let Some(path) = &file.path {
            assert!(written.remove(Path::new(path)) == Some(bytes), "{path}");
        } else {
            let empty = file.share == Some(0.0);
            assert!(empty || file.duplicate_of.is_some(), "{} was not written", file.id);
        }
        if let Some(thumb) = &file.thumb {
            assert!(written.remove(Path::new(thumb)).is_some(), "{thumb}");
        }
    }
    written.retain(|path, _| !is_of_run(path));
    let left: Vec<_> = written.keys().collect();
    assert!(left.is_empty(), "files that the report does not list: {left:?}");
}

#[test]
fn pictures_inside_a_photo_are_its_children_and_are_written_only_when_asked_for() {
    let sample = samples::jpegs().into_iter().find(|sample| sample.name == "canon").unwrap();
    let canvas = Canvas::new(1).zeros(512).put(&sample).zeros(512);
    let bench = Bench::new(&canvas.bytes);
    let (_, report) = bench.scan("out", Options::default());
    let [photo, thumbnail] = &report.files[..] else { panic!("{:?}", report.files) };
    assert_eq!((photo.origin, photo.parent), (Origin::Carved, None));
    assert_eq!((thumbnail.origin, thumbnail.parent), (Origin::Embedded, Some(photo.id)));
    assert_eq!(thumbnail.kinship.as_deref(), Some("thumbnail"));
    assert_eq!(thumbnail.path, None);
    let (_, report) = bench.scan("all", Options { embedded: true, ..Options::default() });
    assert!(report.files[1].path.as_deref().unwrap().starts_with("embedded/"));
}

#[test]
fn a_png_in_an_icon_is_no_photo_of_its_own() {
    let sample = samples::all().into_iter().find(|sample| sample.path() == "ico/mixed").unwrap();
    let canvas = Canvas::new(1).zeros(700).put(&sample).zeros(512);
    for io in [Io::Mmap, Io::Read] {
        let bench = Bench::new(&canvas.bytes);
        let (_, report) = bench.scan("out", Options { io, ..Options::default() });
        let [icon, png] = &report.files[..] else { panic!("{:?}", report.files) };
        assert_eq!((icon.format.as_str(), icon.size), ("ico", sample.bytes.len() as u64));
        assert_eq!((png.format.as_str(), png.parent), ("png", Some(icon.id)));
        assert_eq!((png.kinship.as_deref(), png.grade), (Some("inner"), Grade::Verified));
    }
}

#[test]
fn the_halves_of_a_live_photo_name_each_other_and_copies_name_what_is_written() {
    let [picture, video] = samples::live_photo();
    let other = &samples::jpegs()[0];
    let canvas = Canvas::new(4).zeros(512).put(&video).zeros(700).put(other).align(512);
    let canvas = canvas.put(&picture).zeros(700).put(&video).zeros(512);
    let bench = Bench::new(&canvas.bytes);
    for threads in [1, 3] {
        let options = Options { threads, chunk_len: 64 << 10, ..Options::default() };
        let (_, report) = bench.scan(&format!("out-{threads}"), options);
        let [first, plain, shot, copy] = own(&report).collect::<Vec<_>>()[..] else {
            panic!("{:?}", report.files)
        };
        assert_eq!((first.format.as_str(), shot.format.as_str()), ("mov", "jpeg"));
        assert_eq!((first.pair, shot.pair), (Some(shot.id), Some(first.id)));
        assert_eq!((copy.duplicate_of, copy.pair), (Some(first.id), Some(shot.id)));
        for half in [first, shot, copy] {
            let identifier = Some(afterimage_testdata::isobmff::CONTENT_IDENTIFIER);
            assert_eq!(half.content_identifier.as_deref(), identifier);
        }
        assert_eq!((plain.pair, &plain.content_identifier), (None, &None));
    }
}

#[test]
fn of_equal_photos_one_is_written_and_all_are_reported() {
    let sample = &samples::pngs()[0];
    let canvas = Canvas::new(1).zeros(512).put(sample).align(512).put(sample).zeros(9).put(sample);
    let bench = Bench::new(&canvas.bytes);
    let (_, report) = bench.scan("out", Options::default());
    let copies: Vec<_> = report.files.iter().map(|file| file.duplicate_of).collect();
    assert_eq!(copies, [None, Some(1), Some(1)]);
    assert_eq!(report.head.summary.duplicates, 2);
    assert_eq!(tree(&bench.output("out").join("photos")).len(), 1);
}

#[test]
fn a_proven_photo_in_unchecked_picture_data_ends_the_file_around_it() {
    let tiff = samples::all().into_iter().find(|sample| sample.format == "tiff").unwrap();
    let png = samples::pngs().into_iter().min_by_key(|sample| sample.bytes.len()).unwrap();
    // The strips of a plain TIFF hold its samples as they are.
    let big = big_tiff(64 << 10);
    let middle = 32 << 10;
    let mut broken = big.clone();
    broken[middle..middle + png.bytes.len()].copy_from_slice(&png.bytes);
    let broken = Sample::new(tiff.format, "overwritten", broken);
    let canvas = Canvas::new(3).zeros(512).put(&broken).zeros(4096);
    let bench = Bench::new(&canvas.bytes);
    let (_, report) = bench.scan("out", Options::default());
    let [cut, photo] = &report.files[..] else { panic!("{:?}", report.files) };
    assert_eq!((cut.format.as_str(), cut.grade, cut.size), ("tiff", Grade::Partial, middle as u64));
    assert_eq!((photo.format.as_str(), photo.grade), ("png", Grade::Verified));
    assert_eq!((photo.parent, photo.size), (None, png.bytes.len() as u64));
    assert!(cut.path.as_deref().unwrap().starts_with("partial/"));
}

#[test]
fn where_two_files_cross_the_one_that_decodes_is_right() {
    let mut tiff = big_tiff(4096);
    tiff[8] = 9;
    // A private tag of 16 KiB at the end of the file, whose bytes nothing checks.
    let entry_end = 8 + 2 + 8 * 12;
    // The strip, which entry 5 points at, moves by one entry.
    tiff[10 + 5 * 12 + 8] += 12;
    let value = (tiff.len() + 12) as u32;
    let tag =
        [&0xc000u16.to_le_bytes()[..], &[7, 0], &(16u32 << 10).to_le_bytes(), &value.to_le_bytes()];
    tiff.splice(entry_end..entry_end, tag.concat());
    tiff.extend(vec![0x11; 16 << 10]);
    let jpeg = Jpeg::default().encode(&Picture::scene(9, 320, 240));
    let kept = jpeg.len() * 4 / 5;
    let start = tiff.len() - 512;
    let broken = [&tiff[..start], &jpeg[..kept]].concat();
    let canvas = Canvas::new(3).put(&Sample::new("tiff", "overwritten", broken)).noise(4096);
    let bench = Bench::new(&canvas.bytes);
    let (_, report) = bench.scan("out", Options::default());
    let found: Vec<_> = own(&report).map(|file| (file.format.as_str(), file.grade)).collect();
    assert_eq!(found, [("tiff", Grade::Partial), ("jpeg", Grade::Partial)]);
    assert_eq!(report.files[0].size, start as u64, "the TIFF ends where the JPEG begins");
}

#[test]
fn a_beginning_that_shows_nothing_is_listed_and_not_written() {
    let movie = samples::all().into_iter().find(|sample| sample.format == "mov").unwrap();
    let media = movie.bytes.windows(4).position(|name| name == b"mdat").unwrap() - 4;
    let head = Sample::new("mov", "cut", movie.bytes[..media + 8].to_vec());
    let canvas = Canvas::new(5).put(&head).noise(8192);
    let bench = Bench::new(&canvas.bytes);
    let (outcome, report) = bench.scan("out", Options::default());
    let [file] = &report.files[..] else { panic!("{:?}", report.files) };
    assert_eq!((file.grade, file.share, file.path.as_deref()), (Grade::Partial, Some(0.0), None));
    let summary = &outcome.head.summary;
    assert_eq!((summary.unseen, summary.recovered.len()), (1, 0));
    assert!(!bench.output("out").join("partial").exists());
}

/// A grey TIFF of 256 columns with `len` bytes of samples in one strip.
fn big_tiff(len: u32) -> Vec<u8> {
    let entries: [(u16, u16, u32); 8] = [
        (0x100, 3, 256),
        (0x101, 3, len / 256),
        (0x102, 3, 8),
        (0x103, 3, 1),
        (0x106, 3, 1),
        (0x111, 4, 8 + 2 + 8 * 12 + 4),
        (0x115, 3, 1),
        (0x117, 4, len),
    ];
    let mut out = b"II*\0\x08\0\0\0\x08\0".to_vec();
    for (tag, kind, value) in entries {
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(1u32.to_le_bytes());
        out.extend(value.to_le_bytes());
    }
    out.extend([0; 4]);
    out.extend((0..len).map(|at| (at % 251) as u8));
    out
}

#[test]
fn filters_leave_out_what_was_not_asked_for() {
    let canvas = everything();
    let bench = Bench::new(&canvas.bytes);
    let (_, all) = bench.scan("all", Options::default());
    let options = Options { formats: vec!["png", "jpeg"], ..Options::default() };
    let (_, some) = bench.scan("some", options);
    let kept = |file: &&ReportFile| file.format == "png" || file.format == "jpeg";
    assert_eq!(own(&some).count(), own(&all).filter(kept).count());
    let (outcome, big) = bench.scan("big", Options { min_size: 20_000, ..Options::default() });
    assert!(own(&big).all(|file| file.size >= 20_000));
    let left_out = &outcome.head.summary.left_out.by_size;
    assert_eq!(
        (left_out.photos + left_out.videos) as usize,
        own(&all).filter(|file| file.size < 20_000).count()
    );
    let (_, wide) = bench.scan("wide", Options { min_pixels: 20_000, ..Options::default() });
    let pixels = |file: &ReportFile| Some(u64::from(file.width?) * u64::from(file.height?));
    assert!(own(&wide).all(|file| pixels(file).is_none_or(|pixels| pixels >= 20_000)));
}

#[test]
fn a_range_holds_the_headers_and_not_the_ends() {
    let sample = &samples::pngs()[0];
    let canvas = Canvas::new(1).zeros(1000).put(sample).zeros(1000).put(sample).noise(100);
    let second = canvas.truth[0].pieces[1].start as u64;
    let bench = Bench::new(&canvas.bytes);
    for io in [Io::Mmap, Io::Read] {
        for (range, expected) in [
            ((0, 1000), vec![]),
            ((0, 1001), vec![1000]),
            ((1000, 1), vec![1000]),
            ((1001, 5000), vec![]),
            ((second, u64::MAX), vec![second]),
        ] {
            let options = Options { range: Some(range), io, chunk_len: 4096, ..Options::default() };
            let (_, report) = bench.scan("out", options);
            let at: Vec<_> = report.files.iter().filter_map(|file| file.runs[0].offset).collect();
            assert_eq!(at, expected, "{range:?}, {io:?}");
            fs::remove_dir_all(bench.output("out")).unwrap();
        }
    }
}

#[test]
fn a_dry_run_reports_and_writes_no_photo() {
    let canvas = everything();
    let bench = Bench::new(&canvas.bytes);
    let (_, wet) = bench.scan("wet", Options::default());
    let (_, dry) = bench.scan("dry", Options { dry_run: true, ..Options::default() });
    assert_eq!(wet.files.len(), dry.files.len());
    assert!(dry.files.iter().all(|file| file.path.is_none()));
    assert!(!bench.output("dry").join("photos").exists());
    assert!(!bench.output("dry").join("partial").exists());
}

#[test]
fn a_whole_source_is_hashed_when_asked_for() {
    let canvas = everything();
    let bench = Bench::new(&canvas.bytes);
    let expected = blake3::hash(&canvas.bytes).to_hex().to_string();
    for (name, io, range) in [
        ("mapped", Io::Mmap, None),
        ("read", Io::Read, None),
        ("part", Io::Read, Some((70_000, 10_000))),
    ] {
        let chunk_len = 64 << 10;
        let options = Options { hash_source: true, io, range, chunk_len, ..Options::default() };
        let (_, report) = bench.scan(name, options);
        assert_eq!(report.head.sources[0].hashes["blake3"], expected, "{name}");
    }
}

#[test]
fn what_is_read_of_a_device_is_little_more_than_its_size() {
    let mut canvas = Canvas::new(9).noise(3000);
    for sample in samples::jpegs().iter().chain(&samples::pngs()) {
        canvas = canvas.align(512).put(sample).noise(9000);
    }
    let bench = Bench::new(&canvas.bytes);
    let (outcome, _) = bench.scan("out", Options { io: Io::Read, ..Options::default() });
    let size = canvas.bytes.len() as u64;
    assert!(outcome.stats.read <= size + size / 10, "{} of {size}", outcome.stats.read);
}

#[test]
fn nothing_that_exists_is_overwritten() {
    let canvas = Canvas::new(1).zeros(512).put(&samples::pngs()[0]);
    let bench = Bench::new(&canvas.bytes);
    let there = bench.output("out").join("photos/undated/0x200.png");
    fs::create_dir_all(there.parent().unwrap()).unwrap();
    fs::write(&there, "mine").unwrap();
    let (_, report) = bench.scan("out", Options::default());
    assert_eq!(fs::read(&there).unwrap(), b"mine");
    let path = report.files[0].path.as_deref().unwrap();
    assert!(path != "photos/undated/0x200.png" && bench.output("out").join(path).exists());
    let options = Options { output: Some(bench.output("out")), ..Options::default() };
    let again = run::scan(std::slice::from_ref(&bench.image), &options, &Progress::default());
    assert!(again.unwrap_err().to_string().contains("earlier run"));
}

#[test]
fn a_stopped_run_leaves_a_valid_report() {
    let canvas = everything();
    let bench = Bench::new(&canvas.bytes);
    let progress = Progress::default();
    progress.stop();
    let options = Options { output: Some(bench.output("out")), ..Options::default() };
    let outcome = run::scan(std::slice::from_ref(&bench.image), &options, &progress).unwrap();
    assert!(outcome.interrupted);
    let report: Report =
        serde_json::from_slice(&fs::read(outcome.report.as_ref().unwrap()).unwrap()).unwrap();
    assert_eq!(report.head.incomplete.as_deref(), Some("interrupted"));
}

#[test]
fn thumbnails_side_by_side_come_back_though_some_are_broken() {
    let jpegs = samples::all().into_iter().filter(|sample| sample.format == "jpeg");
    let small = jpegs.min_by_key(|sample| sample.bytes.len()).unwrap().bytes;
    let mut bytes = Vec::new();
    let len = small.len();
    for seed in 0..200_u64 {
        // No two are the same file.
        bytes.extend([&small[..2], b"\xff\xfe\0\x0a", &seed.to_be_bytes(), &small[2..]].concat());
        if seed % 50 < 4 {
            bytes.truncate(bytes.len() - len / 2);
            bytes.resize(bytes.len() + len / 2, 0x5a);
        }
    }
    let bench = Bench::new(&bytes);
    let (_, report) = bench.scan("out", Options::default());
    let whole = own(&report).filter(|file| file.grade == Grade::Verified).count();
    assert_eq!(whole, 200 - 16);
}

#[test]
fn a_photo_among_thousands_of_false_beginnings_comes_back() {
    let storm = |len| b"GIF89a\x10\0\x10\0\0\0\0,\0\0".repeat(len);
    let photos = samples::all().into_iter().filter(|one| one.format == "jpeg");
    let photo = photos.max_by_key(|one| one.bytes.len()).unwrap().bytes;
    let (before, behind) = (storm(5000), storm(3000));
    let bench = Bench::new(&[&before[..], &photo, &behind].concat());
    let (_, report) = bench.scan("out", Options::default());
    let file = own(&report).find(|file| file.grade == Grade::Verified).unwrap();
    assert_eq!((file.runs[0].offset, file.size), (Some(before.len() as u64), photo.len() as u64));
    assert!(report.head.sources[0].left_out > 1000);
}

#[test]
fn small_photos_that_begin_a_sector_come_back_from_text_full_of_magic_words() {
    let words = b"BM GIF89a,  mdat ftyp BM GIF87a! moov \xff\xd8\xff II*\0 ".repeat(1000);
    let is_small = |one: &Sample| one.format == "jpeg" && one.bytes.len() > 8000;
    let photos = samples::all().into_iter().filter(is_small);
    let photo = photos.min_by_key(|one| one.bytes.len()).unwrap().bytes;
    let mut bytes = Vec::new();
    for _ in 0..40 {
        bytes.extend(&words[..9 << 10]);
        bytes.extend(&photo);
        bytes.resize(bytes.len().next_multiple_of(512), b'x');
    }
    let bench = Bench::new(&bytes);
    let (_, report) = bench.scan("out", Options::default());
    assert_eq!(own(&report).filter(|file| file.grade == Grade::Verified).count(), 40);
}
