//! What holds for every file that is TIFF inside, and for RAF.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use afterimage_signatures::verdict::{End, ExifKind, Kinship, Role, Unchecked};
use afterimage_signatures::{Buffer, Effort, Grade, Reject, Runs, Verdict, View, formats, tiff};
use afterimage_testdata::tiff::writer::{Value, Writer, exif_block, long, short};
use afterimage_testdata::{Sample, tiff::noise, tiff::samples};
use proptest::prelude::*;

/// What the registry's first format that accepts `bytes` says.
fn measure(bytes: &[u8]) -> Option<(&'static str, Verdict)> {
    let runs = Runs::whole(0, bytes.len() as u64);
    let mut buffer = Buffer::default();
    formats::ALL.iter().find_map(|format| {
        let signature = format.signature();
        let begins = signature.magic.iter().any(|magic| {
            bytes.get(usize::from(magic.at)..).is_some_and(|rest| rest.starts_with(magic.bytes))
        });
        let mut view = View::new(&bytes, &runs, &mut buffer);
        let verdict = begins.then(|| format.measure(&mut view, Effort::Proof).ok())??;
        Some((signature.name, verdict))
    })
}

fn repack(bytes: &[u8], kind: ExifKind) -> Option<Vec<u8>> {
    let runs = Runs::whole(0, bytes.len() as u64);
    let mut buffer = Buffer::default();
    tiff::repack(&mut View::new(&bytes, &runs, &mut buffer), kind)
}

/// What kamadak-exif reads out of a block.
fn fields(block: Vec<u8>) -> exif::Exif {
    exif::Reader::new().read_raw(block).unwrap()
}

fn label(sample: &Sample) -> String {
    format!("{} {}", sample.format, sample.name)
}

#[test]
fn every_sample_is_measured_as_what_it_is_whatever_follows() {
    for sample in samples() {
        let bytes = [&sample.bytes[..], &noise(7, 200_000)].concat();
        let (name, verdict) = measure(&bytes).unwrap_or_else(|| panic!("{}", label(&sample)));
        assert_eq!(name, sample.format, "{}", label(&sample));
        assert_eq!(verdict.len, sample.bytes.len() as u64, "{}", label(&sample));
        let proven = matches!(&sample.name[..], "lzw" | "deflate");
        let grade = if proven { Grade::Verified } else { Grade::Structural };
        assert_eq!(verdict.grade, grade, "{}: {verdict:#?}", label(&sample));
        assert_eq!(verdict.issues, [], "{}", label(&sample));
        let end = if name == "raf" { End::Minimum } else { End::Exact };
        assert_eq!(verdict.end, end, "{}", label(&sample));
    }
}

#[test]
fn there_is_a_sample_of_every_format_with_its_exif() {
    let kinds = [
        "cr2", "iiq", "gpr", "dng", "sr2", "arw", "nrw", "nef", "pef", "srw", "3fr", "erf", "mef",
        "mos", "dcr", "kdc", "rwl", "rw2", "orf", "raf", "tiff",
    ];
    let samples = samples();
    for kind in kinds {
        let sample = samples.iter().find(|sample| sample.format == kind).expect(kind);
        assert!(sample.bytes.len() <= 60 << 10, "{kind} is no small file");
        let (_, verdict) = measure(&sample.bytes).unwrap();
        assert_ne!(verdict.pixels, None, "{kind}");
        let block = verdict.exif.first().expect(kind);
        let bytes = &sample.bytes[block.span.at as usize..block.span.end() as usize];
        let exif = fields(repack(bytes, block.kind).expect(kind));
        let text = |tag| {
            let field = exif.get_field(tag, exif::In::PRIMARY).expect(kind);
            field.display_value().to_string()
        };
        assert_eq!(text(exif::Tag::DateTimeOriginal), "2023-11-14 15:42:13", "{kind}");
        assert_eq!(text(exif::Tag::GPSLatitude), "48 deg 51 min 30 sec", "{kind}");
        assert!(exif.get_field(exif::Tag::Make, exif::In::PRIMARY).is_some(), "{kind}");
    }
}

#[test]
fn unchecked_stretches_cover_the_file_in_order_without_overlaps() {
    for sample in samples() {
        let (_, verdict) = measure(&sample.bytes).unwrap();
        if verdict.grade == Grade::Verified {
            continue;
        }
        let mut at = 0;
        for unchecked in &verdict.unchecked {
            assert_eq!(unchecked.span.at, at, "{}", label(&sample));
            assert!(unchecked.span.len > 0, "{}", label(&sample));
            at = unchecked.span.end();
        }
        assert_eq!(at, verdict.len, "{}", label(&sample));
        let payload = verdict.unchecked.iter().any(|one| one.role == Role::Payload);
        assert!(payload, "{}", label(&sample));
    }
}

