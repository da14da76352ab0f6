//! CRW, X3F, MRW and SRF: real files and heads, followed by anything, and what must never happen
//! whatever the bytes are.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic and speak")]

mod disk;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use afterimage_signatures::verdict::{End, ExifKind, Kinship, Role};
use afterimage_signatures::{Buffer, Bytes, Effort, Grade, Reject, Runs, Verdict, View, formats};
use afterimage_testdata::random::Random;
use afterimage_testdata::{Sample, raw};
use disk::Counting;
use proptest::prelude::*;

const NAMES: [&str; 4] = ["crw", "mrw", "srf", "x3f"];

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(raw::samples);

fn by(name: &str, bytes: &dyn Bytes) -> Result<Verdict, Reject> {
    let (runs, mut buffer) = (Runs::whole(0, bytes.len()), Buffer::default());
    let verdict = formats::by_name(name)
        .unwrap()
        .measure(&mut View::new(bytes, &runs, &mut buffer), Effort::Proof)?;
    let parts: u64 = verdict.unchecked.iter().map(|part| part.span.len).sum();
    assert_eq!(parts, verdict.len, "{name}: no byte is checked");
    assert!(verdict.len <= bytes.len(), "{name}: the end lies beyond the source");
    Ok(verdict)
}

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(path);
    if !path.exists() {
        eprintln!("{} is not here: nothing was measured", path.display());
        return None;
    }
    Some(path)
}

/// What may follow a file: nothing, noise, zeros, other files.
fn tails() -> Vec<Vec<u8>> {
    let mut tails = vec![Vec::new(), Random::new(7).bytes(200_000), vec![0; 200_000]];
    tails.extend(SAMPLES.iter().map(|sample| sample.bytes.clone()));
    tails
}

#[test]
fn a_real_crw_ends_where_it_does_whatever_follows() {
    let Some(path) = shared("photos/crw/51a60fd1bbf2.crw") else { return };
    let file = std::fs::read(path).unwrap();
    for tail in tails().into_iter().chain([file.clone()]) {
        let bytes = [&file[..], &tail].concat();
        let verdict = by("crw", &bytes.as_slice()).unwrap();
        assert_eq!((verdict.len, verdict.end), (file.len() as u64, End::Exact));
        assert_eq!(verdict.pixels, Some((2160, 1440)));
        assert_eq!(verdict.grade, Grade::Structural);
        let kin: Vec<_> = verdict.children.iter().map(|child| child.kinship).collect();
        assert_eq!(kin, [Kinship::Preview]);
        let data = verdict.unchecked.iter().find(|part| part.role == Role::Payload).unwrap();
        assert_eq!((data.span.at, data.span.len), (26, 3_305_028));
    }
}

#[test]
fn shortened_real_files_end_where_they_do() {
    // Files whose picture data was cut out, and that were closed again.
    let files = [
        ("crw", "604bdd78c66b", Some((3072, 2048))),
        ("crw", "d57a80b1ad79", Some((2272, 1704))),
        ("x3f", "09b19f5cf6f0", Some((2268, 1512))),
        ("x3f", "712163cf9e9c", Some((2640, 1760))),
    ];
    for (format, name, pixels) in files {
        let Some(path) = shared(&format!("heads/{format}/{name}.{format}")) else { return };
        let file = std::fs::read(path).unwrap();
        for tail in tails() {
            let bytes = [&file[..], &tail].concat();
            let verdict = by(format, &bytes.as_slice()).unwrap();
            assert_eq!((verdict.len, verdict.pixels), (file.len() as u64, pixels), "{name}");
        }
    }
}

#[test]
fn a_real_mrw_is_as_long_as_its_sensor_data() {
    let Some(path) = shared("heads/mrw/9e7c235aec72.mrw") else { return };
    let head = std::fs::read(path).unwrap();
    let len = 2580 + 2456 * 3272 * 12 / 8;
    let mut file = head.clone();
    file.extend(Random::new(9).bytes(len - head.len()));
    for tail in tails() {
        let bytes = [&file[..], &tail].concat();
        let verdict = by("mrw", &bytes.as_slice()).unwrap();
        assert_eq!((verdict.len, verdict.end), (len as u64, End::Exact));
        assert_eq!(verdict.pixels, Some((3264, 2448)));
        assert_eq!(verdict.exif[0].kind, ExifKind::Primary);
        assert!(bytes[verdict.exif[0].span.at as usize..].starts_with(b"MM\0*"));
    }
    let cut = by("mrw", &head.as_slice()).unwrap();
    assert_eq!((cut.grade, cut.len), (Grade::Partial, head.len() as u64));
}

