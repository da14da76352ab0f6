//! The oracle of JPEG against foreign data, pieces of any size, and damage.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::sync::OnceLock;

use afterimage_signatures::jpeg::JpegOracle;
use afterimage_signatures::verdict::{Role, Span};
use afterimage_signatures::{Buffer, Effort, Grade, Oracle, Runs, Said, View, formats};
use afterimage_testdata::canvas;
use afterimage_testdata::jpeg::{Jpeg, Process, Sampling};
use afterimage_testdata::random::Random;
use afterimage_testdata::scene::Picture;
use proptest::prelude::*;

/// A photo and what its oracle found in it.
struct Photo {
    name: String,
    bytes: Vec<u8>,
    /// The data of all scans, with the headers between them.
    data: Span,
    /// The parts of it that are proven.
    proven: Vec<Span>,
    /// What tells which photos have the same tables.
    tables: Vec<u8>,
}

/// The oracle after the whole file, which it must like.
fn decoded(bytes: &[u8]) -> Option<JpegOracle> {
    let mut oracle = JpegOracle::new();
    let done = matches!(oracle.feed(bytes), Said::Done { .. });
    (done && oracle.flaw().is_none()).then_some(oracle)
}

impl Photo {
    fn new(name: String, bytes: Vec<u8>) -> Option<Self> {
        let oracle = decoded(&bytes)?;
        let (first, last) = (oracle.data().first()?, oracle.data().last()?);
        let data = Span::between(first.span.at, last.span.end());
        let proven = oracle.data().iter().filter(|data| data.proven).map(|data| data.span);
        let proven = proven.collect();
        let tables = tables(&bytes[..first.span.at as usize]);
        Some(Photo { name, data, proven, tables, bytes })
    }
}

/// All DHT segments before the first scan.
fn tables(head: &[u8]) -> Vec<u8> {
    let (mut tables, mut at) = (Vec::new(), 2);
    while let Some(&[0xff, code, high, low]) = head.get(at..at + 4) {
        let end = at + 2 + usize::from(u16::from_be_bytes([high, low]));
        if code == 0xc4 {
            tables.extend_from_slice(&head[at..end]);
        }
        at = end;
    }
    tables
}

/// Pictures drawn for the test, of all kinds that cameras and programs write.
fn made() -> Vec<Photo> {
    let kinds = [
        Jpeg { quality: 96, ..Jpeg::default() },
        Jpeg { quality: 90, sampling: Sampling::S422, restart: 10, ..Jpeg::default() },
        Jpeg { quality: 95, optimised: true, ..Jpeg::default() },
        Jpeg { quality: 95, process: Process::Progressive, ..Jpeg::default() },
        Jpeg { quality: 95, process: Process::Spectral, ..Jpeg::default() },
        Jpeg { quality: 97, sampling: Sampling::Grey, ..Jpeg::default() },
    ];
    let photos = kinds.iter().enumerate().flat_map(|(number, kind)| {
        (0..2).filter_map(move |seed| {
            let picture = Picture::scene(40 + seed, 640, 480);
            Photo::new(format!("made {number}.{seed}"), kind.encode(&picture))
        })
    });
    photos.collect()
}

/// Real photos with their names, where there are any.
#[expect(clippy::print_stderr, reason = "who runs the tests should know what was left out")]
fn files(most_len: u64) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/photos/jpeg");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("{} is not there: only made pictures were tried", folder.display());
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let small = paths.into_iter().filter(|path| path.metadata().unwrap().len() <= most_len);
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    small.map(|path| (name(&path), std::fs::read(&path).unwrap())).collect()
}

/// Those of them that decode.
fn real(most_len: u64) -> Vec<Photo> {
    files(most_len).into_iter().filter_map(|(name, bytes)| Photo::new(name, bytes)).collect()
}

/// Data of photos with less than this is not spliced, in bytes.
const LEAST_DATA: u64 = 40 << 10;

const CLUSTER: usize = 4096;

/// What is put in place of a photo's own data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Foreign {
    SameTables,
    OtherTables,
    Noise,
    Text,
    Zeros,
    Later,
}

const FOREIGN: [Foreign; 6] = [
    Foreign::SameTables,
    Foreign::OtherTables,
    Foreign::Noise,
    Foreign::Text,
    Foreign::Zeros,
    Foreign::Later,
];

/// The data of a photo from some cluster on to the end of the file.
fn tail(photo: &Photo, from: usize, random: &mut Random) -> Vec<u8> {
    let clusters = (photo.data.end() as usize).saturating_sub(from) / CLUSTER;
    let at = from + CLUSTER * random.below(clusters.max(1));
    photo.bytes[at.next_multiple_of(CLUSTER).min(photo.bytes.len())..].to_vec()
}

