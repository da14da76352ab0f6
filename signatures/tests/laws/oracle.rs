//! Laws about oracles.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Effort, Format, Said};
use afterimage_testdata::Sample;
use afterimage_testdata::random::Random;

use super::{is_appendix, measure};

fn cases() -> impl Iterator<Item = (Sample, &'static dyn Format)> {
    super::cases().into_iter().filter(|(_, format)| format.oracle().is_some())
}

/// What the oracle says of bytes that come in pieces of `len`.
fn feed(format: &dyn Format, bytes: &[u8], len: usize) -> Said {
    let mut oracle = format.oracle().unwrap();
    let mut said = Said::More;
    for piece in bytes.chunks(len) {
        said = oracle.feed(piece);
        if said != Said::More {
            break;
        }
    }
    assert!(said == Said::More || oracle.feed(&[0; 9]) == said, "an answer must stay");
    assert!((0.0..=1.0).contains(&oracle.share()));
    said
}

#[test]
fn an_oracle_finds_the_end_of_the_picture() {
    for (sample, format) in cases() {
        let name = sample.path();
        let whole = measure(format, &sample.bytes, Effort::Proof).unwrap();
        let bytes = [&sample.bytes[..], &Random::new(3).bytes(5000)].concat();
        let said = feed(format, &bytes, bytes.len());
        let Said::Done { end } = said else { panic!("{name}: {said:?}") };
        let after = Span::between(end, whole.len);
        assert!(end <= whole.len && is_appendix(&whole, &bytes, after), "{name}: {end:#x}");
        for len in [1, 7, 512, 4096] {
            assert_eq!(feed(format, &bytes, len), said, "{name} by {len}");
        }
    }
}

#[test]
fn a_snapshot_goes_on_as_if_nothing_had_come_between() {
    for (sample, format) in cases() {
        let expected = feed(format, &sample.bytes, 4096);
        let mut oracle = format.oracle().unwrap();
        let mut said = Said::More;
        for (number, piece) in sample.bytes.chunks(1500).enumerate() {
            let kept = oracle.snapshot();
            oracle.feed(&Random::new(number as u64).bytes(700));
            oracle = kept;
            said = oracle.feed(piece);
        }
        assert_eq!(said, expected, "{}", sample.path());
        assert!(matches!(said, Said::Done { .. }), "{}: {said:?}", sample.path());
        assert!(oracle.share() > 0.99, "{}: {}", sample.path(), oracle.share());
    }
}

/// How many foreign bytes are put into a sample, as many as a small cluster has.
const FOREIGN: usize = 2048;

#[test]
fn an_oracle_blames_no_byte_before_the_foreign_ones() {
    for (sample, format) in cases() {
        let len = sample.bytes.len();
        for at in (FOREIGN..len.saturating_sub(FOREIGN)).step_by((len / 7).max(FOREIGN)) {
            for junk in [vec![0; FOREIGN], Random::new(at as u64).bytes(FOREIGN)] {
                let mut bytes = sample.bytes.clone();
                bytes[at..at + FOREIGN].copy_from_slice(&junk);
                let said = feed(format, &bytes, bytes.len());
                let name = format!("{} at {at:#x}", sample.path());
                if let Said::Wrong { at: wrong, .. } = said {
                    assert!(wrong >= at as u64, "{name}: {said:?}");
                }
                for len in [1, 512] {
                    assert_eq!(feed(format, &bytes, len), said, "{name} by {len}");
                }
            }
        }
    }
}

/// Samples up to this length, in bytes, are broken at each of their bytes.
const MOST_EXHAUSTED: usize = 700;

#[test]
fn an_oracle_blames_the_right_side_of_every_break() {
    for (sample, format) in cases() {
        let len = sample.bytes.len();
        let step = if len <= MOST_EXHAUSTED { 1 } else { len / 41 };
        for at in (1..len).step_by(step) {
            let noise = Random::new(at as u64).bytes(3000);
            let bytes = [&sample.bytes[..at], &noise].concat();
            let name = format!("{} up to {at:#x}", sample.path());
            let said = feed(format, &bytes, bytes.len());
            if let Said::Wrong { at: wrong, .. } = said {
                assert!(wrong >= at as u64, "{name}: {said:?}");
            }
            assert_eq!(feed(format, &bytes, 13), said, "{name}");
        }
    }
}
