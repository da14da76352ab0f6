//! The JSON schema of the report is generated from its types and kept beside them.

use std::path::Path;

use afterimage_engine::report::Report;

/// Run with `UPDATE_SCHEMA=1` to write the schema after a wanted change of the types.
#[test]
fn the_kept_schema_is_the_one_that_the_types_give() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/output/report/schema.json");
    let schema = schemars::schema_for!(Report);
    let fresh = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(fresh == kept, "{} is not what the types give: see this test", path.display());
}

#[test]
fn every_field_has_its_meaning() {
    let schema = serde_json::to_value(schemars::schema_for!(Report)).unwrap();
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
