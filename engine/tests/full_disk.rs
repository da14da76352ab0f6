//! A disk that fills up ends a run with a valid report of what was written.

#![cfg(target_os = "linux")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::fs;
use std::path::Path;
use std::process::Command;

use afterimage_engine::error::Error;
use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::Report;
use afterimage_engine::run;
use afterimage_testdata::Sample;
use afterimage_testdata::canvas::Canvas;
use afterimage_testdata::png::Png;
use afterimage_testdata::scene::Picture;

/// A small file system in memory, as long as it lives.
struct Small<'p>(&'p Path);

impl<'p> Small<'p> {
    /// Nothing when this user may not mount, or may not here.
    fn mount(path: &'p Path, size: &str) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", size, "tmpfs"])
            .arg(path)
            .status()
            .is_ok_and(|status| status.success());
        mounted.then_some(Small(path))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(self.0).status());
    }
}

#[test]
fn what_was_written_before_the_disk_was_full_is_reported_and_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mount = folder.path().join("small");
    fs::create_dir(&mount).unwrap();
    let Some(_small) = Small::mount(&mount, "size=600k") else {
        eprintln!("skipped: no file system can be mounted here");
        return;
    };
    let mut canvas = Canvas::new(5);
    for seed in 0..40 {
        let bytes = Png::default().encode(&Picture::scene(seed, 160, 120));
        canvas = canvas.put(&Sample::new("png", format!("{seed}"), bytes)).align(512);
    }
    let image = folder.path().join("card.img");
    fs::write(&image, &canvas.bytes).unwrap();
    let options = Options { output: Some(mount.join("out")), ..Options::default() };
    let outcome = run::scan(std::slice::from_ref(&image), &options, &Progress::default()).unwrap();
    assert!(matches!(outcome.failure, Some(Error::NoRoom { .. })), "{:?}", outcome.failure);
    let report: Report =
        serde_json::from_slice(&fs::read(outcome.report.as_ref().unwrap()).unwrap()).unwrap();
    assert!(report.head.incomplete.unwrap().contains("no room"));
    let written: Vec<_> =
        report.files.iter().filter_map(|file| Some((file, file.path.as_ref()?))).collect();
    assert!(!written.is_empty() && written.len() < 40, "{} written", written.len());
    for (file, path) in written {
        let bytes = fs::read(mount.join("out").join(path)).unwrap();
        assert_eq!(file.blake3, blake3::hash(&bytes).to_hex().as_str());
    }
}
