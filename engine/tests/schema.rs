//! The JSON schemas of the reports are generated from their types and kept beside them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use afterimage_engine::report::{BatchReport, Report};
use schemars::Schema;

/// Run with `UPDATE_SCHEMA=1` to write the schemas after a wanted change of the types.
#[test]
fn the_kept_schemas_are_those_that_the_types_give() {
    kept("schema.json", &schemars::schema_for!(Report));
    kept("batch.json", &schemars::schema_for!(BatchReport));
}

fn kept(name: &str, schema: &Schema) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/output/report").join(name);
    let fresh = format!("{}\n", serde_json::to_string_pretty(schema).unwrap());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(fresh == kept, "{} is not what the types give: see this test", path.display());
}

#[test]
fn every_field_has_its_meaning() {
    for schema in [schemars::schema_for!(Report), schemars::schema_for!(BatchReport)] {
        described(&serde_json::to_value(schema).unwrap());
    }
}

fn described(schema: &serde_json::Value) {
    let mut missing = Vec::new();
    let mut objects = vec![("Report".to_owned(), schema.clone())];
    for (name, object) in schema["$defs"].as_object().unwrap() {
        objects.push((name.clone(), object.clone()));
    }
    for (name, object) in objects {
        for (field, value) in object["properties"].as_object().into_iter().flatten() {
            if value.get("description").is_none() {
                missing.push(format!("{name}.{field}"));
            }
        }
    }
    assert!(missing.is_empty(), "fields without a description: {missing:?}");
}
