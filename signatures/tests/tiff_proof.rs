//! Strips and tiles that are decoded: what is foreign is seen, where it begins and what it costs.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic and speak")]

use afterimage_signatures::{Buffer, Effort, Grade, Runs, Verdict, View, formats};
use afterimage_testdata::tiff::writer::{Value, Writer, long, short};
use afterimage_testdata::tiff::{noise, samples};
use std::path::Path;

/// Length of what files are pieced together from, in bytes.
const CLUSTER: usize = 4096;

/// How the samples of plain TIFF files are coded.
const CODED: [&str; 3] = ["lzw", "deflate", "packbits"];

fn measure(bytes: &[u8]) -> Option<Verdict> {
    let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
    let format = formats::by_name("tiff").unwrap();
    format.measure(&mut View::new(&bytes, &runs, &mut buffer), Effort::Proof).ok()
}

fn sample(name: &str) -> Vec<u8> {
    let found = samples().into_iter().find(|one| one.format == "tiff" && one.name == name);
    found.unwrap().bytes
}

/// Where the strips of such a sample begin.
fn strips(bytes: &[u8]) -> Vec<usize> {
    let count = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let entry = bytes[10..].chunks(12).take(count).find(|entry| entry[..2] == [0x11, 1]).unwrap();
    let number = |at: &[u8]| u32::from_le_bytes(at.try_into().unwrap()) as usize;
    bytes[number(&entry[8..])..].chunks(4).take(3).map(number).collect()
}

#[test]
fn a_tail_that_is_foreign_is_cut_off_where_it_begins() {
    for name in CODED {
        let whole = sample(name);
        let start = strips(&whole)[1] + 300;
        let mut bytes = whole.clone();
        bytes[start..].copy_from_slice(&noise(77, whole.len() - start));
        bytes.extend(noise(78, 10_000));
        let verdict = measure(&bytes).unwrap();
        assert_eq!(verdict.grade, Grade::Partial, "{name}: {verdict:#?}");
        // Stored blocks and runs are seen to be foreign only at their ends.
        let reach = if name == "lzw" { 64 } else { 9600 };
        assert!(verdict.len >= start as u64 && verdict.len <= (start + reach) as u64, "{name}");
        let share = verdict.share.unwrap();
        assert!(share > 0.33 && share < 0.67, "{name}: {share}");
        assert_eq!(verdict.issues[0].at, verdict.len, "{name}");
    }
}

#[test]
fn a_missing_tail_is_cut_off_at_the_end_of_the_source() {
    for name in CODED {
        let whole = sample(name);
        let cut = strips(&whole)[2] + 100;
        let verdict = measure(&whole[..cut]).unwrap();
        assert_eq!((verdict.grade, verdict.len), (Grade::Partial, cut as u64), "{name}");
        assert!(verdict.share.is_some_and(|share| share > 0.66 && share < 0.7), "{name}");
    }
}

#[test]
fn a_strip_that_fails_before_others_is_damage() {
    for name in CODED {
        let mut bytes = sample(name);
        let at = strips(&bytes)[1];
        bytes[at + 100..at + 1000].copy_from_slice(&noise(5, 900));
        let verdict = measure(&bytes).unwrap();
        assert_eq!(verdict.grade, Grade::Damaged, "{name}: {verdict:#?}");
        assert_eq!(verdict.len, bytes.len() as u64, "{name}");
        assert!(verdict.issues.iter().all(|issue| issue.at >= at as u64), "{name}");
    }
}

#[test]
fn a_directory_without_any_of_its_picture_is_a_beginning() {
    for name in CODED {
        let bytes = sample(name);
        let verdict = measure(&bytes[..strips(&bytes)[0]]).unwrap();
        assert_eq!((verdict.grade, verdict.share), (Grade::Partial, Some(0.0)), "{name}");
    }
}

#[test]
fn no_real_file_is_verified_with_a_foreign_cluster_in_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/photos/tiff");
    let Ok(folder) = std::fs::read_dir(&root) else {
        eprintln!("{} is not there: skipped", root.display());
        return;
    };
    let mut verified = 0;
    for path in folder.flatten().map(|entry| entry.path()) {
        let whole = std::fs::read(&path).unwrap();
        let Some(verdict) = measure(&whole) else { panic!("{}", path.display()) };
        assert!(verdict.grade >= Grade::Structural, "{}: {verdict:#?}", path.display());
        if verdict.grade != Grade::Verified {
            continue;
        }
        verified += 1;
        for at in (CLUSTER..whole.len().saturating_sub(CLUSTER)).step_by(CLUSTER) {
            let other = (at * 7 / CLUSTER * CLUSTER) % (whole.len() - CLUSTER);
            let fills =
                [noise(at as u64, CLUSTER), vec![0; CLUSTER], whole[other..][..CLUSTER].to_vec()];
            for fill in fills {
                let mut bytes = whole.clone();
                bytes[at..at + CLUSTER].copy_from_slice(&fill);
                if bytes == whole {
                    continue;
                }
                let Some(verdict) = measure(&bytes) else { continue };
                let free = |at: u64| {
                    verdict.unchecked.iter().any(|one| one.span.at <= at && at < one.span.end())
                };
                let differs = |&at: &usize| bytes[at] != whole[at] && at < verdict.len as usize;
                let foreign = (at..at + CLUSTER).filter(differs).find(|&at| !free(at as u64));
                assert_eq!(foreign, None, "{} at {at}: {verdict:#?}", path.display());
            }
        }
    }
    assert!(verified > 0);
}

/// A picture whose strips, all alike, are named by `offsets` and `lens`.
fn many_strips(
    compression: u16,
    rows: u32,
    data: &[u8],
    offsets: fn(u32, u32) -> (u32, u32),
) -> Vec<u8> {
    let mut writer = Writer::new(b"II*\0");
    let at = writer.append(data);
    let pairs = (0..rows).map(|index| offsets(at + index, data.len() as u32 - index));
    let (offsets, lens) = pairs.unzip();
    writer.directory(&[
        (0x100, long(1 << 19)),
        (0x101, long(rows)),
        (0x102, short(8)),
        (0x103, short(compression)),
        (0x106, short(1)),
        (0x111, Value::Long(offsets)),
        (0x115, short(1)),
        (0x116, long(1)),
        (0x117, Value::Long(lens)),
    ]);
    writer.out
}

#[test]
fn no_byte_is_decoded_twice_and_bombs_cost_little() {
    let start = std::time::Instant::now();
    for (compression, data) in
        [(5, vec![0; 1 << 20]), (32773, vec![0x81; 1 << 20]), (8, noise(1, 1 << 20))]
    {
        // Each strip begins a byte after the one before and ends where all do; or all are one.
        let _ = measure(&many_strips(compression, 1 << 17, &data, |at, len| (at, len)));
        let _ = measure(&many_strips(compression, 1 << 17, &data, |at, _| (at, 1)));
        let _ = measure(&many_strips(compression, 1 << 17, &data, |_, _| (8, 1 << 20)));
    }
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}
