//! JPEG 2000: real files and made ones, whole, cut and spoiled.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "says which tests had nothing to read")]

mod ends;

use afterimage_signatures::verdict::End;
use afterimage_signatures::{Effort, Grade};
use afterimage_testdata::jpeg2000::samples;
use afterimage_testdata::random::Random;
use ends::{accepted, real, tails};
use proptest::prelude::*;

const NAMES: &[&str] = &["jp2", "j2k"];

#[test]
fn real_files_end_where_they_end() {
    let Some(files) = real(&["jp2", "j2k"]) else { return };
    for file in &files {
        for (which, tail) in tails(&samples()[0].bytes).into_iter().enumerate() {
            let data = [&file.bytes[..], &tail].concat();
            for effort in [Effort::Structure, Effort::Proof] {
                let (name, verdict) = accepted(NAMES, &data, effort).unwrap();
                let about = format!("{} as {name}, tail {which}: {verdict:?}", file.path);
                assert!(file.ends.contains(&verdict.len), "{about}");
                assert_eq!((verdict.grade, verdict.end), (Grade::Structural, End::Exact));
                assert!(file.path.starts_with(name), "{about}");
                assert_eq!(verdict.pixels, file.pixels, "{about}");
            }
        }
    }
    assert!(files.len() >= 13, "only {} files", files.len());
}

#[test]
fn made_files_are_measured_exactly_whatever_follows() {
    for sample in samples() {
        for tail in tails(&sample.bytes) {
            let data = [&sample.bytes[..], &tail].concat();
            let (name, verdict) = accepted(NAMES, &data, Effort::Proof).unwrap();
            let about = format!("{}: {verdict:?}", sample.path());
            assert_eq!(name, sample.format, "{about}");
            assert_eq!(verdict.len, sample.bytes.len() as u64, "{about}");
            assert_eq!((verdict.grade, verdict.end), (Grade::Structural, End::Exact), "{about}");
            assert_eq!(verdict.pixels, Some((160, 120)), "{about}");
        }
    }
}

#[test]
fn noise_among_packets_is_damage_and_at_the_end_is_cut_off() {
    for sample in samples() {
        let data = &sample.bytes;
        let middle = data.len() / 2;
        let mut spoiled = data.clone();
        // Not so long that it covers the head of a tile-part in all of them.
        spoiled[middle..middle + 700].copy_from_slice(&Random::new(5).bytes(700));
        let (_, verdict) = accepted(NAMES, &spoiled, Effort::Proof).unwrap();
        let about = format!("{}: {verdict:?}", sample.path());
        assert!(matches!(verdict.grade, Grade::Damaged | Grade::Partial), "{about}");
        assert!(verdict.issues[0].at <= middle as u64 + 700, "{about}");

        let mut tail = data[..middle].to_vec();
        tail.extend(Random::new(6).bytes(30_000));
        let (_, verdict) = accepted(NAMES, &tail, Effort::Proof).unwrap();
        let about = format!("{}: {verdict:?}", sample.path());
        assert_eq!(verdict.grade, Grade::Partial, "{about}");
        assert!(verdict.len <= middle as u64 + 1024, "{about}");
        assert!(verdict.share.unwrap() < 0.9, "{about}");
    }
}

#[test]
fn no_cut_is_whole() {
    for sample in samples() {
        for cut in 0..sample.bytes.len() {
            for effort in [Effort::Structure, Effort::Proof] {
                let found = accepted(NAMES, &sample.bytes[..cut], effort);
                let Some((_, verdict)) = found else { continue };
                let whole = verdict.grade >= Grade::Structural;
                // What stands after the picture may be missing.
                let after = sample.name == "xml-behind" && sample.bytes.len() - cut > 12;
                assert!(!whole || after, "{} cut at {cut}: {verdict:?}", sample.path());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    /// Flipped bytes give a verdict or a reject, never a panic, and no end beyond the source.
    #[test]
    fn flipped_bytes_never_panic(
        which in 0usize..64,
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        reach in 60usize..4000,
    ) {
        let samples = samples();
        let mut data = samples[which % samples.len()].bytes.clone();
        for (at, value) in flips {
            let at = at.index(data.len().min(reach));
            data[at] = value;
        }
        accepted(NAMES, &data, Effort::Structure);
        accepted(NAMES, &data, Effort::Proof);
    }
}