fn foreign(
    kind: Foreign,
    photo: &Photo,
    at: usize,
    photos: &[Photo],
    random: &mut Random,
) -> Option<Vec<u8>> {
    let rest = photo.bytes.len() - at;
    let donor = |same: bool, random: &mut Random| {
        let fits =
            |other: &&Photo| (other.tables == photo.tables) == same && other.name != photo.name;
        let donors: Vec<_> = photos.iter().filter(fits).collect();
        let donor = donors.get(random.below(donors.len()))?;
        Some(tail(donor, donor.data.at as usize, random))
    };
    let bytes = match kind {
        Foreign::SameTables => donor(true, random)?,
        Foreign::OtherTables => donor(false, random)?,
        Foreign::Noise => random.bytes(rest),
        Foreign::Text => canvas::text(random, rest),
        Foreign::Zeros => vec![0; rest],
        Foreign::Later => tail(photo, at + CLUSTER, random),
    };
    (bytes.len() >= CLUSTER).then_some(bytes)
}

/// How splices of one kind went.
#[derive(Clone, Debug, Default)]
struct Tally {
    tried: usize,
    /// Taken for whole although proven data was foreign.
    missed: Vec<String>,
    /// From the splice to the byte that was blamed.
    distances: Vec<u64>,
}

impl Tally {
    /// Feeds the foreign bytes after `before` and notes what is said.
    fn splice(&mut self, photo: &Photo, at: usize, before: &JpegOracle, bytes: &[u8]) {
        let same = bytes.iter().zip(&photo.bytes[at..]).take_while(|(new, old)| new == old).count();
        let first = (at + same) as u64;
        let proven = photo.proven.iter().any(|span| span.at <= first && first < span.end());
        if !proven {
            return;
        }
        let mut oracle = before.clone();
        self.tried += 1;
        match oracle.feed(bytes) {
            Said::Done { .. } if oracle.flaw().is_none() => {
                self.missed.push(format!("{} at {at:#x}", photo.name));
            }
            Said::Wrong { at: wrong, what } => {
                assert!(wrong >= first, "{} at {at:#x}: {what} at {wrong:#x}", photo.name);
                self.distances.push(wrong - at as u64);
            }
            _ => {}
        }
    }

    fn share_within(&self, most: u64) -> f64 {
        let within = self.distances.iter().filter(|&&distance| distance <= most).count();
        100.0 * within as f64 / self.tried.max(1) as f64
    }
}

/// Splices foreign data into each photo `trials` times: for all the rest, or for a cluster.
fn splice_all(photos: &[Photo], trials: usize, cluster_only: bool) -> [Tally; 6] {
    let mut tallies: [Tally; 6] = Default::default();
    let mut random = Random::new(7);
    for photo in photos.iter().filter(|photo| photo.data.len >= LEAST_DATA) {
        for _ in 0..trials {
            let clusters = (photo.data.len as usize - CLUSTER) / CLUSTER;
            let at = photo.data.at as usize + CLUSTER * random.below(clusters);
            let at = at.next_multiple_of(CLUSTER);
            let mut before = JpegOracle::new();
            assert_eq!(before.feed(&photo.bytes[..at]), Said::More);
            for (kind, tally) in FOREIGN.into_iter().zip(&mut tallies) {
                let Some(mut bytes) = foreign(kind, photo, at, photos, &mut random) else {
                    continue;
                };
                if cluster_only {
                    bytes.truncate(CLUSTER);
                    let after = photo.bytes.get(at + bytes.len()..).unwrap_or(&[]);
                    bytes.extend_from_slice(after);
                }
                tally.splice(photo, at, &before, &bytes);
            }
        }
    }
    tallies
}

#[test]
fn a_photo_that_goes_on_with_foreign_data_is_never_whole() {
    let photos: Vec<_> = made().into_iter().chain(real(600 << 10)).collect();
    for (kind, tally) in FOREIGN.iter().zip(splice_all(&photos, 4, false)) {
        assert!(tally.tried > 20, "{kind:?}: {}", tally.tried);
        assert!(tally.missed.is_empty(), "{kind:?}: {:?}", tally.missed);
    }
}

