//! Images full of false beginnings hold a photo in every MiB: those are found, little else is, and how an image is cut and
//! by how many it is scanned changes nothing.
//!
//! What a storm costs is timed by the benches.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "other tests compare whole runs with it")]
mod bench;

use afterimage_engine::options::Options;
use afterimage_engine::report::{Grade, Report};
use afterimage_testdata::storms::{self, Hidden, Storm};
use bench::{Bench, own};

/// Blocks of an image: as many as there are kinds of photos.
const BLOCKS: u64 = 4;

/// More files than are listed of one MiB in which they are all false.
const MOST_FALSE: usize = 128;

fn options(storm: &Storm) -> Options {
    Options { archives: storm.archives, gallery: false, ..Options::default() }
}

fn is_found(report: &Report, photo: &Hidden) -> bool {
    own(report).any(|file| {
        file.grade == Grade::Verified
            && (file.format.as_str(), file.size) == (photo.format, photo.len)
            && file.runs.first().and_then(|run| run.offset) == Some(photo.offset)
    })
}

#[test]
fn photos_are_found_in_every_storm_and_little_else() {
    let mut lost = Vec::new();
    for storm in storms::ALL {
        let (image, photos) = storm.image(BLOCKS);
        let bench = Bench::new(&image);
        let (_, report) = bench.scan("out", options(storm));
        for photo in &photos {
            if !is_found(&report, photo) {
                lost.push(format!("{}: {photo:?}", storm.name));
            }
        }
        let proven = own(&report).filter(|file| file.grade == Grade::Verified).count();
        assert!(proven <= photos.len(), "{}: {proven} are proven", storm.name);
        let files = own(&report).count();
        assert!(files <= MOST_FALSE * BLOCKS as usize, "{}: {files} files", storm.name);
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn what_is_found_in_a_storm_does_not_depend_on_chunks_and_threads() {
    for storm in storms::ALL {
        let (image, _) = storm.image(2);
        let bench = Bench::new(&image);
        let said = |name: &str, chunk_len, threads| {
            let (_, report) = bench.scan(name, Options { chunk_len, threads, ..options(storm) });
            let left_out = report.head.sources[0].left_out;
            (serde_json::to_value(&report.files).unwrap(), left_out)
        };
        let whole = said("whole", 8 << 20, 1);
        for (name, chunk_len, threads) in [("small", 256 << 10, 2), ("odd", 320 << 10, 3)] {
            assert!(said(name, chunk_len, threads) == whole, "{} in {name} chunks", storm.name);
        }
    }
}
