//! A sparse bundle of macOS is scanned as the image that it holds.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run;
use afterimage_testdata::places::kept_photo::photo;
use afterimage_testdata::places::sparse_bundle::bundle;
use serde_json::Value;

/// Where photos begin, and how many there are.
const GRID: usize = 160 << 10;
const PHOTOS: usize = 50;

/// An image with photos, some of which lie over the end of a band, and much between them that was never written.
fn image() -> Vec<u8> {
    let mut image = vec![0; GRID * (PHOTOS + 2) + 512];
    for nth in 0..PHOTOS {
        let bytes = photo(10_000 + nth as u64);
        let at = GRID * (nth + 1) - bytes.len() / 2 / 512 * 512;
        image[at..at + bytes.len()].copy_from_slice(&bytes);
    }
    image
}

/// Offsets and digests of what a scan finds.
fn found(source: &Path, output: &Path) -> Vec<(u64, String)> {
    let options = Options { output: Some(output.to_path_buf()), ..Options::default() };
    run::scan(&[source.to_path_buf()], &options, &Progress::default()).unwrap();
    let report: Value =
        serde_json::from_slice(&fs::read(output.join("report.json")).unwrap()).unwrap();
    let files = report["files"].as_array().unwrap().iter();
    let file = |file: &Value| {
        let offset = file["runs"][0]["offset"].as_u64().unwrap();
        (offset, file["blake3"].as_str().unwrap().to_owned())
    };
    files.filter(|one| one["parent"].is_null()).map(file).collect()
}

#[test]
fn a_sparse_bundle_gives_the_photos_of_its_image() {
    let folder = tempfile::tempdir().unwrap();
    let image = image();
    let (raw, packed) = (folder.path().join("disk.img"), folder.path().join("disk.sparsebundle"));
    fs::write(&raw, &image).unwrap();
    for (name, bytes) in bundle(&image, 64 << 10) {
        let at = packed.join(name);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, bytes).unwrap();
    }
    let bands = fs::read_dir(packed.join("bands")).unwrap().count();
    assert!(bands < image.len().div_ceil(64 << 10), "some bands are left out");
    let expected = found(&raw, &folder.path().join("raw"));
    assert_eq!(expected.len(), PHOTOS);
    assert_eq!(found(&packed, &folder.path().join("packed")), expected);
}