/// Prints how far after a splice it is found, over all photos that there are.
#[test]
#[ignore = "takes minutes; prints a table"]
#[expect(clippy::print_stderr, reason = "the table is what it is run for")]
fn splices_in_numbers() {
    for photos in [real(u64::MAX), made()] {
        for cluster_only in [false, true] {
            eprintln!("{} photos, one cluster only: {cluster_only}", photos.len());
            for (kind, mut tally) in FOREIGN.iter().zip(splice_all(&photos, 40, cluster_only)) {
                tally.distances.sort_unstable();
                let median = tally.distances.get(tally.distances.len() / 2);
                eprintln!(
                    "{kind:?}: {} tried, {} missed, median {median:?}, within 512: {:.1} %, \
                     4 KiB: {:.1} %, 32 KiB: {:.1} % {:?}",
                    tally.tried,
                    tally.missed.len(),
                    tally.share_within(512),
                    tally.share_within(4096),
                    tally.share_within(32768),
                    &tally.missed[..tally.missed.len().min(8)],
                );
            }
        }
    }
}

/// The best grade is the rule among real photos, and what does not get it has a reason.
#[test]
fn real_photos_decode_to_their_exact_end() {
    let files = files(u64::MAX);
    let format = formats::by_name("jpeg").unwrap();
    let mut broken = Vec::new();
    for (name, bytes) in &files {
        let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
        let bytes = bytes.as_slice();
        let mut view = View::new(&bytes, &runs, &mut buffer);
        let verdict = format.measure(&mut view, Effort::Proof).unwrap();
        // Nothing checks the last bit of DC of a progressive picture.
        let is_unchecked = verdict.unchecked.iter().any(|part| part.role == Role::Payload);
        if verdict.grade == Grade::Structural && is_unchecked && verdict.issues.is_empty() {
            continue;
        }
        if verdict.grade != Grade::Verified {
            assert!(!verdict.issues.is_empty(), "{name}: {verdict:?}");
            broken.push((name, verdict.grade, verdict.issues));
        }
    }
    assert!(broken.len() * 50 <= files.len(), "{broken:?}");
}

/// The answer and the share after pieces of these lengths, used in turn.
fn in_pieces(bytes: &[u8], lengths: &[usize]) -> (Said, u32, u64) {
    let (mut oracle, mut at, mut said) = (JpegOracle::new(), 0, Said::More);
    for len in lengths.iter().cycle() {
        let end = bytes.len().min(at + len);
        said = oracle.feed(&bytes[at..end]);
        at = end;
        if said != Said::More || at == bytes.len() {
            break;
        }
    }
    (said, oracle.share().to_bits(), oracle.kept())
}

/// Small pictures of all kinds.
fn small() -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for process in [Process::Baseline, Process::Spectral, Process::Progressive] {
        for (sampling, restart) in [(Sampling::S420, 0), (Sampling::Grey, 3), (Sampling::S444, 2)] {
            let jpeg = Jpeg { process, sampling, restart, quality: 92, ..Jpeg::default() };
            let picture = Picture::scene(60, 88, 56);
            files.push(jpeg.encode(&picture));
            files.push(Jpeg { optimised: true, late_height: true, ..jpeg }.encode(&picture));
        }
    }
    files
}

static SMALL: OnceLock<Vec<Vec<u8>>> = OnceLock::new();

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Neither pieces nor a snapshot change what is said of a file, whole or damaged.
    #[test]
    fn pieces_change_nothing(
        file in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        lengths in prop::collection::vec(1usize..700, 1..6),
        resume in any::<prop::sample::Index>(),
    ) {
        let files = SMALL.get_or_init(small);
        let mut bytes = files[file.index(files.len())].clone();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.extend_from_slice(&[0; 300]);
        let whole = in_pieces(&bytes, &[bytes.len()]);
        prop_assert_eq!(in_pieces(&bytes, &lengths), whole);
        prop_assert_eq!(in_pieces(&bytes, &[1]), whole);
        let (before, after) = bytes.split_at(resume.index(bytes.len()));
        let mut oracle = JpegOracle::new();
        oracle.feed(before);
        let mut kept = oracle.snapshot();
        oracle.feed(&[0x3b; 999]);
        prop_assert_eq!((kept.feed(after), kept.share().to_bits()), (whole.0, whole.1));
    }
}

/// Data that is long enough for larger tables, whole and damaged: all pieces say the same.
#[test]
fn long_data_may_come_in_pieces_too() {
    let mut random = Random::new(11);
    for photo in made().into_iter().chain(real(300 << 10)) {
        for damaged in [0, 1, 1, 3] {
            let mut bytes = photo.bytes.clone();
            for _ in 0..damaged {
                let at = photo.data.at as usize + random.below(photo.data.len as usize);
                bytes[at] ^= 1 << random.below(8);
            }
            let whole = in_pieces(&bytes, &[bytes.len()]);
            for lengths in [&[1][..], &[7], &[4096], &[65536, 3, 500]] {
                assert_eq!(in_pieces(&bytes, lengths), whole, "{} by {lengths:?}", photo.name);
            }
        }
    }
}

