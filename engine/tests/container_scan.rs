//! A scan of a disk in a container finds what a scan of the raw image finds, and writes to no file of either.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

#[expect(dead_code, reason = "what other tests need of it")]
mod judges;
#[expect(dead_code, reason = "what other tests need of it")]
mod writers;

use std::fs;
use std::path::Path;

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run;
use judges::{Folder, convert, demo_card, filtered, runs};
use serde_json::Value;
use writers::archives::zip_of;

/// The report of a scan, without what differs from one run to the next.
fn report(source: &Path, output: &Path) -> Value {
    let options = Options { output: Some(output.to_path_buf()), ..Options::default() };
    run::scan(&[source.to_path_buf()], &options, &Progress::default()).unwrap();
    serde_json::from_slice(&fs::read(output.join("report.json")).unwrap()).unwrap()
}

#[test]
fn the_files_of_the_report_are_those_of_the_raw_image() {
    let Some(folder) = Folder::for_tools(&["qemu-img"]) else { return };
    let raw = folder.write("raw.img", &demo_card());
    let expected = report(&raw, &folder.path("out-raw"));
    assert!(expected["files"].as_array().unwrap().len() > 3);
    for (name, options) in [
        ("card.qcow2", &["-O", "qcow2"][..]),
        ("packed.qcow2", &["-O", "qcow2", "-c"]),
        ("fixed.vhd", &["-O", "vpc", "-o", "subformat=fixed,force_size=on"]),
        ("card.vhd", &["-O", "vpc", "-o", "force_size=on"]),
        ("card.vhdx", &["-O", "vhdx"]),
        ("flat.vmdk", &["-O", "vmdk", "-o", "subformat=monolithicFlat"]),
        ("stream.vmdk", &["-O", "vmdk", "-o", "subformat=streamOptimized"]),
        ("card.vdi", &["-O", "vdi"]),
    ] {
        let path = folder.path(name);
        let options: Vec<&str> = ["-f", "raw"].iter().chain(options).copied().collect();
        if convert(&raw, &path, &options, &folder) {
            check(&path, &folder.path(&format!("out-{name}")), &expected);
        }
    }
    let bytes = demo_card();
    if let Some(packed) = filtered(&["zstd", "-q", "-c"], &bytes) {
        check(&folder.write("card.zst", &packed), &folder.path("out-zst"), &expected);
    }
    let archive = zip_of(&[("read me.txt", b"a card", true), ("card.img", &bytes, true)]);
    check(&folder.write("card.zip", &archive), &folder.path("out-zip"), &expected);
    if runs(&["tar", "-czf", "card.tar.gz", "raw.img"], folder.root()) {
        check(&folder.path("card.tar.gz"), &folder.path("out-tar"), &expected);
    }
    let e01 = ["ewfacquire", "-u", "-q", "-t", "card", "-S", "1048576", "raw.img"];
    if Folder::for_tools(&["ewfacquire"]).is_some() && runs(&e01, folder.root()) {
        check(&folder.path("card.E01"), &folder.path("out-e01"), &expected);
    }
}

#[track_caller]
fn check(path: &Path, output: &Path, expected: &Value) {
    let found = report(path, output);
    assert_eq!(found["files"], expected["files"], "{}", path.display());
    let volumes = |report: &Value| report["sources"][0]["volumes"].clone();
    assert_eq!(volumes(&found), volumes(expected), "{}", path.display());
}

#[test]
fn no_part_of_an_image_is_written_over() {
    let Some(folder) = Folder::for_tools(&["ewfacquire"]) else { return };
    folder.write("raw.img", &demo_card());
    let words = ["ewfacquire", "-u", "-q", "-t", "card", "-c", "none", "-S", "1048576", "raw.img"];
    if !runs(&words, folder.root()) {
        return;
    }
    // The second part, by another name, where a photo could go.
    let output = folder.path("out");
    fs::create_dir_all(output.join("photos")).unwrap();
    fs::hard_link(folder.path("card.E02"), output.join("photos/IMG_0001.JPG")).unwrap();
    let options = Options { output: Some(output), ..Options::default() };
    let refused = run::scan(&[folder.path("card.E01")], &options, &Progress::default());
    let said = refused.err().unwrap().to_string();
    assert!(said.contains("by another name"), "{said}");
}
