//! GIF, BMP, ICO, PCX, WebP, PSD and AVI: of real files the end is found, whatever follows them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test says what it skips and what it measured")]

use std::fs;
use std::path::{Path, PathBuf};

use afterimage_signatures::formats::{ALL, by_name};
use afterimage_signatures::verdict::{Grade, Verdict};
use afterimage_signatures::{Buffer, Effort, Format, Reject, Runs, View};
use afterimage_testdata::random::Random;
use afterimage_testdata::samples;

/// Photos that somebody took, which are not part of this repository.
fn photos(format: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/photos").join(format);
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: there are no photos at {}", folder.display());
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn measure(format: &dyn Format, bytes: &[u8], effort: Effort) -> Result<Verdict, Reject> {
    let runs = Runs::whole(0, bytes.len() as u64);
    format.measure(&mut View::new(&bytes, &runs, &mut Buffer::default()), effort)
}

/// What the registry makes of a candidate: the first format that accepts it.
fn first(bytes: &[u8]) -> Option<(&'static str, Verdict)> {
    let mut fits = ALL.iter().copied().filter(|format| {
        let mut magics = format.signature().magic.iter().chain(format.short_magic());
        magics.any(|magic| {
            bytes.get(usize::from(magic.at)..).is_some_and(|rest| rest.starts_with(magic.bytes))
        })
    });
    fits.find_map(|format| {
        Some((format.signature().name, measure(format, bytes, Effort::Proof).ok()?))
    })
}

/// Whether the bytes after the end that was found are padding that no structure tells of.
fn is_padding(rest: &[u8]) -> bool {
    rest.iter().all(|&byte| byte == 0)
}

/// Every real file of a format is found whole, alone and followed by noise, zeros, another photo.
/// Gives how many are not.
fn misses(format: &'static str) -> Vec<String> {
    let other = samples::all().into_iter().find(|sample| sample.format == "jpeg").unwrap();
    let after = [Vec::new(), Random::new(6).bytes(9000), vec![0; 9000], other.bytes];
    let mut missed = Vec::new();
    for (path, bytes) in photos(format) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for (number, junk) in after.iter().enumerate() {
            let all = [&bytes[..], junk].concat();
            match first(&all) {
                None => {
                    let why = measure(by_name(format).unwrap(), &all, Effort::Proof);
                    missed.push(format!("{name} + {number}: {}", why.unwrap_err()));
                }
                Some((found, verdict)) => {
                    let len = verdict.len.min(bytes.len() as u64) as usize;
                    let whole = verdict.len == bytes.len() as u64 || is_padding(&bytes[len..]);
                    if found != format || !whole || verdict.grade < Grade::Structural {
                        missed.push(format!("{name} + {number}: {found} {verdict:?}"));
                    }
                }
            }
        }
    }
    missed.iter().for_each(|line| eprintln!("{line}"));
    missed
}

#[test]
fn gif_files_end_where_they_end() {
    assert_eq!(misses("gif"), Vec::<String>::new());
}

#[test]
fn bmp_files_end_where_they_end() {
    let mut missed = misses("bmp");
    // A bitmap of 30,000 planes is there to test viewers.
    missed.retain(|line| !line.contains("bad planes"));
    assert_eq!(missed, Vec::<String>::new());
}

#[test]
fn webp_files_end_where_they_end() {
    assert_eq!(misses("webp"), Vec::<String>::new());
}

#[test]
fn psd_files_end_where_they_end() {
    assert_eq!(misses("psd"), Vec::<String>::new());
}

#[test]
fn avi_files_end_where_they_end() {
    assert_eq!(misses("avi"), Vec::<String>::new());
}

/// How many foreign clusters are put into each sample.
const SPLICES: usize = 40;

/// Length of a foreign cluster in bytes: small, since the samples are.
const CLUSTER: usize = 512;

/// Verdicts on samples of a format with a foreign cluster inside: how many claim that all is well,
/// and how many there are. What is claimed as verified must not be foreign.
fn spliced(format: &str) -> (usize, usize) {
    let handler = by_name(format).unwrap();
    let mut random = Random::new(8);
    let (mut well, mut all) = (0, 0);
    for sample in samples::all().into_iter().filter(|sample| sample.format == format) {
        let clusters = sample.bytes.len() / CLUSTER;
        for number in 0..if clusters > 1 { SPLICES } else { 0 } {
            let at = (1 + random.below(clusters - 1)) * CLUSTER;
            let foreign = match number % 3 {
                0 => random.bytes(CLUSTER),
                1 => sample.bytes[random.below(clusters) * CLUSTER..][..CLUSTER].to_vec(),
                _ => vec![0; CLUSTER],
            };
            let mut bytes = sample.bytes.clone();
            bytes[at..at + CLUSTER].copy_from_slice(&foreign);
            if bytes == sample.bytes {
                continue;
            }
            all += 1;
            let Ok(verdict) = measure(handler, &bytes, Effort::Proof) else { continue };
            let whole = verdict.len == bytes.len() as u64 && verdict.issues.is_empty();
            well += usize::from(whole && verdict.grade >= Grade::Structural);
            let changed = (at..at + CLUSTER).filter(|&at| bytes[at] != sample.bytes[at]);
            let unchecked = |at: u64| {
                verdict.unchecked.iter().any(|part| part.span.at <= at && at < part.span.end())
            };
            let hidden =
                changed.filter(|&at| (at as u64) < verdict.len).all(|at| unchecked(at as u64));
            assert!(verdict.grade < Grade::Verified || hidden, "{} at {at:#x}", sample.path());
        }
    }
    (well, all)
}

#[test]
fn foreign_clusters_show_in_image_data_that_has_a_check() {
    for (format, most) in [("gif", 0.3), ("pcx", 0.3), ("webp", 0.3), ("psd", 0.3), ("mts", 0.1)] {
        let (well, all) = spliced(format);
        eprintln!("{format}: {well} of {all} foreign clusters pass unseen");
        assert!((well as f32) < most * all as f32, "{format}: {well} of {all}");
    }
}

/// Cuts and flipped bits, each of which must give a verdict or a reject of bounded length.
#[test]
fn hostile_bytes_give_a_verdict() {
    const FORMATS: [&str; 8] = ["gif", "bmp", "ico", "pcx", "webp", "psd", "avi", "mts"];
    let mut random = Random::new(9);
    for sample in samples::all().into_iter().filter(|sample| FORMATS.contains(&sample.format)) {
        let format = by_name(sample.format).unwrap();
        for _ in 0..60 {
            let mut bytes = sample.bytes.clone();
            for _ in 0..1 + random.below(4) {
                // Headers are where most fields are.
                let reach = if random.below(2) == 0 { 128 } else { bytes.len() };
                let at = random.below(reach.min(bytes.len()));
                bytes[at] = random.bits() as u8;
            }
            bytes.truncate(1 + random.below(2 * bytes.len()).min(bytes.len() - 1));
            for effort in [Effort::Structure, Effort::Proof] {
                if let Ok(verdict) = measure(format, &bytes, effort) {
                    assert!(verdict.len <= bytes.len() as u64, "{}", sample.path());
                }
            }
        }
    }
}
