//! Real GIF, BMP, WebP, PSD and AVI files: the end is found, whatever follows them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use afterimage_signatures::formats::{ALL, by_name};
use afterimage_signatures::verdict::{Grade, Verdict};
use afterimage_signatures::{Buffer, Effort, Format, Reject, Runs, View};
use afterimage_testdata::Sample;
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
        format.signature().magic.iter().any(|magic| {
            bytes.get(usize::from(magic.at)..).is_some_and(|rest| rest.starts_with(magic.bytes))
        })
    });
    fits.find_map(|format| {
        Some((format.signature().name, measure(format, bytes, Effort::Proof).ok()?))
    })
}

/// Whether the bytes behind the end that was found are padding that no structure tells of.
fn is_padding(rest: &[u8]) -> bool {
    rest.iter().all(|&byte| byte == 0)
}

/// Every real file of a format is found whole, alone and followed by noise, zeros, another photo.
/// Gives how many are not.
fn misses(format: &'static str) -> Vec<String> {
    let other = samples::all().into_iter().find(|sample| sample.format == "jpeg").unwrap();
    let behind = [Vec::new(), Random::new(6).bytes(9000), vec![0; 9000], other.bytes];
    let mut missed = Vec::new();
    for (path, bytes) in photos(format) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for (number, junk) in behind.iter().enumerate() {
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

fn made(format: &str) -> Vec<Sample> {
    samples::all().into_iter().filter(|sample| sample.format == format).collect()
}
