//! Files made of boxes: real heads padded to the length they name, real photos, made ones, and
//! what must never happen whatever the bytes are.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "says which tests had nothing to read")]

use std::path::{Path, PathBuf};

use afterimage_signatures::verdict::{End, ExifKind, Kinship, Role};
use afterimage_signatures::{Buffer, Effort, Grade, Reject, Runs, Verdict, View, formats};
use afterimage_testdata::Sample;
use proptest::prelude::*;

const NAMES: [&str; 4] = ["avif", "cr3", "heic", "heif"];

/// Heads of up to this length are padded and measured.
const LONGEST: usize = 64 << 20;

fn measure(data: &[u8], effort: Effort) -> Option<(&'static str, Verdict)> {
    let found = NAMES.iter().filter_map(|name| Some((*name, by(name, data, effort).ok()?)));
    let found: Vec<_> = found.collect();
    assert!(found.len() < 2, "claimed by {} and {}", found[0].0, found[1].0);
    let (name, verdict) = found.into_iter().next()?;
    assert!(verdict.len <= data.len() as u64, "the end lies beyond the source");
    let mut at = 0;
    for stretch in &verdict.unchecked {
        assert!(stretch.span.at >= at && stretch.span.len > 0, "unchecked stretches out of order");
        at = stretch.span.end();
    }
    assert_eq!(at, verdict.len, "no byte is checked");
    assert!(verdict.children.iter().all(|child| child.span.end() <= verdict.len));
    Some((name, verdict))
}

fn by(name: &str, data: &[u8], effort: Effort) -> Result<Verdict, Reject> {
    let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
    formats::by_name(name).unwrap().measure(&mut View::new(&data, &runs, &mut buffer), effort)
}

fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 16
    };
    let mut out = Vec::with_capacity(len + 8);
    while out.len() < len {
        out.extend_from_slice(&next().to_le_bytes()[..6]);
    }
    out.truncate(len);
    out
}

/// What may follow a file: nothing, noise, zeros, another file.
fn tails(other: &[u8]) -> [Vec<u8>; 4] {
    [Vec::new(), noise(99, 100_000), vec![0; 100_000], other.to_vec()]
}

fn shared(part: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(part);
    if !path.join("manifest.tsv").exists() {
        eprintln!("{} is not here: nothing was measured", path.display());
        return None;
    }
    Some(path)
}

/// Columns of the manifest in `folder` by their names, for files in `kinds`.
fn manifest(folder: &Path, kinds: &[&str], columns: &[&str]) -> Vec<Vec<String>> {
    let text = std::fs::read(folder.join("manifest.tsv")).unwrap();
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines();
    let titles: Vec<_> = lines.next().unwrap().split('\t').collect();
    let index = |name: &&str| titles.iter().position(|title| title == name).unwrap();
    let columns: Vec<_> = columns.iter().map(index).collect();
    lines
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|cells| kinds.iter().any(|kind| cells[0].starts_with(&format!("{kind}/"))))
        .map(|cells| columns.iter().map(|&column| cells[column].to_owned()).collect())
        .collect()
}

fn samples() -> Vec<Sample> {
    afterimage_testdata::isobmff::samples()
}

#[track_caller]
fn sample(format: &str, name: &str) -> Vec<u8> {
    samples().into_iter().find(|s| s.format == format && s.name == name).unwrap().bytes
}

#[test]
fn padded_heads_end_where_they_say() {
    let Some(folder) = shared("heads") else { return };
    let other = sample("heic", "lake");
    let spoiled = ["corrupted", "truncated", "Exception", "oom"];
    let mut measured = 0;
    for row in manifest(&folder, &["heic", "cr3"], &["path", "structural_end", "source_path"]) {
        let head = std::fs::read(folder.join(&row[0])).unwrap();
        let Ok(end) = row[1].parse::<usize>() else { continue };
        if spoiled.iter().any(|word| row[2].contains(word)) {
            measure(&head, Effort::Proof);
            continue;
        }
        if end < head.len() || end > LONGEST {
            continue;
        }
        let mut file = head.clone();
        file.extend(noise(7, end - head.len()));
        for (which, tail) in tails(&other).into_iter().enumerate() {
            let data = [&file[..], &tail].concat();
            let found = measure(&data, Effort::Structure).map(|(_, verdict)| verdict.len);
            assert_eq!(found, Some(end as u64), "{}, tail {which}", row[0]);
            // The noise that stands for its units is foreign to who looks at them.
            let (_, verdict) = measure(&data, Effort::Proof).unwrap();
            let cut = verdict.grade == Grade::Partial && verdict.len < end as u64;
            assert!(cut || verdict.len == end as u64, "{}, tail {which}", row[0]);
        }
        measured += 1;
    }
    assert!(measured >= 15, "only {measured} heads");
}

