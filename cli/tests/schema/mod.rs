//! Whether a report is as its JSON schema says: as much of JSON Schema as that schema uses. A word of it that is not
//! known here fails, so that nothing goes unchecked unnoticed.

use serde_json::Value;

/// Words that say nothing of a value.
const SILENT: [&str; 6] = ["$schema", "$defs", "title", "description", "default", "format"];

/// What in `value` is not as the schema in `engine` says: the path to it, and why.
pub fn faults(value: &Value) -> Vec<String> {
    let text = include_str!("../../../engine/src/output/report/schema.json");
    let schema: Value = serde_json::from_str(text).unwrap();
    let mut faults = Vec::new();
    check(&schema, &schema, value, "", &mut faults);
    faults
}

fn check(root: &Value, schema: &Value, value: &Value, path: &str, faults: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else {
        assert!(schema == &Value::Bool(true), "a schema that is {schema}");
        return;
    };
    let mut fault = |why: String| faults.push(format!("{path}: {why}"));
    for (word, said) in schema {
        match word.as_str() {
            "type" if !has_type(said, value) => fault(format!("is no {said}, but {value}")),
            "const" if said != value => fault(format!("is not {said}")),
            "minimum" if value.as_f64() < said.as_f64() => fault(format!("is below {said}")),
            "maximum" if value.as_f64() > said.as_f64() => fault(format!("is above {said}")),
            "required" => {
                for name in said.as_array().unwrap().iter().filter_map(Value::as_str) {
                    if value.get(name).is_none() {
                        fault(format!("has no {name}"));
                    }
                }
            }
            "type" | "const" | "minimum" | "maximum" | "properties" | "items" | "$ref" => {}
            "additionalProperties" | "anyOf" | "oneOf" => {}
            silent => assert!(SILENT.contains(&silent), "the schema says {silent}"),
        }
    }
    below(root, schema, value, path, faults);
}

fn below(
    root: &Value,
    schema: &serde_json::Map<String, Value>,
    value: &Value,
    path: &str,
    faults: &mut Vec<String>,
) {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let name = name.strip_prefix("#/$defs/").unwrap().replace("%20", " ");
        check(root, &root["$defs"][&name], value, path, faults);
    }
    let known = schema.get("properties").and_then(Value::as_object);
    for (name, value) in value.as_object().into_iter().flatten() {
        let path = format!("{path}/{name}");
        match (known.and_then(|known| known.get(name)), schema.get("additionalProperties")) {
            (Some(schema), _) | (None, Some(schema)) => check(root, schema, value, &path, faults),
            (None, None) if known.is_some() => faults.push(format!("{path}: is not in the schema")),
            (None, None) => {}
        }
    }
    if let (Some(schema), Some(values)) = (schema.get("items"), value.as_array()) {
        for (index, value) in values.iter().enumerate() {
            check(root, schema, value, &format!("{path}/{index}"), faults);
        }
    }
    for word in ["anyOf", "oneOf"] {
        let Some(schemas) = schema.get(word).and_then(Value::as_array) else { continue };
        let fits = |schema: &&Value| {
            let mut faults = Vec::new();
            check(root, schema, value, path, &mut faults);
            faults.is_empty()
        };
        let count = schemas.iter().filter(fits).count();
        if count == 0 || word == "oneOf" && count > 1 {
            faults.push(format!("{path}: fits {count} of {word}"));
        }
    }
}

fn has_type(said: &Value, value: &Value) -> bool {
    let is_one = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the schema has the type {other}"),
    };
    match said {
        Value::String(name) => is_one(name),
        names => names.as_array().unwrap().iter().filter_map(Value::as_str).any(is_one),
    }
}
