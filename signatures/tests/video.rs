//! Video: real files and made ones, whole and cut, and what must never be taken for one.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "says which tests had nothing to read")]

mod ends;

use afterimage_signatures::isobmff::keys::content_identifier;
use afterimage_signatures::verdict::End;
use afterimage_signatures::{Buffer, Effort, Grade, Runs, View};
use afterimage_testdata::Sample;
use afterimage_testdata::isobmff::{old_quicktime, videos};
use afterimage_testdata::random::Random;
use ends::{accepted, real, tails};
use proptest::prelude::*;

const NAMES: &[&str] = &["mov", "m4v", "3gp", "mp4"];

fn samples() -> Vec<Sample> {
    [videos(), old_quicktime()].concat()
}

#[track_caller]
fn sample(format: &str, name: &str) -> Vec<u8> {
    samples().into_iter().find(|s| s.format == format && s.name == name).unwrap().bytes
}

#[test]
fn real_videos_end_where_they_end() {
    let Some(files) = real(&["mov", "mp4", "3gp"]) else { return };
    for file in &files {
        for (which, tail) in tails(&sample("mp4", "media-first")).into_iter().enumerate() {
            let data = [&file.bytes[..], &tail].concat();
            for effort in [Effort::Structure, Effort::Proof] {
                let (name, verdict) = accepted(NAMES, &data, effort).unwrap();
                let about = format!("{} as {name}, tail {which}: {verdict:?}", file.path);
                assert!(file.ends.contains(&verdict.len), "{about}");
                assert_eq!(verdict.grade, Grade::Structural, "{about}");
                assert_eq!(verdict.pixels, file.pixels, "{about}");
            }
        }
    }
    assert!(files.len() >= 11, "only {} files", files.len());
}

#[test]
fn made_videos_are_measured_exactly_whatever_follows() {
    for sample in samples() {
        let open = sample.name == "mdat-without-size";
        for tail in tails(&sample.bytes) {
            let data = [&sample.bytes[..], &tail].concat();
            let (name, verdict) = accepted(NAMES, &data, Effort::Proof).unwrap();
            let about = format!("{}: {verdict:?}", sample.path());
            assert_eq!((name, verdict.extension), (sample.format, sample.format), "{about}");
            assert_eq!(verdict.len, sample.bytes.len() as u64, "{about}");
            assert_eq!(verdict.grade, Grade::Structural, "{about}");
            assert_eq!(verdict.end, if open { End::Minimum } else { End::Exact }, "{about}");
            assert_eq!(verdict.pixels, Some((320, 240)), "{about}");
        }
    }
}

#[test]
fn a_live_photo_tells_its_identifier() {
    let found = |data: &[u8]| {
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        content_identifier(&mut View::new(&data, &runs, &mut buffer))
    };
    let expected = "12345678-9ABC-4DEF-8123-456789ABCDEF";
    assert_eq!(found(&sample("mov", "live-photo")).as_deref(), Some(expected));
    assert_eq!(found(&sample("mp4", "media-first")), None);
    assert_eq!(found(b"no video"), None);
}

#[test]
fn a_file_whose_first_box_is_cut_off_is_no_file() {
    for name in ["media-first", "movie-first", "mdat-of-64-bits"] {
        let data = sample("mp4", name);
        let ftyp = usize::from(data[3]);
        assert_eq!(accepted(NAMES, &data[ftyp..], Effort::Proof), None, "{name}");
    }
    let data = sample("mov", "live-photo");
    assert_eq!(accepted(NAMES, &data[20..], Effort::Structure), None);
}

#[test]
fn foreign_bytes_in_the_middle_are_damage_and_at_the_end_are_cut_off() {
    let data = sample("mp4", "movie-first");
    let media = data.windows(4).position(|word| word == b"mdat").unwrap() + 4;
    let mut middle = data.clone();
    middle[media + 1000..media + 2600].fill(0);
    let (_, verdict) = accepted(NAMES, &middle, Effort::Proof).unwrap();
    assert_eq!((verdict.grade, verdict.len), (Grade::Damaged, data.len() as u64));
    assert!((media as u64..media as u64 + 2600).contains(&verdict.issues[0].at));
    let (_, quick) = accepted(NAMES, &middle, Effort::Structure).unwrap();
    assert_eq!(quick.grade, Grade::Structural);

    let cut = media + 3000;
    let mut tail = data.clone();
    let foreign = Random::new(8).bytes(data.len() - cut + 9000);
    tail.splice(cut.., foreign);
    let (_, verdict) = accepted(NAMES, &tail, Effort::Proof).unwrap();
    assert_eq!((verdict.grade, verdict.end), (Grade::Partial, End::Minimum));
    // The last unit that begins before the cut may reach beyond it.
    assert!((media as u64..=cut as u64 + 700).contains(&verdict.len), "{verdict:?}");
    let share = verdict.share.unwrap();
    assert!((0.2..0.6).contains(&share), "{share}");
}

#[test]
fn pictures_without_units_begin_as_their_coding_does() {
    let data = sample("mp4", "movie-first");
    let entry = data.windows(4).position(|word| word == b"stsd").unwrap() + 16;
    let media = data.windows(4).position(|word| word == b"mdat").unwrap() + 4;
    for kind in [b"mp4v", b"s263", b"jpeg"] {
        let mut data = data.clone();
        data[entry..entry + 4].copy_from_slice(kind);
        let (_, verdict) = accepted(NAMES, &data, Effort::Proof).unwrap();
        assert_eq!((verdict.grade, verdict.len), (Grade::Partial, media as u64), "{verdict:?}");
        assert_eq!(verdict.share, Some(0.0));
    }
}

#[test]
fn a_file_without_movie_header_keeps_the_units_that_hold() {
    let data = sample("mp4", "media-first");
    let media = data.windows(4).position(|word| word == b"mdat").unwrap() + 4;
    for size in [0, 8, 1 << 20] {
        let mut data = data[..media + 1000].to_vec();
        data[media - 8..media - 4].copy_from_slice(&u32::to_be_bytes(size));
        // The last unit that begins in what is left may reach beyond it.
        data.extend(Random::new(9).bytes(50_000));
        let (_, verdict) = accepted(NAMES, &data, Effort::Proof).unwrap();
        assert_eq!((verdict.grade, verdict.share), (Grade::Partial, Some(0.0)));
        assert!((media as u64..=media as u64 + 1700).contains(&verdict.len), "{verdict:?}");
    }
}

#[test]
fn every_cut_stays_inside() {
    for sample in samples() {
        for cut in (0..sample.bytes.len()).step_by(3) {
            // The laws that hold for all verdicts are asserted where they are made.
            for effort in [Effort::Structure, Effort::Proof] {
                let found = accepted(NAMES, &sample.bytes[..cut], effort);
                let about = format!("{} cut at {cut}: {found:?}", sample.path());
                let whole = found.is_some_and(|(_, verdict)| {
                    verdict.grade >= Grade::Structural && verdict.end == End::Exact
                });
                assert!(!whole, "{about}");
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
        late in any::<bool>(),
    ) {
        let samples = samples();
        let mut data = samples[which % samples.len()].bytes.clone();
        let reach = data.len().min(1600);
        let start = if late { data.len() - reach } else { 0 };
        for (at, value) in flips {
            data[start + at.index(reach)] = value;
        }
        accepted(NAMES, &data, Effort::Structure);
        accepted(NAMES, &data, Effort::Proof);
    }
}
