//! Whole reports, kept: what is said of the demo card, of every sample and of every test card must not change
//! unnoticed.
//!
//! `testdata/expected/NAME.json` holds what a report of the image `NAME` says in each of [`modes`]. A part
//! that is the same as with no options is kept once, as `"plain"`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "other tests replay runs with it")]
mod bench;
#[expect(dead_code, reason = "other tests build cards of their own with it")]
mod cards;
#[path = "bench/of_run.rs"]
mod of_run;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::options::Options;
use afterimage_testdata::canvas::Canvas;
use afterimage_testdata::samples;
use serde_json::{Map, Value, json};

use bench::{Bench, tree};
use of_run::is_of_run;

/// The parts of a report that are kept, and the files that were written.
const PARTS: [&str; 5] = ["sources", "summary", "files", "tree", "text"];

/// Every way in which an image is scanned, with its name.
fn modes(image_len: usize) -> Vec<(&'static str, Options)> {
    let quarter = (image_len as u64 / 4).next_multiple_of(512);
    let plain = Options::default;
    vec![
        ("plain", plain()),
        ("all", Options { all: true, ..plain() }),
        ("quick", Options { quick: true, ..plain() }),
        ("embedded", Options { embedded: true, ..plain() }),
        ("range", Options { range: Some((quarter, 2 * quarter)), ..plain() }),
        ("dry-run", Options { dry_run: true, ..plain() }),
    ]
}

/// Every image, by name: the demo card, the samples of each format, and the cards of the tests.
fn images() -> BTreeMap<String, Vec<u8>> {
    let mut images = BTreeMap::from([
        ("demo".to_owned(), afterimage_testdata::card::demo().image),
        ("live-photo".to_owned(), laid(&samples::live_photo())),
    ]);
    let mut by_format: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for sample in samples::all() {
        by_format.entry(sample.format).or_default().push(sample);
    }
    images.extend(by_format.iter().map(|(format, all)| (format!("samples-{format}"), laid(all))));
    let all = cards::all().into_iter().chain([cards::fat16(1)]);
    images.extend(all.map(|card| (format!("card-{}", card.name), card.image)));
    let formatted = fat16_formatted();
    images.insert("card-fat16-formatted".to_owned(), formatted);
    let behind = cards::ntfs().behind(1 << 20, cards::gpt).image;
    images.insert("card-ntfs-partition".to_owned(), behind);
    images
}

/// A card whose tables are gone.
fn fat16_formatted() -> Vec<u8> {
    let mut image = cards::fat16(1).image;
    image[..64 << 10].fill(0);
    image
}

/// Samples one after the other, each at a sector.
fn laid(samples: &[afterimage_testdata::Sample]) -> Vec<u8> {
    let canvas = Canvas::new(1).zeros(512);
    let lay = |canvas: Canvas, sample| canvas.align(512).put(sample).align(512).zeros(1024);
    samples.iter().fold(canvas, lay).noise(4096).bytes
}

/// What a scan says of an image and writes.
fn said(bench: &Bench, name: &str, options: Options) -> Map<String, Value> {
    let (outcome, _) = bench.scan(name, options);
    let bytes = fs::read(outcome.report.unwrap()).unwrap();
    let Value::Object(mut report) = serde_json::from_slice(&bytes).unwrap() else { panic!() };
    for source in report["sources"].as_array_mut().unwrap() {
        let file = Path::new(source["path"].as_str().unwrap()).file_name().unwrap().to_owned();
        source["path"] = json!(file.to_str().unwrap());
    }
    let written = tree(&bench.output(name)).into_iter();
    let written: Map<String, Value> = written
        .filter(|(path, _)| !is_of_run(path))
        .map(|(path, bytes)| {
            let digest = blake3::hash(&bytes).to_hex();
            (path.to_str().unwrap().to_owned(), json!([bytes.len(), digest.as_str()]))
        })
        .collect();
    report.insert("tree".to_owned(), Value::Object(written));
    report.insert("text".to_owned(), json!(text_digest(&bytes)));
    report.retain(|key, _| PARTS.contains(&key.as_str()));
    report
}

/// BLAKE3 of a report without the lines that no two runs share: the order of fields counts as well.
fn text_digest(report: &[u8]) -> String {
    const OWN: [&str; 4] = ["\"started\"", "\"finished\"", "\"version\"", "\"path\": \"/"];
    let text = std::str::from_utf8(report).unwrap();
    let same =
        text.lines().filter(|line| OWN.iter().all(|own| !line.trim_start().starts_with(own)));
    blake3::hash(same.collect::<Vec<_>>().join("\n").as_bytes()).to_hex().to_string()
}

/// What all scans of an image say, as it is kept.
fn all_said(image: &[u8]) -> String {
    let bench = Bench::new(image);
    let mut plain = Map::new();
    let mut kept = Map::new();
    for (mode, options) in modes(image.len()) {
        let report = said(&bench, mode, options);
        if plain.is_empty() {
            plain = report.clone();
            kept.insert(mode.to_owned(), Value::Object(report));
            continue;
        }
        let parts = report.into_iter().map(|(part, value)| {
            let same = plain[&part] == value;
            (part, if same { json!("plain") } else { value })
        });
        kept.insert(mode.to_owned(), Value::Object(parts.collect()));
    }
    lines(&Value::Object(kept))
}

/// JSON with a line for each file, so that a difference shows what it concerns.
fn lines(kept: &Value) -> String {
    let mut out = String::from("{");
    for (n, (mode, parts)) in kept.as_object().unwrap().iter().enumerate() {
        out += &format!("{}\n\"{mode}\": {{", if n > 0 { "," } else { "" });
        for (n, (part, value)) in parts.as_object().unwrap().iter().enumerate() {
            out += &format!("{}\n \"{part}\": ", if n > 0 { "," } else { "" });
            match value {
                Value::Array(items) if !items.is_empty() => {
                    let items: Vec<String> = items.iter().map(|item| format!("  {item}")).collect();
                    out += &format!("[\n{}\n ]", items.join(",\n"));
                }
                Value::Object(fields) if part == "tree" && !fields.is_empty() => {
                    let line =
                        |(key, value): (&String, &Value)| format!("  {}: {value}", json!(key));
                    let fields: Vec<String> = fields.iter().map(line).collect();
                    out += &format!("{{\n{}\n }}", fields.join(",\n"));
                }
                other => out += &other.to_string(),
            }
        }
        out += "\n}";
    }
    out + "\n}\n"
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("testdata/expected")
}

/// Run with `UPDATE_EXPECTED=1` to keep what is said now, after a wanted change.
#[test]
fn every_report_is_the_one_that_was_kept() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    for (name, image) in images() {
        let path = folder().join(format!("{name}.json"));
        let (fresh, kept) = (all_said(&image), fs::read_to_string(&path).unwrap_or_default());
        if fresh == kept {
            continue;
        }
        if update {
            fs::write(&path, &fresh).unwrap();
            continue;
        }
        let pairs = kept.lines().zip(fresh.lines()).enumerate();
        let first = pairs.clone().find(|(_, (kept, fresh))| kept != fresh);
        wrong.push(match first {
            Some((at, (kept, fresh))) => {
                format!("{}:{}\n  kept  {kept}\n  fresh {fresh}", path.display(), at + 1)
            }
            None => format!("{}: one is longer", path.display()),
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_report_is_kept_of_an_image_that_is_not_made() {
    let images = images();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(images.contains_key(name), "{} is of no image", path.display());
    }
}
