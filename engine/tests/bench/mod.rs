//! What all tests of whole scans need: an image on disk, its report, and what was written.
//!
//! A folder, since Cargo would take a file for tests of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{Report, ReportFile, RunOrigin};
use afterimage_engine::run::{self, Outcome};
use afterimage_engine::{Algorithm, Hasher};
use miniz_oxide::inflate::decompress_to_vec;
use tempfile::TempDir;

/// An image on disk, and folders for what comes out of it.
pub struct Bench {
    folder: TempDir,
    /// The image.
    pub image: PathBuf,
}

impl Bench {
    /// Writes the image into a folder of its own.
    pub fn new(image: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("card.img");
        fs::write(&path, image).unwrap();
        Bench { folder, image: path }
    }

    /// The output folder of that name.
    pub fn output(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Scans the image into the output folder of that name, and reads the report.
    pub fn scan(&self, name: &str, options: Options) -> (Outcome, Report) {
        let options = Options { output: Some(self.output(name)), ..options };
        let outcome =
            run::scan(std::slice::from_ref(&self.image), &options, &Progress::default()).unwrap();
        let report = fs::read(outcome.report.as_ref().unwrap()).unwrap();
        (outcome, serde_json::from_slice(&report).unwrap())
    }
}

/// The files that lie in no other.
pub fn own(report: &Report) -> impl Iterator<Item = &ReportFile> {
    report.files.iter().filter(|file| file.parent.is_none())
}

/// Name, length and content of every file below a folder.
pub fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_path_buf();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// Reads the runs of a file from the image and joins them.
fn replay(image: &[u8], file: &ReportFile) -> Vec<u8> {
    let mut bytes = Vec::new();
    for run in &file.runs {
        let before = bytes.len() as u64;
        match (run.origin, run.offset) {
            (RunOrigin::Source, Some(at)) => {
                bytes.extend(&image[at as usize..(at + run.length) as usize]);
            }
            (RunOrigin::Inflated, Some(at)) => {
                let told = run.inflated.as_ref().unwrap();
                let packed = &image[(at + told.skip) as usize..(at + told.packed) as usize];
                // Of data that break off, what came out before.
                let out = decompress_to_vec(packed).unwrap_or_else(|broken| broken.output);
                bytes.extend(&out[told.start as usize..(told.start + run.length) as usize]);
            }
            _ => {
                let hex = run.bytes.as_deref().unwrap();
                bytes.extend(
                    (0..hex.len())
                        .step_by(2)
                        .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()),
                );
            }
        }
        assert_eq!(bytes.len() as u64 - before, run.length, "a run of {}", file.id);
    }
    bytes
}

/// Checks that the runs of a file give its size and all of its digests, and returns its bytes.
#[track_caller]
pub fn check_runs(image: &[u8], file: &ReportFile) -> Vec<u8> {
    let bytes = replay(image, file);
    assert_eq!(bytes.len() as u64, file.size, "{file:?}");
    let mut hasher = Hasher::new(&Algorithm::ALL);
    hasher.update(&bytes);
    let digests = hasher.finish();
    assert_eq!(file.blake3, digests.blake3.to_hex().to_string(), "{file:?}");
    let others = [(&file.sha256, digests.sha256), (&file.sha1, digests.sha1)];
    for (said, true_one) in others.into_iter().chain([(&file.md5, digests.md5)]) {
        assert!(said.is_none() || *said == true_one, "{file:?}");
    }
    bytes
}
