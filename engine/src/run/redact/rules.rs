//! What is left out.

use serde_json::{Map, Value};

use super::path::without_users;

/// Options of the command line with names in their values.
const OF_CASE: [&str; 4] = ["--case", "--evidence", "--examiner", "--notes"];

/// What stands for a value of such an option.
const LEFT_OUT: &str = "[left out]";

/// What is left out of a copy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Whether the case is, too.
    pub(super) case: bool,
}

impl Rules {
    /// The words for it.
    pub(super) fn words(self) -> Vec<String> {
        let always = [
            "GPS positions",
            "serial numbers",
            "names of volumes",
            "names of users in paths",
            "small pictures",
        ];
        let case = self.case.then_some("case, evidence, examiner and notes");
        always.into_iter().chain(case).map(str::to_owned).collect()
    }

    /// Leaves it out of what a report says before its files.
    pub(super) fn head(self, head: &mut Value) {
        if self.case
            && let Value::Object(fields) = &mut *head
        {
            fields.remove("case");
            if let Some(Value::Array(words)) =
                fields.get_mut("tool").and_then(|tool| tool.get_mut("command"))
            {
                without_case(words);
            }
        }
        self.value(head);
    }

    /// Leaves it out of a value and of all in it, however deep; nothing is left out of the names of fields.
    pub(super) fn value(self, value: &mut Value) {
        let mut waiting = vec![value];
        while let Some(value) = waiting.pop() {
            match value {
                Value::String(text) => *text = without_users(text),
                Value::Array(list) => waiting.extend(list),
                Value::Object(fields) => {
                    fields.retain(|name, _| !is_private(name));
                    waiting.extend(fields.values_mut());
                }
                _ => {}
            }
        }
    }
}

/// Whether a field tells where or who.
fn is_private(name: &str) -> bool {
    matches!(name, "latitude" | "longitude" | "serial" | "label" | "owner" | "artist" | "thumb")
}

/// Leaves the values of options that name the case out of a command line.
fn without_case(words: &mut [Value]) {
    let mut is_value = false;
    for word in words {
        let Value::String(text) = word else { continue };
        if std::mem::take(&mut is_value) {
            LEFT_OUT.clone_into(text);
            continue;
        }
        let name = text.split('=').next().unwrap_or_default();
        if OF_CASE.contains(&name) {
            is_value = name.len() == text.len();
            if !is_value {
                *text = format!("{name}={LEFT_OUT}");
            }
        }
    }
}

/// An object made of a value, where it is one.
pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_copy_says_neither_where_nor_who() {
        let mut head = json!({
            "tool": { "command": ["afterimage", "scan", "/home/anna/card.img", "--examiner", "Anna", "--case=7"] },
            "case": { "examiner": "Anna" },
            "sources": [{ "path": "/home/anna/card.img", "serial": "123", "model": "SD",
                "volumes": [{ "label": "ANNA" }] }],
        });
        let with_case = {
            let mut head = head.clone();
            Rules { case: false }.head(&mut head);
            head
        };
        assert_eq!(with_case["case"]["examiner"], "Anna");
        Rules { case: true }.head(&mut head);
        let text = head.to_string().to_lowercase();
        assert!(!text.contains("anna") && !text.contains("123"), "{text}");
        assert_eq!(head["sources"][0]["model"], "SD");
        assert_eq!(head["tool"]["command"][4], LEFT_OUT);
        let mut file = json!({ "exif": { "model": "R6", "latitude": 48.1, "longitude": 11.5 },
            "original_path": "Users/anna/a.jpg" });
        Rules { case: false }.value(&mut file);
        assert_eq!(
            file,
            json!({ "exif": { "model": "R6" }, "original_path": "Users/[user]/a.jpg" })
        );
    }
}
