//! Files whose parts are whole picture files: what their tables name is theirs, whatever it begins like.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "what other tests need of it")]

#[expect(dead_code, reason = "real files are for other tests")]
mod ends;

use afterimage_signatures::verdict::{End, Kinship, Role};
use afterimage_signatures::{Effort, Grade, Verdict};
use afterimage_testdata::Sample;
use afterimage_testdata::random::Random;
use afterimage_testdata::samples;
use ends::{accepted, tails};

const BOXES: &[&str] = &["mov", "mp4", "m4v", "3gp", "heic", "avif", "heif"];

fn sample(path: &str) -> Sample {
    samples::containers().into_iter().find(|sample| sample.path() == path).unwrap()
}

#[track_caller]
fn measured(bytes: &[u8]) -> (&'static str, Verdict) {
    let of = |names| accepted(names, bytes, Effort::Proof);
    // What is a DNG is a TIFF too; the registry asks for the former first.
    of(BOXES).or_else(|| of(&["dng"])).or_else(|| of(&["tiff"])).unwrap()
}

fn role_at(verdict: &Verdict, at: u64) -> Option<Role> {
    let mut unchecked = verdict.unchecked.iter();
    let holder = unchecked.find(|one| one.span.at <= at && at < one.span.end());
    holder.map(|one| one.role)
}

#[test]
fn containers_are_whole_whatever_follows() {
    let jpeg = samples::jpegs().swap_remove(0).bytes;
    for sample in samples::containers() {
        for tail in tails(&jpeg) {
            let (name, verdict) = measured(&[&sample.bytes[..], &tail].concat());
            let about = format!("{}: {verdict:?}", sample.path());
            assert_eq!(name, sample.format, "{about}");
            assert_eq!(verdict.len, sample.bytes.len() as u64, "{about}");
            assert!(verdict.grade >= Grade::Structural, "{about}");
            assert_eq!(verdict.issues, [], "{about}");
        }
    }
}

/// Where the magics of picture files stand in some bytes.
fn magics(bytes: &[u8]) -> Vec<u64> {
    let magics: [&[u8]; 6] = [
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"\xff\x4f\xff\x51",
        b"\0\0\0\x0cjP  \r\n",
        b"\0\0\0\x0cJXL \r\n",
    ];
    let found = |magic: &&[u8]| {
        let windows = bytes.windows(magic.len()).enumerate();
        windows.filter(|(_, window)| window == magic).map(|(at, _)| at as u64).collect::<Vec<_>>()
    };
    magics.iter().flat_map(found).collect()
}

#[test]
fn no_picture_begins_in_what_nobody_vouches_for() {
    for sample in samples::containers() {
        let (_, verdict) = measured(&sample.bytes);
        for at in magics(&sample.bytes) {
            let role = role_at(&verdict, at);
            let about = format!("{} at {at:#x}: {verdict:?}", sample.path());
            assert!(role != Some(Role::Payload), "{about}");
        }
    }
}

#[test]
fn coded_data_of_parts_is_payload() {
    for path in
        ["mov/pngs", "mp4/codestreams", "dng/jxl-tiles", "tiff/codestreams", "heif/png-item"]
    {
        let (_, verdict) = measured(&sample(path).bytes);
        let payload = verdict.unchecked.iter().filter(|one| one.role == Role::Payload);
        let payload: u64 = payload.map(|one| one.span.len).sum();
        assert!(2 * payload > verdict.len, "{path}: {payload} of {}", verdict.len);
    }
}

#[test]
fn pictures_are_children() {
    for (path, count, kinship) in [
        ("mov/pngs", 3, Kinship::Inner),
        ("mov/jpegs", 3, Kinship::Inner),
        ("mov/many-jpegs", 64, Kinship::Inner),
        ("mp4/png-cover", 1, Kinship::Inner),
        ("heif/png-item", 1, Kinship::Preview),
        ("heif/jxl-item", 1, Kinship::Preview),
        ("dng/png-preview", 1, Kinship::Thumbnail),
        ("dng/jxl-files", 1, Kinship::Thumbnail),
        ("dng/jxl-tiles", 0, Kinship::Thumbnail),
    ] {
        let (_, verdict) = measured(&sample(path).bytes);
        let found: Vec<_> = verdict.children.iter().map(|child| child.kinship).collect();
        assert_eq!(found, vec![kinship; count], "{path}");
    }
}

#[test]
fn many_frames_make_a_short_verdict() {
    let (_, verdict) = measured(&sample("mov/many-jpegs").bytes);
    assert!(verdict.unchecked.len() < 10, "{:?}", verdict.unchecked);
}

#[test]
fn a_container_that_is_cut_keeps_its_parts() {
    for path in ["mov/movie-first", "dng/jxl-tiles", "tiff/webp-strips", "heif/webp-item"] {
        let bytes = sample(path).bytes;
        let cut = bytes.len() * 4 / 5;
        let (_, verdict) = measured(&bytes[..cut]);
        assert_eq!(verdict.grade, Grade::Partial, "{path}: {verdict:?}");
        for at in magics(&bytes[..cut]).into_iter().filter(|&at| at < verdict.len) {
            assert!(role_at(&verdict, at) != Some(Role::Payload), "{path} at {at:#x}: {verdict:?}");
        }
    }
}

#[test]
fn frames_that_do_not_begin_as_their_coding_does_are_damage() {
    let bytes = sample("mov/pngs").bytes;
    let second = magics(&bytes)[1] as usize;
    let mut bad = bytes.clone();
    bad[second..second + 100].copy_from_slice(&Random::new(3).bytes(100));
    let (_, verdict) = measured(&bad);
    assert_eq!((verdict.grade, verdict.end), (Grade::Damaged, End::Exact));
    assert_eq!(verdict.issues[0].at, second as u64);
}

#[test]
fn what_is_appended_to_a_film_is_a_trailer() {
    for (path, least) in [("mp4/insta360", 9000), ("mp4/ligo-gps", 2600), ("mp4/vendor-boxes", 900)]
    {
        let (_, verdict) = measured(&sample(path).bytes);
        let last = verdict.unchecked.last().unwrap();
        assert_eq!((last.role, last.span.end()), (Role::Trailer, verdict.len), "{path}");
        assert!(last.span.len >= least, "{path}: {last:?}");
    }
}

#[test]
fn a_footer_that_does_not_lead_back_to_the_film_is_none_of_its_own() {
    let bytes = sample("mp4/insta360").bytes;
    let film = bytes.len() - 9000;
    for at in [bytes.len() - 40, bytes.len() - 1] {
        let mut bad = bytes.clone();
        bad[at] ^= 1;
        assert_eq!(measured(&bad).1.len, film as u64);
    }
}
