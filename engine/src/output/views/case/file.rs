//! The nodes of one file.

use serde_json::{Value, json};

use super::id::Ids;
use super::node::{hash, integer, link, object, relationship, time, typed};
use crate::model::{Grade, Status};
use crate::output::report::{ReportFile, ReportRun, word};

/// The file, that the record holds it, and where it lies.
pub(super) fn nodes(file: &ReportFile, ids: &Ids) -> Vec<Value> {
    let id = ids.file(file);
    let record = json!({ "@id": ids.one("record", ""), "uco-core:object": link(&id) });
    let facets: Vec<Value> =
        [Some(content(file)), Some(named(file)), Some(recovered(file)), exif(file), picture(file)]
            .into_iter()
            .flatten()
            .collect();
    let known = file.original_path.as_ref().or(file.name.as_ref()).or(file.path.as_ref());
    let said = [
        Some(format!("grade {}: {}", word(file.grade), file.proof)),
        file.path.as_ref().map(|path| format!("written to {path}")),
    ];
    let issues = file.issues.iter().map(|issue| format!("{:#x}: {}", issue.offset, issue.what));
    let said: Vec<String> = said.into_iter().flatten().chain(issues).collect();
    let node = object([
        ("@id", Some(json!(id))),
        ("@type", Some(json!("uco-observable:File"))),
        ("uco-core:name", known.map(|name| json!(name))),
        ("uco-core:description", Some(json!(said))),
        ("uco-core:tag", Some(json!([file.fate(), word(file.origin), word(file.grade)]))),
        ("uco-core:hasFacet", Some(json!(facets))),
    ]);
    let mut nodes = vec![node, record];
    nodes.extend(places(file, &id, ids));
    let mut related = |kind: &str, other: Option<u64>| {
        if let Some(other) = other {
            let way = ids.one("relationship", &format!("{} {kind} {other}", file.id));
            let to = ids.numbered_file(other);
            nodes.push(relationship(&way, (&id, &to), kind, Vec::new()));
        }
    };
    related("Contained_Within", file.parent);
    related("Duplicate_Of", file.duplicate_of);
    related("Paired_With", file.pair);
    nodes
}

fn content(file: &ReportFile) -> Value {
    let hashes = [
        hash("MD5", file.md5.as_deref()),
        hash("SHA1", file.sha1.as_deref()),
        hash("SHA256", file.sha256.as_deref()),
        hash("BLAKE3", Some(&file.blake3)),
    ];
    let hashes: Vec<Value> = hashes.into_iter().flatten().collect();
    object([
        ("@type", Some(json!("uco-observable:ContentDataFacet"))),
        ("uco-observable:mimeType", Some(json!(file.mime))),
        ("uco-observable:sizeInBytes", Some(integer(file.size))),
        ("uco-observable:hash", (!hashes.is_empty()).then(|| json!(hashes))),
    ])
}

fn named(file: &ReportFile) -> Value {
    let allocated = match file.status {
        Status::Live => Some("allocated"),
        Status::Deleted => Some("unallocated"),
        Status::Unknown => None,
    };
    let path = file.original_path.as_ref().or(file.from.as_ref());
    object([
        ("@type", Some(json!("uco-observable:FileFacet"))),
        ("uco-observable:fileName", file.name.as_ref().map(|name| json!(name))),
        ("uco-observable:filePath", path.map(|path| json!(path))),
        ("uco-observable:isDirectory", Some(json!(false))),
        ("uco-observable:sizeInBytes", Some(integer(file.size))),
        ("uco-observable:modifiedTime", time(file.modified.as_deref())),
        ("uco-observable:allocationStatus", allocated.map(|word| json!(word))),
    ])
}

fn recovered(file: &ReportFile) -> Value {
    let content = match file.grade {
        Grade::Partial | Grade::Damaged => "partially recovered",
        Grade::Verified | Grade::Structural | Grade::Repaired => "recovered",
    };
    let name = match (&file.name, file.name_inferred) {
        (Some(_), true) => "partially recovered",
        (Some(_), false) => "recovered",
        (None, _) => "unknown",
    };
    json!({
        "@type": "uco-observable:RecoveredObjectFacet",
        "uco-observable:contentRecoveredStatus": content,
        "uco-observable:nameRecoveredStatus": name,
    })
}

fn exif(file: &ReportFile) -> Option<Value> {
    let exif = file.exif.as_ref()?;
    let entries = [
        ("Make", exif.make.clone()),
        ("Model", exif.model.clone()),
        ("DateTimeOriginal", exif.taken.clone()),
        ("OffsetTimeOriginal", exif.utc_offset.clone()),
        ("Orientation", exif.orientation.map(|value| value.to_string())),
        ("PixelXDimension", exif.width.map(|value| value.to_string())),
        ("PixelYDimension", exif.height.map(|value| value.to_string())),
        ("GPSLatitude", exif.latitude.map(|value| value.to_string())),
        ("GPSLongitude", exif.longitude.map(|value| value.to_string())),
    ];
    let entry = |(key, value): (&str, Option<String>)| {
        Some(json!({
            "@type": "uco-types:ControlledDictionaryEntry",
            "uco-types:key": key,
            "uco-types:value": value?,
        }))
    };
    let entries: Vec<Value> = entries.into_iter().filter_map(entry).collect();
    (!entries.is_empty()).then(|| {
        json!({
            "@type": "uco-observable:EXIFFacet",
            "uco-observable:exifData": {
                "@type": "uco-types:ControlledDictionary",
                "uco-types:entry": entries,
            },
        })
    })
}

fn picture(file: &ReportFile) -> Option<Value> {
    let (width, height) = (file.width?, file.height?);
    (!file.is_video()).then(|| {
        object([
            ("@type", Some(json!("uco-observable:RasterPictureFacet"))),
            ("uco-observable:pictureType", Some(json!(file.format))),
            ("uco-observable:pictureWidth", Some(integer(width.into()))),
            ("uco-observable:pictureHeight", Some(integer(height.into()))),
        ])
    })
}

/// One relationship to the source for each run there; of a file of a place, one without a range.
fn places(file: &ReportFile, id: &str, ids: &Ids) -> Vec<Value> {
    let Some(source) = ids.source(file.source) else { return Vec::new() };
    let way = |what: &str| ids.one("relationship", &format!("{} in its source {what}", file.id));
    if file.runs.is_empty() {
        return vec![relationship(&way(""), (id, &source), "Contained_Within", Vec::new())];
    }
    let one = |(at, run): (usize, &ReportRun)| {
        let len = run.inflated.as_ref().map_or(run.length, |inflated| inflated.packed);
        let range = json!({
            "@type": "uco-observable:DataRangeFacet",
            "uco-observable:rangeOffset": integer(run.offset?),
            "uco-observable:rangeOffsetType": "bytes from the start of the source",
            "uco-observable:rangeSize": typed("integer", len),
        });
        let way = way(&at.to_string());
        Some(relationship(&way, (id, &source), "Contained_Within", vec![range]))
    };
    file.runs.iter().enumerate().filter_map(one).collect()
}
