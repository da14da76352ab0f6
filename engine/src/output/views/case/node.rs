//! Nodes of the graph, and values in them.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::model::Moment;

/// Writes a node that is not the first.
pub(super) fn next(node: &Value, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b",\n")?;
    serde_json::to_writer(out, node).map_err(io::Error::from)
}

/// A reference to a node.
pub(super) fn link(id: &str) -> Value {
    json!({ "@id": id })
}

/// A value of a type of XML Schema.
pub(super) fn typed(kind: &str, value: impl ToString) -> Value {
    json!({ "@type": format!("xsd:{kind}"), "@value": value.to_string() })
}

/// A whole number.
pub(super) fn integer(value: u64) -> Value {
    typed("integer", value)
}

/// A time; nothing where a text is none.
pub(super) fn time(text: Option<&str>) -> Option<Value> {
    let text = text?;
    let is_instant = text.parse::<jiff::Timestamp>().is_ok() || Moment::parse(text, None).is_some();
    (is_instant && !text.contains('[')).then(|| typed("dateTime", text.replacen(' ', "T", 1)))
}

/// A node or a facet without the properties that have no value.
pub(super) fn object<const N: usize>(properties: [(&str, Option<Value>); N]) -> Value {
    let given = properties.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(given.collect::<Map<_, _>>())
}

/// A hash as UCO has it; nothing where the digits are none.
pub(super) fn hash(method: &str, digits: Option<&str>) -> Option<Value> {
    let digits = digits?;
    let is_hex = !digits.is_empty()
        && digits.len() % 2 == 0
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Names that the vocabulary of UCO has are of its type.
    let method = match method {
        "BLAKE3" => json!(method),
        known => json!({ "@type": "uco-vocabulary:HashNameVocab", "@value": known }),
    };
    is_hex.then(|| {
        json!({
            "@type": "uco-types:Hash",
            "uco-types:hashMethod": method,
            "uco-types:hashValue": typed("hexBinary", digits.to_uppercase()),
        })
    })
}

/// One way that leads from a thing to another.
pub(super) fn relationship(
    id: &str,
    (from, to): (&str, &str),
    kind: &str,
    facets: Vec<Value>,
) -> Value {
    object([
        ("@id", Some(json!(id))),
        ("@type", Some(json!("uco-observable:ObservableRelationship"))),
        ("uco-core:source", Some(link(from))),
        ("uco-core:target", Some(link(to))),
        ("uco-core:kindOfRelationship", Some(json!(kind))),
        ("uco-core:isDirectional", Some(json!(true))),
        ("uco-core:hasFacet", (!facets.is_empty()).then(|| json!(facets))),
    ])
}
