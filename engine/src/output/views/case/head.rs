//! What stands before the files: the action, who did it, with what, and on what.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::id::Ids;
use super::node::{self, hash, integer, link, object, time};
use crate::output::report::{ReportHead, ReportSource};

/// Writes the start of the document up to the first file.
pub(super) fn write(head: &ReportHead, ids: &Ids, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{\"@context\": ")?;
    serde_json::to_writer(&mut *out, &context()).map_err(io::Error::from)?;
    out.write_all(b",\n\"@graph\": [\n")?;
    serde_json::to_writer(&mut *out, &tool(head, ids)).map_err(io::Error::from)?;
    let sources = head.sources.iter().zip(0..).filter_map(|(one, at)| source(one, at, ids));
    let nodes = sources.chain(case(head, ids)).chain([action(head, ids), record(head, ids)]);
    nodes.into_iter().try_for_each(|node| node::next(&node, out))
}

fn context() -> Value {
    const UCO: &str = "https://ontology.unifiedcyberontology.org/uco";
    json!({
        "kb": "urn:afterimage:kb:",
        "case-investigation": "https://ontology.caseontology.org/case/investigation/",
        "uco-action": format!("{UCO}/action/"),
        "uco-core": format!("{UCO}/core/"),
        "uco-identity": format!("{UCO}/identity/"),
        "uco-observable": format!("{UCO}/observable/"),
        "uco-tool": format!("{UCO}/tool/"),
        "uco-types": format!("{UCO}/types/"),
        "uco-vocabulary": format!("{UCO}/vocabulary/"),
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

fn tool(head: &ReportHead, ids: &Ids) -> Value {
    json!({
        "@id": ids.one("tool", ""),
        "@type": "uco-tool:Tool",
        "uco-core:name": head.tool.name,
        "uco-tool:toolType": "Photo recovery",
        "uco-tool:version": head.tool.version,
    })
}

/// The investigation and the examiner, where the report names them.
fn case(head: &ReportHead, ids: &Ids) -> Vec<Value> {
    let Some(case) = &head.case else { return Vec::new() };
    let investigation = object([
        ("@id", Some(json!(ids.one("investigation", "")))),
        ("@type", Some(json!("case-investigation:Investigation"))),
        ("uco-core:name", case.number.as_ref().map(|number| json!(number))),
        ("uco-core:description", case.notes.as_ref().map(|notes| json!(notes))),
        (
            "uco-core:object",
            Some(json!([link(&ids.one("action", "")), link(&ids.one("record", ""))])),
        ),
    ]);
    let examiner = case.examiner.as_ref().map(|name| {
        json!({
            "@id": ids.one("examiner", ""),
            "@type": "uco-identity:Identity",
            "uco-core:name": name,
        })
    });
    [Some(investigation), examiner].into_iter().flatten().collect()
}

fn action(head: &ReportHead, ids: &Ids) -> Value {
    let argument = |(at, value): (usize, &String)| {
        json!({
            "@type": "uco-action:ActionArgumentFacet",
            "uco-action:argumentName": at.to_string(),
            "uco-action:value": value,
        })
    };
    let arguments: Vec<Value> = head.tool.command.iter().enumerate().map(argument).collect();
    let examiner = head.case.as_ref().and_then(|case| case.examiner.as_ref());
    let sources = (0..).map_while(|number| Some(link(&ids.source(number)?)));
    let sources: Vec<Value> = sources.collect();
    object([
        ("@id", Some(json!(ids.one("action", "")))),
        ("@type", Some(json!("case-investigation:InvestigativeAction"))),
        ("uco-core:name", Some(json!("recovered photos and videos"))),
        ("uco-core:description", head.incomplete.as_ref().map(|why| json!(why))),
        ("uco-action:startTime", time(Some(&head.started))),
        ("uco-action:endTime", time(Some(&head.finished))),
        ("uco-action:performer", examiner.map(|_| link(&ids.one("examiner", "")))),
        ("uco-action:instrument", Some(link(&ids.one("tool", "")))),
        ("uco-action:object", (!sources.is_empty()).then(|| json!(sources))),
        ("uco-action:result", Some(link(&ids.one("record", "")))),
        ("uco-core:hasFacet", (!arguments.is_empty()).then(|| json!(arguments))),
    ])
}

fn record(head: &ReportHead, ids: &Ids) -> Value {
    let exhibit = head.case.as_ref().and_then(|case| case.evidence.as_ref());
    let redacted = (!head.redacted.is_empty())
        .then(|| json!(format!("redacted for sharing, left out: {}", head.redacted.join("; "))));
    object([
        ("@id", Some(json!(ids.one("record", "")))),
        ("@type", Some(json!("case-investigation:ProvenanceRecord"))),
        ("uco-core:name", Some(json!("files that were found"))),
        ("uco-core:description", redacted),
        ("case-investigation:exhibitNumber", exhibit.map(|number| json!(number))),
    ])
}

fn source(source: &ReportSource, number: u32, ids: &Ids) -> Option<Value> {
    let hashes =
        source.hashes.iter().filter_map(|(kind, digits)| hash(&kind.to_uppercase(), Some(digits)));
    let hashes: Vec<Value> = hashes.collect();
    let file = object([
        ("@type", Some(json!("uco-observable:FileFacet"))),
        ("uco-observable:filePath", Some(json!(source.path))),
        ("uco-observable:sizeInBytes", Some(integer(source.size))),
    ]);
    let content = object([
        ("@type", Some(json!("uco-observable:ContentDataFacet"))),
        ("uco-observable:sizeInBytes", Some(integer(source.size))),
        ("uco-observable:hash", (!hashes.is_empty()).then(|| json!(hashes))),
    ]);
    let is_device = source.model.is_some() || source.serial.is_some();
    let device = is_device.then(|| {
        object([
            ("@type", Some(json!("uco-observable:DeviceFacet"))),
            ("uco-observable:deviceType", Some(json!(source.kind))),
            ("uco-observable:model", source.model.as_ref().map(|model| json!(model))),
            ("uco-observable:serialNumber", source.serial.as_ref().map(|serial| json!(serial))),
        ])
    });
    let facets: Vec<Value> = [Some(file), Some(content), device].into_iter().flatten().collect();
    Some(object([
        ("@id", Some(json!(ids.source(number)?))),
        ("@type", Some(json!("uco-observable:ObservableObject"))),
        ("uco-core:name", Some(json!(source.path))),
        ("uco-core:description", source.error.as_ref().map(|error| json!(error))),
        ("uco-core:hasFacet", Some(json!(facets))),
    ]))
}