#[test]
fn children_are_jpegs_inside_and_no_sensor_data() {
    let kinships = |format: &str| -> Vec<Kinship> {
        let samples = samples();
        let sample = samples.iter().find(|sample| sample.format == format).unwrap();
        let (_, verdict) = measure(&sample.bytes).unwrap();
        for child in &verdict.children {
            let bytes = &sample.bytes[child.span.at as usize..child.span.end() as usize];
            assert!(bytes.starts_with(b"\xff\xd8\xff") && bytes.ends_with(b"\xff\xd9"));
        }
        verdict.children.iter().map(|child| child.kinship).collect()
    };
    assert_eq!(kinships("cr2"), [Kinship::Thumbnail; 2], "not the sensor's lossless JPEG");
    assert_eq!(kinships("nef"), [Kinship::Thumbnail; 2], "the maker note's and the second one");
    assert_eq!(kinships("orf"), [Kinship::Thumbnail]);
    assert_eq!(kinships("rw2"), [Kinship::Thumbnail]);
    assert_eq!(kinships("raf"), [Kinship::Preview]);
    assert_eq!(kinships("gpr"), [Kinship::Thumbnail]);
}

#[test]
fn a_bare_exif_block_is_no_photo() {
    let block = exif_block("Canon", "Canon EOS R6");
    assert_eq!(measure(&block), None);
    let format = formats::by_name("tiff").unwrap();
    let (runs, mut buffer) = (Runs::whole(0, block.len() as u64), Buffer::default());
    let bytes = block.as_slice();
    let said = format.measure(&mut View::new(&bytes, &runs, &mut buffer), Effort::Proof);
    assert!(matches!(said, Err(Reject::Other { .. })), "{said:?}");
}

#[test]
fn repacking_takes_the_first_directory_for_what_it_is_said_to_be() {
    let mut writer = Writer::new(b"MM\0*");
    writer.directory(&[
        (0x9003, Value::Text("2020:01:02 03:04:05")),
        (0xA434, Value::Text("50mm F1.8")),
    ]);
    let exif = fields(repack(&writer.out, ExifKind::Exif).unwrap());
    assert!(exif.get_field(exif::Tag::LensModel, exif::In::PRIMARY).is_some());
    assert_eq!(
        repack(&writer.out, ExifKind::Primary).map(|block| fields(block).fields().len()),
        Some(2)
    );
    assert_eq!(repack(&writer.out, ExifKind::Gps), None);
    assert_eq!(repack(b"no TIFF at all", ExifKind::Primary), None);
}

#[test]
fn noise_and_programs_are_no_photos() {
    let mut accepted = Vec::new();
    let mut search = |label: &str, bytes: &[u8]| {
        for format in formats::ALL {
            for magic in format.signature().magic {
                for at in memchr::memmem::find_iter(bytes, magic.bytes) {
                    let start = at.saturating_sub(usize::from(magic.at));
                    if let Some((name, verdict)) = measure(&bytes[start..]) {
                        accepted.push(format!("{label} {start:#x}: {name} {verdict:?}"));
                    }
                }
            }
        }
    };
    // After each magic noise, so that many headers are looked at.
    let mut bytes = noise(99, 4 << 20);
    for (index, start) in (0..bytes.len() - 64).step_by(61).enumerate() {
        let magics: [&[u8]; 8] = [
            b"II*\0\x08\0\0\0",
            b"MM\0*\0\0\0\x08",
            b"II+\0\x08\0\0\0",
            b"IIRO\x08\0\0\0",
            b"IIU\0\x18\0\0\0",
            b"FUJIFILMCCD-RAW ",
            b"II*\0\x10\0\0\0CR\x02\0",
            b"MM\0+\0\x08\0\0",
        ];
        let magic = magics[index % magics.len()];
        bytes[start..start + magic.len()].copy_from_slice(magic);
    }
    search("noise", &bytes);
    let mut budget = 64 << 20;
    let libraries = std::fs::read_dir("/usr/lib/x86_64-linux-gnu").into_iter().flatten().flatten();
    for entry in libraries.filter(|entry| entry.path().to_string_lossy().contains(".so")) {
        let Ok(bytes) = std::fs::read(entry.path()) else { continue };
        if budget < bytes.len() {
            continue;
        }
        budget -= bytes.len();
        search(&entry.path().to_string_lossy(), &bytes);
    }
    assert!(accepted.is_empty(), "{}", accepted.join("\n"));
}

