//! Laws about samples: whole, cut, followed by something else, in pieces.

use afterimage_signatures::verdict::{End, Grade, Joints, Role, Span, Verdict};
use afterimage_signatures::{Bytes, Effort, Runs};
use afterimage_testdata::canvas;
use afterimage_testdata::random::Random;
use afterimage_testdata::samples;

use super::disk::{Counting, Device};
use super::{cases, check_spans, is_appendix, magic_fits, measure, measure_runs};

const EFFORTS: [Effort; 2] = [Effort::Structure, Effort::Proof];

#[test]
fn a_sample_is_measured_whole() {
    for (sample, format) in cases() {
        let len = sample.bytes.len() as u64;
        let name = sample.path();
        assert!(len >= format.signature().min_len, "{name} is shorter than any file can be");
        assert!(magic_fits(format, &sample.bytes), "{name}: no magic");
        for effort in EFFORTS {
            let verdict = measure(format, &sample.bytes, effort).unwrap();
            assert_eq!(verdict.len, len, "{name}, {effort:?}: {:?}", verdict.issues);
            assert!(verdict.grade >= Grade::Structural, "{name}, {effort:?}: {verdict:?}");
            assert!(effort == Effort::Proof || verdict.grade == Grade::Structural, "{name}");
            check_spans(&name, &verdict);
        }
    }
}

/// Length of the junk after a sample, in bytes.
const JUNK_LEN: usize = 20_000;

#[test]
fn what_follows_does_not_change_the_length() {
    let mut random = Random::new(1);
    let (cases, others) = (cases(), samples::all().len());
    for (number, (sample, format)) in cases.iter().enumerate() {
        let (other, _) = &cases[(number * 7 + 1) % others];
        let junk = [
            ("noise", random.bytes(JUNK_LEN)),
            ("zeros", vec![0; JUNK_LEN]),
            ("ones", vec![0xff; JUNK_LEN]),
            ("text", canvas::text(&mut random, JUNK_LEN)),
            ("itself", sample.bytes.clone()),
            ("another", other.bytes.clone()),
        ];
        for (what, junk) in junk {
            let bytes = [&sample.bytes[..], &junk].concat();
            for effort in EFFORTS {
                let name = format!("{} + {what} ({}), {effort:?}", sample.path(), other.path());
                let verdict = measure(*format, &bytes, effort).unwrap();
                assert_eq!(verdict.len, sample.bytes.len() as u64, "{name}: {verdict:?}");
                assert!(verdict.grade >= Grade::Structural, "{name}: {verdict:?}");
            }
        }
    }
}

/// How many cuts each sample gets, evenly; those close to its end come on top.
const CUTS: usize = 50;

#[test]
fn no_cut_sample_is_accepted_as_whole() {
    for (sample, format) in cases() {
        let (bytes, len) = (&sample.bytes, sample.bytes.len());
        let whole = measure(format, bytes, Effort::Proof).unwrap();
        let cuts = (0..CUTS).map(|number| len * number / CUTS).chain(len - len.min(20)..len);
        for (cut, effort) in cuts.flat_map(|cut| EFFORTS.map(|effort| (cut, effort))) {
            let Ok(verdict) = measure(format, &bytes[..cut], effort) else { continue };
            let name = format!("{} cut at {cut:#x} of {len:#x}", sample.path());
            assert!(verdict.len <= cut as u64, "{name}: {verdict:?}");
            check_spans(&name, &verdict);
            // A structure that closes but leaves a doubt says so.
            let sure = verdict.end == End::Exact && verdict.issues.is_empty();
            let claims = match verdict.grade {
                Grade::Verified => true,
                Grade::Structural => sure,
                Grade::Partial | Grade::Damaged => false,
            };
            let missing = Span::between(verdict.len, whole.len);
            let fits = is_appendix(&whole, bytes, missing)
                || format.oracle().is_none() && shows_the_same(&verdict, &whole);
            assert!(!claims || fits, "{name}: {verdict:?}");
        }
    }
}

/// Whether what the longer file has more says nothing of the picture: a box that nobody knows.
fn shows_the_same(verdict: &Verdict, whole: &Verdict) -> bool {
    let payload = |verdict: &Verdict| {
        let parts = verdict.unchecked.iter().filter(|part| part.role == Role::Payload);
        parts.map(|part| part.span).collect::<Vec<_>>()
    };
    payload(verdict) == payload(whole)
        && (verdict.pixels, &verdict.children, &verdict.exif)
            == (whole.pixels, &whole.children, &whole.exif)
}

/// Lays the file in that many pieces of uneven length on a disk, the last piece first, with a few
/// bytes between them.
fn scatter(file: &[u8], pieces: usize) -> (Vec<u8>, Runs) {
    let cut = |number: usize| match number {
        0 => 0,
        number if number == pieces => file.len(),
        number => (file.len() * number / pieces + number * number % 5).min(file.len()),
    };
    let (mut disk, mut runs) = (Vec::new(), Vec::new());
    for number in (0..pieces).rev() {
        disk.extend(b"\xff\xd8\xff between");
        let piece = &file[cut(number)..cut(number + 1)];
        runs.push(Span { at: disk.len() as u64, len: piece.len() as u64 });
        disk.extend(piece);
    }
    runs.reverse();
    (disk, Runs::new(runs))
}

/// All that is said of a file but for how it goes on at its joints.
fn but_joints(verdict: Verdict) -> Verdict {
    Verdict { joints: Joints::default(), ..verdict }
}

#[test]
fn runs_and_mapping_do_not_change_the_verdict() {
    for (sample, format) in cases().into_iter().chain(super::broken::cases()) {
        let file = [&sample.bytes[..], &Random::new(2).bytes(3000)].concat();
        let expected = measure(format, &file, Effort::Proof).map(but_joints);
        let whole = Runs::whole(0, file.len() as u64);
        let device = Device(file.clone());
        let unmapped = measure_runs(format, &device, &whole, Effort::Proof).map(but_joints);
        assert_eq!(unmapped, expected, "{}", sample.path());
        for pieces in [2, 5, 40] {
            let (disk, runs) = scatter(&file, pieces);
            let name = format!("{} in {pieces} pieces", sample.path());
            let mapped = measure_runs(format, &&disk[..], &runs, Effort::Proof);
            assert_eq!(mapped.map(but_joints), expected, "{name}");
            let unmapped = measure_runs(format, &Device(disk), &runs, Effort::Proof);
            assert_eq!(unmapped.map(but_joints), expected, "{name}, not mapped");
        }
    }
}

/// What may be read besides the file: ahead in each scan of a progressive picture, and after it
/// in search of trailers.
const SEARCHED: u64 = 1 << 20;

#[test]
fn what_is_read_is_bounded_by_the_length_of_the_file() {
    let after = Random::new(5).bytes(8 << 20);
    for (sample, format) in cases().into_iter().chain(super::broken::cases()) {
        let source = Counting::new([&sample.bytes[..], &after].concat());
        let runs = Runs::whole(0, source.len());
        let _ = measure_runs(format, &source, &runs, Effort::Proof);
        let (read, len) = (source.read(), sample.bytes.len() as u64);
        assert!(read <= 8 * len + SEARCHED, "{}: {read} of {len}", sample.path());
    }
}