#[test]
fn real_photos_end_where_they_end() {
    let Some(folder) = shared("photos") else { return };
    let (other, mut measured) = (sample("avif", "lake"), 0);
    for row in manifest(&folder, &["heic", "avif"], &["path", "size", "structural_end"]) {
        let file = std::fs::read(folder.join(&row[0])).unwrap();
        let ends: Vec<u64> =
            row[2].split(',').chain([&row[1][..]]).filter_map(|end| end.parse().ok()).collect();
        for (which, tail) in tails(&other).into_iter().enumerate() {
            let data = [&file[..], &tail].concat();
            for effort in [Effort::Structure, Effort::Proof] {
                let (name, verdict) = measure(&data, effort).unwrap();
                let about = format!("{}, tail {which}: {:?}", row[0], verdict.issues);
                assert!(ends.contains(&verdict.len), "ends at {}: {about}", verdict.len);
                assert_eq!(verdict.grade, Grade::Structural, "{about}");
                assert!(row[0].starts_with(name), "{name}: {about}");
                assert!(verdict.pixels.is_some());
            }
        }
        measured += 1;
    }
    assert!(measured >= 70, "only {measured} photos");
}

#[test]
fn made_files_are_measured_exactly_whatever_follows() {
    let other = sample("heic", "lake");
    for sample in samples() {
        let open = sample.name == "mdat-without-size";
        for (which, tail) in tails(&other).into_iter().enumerate() {
            let data = [&sample.bytes[..], &tail].concat();
            let (name, verdict) = measure(&data, Effort::Proof).unwrap();
            let about = format!("{} {}, tail {which}: {verdict:?}", sample.format, sample.name);
            assert_eq!(name, sample.format, "{about}");
            assert_eq!(verdict.len, sample.bytes.len() as u64, "{about}");
            assert_eq!(verdict.grade, Grade::Structural, "{about}");
            assert_eq!(verdict.end, if open { End::Minimum } else { End::Exact }, "{about}");
        }
    }
}

#[test]
fn a_heic_gives_its_exif_and_video_and_no_thumbnail_that_is_no_file() {
    let (_, verdict) = measure(&sample("heic", "samsung"), Effort::Proof).unwrap();
    assert_eq!(verdict.pixels, Some((320, 240)));
    // Its thumbnail is an item in the coding of the picture, which only the item tables can show.
    let kinships: Vec<_> = verdict.children.iter().map(|child| child.kinship).collect();
    assert_eq!(kinships, [Kinship::Motion]);
    let data = sample("heic", "samsung");
    assert!(data.windows(4).any(|word| word == b"thmb"));
    let at = |at: u64| &data[at as usize..];
    assert!(at(verdict.exif[0].span.at).starts_with(b"MM\0\x2a"));
    assert!(at(verdict.children[0].span.at + 4).starts_with(b"ftypmp42"));
}

#[test]
fn pictures_inside_a_heif_are_files_by_themselves() {
    for sample in samples() {
        let (_, verdict) = measure(&sample.bytes, Effort::Proof).unwrap();
        let pictures = verdict.children.iter().filter(|child| child.kinship != Kinship::Motion);
        for child in pictures {
            assert!(
                sample.bytes[child.span.at as usize..].starts_with(b"\xff\xd8"),
                "{}",
                sample.name
            );
        }
    }
}

#[test]
fn a_cr3_gives_its_directories_and_jpegs() {
    let data = sample("cr3", "made");
    let (_, verdict) = measure(&data, Effort::Proof).unwrap();
    let kinds: Vec<_> = verdict.exif.iter().map(|block| block.kind).collect();
    assert_eq!(kinds, [ExifKind::Primary, ExifKind::Exif, ExifKind::Gps]);
    let kinships: Vec<_> = verdict.children.iter().map(|child| child.kinship).collect();
    assert_eq!(kinships, [Kinship::Thumbnail, Kinship::Preview, Kinship::Preview]);
    for child in &verdict.children {
        let jpeg = &data[child.span.at as usize..child.span.end() as usize];
        assert!(jpeg.starts_with(b"\xff\xd8\xff") && jpeg.ends_with(b"\xff\xd9"));
    }
    assert_eq!(verdict.pixels, Some((8, 8)));
}

#[test]
fn foreign_bytes_inside_a_picture_are_damage_only_when_they_are_looked_at() {
    let mut data = sample("heic", "lake");
    let mdat = data.windows(4).position(|word| word == b"mdat").unwrap();
    data[mdat + 4..mdat + 104].fill(0x5a);
    let (_, quick) = measure(&data, Effort::Structure).unwrap();
    let (_, proven) = measure(&data, Effort::Proof).unwrap();
    assert_eq!((quick.grade, proven.grade), (Grade::Structural, Grade::Damaged));
    assert_eq!(quick.len, proven.len);
    assert_eq!(proven.issues[0].at, mdat as u64 + 4);
}

