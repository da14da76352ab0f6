//! JPEG XL: real files and made ones, whole, cut and spoiled.

#![cfg(feature = "jxl")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "says which tests had nothing to read")]

mod ends;

use afterimage_signatures::verdict::End;
use afterimage_signatures::{Effort, Grade};
use afterimage_testdata::Sample;
use afterimage_testdata::jpegxl::{samples, small};
use afterimage_testdata::random::Random;
use ends::{accepted, real, tails};
use proptest::prelude::*;

const NAMES: &[&str] = &["jxl"];

fn all() -> Vec<Sample> {
    [samples(), vec![small()]].concat()
}

#[test]
fn real_files_end_where_they_end() {
    let Some(files) = real(&["jxl"]) else { return };
    let mut alike = 0;
    for file in &files {
        for (which, tail) in tails(&samples()[0].bytes).into_iter().enumerate() {
            let data = [&file.bytes[..], &tail].concat();
            let (_, verdict) = accepted(NAMES, &data, Effort::Proof).unwrap();
            let about = format!("{}, tail {which}: {verdict:?}", file.path);
            assert!(file.ends.contains(&verdict.len), "{about}");
            assert_eq!((verdict.grade, verdict.end), (Grade::Structural, End::Exact), "{about}");
            let ((width, height), found) = (file.pixels.unwrap(), verdict.pixels.unwrap());
            alike += usize::from([(width, height), (height, width)].contains(&found));
        }
    }
    assert!(files.len() >= 14, "only {} files", files.len());
    // One of them asks to be shown in another size than it has.
    assert!(alike + tails(&[]).len() >= files.len() * tails(&[]).len(), "only {alike}");
}

#[test]
fn made_files_are_measured_exactly_whatever_follows() {
    for sample in all() {
        for tail in tails(&sample.bytes) {
            let data = [&sample.bytes[..], &tail].concat();
            let (_, verdict) = accepted(NAMES, &data, Effort::Proof).unwrap();
            let about = format!("{}: {verdict:?}", sample.path());
            assert_eq!(verdict.len, sample.bytes.len() as u64, "{about}");
            assert_eq!((verdict.grade, verdict.end), (Grade::Structural, End::Exact), "{about}");
            let pixels = if sample.name == "codestream" { (704, 528) } else { (64, 48) };
            assert_eq!(verdict.pixels, Some(pixels), "{about}");
            let has_exif = matches!(&sample.name[..], "parts" | "metadata-behind");
            assert_eq!(verdict.exif.len(), usize::from(has_exif), "{about}");
        }
    }
}

#[test]
fn no_cut_is_whole() {
    for sample in all() {
        for cut in 0..sample.bytes.len() {
            let found = accepted(NAMES, &sample.bytes[..cut], Effort::Proof);
            let Some((_, verdict)) = found else { continue };
            let whole = verdict.grade >= Grade::Structural;
            assert!(!whole || sample.name == "metadata-behind", "{} at {cut}", sample.path());
        }
    }
}

/// How many heads are tried for each pattern.
const HEADS: u64 = 4000;

#[test]
fn noise_after_the_first_bytes_is_no_codestream() {
    let mut random = Random::new(12);
    let noise = random.bytes(4 << 20);
    let mut taken = 0;
    for number in 0..HEADS {
        let at = random.below(noise.len() - (1 << 20));
        let mut data = noise[at..].to_vec();
        data.truncate(1 << 20);
        data[..2].copy_from_slice(b"\xff\x0a");
        if number % 2 == 0 {
            data[2] = data[2] & 0xe0 | 0x1a;
        }
        taken += u32::from(accepted(NAMES, &data, Effort::Proof).is_some());
    }
    assert_eq!(taken, 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8192, failure_persistence: None, ..ProptestConfig::default() })]

    /// Flipped bytes give a verdict or a reject, never a panic, and no end beyond the source.
    #[test]
    fn flipped_bytes_never_panic(
        which in 0usize..64,
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        reach in 8usize..800,
    ) {
        let samples = all();
        let mut data = samples[which % samples.len()].bytes.clone();
        for (at, value) in flips {
            let at = at.index(data.len().min(reach));
            data[at] = value;
        }
        accepted(NAMES, &data, Effort::Proof);
    }
}
