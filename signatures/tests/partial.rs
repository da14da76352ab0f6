//! Stills that break off or hold foreign bytes: where they are cut and what they show.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod disk;

use afterimage_signatures::formats::by_name;
use afterimage_signatures::verdict::{Kinship, Role};
use afterimage_signatures::{Buffer, Effort, Grade, Runs, Verdict, View};
use afterimage_testdata::png::chunk;
use afterimage_testdata::random::Random;
use afterimage_testdata::{Sample, samples};
use disk::Counting;

fn judge(format: &str, bytes: &[u8], effort: Effort) -> Option<Verdict> {
    let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
    by_name(format).unwrap().measure(&mut View::new(&bytes, &runs, &mut buffer), effort).ok()
}

fn proof(format: &str, bytes: &[u8]) -> Verdict {
    judge(format, bytes, Effort::Proof).unwrap()
}

fn of(format: &'static str) -> impl Iterator<Item = Sample> {
    samples::all().into_iter().filter(move |sample| sample.format == format)
}

/// Length of the end that every PNG has, in bytes.
const IEND: usize = 12;

/// A PNG with a chunk of text before its end; where that begins, and the file.
fn with_text(sample: &Sample) -> (usize, Vec<u8>) {
    let at = sample.bytes.len() - IEND;
    let mut bytes = sample.bytes[..at].to_vec();
    chunk(&mut bytes, b"tEXt", &[b"Comment\0".as_slice(), &[b'x'; 600]].concat());
    bytes.extend(&sample.bytes[at..]);
    (at, bytes)
}

fn plain_png() -> Sample {
    of("png").find(|sample| sample.bytes.ends_with(b"IEND\xae\x42\x60\x82")).unwrap()
}

#[test]
fn bad_bytes_in_a_spare_chunk_of_a_png_are_damage() {
    let (at, mut bytes) = with_text(&plain_png());
    bytes[at + 100] ^= 1;
    let verdict = proof("png", &bytes);
    assert_eq!((verdict.grade, verdict.len), (Grade::Damaged, bytes.len() as u64));
    assert_eq!(verdict.issues[0].at, at as u64);
}

#[test]
fn a_png_ends_before_a_bad_chunk_that_nothing_sane_follows() {
    let (at, bytes) = with_text(&plain_png());
    for tail in [vec![0; 5000], Random::new(1).bytes(5000), b"IDAT or text ".repeat(400)] {
        let verdict = proof("png", &[&bytes[..at + 100], &tail].concat());
        assert_eq!((verdict.grade, verdict.len), (Grade::Partial, at as u64));
        assert_eq!(verdict.share, Some(1.0));
    }
}

#[test]
fn what_closes_a_cut_png_makes_its_chunks_whole() {
    for sample in of("png").chain(of("apng")) {
        let len = sample.bytes.len();
        for cut in (len / 3..len - IEND).step_by(len / 17) {
            let bytes = [&sample.bytes[..cut], &Random::new(2).bytes(600)].concat();
            let Some(verdict) = judge("png", &bytes, Effort::Proof) else { continue };
            let name = format!("{} cut at {cut:#x}", sample.path());
            assert_eq!(verdict.grade, Grade::Partial, "{name}");
            let kept = &bytes[..verdict.len as usize];
            let closed = [kept, &verdict.terminator].concat();
            let whole = judge("png", &closed, Effort::Structure);
            let shows = verdict.share.unwrap() > 0.0;
            assert!(!shows || whole.is_some_and(|w| w.len == closed.len() as u64), "{name}");
        }
    }
}

#[test]
fn a_png_without_a_row_shows_nothing() {
    let mut bytes = plain_png().bytes[..33].to_vec();
    chunk(&mut bytes, b"tEXt", &[b'x'; 1000]);
    let text_end = bytes.len() as u64;
    chunk(&mut bytes, b"IDAT", &Random::new(3).bytes(4000));
    bytes.truncate(2048);
    bytes.extend(Random::new(4).bytes(9000));
    let verdict = proof("png", &bytes);
    assert_eq!((verdict.grade, verdict.share), (Grade::Partial, Some(0.0)));
    assert_eq!(verdict.len, text_end);
}

#[test]
fn a_png_whose_chunks_lead_nowhere_is_rejected_unread() {
    let mut bytes = plain_png().bytes[..33].to_vec();
    bytes.extend((1u32 << 20).to_be_bytes());
    bytes.extend(b"tEXt");
    bytes.resize(2 << 20, b'x');
    let source = Counting::new(bytes);
    let (runs, mut buffer) = (Runs::whole(0, 2 << 20), Buffer::default());
    let png = by_name("png").unwrap();
    assert!(png.measure(&mut View::new(&source, &runs, &mut buffer), Effort::Proof).is_err());
    assert!(source.read() < 64 << 10, "{} bytes were read", source.read());
}

/// Photoshop documents whose rows are packed, with the length of one of them.
fn packed() -> impl Iterator<Item = Sample> {
    of("psd").filter(|sample| {
        sample.bytes.len() > 8 << 10 && proof("psd", &sample.bytes).proof.contains("unpacked")
    })
}