/// Where the segment of that marker begins.
fn segment(file: &[u8], code: u8) -> usize {
    file.windows(2).position(|pair| pair == [0xff, code]).unwrap()
}

/// The file without the segment at `at`.
fn without(file: &[u8], at: usize) -> Vec<u8> {
    let len = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
    [&file[..at], &file[at + 2 + len..]].concat()
}

#[track_caller]
fn check_whole(bytes: &[u8]) {
    let mut oracle = JpegOracle::new();
    assert_eq!(oracle.feed(bytes), Said::Done { end: bytes.len() as u64 });
    assert_eq!((oracle.flaw(), oracle.share()), (None, 1.0));
}

#[test]
fn frames_without_tables_take_the_standard_ones() {
    let file = Jpeg::default().encode(&Picture::scene(61, 120, 80));
    check_whole(&without(&file, segment(&file, 0xc4)));
}

#[test]
fn each_component_may_have_a_scan_of_its_own() {
    let grey = |seed| {
        let jpeg = Jpeg { sampling: Sampling::Grey, restart: 5, ..Jpeg::default() };
        jpeg.encode(&Picture::scene(seed, 72, 50))
    };
    let (first, others) = (grey(62), [grey(63), grey(64)]);
    let (frame, scan) = (segment(&first, 0xc0), segment(&first, 0xda));
    let mut file = first[..frame].to_vec();
    file.extend([0xff, 0xc0, 0, 17, 8, 0, 50, 0, 72, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
    file.extend(&first[frame + 13..first.len() - 2]);
    for (id, other) in (2..).zip(others) {
        let data = &other[segment(&other, 0xda) + 10..other.len() - 2];
        file.extend([0xff, 0xda, 0, 8, 1, id, 0, 0, 63, 0]);
        file.extend(data);
    }
    assert!(scan > frame);
    let cut = file.len();
    file.extend([0xff, 0xd9]);
    check_whole(&file);
    let two = file[..cut].windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap();
    let mut oracle = JpegOracle::new();
    oracle.feed(&[&file[..two], &[0xff, 0xd9]].concat());
    assert_eq!(oracle.flaw(), Some("scans are missing"));
}

#[test]
fn samples_of_12_bits_have_wider_ranges() {
    let mut file = Jpeg::default().encode(&Picture::scene(65, 120, 80));
    let frame = segment(&file, 0xc0);
    file[frame + 1] = 0xc1;
    file[frame + 4] = 12;
    check_whole(&file);
}

#[test]
fn arithmetic_coding_is_known_but_proves_nothing() {
    let mut file = Jpeg::default().encode(&Picture::scene(66, 120, 80));
    let frame = segment(&file, 0xc0);
    file[frame + 1] = 0xc9;
    let mut oracle = JpegOracle::new();
    assert_eq!(oracle.feed(&file), Said::Done { end: file.len() as u64 });
    assert!(oracle.is_opaque() && oracle.flaw().is_some());
}

#[test]
fn a_dark_picture_is_nothing_but_zeros() {
    let picture = Picture { width: 2000, height: 1000, rgb: vec![0; 6_000_000] };
    for process in [Process::Baseline, Process::Spectral, Process::Progressive] {
        let jpeg = Jpeg { process, optimised: true, quality: 5, ..Jpeg::default() };
        check_whole(&jpeg.encode(&picture));
        check_whole(&Jpeg { optimised: false, ..jpeg }.encode(&picture));
    }
}

#[test]
fn a_restart_marker_too_many_does_no_harm() {
    let file = Jpeg { restart: 4, ..Jpeg::default() }.encode(&Picture::scene(67, 64, 64));
    let (body, end) = file.split_at(file.len() - 2);
    check_whole(&[body, &[0xff, 0xd3], end].concat());
    let early = [body, &[0xff, 0xd4], end].concat();
    assert!(matches!(JpegOracle::new().feed(&early), Said::Wrong { .. }));
}

#[test]
fn the_share_grows_unit_by_unit() {
    let file = Jpeg::default().encode(&Picture::scene(68, 320, 240));
    let (mut oracle, mut before) = (JpegOracle::new(), (0.0, 0));
    for piece in file.chunks(97) {
        oracle.feed(piece);
        let now = (oracle.share(), oracle.kept());
        assert!(now >= before && now.1 <= file.len() as u64);
        before = now;
    }
    assert_eq!(before.0, 1.0);
}