#[test]
fn a_cut_file_is_partial_once_its_description_is_there() {
    let data = sample("heic", "lake");
    let mdat = data.windows(4).position(|word| word == b"mdat").unwrap() + 4;
    for cut in mdat..data.len() {
        let (_, verdict) = measure(&data[..cut], Effort::Proof).unwrap();
        assert_eq!((verdict.grade, verdict.len), (Grade::Partial, cut as u64), "cut at {cut}");
    }
    let cr3 = sample("cr3", "made");
    let (_, verdict) = measure(&cr3[..cr3.len() - 100], Effort::Proof).unwrap();
    assert_eq!((verdict.grade, verdict.len), (Grade::Partial, cr3.len() as u64 - 100));
}

#[test]
fn a_table_of_contents_without_its_box_ends_the_file_at_the_last_one() {
    let mut data = sample("cr3", "made");
    let mdat = data.windows(4).position(|word| word == b"mdat").unwrap() - 4;
    data[mdat..mdat + 8].copy_from_slice(&noise(1, 8));
    let (_, verdict) = measure(&data, Effort::Proof).unwrap();
    assert_eq!((verdict.grade, verdict.len), (Grade::Partial, mdat as u64));
}

#[test]
fn noise_after_a_good_ftyp_is_nothing() {
    for brands in [&b"heicmif1"[..], b"avifmif1", b"mif1mif1", b"msf1mif1", b"crx isom"] {
        for seed in 1..200 {
            let mut data = b"\0\0\0\x14ftyp".to_vec();
            data.extend_from_slice(&brands[..4]);
            data.extend_from_slice(&[0; 4]);
            data.extend_from_slice(&brands[4..]);
            data.extend(noise(seed, 5000));
            assert_eq!(measure(&data, Effort::Proof), None);
        }
    }
}

#[test]
fn every_cut_of_every_sample_stays_inside() {
    for sample in samples() {
        for cut in 0..sample.bytes.len() {
            // The laws that hold for all verdicts are asserted where they are made.
            measure(&sample.bytes[..cut], Effort::Structure);
            measure(&sample.bytes[..cut], Effort::Proof);
        }
    }
}

#[test]
fn a_jpeg_coded_picture_belongs_to_its_file() {
    let data = sample("heif", "jpeg");
    let (_, verdict) = measure(&data, Effort::Proof).unwrap();
    let child = verdict.children[0];
    assert_eq!(child.kinship, Kinship::Preview);
    assert!(data[child.span.at as usize..].starts_with(b"\xff\xd8\xff"));
    assert!(verdict.unchecked.iter().all(|stretch| stretch.role == Role::Metadata));
}

#[test]
fn the_units_of_a_sequence_are_followed() {
    let mut data = sample("heic", "sequence");
    let (_, verdict) = measure(&data, Effort::Proof).unwrap();
    assert_eq!((verdict.mime, verdict.pixels), ("image/heic-sequence", Some((320, 240))));
    let end = data.len();
    data[end - 2000] ^= 1;
    assert_eq!(measure(&data, Effort::Proof).unwrap().1.grade, Grade::Structural);
    let mdat = data.windows(4).position(|word| word == b"mdat").unwrap();
    data[mdat + 4] = 0xff;
    assert_eq!(measure(&data, Effort::Proof).unwrap().1.grade, Grade::Damaged);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    /// Flipped bytes give a verdict or a reject, never a panic, and no end beyond the source.
    #[test]
    fn flipped_bytes_never_panic(
        which in 0usize..64,
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        tail in 0usize..64,
    ) {
        let samples = samples();
        let mut data = samples[which % samples.len()].bytes.clone();
        for (at, value) in flips {
            let at = at.index(data.len().min(1200));
            data[at] = value;
        }
        data.extend(noise(3, tail));
        measure(&data, Effort::Structure);
        measure(&data, Effort::Proof);
    }
}

#[test]
fn an_old_movie_after_a_picture_is_not_a_part_of_it() {
    for movie in afterimage_testdata::isobmff::old_quicktime() {
        for (format, name) in [("heic", "lake"), ("avif", "lake"), ("cr3", "made")] {
            let file = sample(format, name);
            let data = [&file[..], &movie.bytes].concat();
            let (_, verdict) = measure(&data, Effort::Proof).unwrap();
            let about = format!("{format} before {}: {verdict:?}", movie.name);
            assert_eq!(verdict.len, file.len() as u64, "{about}");
            assert_eq!(verdict.grade, Grade::Structural, "{about}");
        }
    }
}

#[test]
fn a_picture_whose_rest_is_foreign_is_cut_where_that_shows() {
    let file = sample("heic", "lake");
    let cut = file.len() / 2;
    let text = b"All happy families are alike; each unhappy one is so in its own way.\n";
    for foreign in [vec![0; 40_000], text.repeat(600)] {
        let data = [&file[..cut], &foreign].concat();
        let (_, verdict) = measure(&data, Effort::Proof).unwrap();
        assert_eq!((verdict.grade, verdict.end), (Grade::Partial, End::Minimum), "{verdict:?}");
        assert!((cut as u64..cut as u64 + 512).contains(&verdict.len), "{verdict:?}");
        assert!(verdict.share.is_some_and(|share| (0.3..1.0).contains(&share)), "{verdict:?}");
    }
}