#[test]
fn a_psd_is_cut_where_its_rows_stop_unpacking() {
    let mut seen = 0;
    for sample in packed() {
        let cut = sample.bytes.len() * 3 / 4;
        for tail in [vec![0; 60_000], Random::new(5).bytes(60_000)] {
            let verdict = proof("psd", &[&sample.bytes[..cut], &tail].concat());
            let name = format!("{}: {verdict:?}", sample.path());
            assert_eq!(verdict.grade, Grade::Partial, "{name}");
            assert!((cut - 2048..cut + 2048).contains(&(verdict.len as usize)), "{name}");
            assert!((0.1..0.95).contains(&verdict.share.unwrap()), "{name}");
            seen += 1;
        }
    }
    assert!(seen > 0);
}

#[test]
fn a_psd_whose_rows_go_on_after_bad_ones_is_damaged() {
    let mut seen = 0;
    for sample in packed() {
        let mut bytes = sample.bytes.clone();
        let at = bytes.len() * 3 / 4;
        bytes[at..at + 512].copy_from_slice(&Random::new(6).bytes(512));
        let verdict = proof("psd", &bytes);
        let name = format!("{}: {verdict:?}", sample.path());
        assert_eq!((verdict.grade, verdict.len), (Grade::Damaged, bytes.len() as u64), "{name}");
        let near = |issue: u64| (at as u64..at as u64 + 4096).contains(&issue);
        assert!(verdict.issues.iter().all(|issue| near(issue.at)), "{name}");
        seen += 1;
    }
    assert!(seen > 0);
}

/// WebPs with a long picture, and a sector in its middle.
fn webps() -> impl Iterator<Item = (Sample, usize)> {
    of("webp").filter_map(|sample| {
        let verdict = proof("webp", &sample.bytes);
        let payload = verdict.unchecked.iter().filter(|part| part.role == Role::Payload);
        let span = payload.map(|part| part.span).max_by_key(|span| span.len)?;
        let at = (span.at + span.len / 2) as usize / 512 * 512;
        (span.len > 3 << 10).then_some((sample, at))
    })
}

#[test]
fn a_webp_is_cut_at_the_first_sector_that_no_coder_makes() {
    let mut seen = 0;
    for (sample, cut) in webps() {
        for foreign in [vec![0; 60_000], b"neither pixels nor codes ".repeat(3000)] {
            let verdict = proof("webp", &[&sample.bytes[..cut], &foreign].concat());
            let name = format!("{} cut at {cut:#x}: {verdict:?}", sample.path());
            assert_eq!(verdict.grade, Grade::Partial, "{name}");
            assert!(verdict.len as usize <= cut, "{name}");
            assert!((0.0..=1.0).contains(&verdict.share.unwrap()), "{name}");
            seen += usize::from(verdict.len as usize == cut && verdict.share > Some(0.2));
        }
    }
    assert!(seen > 0, "no cut is exact");
}

#[test]
fn a_webp_that_goes_on_after_foreign_sectors_is_damaged() {
    let mut seen = 0;
    for (sample, at) in webps() {
        let mut bytes = sample.bytes.clone();
        bytes[at..at + 512].fill(0);
        let verdict = proof("webp", &bytes);
        let name = format!("{} at {at:#x}: {verdict:?}", sample.path());
        if verdict.grade < Grade::Structural {
            assert_eq!(
                (verdict.grade, verdict.len),
                (Grade::Damaged, bytes.len() as u64),
                "{name}"
            );
            seen += usize::from(verdict.issues[0].at == at as u64);
        }
    }
    assert!(seen > 0, "no foreign sector is told");
}

#[test]
fn a_bmp_whose_source_ends_is_partial_by_its_rows() {
    let sample = of("bmp").find(|sample| sample.name == "rgb").unwrap();
    let half = &sample.bytes[..sample.bytes.len() / 2];
    let verdict = proof("bmp", half);
    assert_eq!((verdict.grade, verdict.len), (Grade::Partial, half.len() as u64));
    assert!((0.4..0.6).contains(&verdict.share.unwrap()));
    assert!(judge("bmp", &sample.bytes[..100], Effort::Proof).is_none(), "there is no row");
    let sample = of("bmp").find(|sample| sample.name == "length-missing").unwrap();
    let half = &sample.bytes[..sample.bytes.len() / 2];
    assert!(judge("bmp", half, Effort::Proof).is_none(), "nothing says that it is one");
}

#[test]
fn a_gain_map_that_another_photo_completes_is_not_taken() {
    let whole = of("jpeg").find(|sample| sample.name == "ultra-hdr").unwrap().bytes;
    let verdict = proof("jpeg", &whole);
    let map = verdict.children.iter().find(|child| child.kinship == Kinship::GainMap).unwrap().span;
    assert_eq!((verdict.len, map.end()), (whole.len() as u64, whole.len() as u64));
    let middle = (map.at + map.len / 2) as usize;
    // The end of another picture's scan in place of the map's.
    let mut foreign = Random::new(3).bytes(500);
    foreign.iter_mut().filter(|byte| **byte == 0xff).for_each(|byte| *byte = 0);
    let joined = [&whole[..middle], &foreign, b"\xff\xd9"].concat();
    assert_ne!(joined.len(), whole.len());
    let verdict = proof("jpeg", &joined);
    assert_eq!((verdict.grade, verdict.len), (Grade::Verified, map.at));
    assert!(!verdict.issues.is_empty());
}
