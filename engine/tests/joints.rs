//! Files that were put together from pieces are verified only when no other layout fits as well.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "other tests need more of it")]
mod bench;

use afterimage_engine::options::Options;
use afterimage_engine::report::{Grade, Report, ReportFile, Status};
use afterimage_testdata::fragmented::FragmentedCard;
use afterimage_testdata::jpeg::{Jpeg, Segment};
use afterimage_testdata::random::Random;
use afterimage_testdata::scene::Picture;
use bench::{Bench, check_runs, own};

/// JPEGs with the same Huffman tables.
fn siblings() -> Vec<Vec<u8>> {
    let sibling = |seed: u64| {
        let width = [320, 480, 640][seed as usize % 3];
        let segments = vec![Segment::jfif(), Segment::app(1, b"Serial\0", &[0; 8])];
        let quality = 75 + seed as u8 % 20;
        let jpeg = Jpeg { quality, segments, ..Jpeg::default() };
        jpeg.encode(&Picture::scene(seed, width, width * 3 / 4))
    };
    (0..24).map(sibling).collect()
}

fn in_pieces(report: &Report) -> Vec<&ReportFile> {
    let is_guess = |file: &&ReportFile| file.status == Status::Deleted && file.runs.len() > 1;
    own(report).filter(is_guess).collect()
}

#[test]
fn no_file_is_verified_that_was_never_written() {
    let siblings = siblings();
    let mut counts = [0, 0];
    for seed in 0..2 {
        let card = FragmentedCard::new(4096, &siblings, &mut Random::new(seed));
        let (_, report) = Bench::new(&card.image).scan("out", Options::default());
        for file in in_pieces(&report) {
            let bytes = check_runs(&card.image, file);
            let is_true = card.written.contains(&bytes);
            assert!(is_true || file.grade < Grade::Verified, "{file:?}");
            let joints = file.issues.iter().filter(|issue| issue.what.contains("by guess"));
            match file.grade {
                Grade::Verified => counts[0] += 1,
                Grade::Structural => {
                    assert!(joints.count() > 0, "it is not said what is not proven: {file:?}");
                    counts[1] += usize::from(is_true);
                }
                _ => {}
            }
        }
    }
    let [verified, structural] = counts;
    assert!(verified > 0 && verified + structural >= LEAST, "{verified} and {structural}");
}

/// So many files in pieces come back at least.
const LEAST: usize = 40;