#[test]
fn samples_show_their_previews_and_exif() {
    for sample in SAMPLES.iter() {
        let verdict = by(sample.format, &sample.bytes.as_slice()).unwrap();
        let previews = usize::from(sample.format != "mrw");
        assert!(verdict.children.len() >= previews, "{}: {verdict:?}", sample.path());
        let has_exif = sample.format != "crw" && sample.name != "SD10";
        assert_eq!(!verdict.exif.is_empty(), has_exif, "{}", sample.path());
        assert_eq!(verdict.pixels, Some((96, 64)), "{}", sample.path());
    }
}

/// A disk full of headers, each of which searches for its end, costs no more than its bytes.
#[test]
fn each_byte_is_searched_for_one_beginning() {
    for format in ["crw", "x3f"] {
        let sample = SAMPLES.iter().find(|sample| sample.format == format).unwrap();
        let head = &sample.bytes[..512];
        let storm = Counting::new(head.repeat(4096));
        for at in (0..storm.len()).step_by(512) {
            let runs = Runs::whole(at, storm.len() - at);
            let mut buffer = Buffer::default();
            let mut view = View::new(&storm, &runs, &mut buffer);
            let verdict = formats::by_name(format).unwrap().measure(&mut view, Effort::Proof);
            assert!(verdict.is_err());
        }
        // What is read is a piece ahead of each header, never the rest of the disk.
        assert!(storm.read() <= storm.len() / 512 * (10 << 10), "{format}: {}", storm.read());
    }
}

#[test]
fn noise_with_marks_closes_nowhere_and_soon() {
    let started = Instant::now();
    let mut noise = Random::new(11).bytes(16 << 20);
    for (format, head) in [("crw", 26), ("x3f", 52)] {
        let sample = SAMPLES.iter().find(|sample| sample.format == format).unwrap();
        noise[..head].copy_from_slice(&sample.bytes[..head]);
        // Directories of the right mark, as often as they fit.
        if format == "x3f" {
            noise[52..].chunks_exact_mut(4).for_each(|four| four.copy_from_slice(b"SECd"));
        }
        assert!(by(format, &noise.as_slice()).is_err());
    }
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn the_files_of_a_system_are_no_photos() {
    const MOST: u64 = 32 << 20;
    let mut folders = vec![PathBuf::from("/usr/lib")];
    let mut seen = 0;
    while seen < MOST
        && let Some(folder) = folders.pop()
    {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file()
                && let Ok(bytes) = std::fs::read(entry.path())
            {
                seen += bytes.len() as u64;
                let found = hits(&bytes);
                assert!(found.is_empty(), "{}: {found:?}", entry.path().display());
            }
        }
    }
}

/// Where the formats accept something, wherever their magics stand.
fn hits(bytes: &[u8]) -> Vec<(&'static str, usize)> {
    let mut found = Vec::new();
    for name in NAMES {
        for magic in formats::by_name(name).unwrap().signature().magic {
            for hit in memchr::memmem::find_iter(bytes, magic.bytes) {
                let Some(at) = hit.checked_sub(usize::from(magic.at)) else { continue };
                if by(name, &&bytes[at..]).is_ok() {
                    found.push((name, at));
                }
            }
        }
    }
    found
}

proptest! {
    /// Whatever the bytes are, a verdict stays inside them and its parts cover it.
    #[test]
    fn damage_leads_to_a_verdict(
        sample in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 0..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let sample = sample.get(&SAMPLES);
        let mut file = sample.bytes.clone();
        for (at, byte, structure) in flips {
            let range = if structure { file.len().min(400) } else { file.len() };
            // The structure lies at the front and at the end.
            let at = at.index(2 * range) as i64 - range as i64;
            let at = at.rem_euclid(file.len() as i64) as usize;
            file[at] = byte;
        }
        file.truncate(cut.index(2 * file.len()).max(4));
        if let Ok(verdict) = by(sample.format, &file.as_slice()) {
            for child in &verdict.children {
                prop_assert!(child.span.end() <= verdict.len);
            }
        }
    }
}