#[test]
fn cut_files_are_partial_as_soon_as_they_lack_picture_data() {
    // The directory of a fax's last page lies after the page: without it there is no such page.
    for sample in samples().iter().filter(|sample| sample.name != "pages") {
        let (_, whole) = measure(&sample.bytes).unwrap();
        let payload = |one: &&Unchecked| one.role == Role::Payload;
        let last = whole.unchecked.iter().rfind(payload);
        // Where all is proven, the picture ends the file.
        let picture_end = last.map_or(whole.len - 1, |last| last.span.end());
        let len = sample.bytes.len();
        for cut in (0..len).step_by(len / 200 + 1).chain(len.saturating_sub(40)..len) {
            let Some((_, verdict)) = measure(&sample.bytes[..cut]) else { continue };
            assert!(verdict.len <= cut as u64, "{} at {cut}", label(sample));
            let last = verdict.unchecked.last().map_or(0, |one| one.span.end());
            assert!(last <= verdict.len, "{} at {cut}", label(sample));
            let lacks = (cut as u64) < picture_end;
            let partial = verdict.grade == Grade::Partial;
            assert!(partial || !lacks, "{} at {cut}: {verdict:#?}", label(sample));
        }
    }
}

/// A picture of one strip, whose offset, length and further tags are given.
fn picture(at: u32, len: u32, more: &[(u16, Value)]) -> Vec<(u16, Value)> {
    let mut fields = vec![
        (0x100, long(64)),
        (0x101, long(64)),
        (0x103, short(1)),
        (0x106, short(1)),
        (0x111, long(at)),
        (0x117, long(len)),
    ];
    fields.extend_from_slice(more);
    fields
}

#[test]
fn directories_that_name_each_other_are_read_once() {
    let mut writer = Writer::new(b"II*\0");
    let at = writer.append(&noise(1, 512));
    let first = writer.directory(&picture(at, 512, &[(0x14A, Value::Long(vec![8, 0, 0]))]));
    let second = writer.directory(&picture(at, 512, &[(0x14A, long(first.at as u32))]));
    writer.chain(&first, &second);
    writer.chain(&second, &first);
    let (name, verdict) = measure(&writer.out).unwrap();
    assert_eq!((name, verdict.len), ("tiff", writer.out.len() as u64));
}

#[test]
fn garbage_entries_are_ignored_one_by_one() {
    let mut writer = Writer::new(b"II*\0");
    let at = writer.append(&noise(1, 512));
    let garbage = Value::Undefined(vec![7; 64]);
    let first =
        writer.directory(&picture(at, 512, &[(0x9000, garbage.clone()), (0x9001, garbage)]));
    // A value of 4 GiB, and one that lies nowhere.
    writer.set(&first, 0x9000, u32::MAX);
    let count_at = first.at + 2 + 7 * 12 + 4;
    writer.out[count_at..count_at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let len = writer.out.len() - 64;
    let (_, verdict) = measure(&[&writer.out[..], &noise(2, 5000)].concat()).unwrap();
    assert_eq!((verdict.len, verdict.grade), (len as u64 - 64, Grade::Structural));
    assert!(!verdict.issues.is_empty());
}

#[test]
fn a_directory_of_65535_entries_is_none() {
    let mut bytes = b"II*\0\x08\0\0\0\xff\xff".to_vec();
    let entry = [0x00, 0x01, 3, 0, 1, 0, 0, 0, 64, 0, 0, 0];
    bytes.extend(entry.iter().cycle().take(65535 * 12));
    assert_eq!(measure(&bytes), None);
}

#[test]
fn thousands_of_directories_with_the_same_million_strips_cost_little() {
    let mut writer = Writer::new(b"II*\0");
    let table = writer.append(&vec![1; 4 << 20]);
    let strips = [(0x14A, later_links(&writer))];
    let first = writer.directory(&picture(0, 0, &strips));
    let mut last = first;
    for _ in 0..5000 {
        let mut next = writer.directory(&picture(table, table, &[]));
        // Both arrays have a million numbers and are the same bytes.
        for index in [4, 5] {
            let at = next.at + 2 + index * 12 + 4;
            writer.out[at..at + 4].copy_from_slice(&(1u32 << 20).to_le_bytes());
        }
        writer.chain(&last, &next);
        std::mem::swap(&mut last, &mut next);
    }
    let start = std::time::Instant::now();
    let _ = measure(&writer.out);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

/// As many links as one tag may have, all into the middle of nowhere.
fn later_links(writer: &Writer) -> Value {
    Value::Long((0..256).map(|index| writer.out.len() as u32 / 2 + index).collect())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever is wrong with a file, nothing panics and no end passes the view.
    #[test]
    fn flipped_bytes_never_panic(
        which in 0..samples().len(),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
        near_start in any::<bool>(),
    ) {
        let mut bytes = samples()[which].bytes.clone();
        let reach = if near_start { bytes.len().min(2000) } else { bytes.len() };
        for (at, value) in flips {
            let at = at.index(reach);
            bytes[at] = value;
        }
        if cut.index(4) == 0 {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Some((_, verdict)) = measure(&bytes) {
            prop_assert!(verdict.len <= bytes.len() as u64);
            let last = verdict.unchecked.last().map_or(0, |one| one.span.end());
            prop_assert!(last <= verdict.len);
            prop_assert!(verdict.children.iter().all(|child| child.span.end() <= verdict.len));
        }
        let _ = repack(&bytes, ExifKind::Primary);
    }
}
