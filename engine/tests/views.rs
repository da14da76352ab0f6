//! Views of reports whose every text is hostile: each is valid in its format, and programs of others read it.
//!
//! xmllint, python3 with rdflib, and mactime of The Sleuth Kit are asked where this machine has them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that cannot ask another program says so")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use afterimage_engine::report::{ReportFile, ReportHead};
use afterimage_engine::views::VIEWS;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Texts that have broken other programs.
fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "<script>alert(1)</script>",
        "\"quoted\" 'and' `so`",
        "]]> --> <!-- <![CDATA[",
        "a\u{202e}gpj.exe\u{2066}x",
        "\0\x01\x08\x1b[2J\x7f\u{85}\u{fffe}\u{ffff}",
        "line\nline\r\nline\ttab",
        "a|b|c",
        "&amp;&#0;&lt;",
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        " =1",
        "\u{ff1d}1",
        "\u{feff}=1",
        "#not a comment",
        "\u{2028}\u{2029}",
        "",
    ]
    .map(str::to_owned)
    .into();
    texts.push("x".repeat(10_000));
    texts
}

fn head(text: &str) -> ReportHead {
    serde_json::from_value(json!({
        "schema": "afterimage-report/1",
        "tool": { "name": "afterimage", "version": "0.1.0", "command": ["afterimage", "scan", text] },
        "started": "2024-05-17T18:03:22.5Z",
        "finished": "2024-05-17T18:05:00Z",
        "case": { "number": text, "evidence": text, "examiner": text, "notes": text },
        "redacted": [text],
        "sources": [{
            "path": text, "kind": "device", "size": 1000, "sector_size": 512, "model": text, "serial": text,
            "hashes": { "sha256": "ab".repeat(32), text: "cd".repeat(32) },
            "unreadable": [{ "offset": 512, "length": 512 }], "erased_bytes": 0,
            "volumes": [{ "type": text, "offset": 0, "length": 1000, "label": text, "cluster_size": 0,
                "consistent": true }],
        }],
        "summary": { "files": 1, "bytes": 20, "by_format": {}, "by_grade": {}, "by_origin": {}, "duplicates": 0 },
    }))
    .unwrap()
}

fn file(id: u64, text: &str) -> ReportFile {
    serde_json::from_value(json!({
        "id": id, "source": 0, "origin": "carved", "status": "deleted", "format": "jpeg", "mime": "image/jpeg",
        "size": 22, "end": "exact", "grade": "partial", "proof": text, "kept": 20, "share": 0.5,
        "unchecked": [{ "offset": 1, "length": 2 }], "issues": [{ "offset": 7, "what": text }],
        "runs": [{ "offset": 100, "length": 20, "origin": "source" },
            { "length": 2, "origin": "fill", "bytes": "ffd9" }],
        "blake3": "12".repeat(32), "sha256": "34".repeat(32), "md5": "56".repeat(16),
        "duplicate_of": 1, "parent": 1, "pair": 1, "kinship": "preview",
        "container": { "kind": "zip", "name": text },
        "name": text, "name_hint": text, "original_path": text, "path": text, "content_identifier": text,
        "modified": "2024-05-17T18:03:22", "deleted_at": "2024-05-18T10:00:00Z",
        "place": { "name": text, "fidelity": "original", "albums": [text, text] },
        "exif": { "make": text, "model": text, "taken": "2024-05-01T10:00:00", "utc_offset": "-05:30",
            "width": 4, "height": 3, "orientation": 6, "latitude": -33.8, "longitude": 151.2 },
        "width": 4, "height": 3,
    }))
    .unwrap()
}

/// The view of that name of a report.
fn view(name: &str, head: &ReportHead, files: &[ReportFile]) -> String {
    let known = VIEWS.iter().find(|known| known.name == name).unwrap();
    let (mut view, mut out) = ((known.new)(), Vec::new());
    view.begin(head, &mut out).unwrap();
    files.iter().for_each(|file| view.file(file, &mut out).unwrap());
    view.end(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A report of files with all hostile texts.
fn all(name: &str) -> String {
    let texts = hostile();
    let files: Vec<ReportFile> = texts.iter().zip(1..).map(|(text, id)| file(id, text)).collect();
    view(name, &head(&texts.concat()), &files)
}

fn check_csv(text: &str, files: usize) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
    let columns = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), files);
    for row in &rows {
        for (column, cell) in columns.iter().zip(row) {
            assert!(!cell.chars().any(char::is_control), "{column}: {cell:?}");
            let is_number =
                cell.parse::<f64>().is_ok() && ["latitude", "longitude"].contains(&column);
            let seen = cell.trim_start_matches([' ', '\u{feff}']);
            assert!(
                is_number || !seen.starts_with(['=', '+', '-', '@', '\u{ff1d}']),
                "{column}: {cell:?}"
            );
        }
    }
    rows
}

/// That a text is an XML document, by its grammar and by the characters that it may hold.
fn check_xml(text: &str) {
    let is_char = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(is_char), "a character that XML does not know");
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(_) => depth += 1,
            quick_xml::events::Event::End(_) => depth -= 1,
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
}

