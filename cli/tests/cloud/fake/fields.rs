//! The parameter `fields` of Google's services: which parts of an answer are wanted.

use serde_json::{Map, Value};

/// A part, and the parts of it; without any, all of it.
#[derive(Debug, PartialEq)]
pub struct Field {
    pub name: String,
    pub inner: Vec<Field>,
}

/// Reads `a,b(c,d),e/f`.
pub fn parse(text: &str) -> Result<Vec<Field>, String> {
    let mut rest = text;
    let fields = list(&mut rest)?;
    if rest.is_empty() { Ok(fields) } else { Err(format!("odd fields at {rest:?}")) }
}

fn list(rest: &mut &str) -> Result<Vec<Field>, String> {
    let mut fields = Vec::new();
    loop {
        let len =
            rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'*').count();
        let (name, after) = rest.split_at(len);
        if name.is_empty() {
            return Err(format!("no field at {rest:?}"));
        }
        *rest = after;
        let inner = if let Some(after) = rest.strip_prefix('(') {
            *rest = after;
            let inner = list(rest)?;
            *rest = rest.strip_prefix(')').ok_or("a bracket is open")?;
            inner
        } else if let Some(after) = rest.strip_prefix('/') {
            *rest = after;
            let mut inner = list(rest)?;
            if inner.len() != 1 {
                return Err("a path ends in one field".to_owned());
            }
            vec![inner.remove(0)]
        } else {
            Vec::new()
        };
        fields.push(Field { name: name.to_owned(), inner });
        match rest.strip_prefix(',') {
            Some(after) => *rest = after,
            None => return Ok(fields),
        }
    }
}

/// Only what is wanted of a value.
pub fn project(value: &Value, fields: &[Field]) -> Value {
    if fields.is_empty() || fields.iter().any(|field| field.name == "*") {
        return value.clone();
    }
    match value {
        Value::Array(values) => values.iter().map(|value| project(value, fields)).collect(),
        Value::Object(map) => {
            let mut kept = Map::new();
            for field in fields {
                if let Some(value) = map.get(&field.name) {
                    kept.insert(field.name.clone(), project(value, &field.inner));
                }
            }
            Value::Object(kept)
        }
        other => other.clone(),
    }
}

#[test]
fn fields_are_read_and_all_others_left_out() {
    let fields = parse("a,b(c,d/e),f").unwrap();
    let value =
        serde_json::json!({ "a": 1, "b": [{ "c": 2, "x": 3, "d": { "e": 4, "y": 5 } }], "g": 6 });
    let kept = serde_json::json!({ "a": 1, "b": [{ "c": 2, "d": { "e": 4 } }] });
    assert_eq!(project(&value, &fields), kept);
    for bad in ["", "a,", "a(b", "a)", "a b", "(a)"] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}
