//! The words that the report has for things.

use serde::Serialize;

/// The word that the report has for a value that is one of a few; nothing for any other.
pub(super) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
