//! The architecture as an assertion: imports run with the way of the data, never against it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../signatures/tests/imports/mod.rs"]
mod imports;

use std::fs;
use std::path::{Path, PathBuf};

use imports::Graph;

/// The engine's rooms from the bottom up: files of one may name only it and what stands before it.
const ENGINE: &[&str] = &[
    "control", "model", "formats", "system", "source", "options", "scan", "volumes", "carve",
    "ledger", "pipeline", "claims", "names", "restore", "settle", "places", "output", "imaging",
    "run",
];

/// Entries directly in the folder of the engine's sources: a newcomer reads them at a glance.
const MOST_ENTRIES: usize = 20;

/// The same for the signatures; formats stand above the walkers and never name each other.
const SIGNATURES: &[&str] = &[
    "verdict", "view", "oracle", "format", "search", "part", "trailer", "ciff", "x3f", "jpeg",
    "tiff", "exif", "isobmff", "jpeg2000", "jpegxl", "png", "gif", "bmp", "ico", "pcx", "riff",
    "webp", "avi", "psd", "mpegts", "formats",
];

/// Crates from the bottom up.
const CRATES: &[(&str, &[&str])] =
    &[("signatures", &[]), ("engine", &["signatures"]), ("cli", &["signatures", "engine"])];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The code of a file without comments, which may point anywhere.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The modules that a text names by `crate::`, also inside braces.
fn named(text: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut found = Vec::new();
    for rest in text.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(list) => {
                let (mut depth, mut first) = (0, true);
                for (at, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => first = true,
                        c if first && !c.is_whitespace() => {
                            found.push(word(&list[at..]));
                            first = false;
                        }
                        _ => {}
                    }
                }
            }
            None => found.push(word(rest)),
        }
    }
    found
}

#[track_caller]
fn check(krate: &str, layers: &[&str]) {
    let src = workspace().join(krate).join("src");
    let mut wrong = Vec::new();
    for path in sources(&src) {
        let relative = path.strip_prefix(&src).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        let layer = first.trim_end_matches(".rs");
        if layer == "lib" {
            continue;
        }
        let Some(height) = layers.iter().position(|below| *below == layer) else {
            wrong.push(format!("{}: no layer is named `{layer}`", path.display()));
            continue;
        };
        for named in named(&code(&path)) {
            if !layers[..=height].contains(&named.as_str()) {
                wrong.push(format!("{}: `{layer}` must not name `{named}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rooms_of_the_engine_name_only_what_stands_below_them() {
    check("engine", ENGINE);
}

#[test]
fn modules_of_the_signatures_name_only_what_stands_below_them() {
    check("signatures", SIGNATURES);
}

#[test]
fn no_files_import_from_each_other() {
    for krate in ["engine", "cli"] {
        let circles = Graph::of(&workspace().join(krate).join("src")).circles().join("\n");
        assert!(
            circles.is_empty(),
            "files import from each other in a circle; move what ties them into a file of its own:\n\
             {circles}"
        );
    }
}

#[test]
fn the_engine_has_few_rooms() {
    let entries = fs::read_dir(workspace().join("engine/src")).unwrap().count();
    assert!(entries <= MOST_ENTRIES, "{entries} entries directly in engine/src");
}

#[test]
fn wire_types_are_named_in_the_report_alone() {
    let src = workspace().join("engine/src");
    for path in sources(&src) {
        let room = path.strip_prefix(&src).unwrap().to_path_buf();
        // The stages hand rows and totals on, and views show them; they make none.
        let is_door = room.starts_with("output/report")
            || room.starts_with("output/views")
            || room.starts_with("output/words")
            || room.starts_with("run")
            || room.ends_with("lib.rs");
        let names = code(&path).contains("output::report");
        assert!(!names || is_door, "{} names wire types", path.display());
    }
}

#[test]
fn formats_never_name_each_other() {
    let folder = workspace().join("signatures/src/formats");
    for path in sources(&folder) {
        let text = code(&path);
        assert!(!text.contains("crate::formats"), "{} names another format", path.display());
        assert!(!text.contains("super::"), "{} names another format", path.display());
    }
}

#[test]
fn crates_depend_downwards() {
    for (krate, below) in CRATES {
        let manifest = fs::read_to_string(workspace().join(krate).join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap();
        let dependencies = dependencies.split("\n[").next().unwrap();
        for (other, _) in CRATES {
            let names_it = dependencies.contains(&format!("afterimage-{other}"));
            assert!(!names_it || below.contains(other), "{krate} must not depend on {other}");
        }
    }
}

/// The files that start threads: the pipeline of a scan, imaging, which reads, hashes and saves at once, the disk in
/// a container, whose blocks are unpacked side by side, and an image on a server, of which several ranges are asked for
/// at once.
const THREADS: [&str; 4] = [
    "pipeline/scan.rs",
    "imaging/threads.rs",
    "source/container/image.rs",
    "source/object/transfer.rs",
];

#[test]
fn threads_start_in_few_files() {
    for path in sources(&workspace().join("engine/src")) {
        let text = code(&path);
        let starts = ["threads.spawn(", "thread::spawn(", "thread::Builder"];
        let has_threads = starts.iter().any(|start| text.contains(start));
        assert!(
            !has_threads || THREADS.iter().any(|one| path.ends_with(one)),
            "{}",
            path.display()
        );
    }
}

#[test]
fn the_check_itself_sees_every_form_of_a_name() {
    let text = "use crate::{a::B, c, d::{e, f}};\nfn g() { crate::h::i() }";
    assert_eq!(named(text), ["a", "c", "d", "h"]);
}