fn check_body(text: &str) {
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        assert_eq!(line.split('|').count(), 11, "{line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

/// Runs a program of others on a text in a file; nothing where the machine does not have it.
fn ask(program: &str, before: &[&str], text: &str) -> Option<(bool, String)> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    let ran = Command::new(program).args(before).arg(file.path()).stdin(Stdio::null()).output();
    let Ok(ran) = ran else {
        eprintln!("{program} is not on this machine, and was not asked");
        return None;
    };
    let said = [ran.stdout, ran.stderr].concat();
    Some((ran.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

/// Runs a Python script; nothing where a module that it needs is missing.
fn python(module: &str, script: &str, text: &str) -> Option<String> {
    let has = Command::new("python3").args(["-c", &format!("import {module}")]).output();
    if !has.is_ok_and(|ran| ran.status.success()) {
        eprintln!("python3 with {module} is not on this machine, and was not asked");
        return None;
    }
    let (is_fine, said) = ask("python3", &["-c", script], text)?;
    assert!(is_fine, "{said}");
    Some(said)
}

#[test]
fn a_table_has_no_formulas_and_a_strict_reader_reads_it() {
    let text = all("csv");
    let rows = check_csv(&text, hostile().len());
    assert!(rows[0].iter().any(|cell| cell == "<script>alert(1)</script>"));
    assert!(rows[0].iter().any(|cell| cell == "0x64:20 fill:2"));
    assert!(rows[0].iter().any(|cell| cell == "2024-05-01T10:00:00-05:30"));
    assert!(rows[8].iter().any(|cell| cell == "'=cmd|' /C calc'!A0"));
    let lines = text.split("\r\n").count();
    assert_eq!(lines, hostile().len() + 2, "one line a file, ended as RFC 4180 says");
    let script = "import csv,sys\nrows=list(csv.reader(open(sys.argv[1],newline='',encoding='utf-8'),strict=True))\n\
                  assert len({len(r) for r in rows})==1\nprint(len(rows))";
    if let Some(said) = python("csv", script, &text) {
        assert_eq!(said.trim(), (hostile().len() + 1).to_string());
    }
}

#[test]
fn dfxml_is_valid_by_its_schema() {
    let text = all("dfxml");
    check_xml(&text);
    assert!(text.contains("<byte_run file_offset=\"0\" img_offset=\"100\" len=\"20\"/>"));
    let fill = "<byte_run file_offset=\"20\" len=\"2\" fill=\"ffd9\" afterimage:origin=\"fill\"/>";
    assert!(text.contains(fill));
    assert!(!text.contains("crtime"), "nobody knows when a file was made");
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/dfxml/dfxml.xsd");
    let arguments = ["--noout", "--nonet", "--schema", schema.to_str().unwrap()];
    for text in [text, view("dfxml", &head("x"), &[])] {
        if let Some((is_valid, said)) = ask("xmllint", &arguments, &text) {
            assert!(is_valid, "{said}");
        }
    }
}

#[test]
fn json_ld_is_a_graph_that_holds_every_file() {
    let text = all("case");
    let graph: Value = serde_json::from_str(&text).unwrap();
    let nodes = graph["@graph"].as_array().unwrap();
    let files = nodes.iter().filter(|node| node["@type"] == "uco-observable:File");
    assert_eq!(files.count(), hostile().len());
    assert_eq!(text, all("case"), "the same report gives the same identifiers");
    let script = "import rdflib,sys\ng=rdflib.Graph()\ng.parse(sys.argv[1],format='json-ld')\n\
                  q='SELECT (COUNT(DISTINCT ?f) AS ?n) WHERE { ?r a \
                  <https://ontology.caseontology.org/case/investigation/ProvenanceRecord> ; \
                  <https://ontology.unifiedcyberontology.org/uco/core/object> ?f }'\n\
                  print([int(r.n) for r in g.query(q)][0])";
    if let Some(said) = python("rdflib", script, &text) {
        assert_eq!(said.trim(), hostile().len().to_string());
    }
}

#[test]
fn a_bodyfile_has_its_eleven_fields_and_mactime_reads_it() {
    let text = all("bodyfile");
    check_body(&text);
    let one = view("bodyfile", &head("x"), &[file(1, "DCIM/a.jpg")]);
    let zone = "[clock of no zone, read as UTC]";
    let expected = format!(
        "{}|DCIM/a.jpg (deleted) (partial) {zone}|1|r/r---------|0|0|22|0|1715969002|0|0",
        "56".repeat(16)
    );
    assert!(one.lines().any(|line| line == expected), "{one}");
    assert!(one.contains("[taken, by its Exif]|1|r/r---------|0|0|22|0|1714577400|0|0"), "{one}");
    if let Some((is_fine, said)) = ask("mactime", &["-y", "-z", "UTC", "-b"], &one) {
        assert!(is_fine, "{said}");
        assert!(
            said.contains("2024-05-17T18:03:22Z") && said.contains("2024-05-01T15:30:00Z"),
            "{said}"
        );
    }
    if let Some((is_fine, said)) = ask("mactime", &["-y", "-z", "UTC", "-b"], &text) {
        assert!(is_fine && said.contains("m..."), "{said}");
    }
}

#[test]
fn case_data_and_that_it_is_redacted_stand_in_every_view() {
    for known in VIEWS {
        let text = view(known.name, &head("Case 7 of X"), &[file(1, "a.jpg")]);
        assert!(text.matches("Case 7 of X").count() > 1, "{}", known.name);
        assert!(text.to_lowercase().contains("redacted"), "{}", known.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_texts_say_every_view_is_valid(
        text in any::<String>(),
        others in prop::collection::vec(prop::sample::select(hostile()), 1..4),
    ) {
        let text = others.concat() + &text;
        let (head, files) = (head(&text), [file(1, &text), file(2, &text)]);
        check_csv(&view("csv", &head, &files), 2);
        check_xml(&view("dfxml", &head, &files));
        check_body(&view("bodyfile", &head, &files));
        prop_assert!(serde_json::from_str::<Value>(&view("case", &head, &files)).is_ok());
    }
}
