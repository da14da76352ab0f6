//! What is left out.

use serde_json::{Map, Value};

use super::path::{LastPart, Placeholders};

/// Options of the command line with names in their values.
const OF_CASE: [&str; 4] = ["--case", "--evidence", "--examiner", "--notes"];

/// What stands for a value of such an option.
const LEFT_OUT: &str = "[left out]";

/// Fields that hold paths of files: their last part is the name of a file.
const OF_FILES: [&str; 9] = [
    "path",
    "original_path",
    "absolute_path",
    "from",
    "name",
    "name_hint",
    "shows",
    "list",
    "entry",
];

/// What is left out of a copy, and the placeholders of names in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    /// Whether the case is, too.
    pub(super) case: bool,
    placeholders: Placeholders,
}

impl Rules {
    /// Those of a copy that leaves the case out, or does not.
    pub(super) fn new(case: bool) -> Self {
        Rules { case, placeholders: Placeholders::default() }
    }

    /// The words for it.
    pub(super) fn words(&self) -> Vec<String> {
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
    pub(super) fn head(&mut self, head: &mut Value) {
        if let Value::Object(fields) = &mut *head {
            // The log stays where it is: it says what was done, and by whom.
            fields.remove("audit_log");
        }
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
    pub(super) fn value(&mut self, value: &mut Value) {
        let mut waiting = vec![(value, LastPart::Any)];
        while let Some((value, last)) = waiting.pop() {
            match value {
                Value::String(text) => *text = self.placeholders.replace_names(text, last),
                Value::Array(list) => waiting.extend(list.iter_mut().map(|one| (one, last))),
                Value::Object(fields) => {
                    fields.retain(|name, _| !is_private(name));
                    // A source that is no image ends with a folder, the name of a drive, or is not known.
                    let kind = fields.get("kind").and_then(Value::as_str);
                    let is_other = matches!(kind, Some("folder" | "device" | ""));
                    let of = |name: &str| match !is_other && OF_FILES.contains(&name) {
                        true => LastPart::File,
                        false => LastPart::Any,
                    };
                    waiting.extend(fields.iter_mut().map(|(name, value)| (value, of(name))));
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
            Rules::new(false).head(&mut head);
            head
        };
        assert_eq!(with_case["case"]["examiner"], "Anna");
        Rules::new(true).head(&mut head);
        let text = head.to_string().to_lowercase();
        assert!(!text.contains("anna") && !text.contains("123"), "{text}");
        assert_eq!(head["sources"][0]["model"], "SD");
        assert_eq!(head["tool"]["command"][4], LEFT_OUT);
        let mut file = json!({ "exif": { "model": "R6", "latitude": 48.1, "longitude": 11.5 },
            "original_path": "Users/anna/a.jpg" });
        Rules::new(false).value(&mut file);
        assert_eq!(
            file,
            json!({ "exif": { "model": "R6" }, "original_path": "Users/[user-1]/a.jpg" })
        );
    }

    #[test]
    fn what_names_nobody_stays_as_it_is() {
        let mut file = json!({ "path": "photos/home/party.jpg", "original_path": "home/party.jpg",
            "name": "party.jpg", "blake3": "ab", "sha256": "cd", "runs": [{ "offset": 7, "length": 8 }],
            "place": { "albums": ["Anna"], "shows": "DCIM/a.jpg" }, "size": 9 });
        let before = file.clone();
        Rules::new(true).value(&mut file);
        assert_eq!(file, before);
        let mut folder = json!({ "kind": "folder", "path": "/home/anna" });
        Rules::new(false).value(&mut folder);
        assert_eq!(folder["path"], "/home/[user-1]");
        let mut drive = json!({ "kind": "device", "path": "/dev/disk/by-id/usb-X_4C530001" });
        Rules::new(false).value(&mut drive);
        assert_eq!(drive["path"], "/dev/disk/by-id/[volume-1]");
        let mut image =
            json!({ "kind": "image", "path": "a.img", "absolute_path": "/home/anna/a.img" });
        Rules::new(false).value(&mut image);
        assert_eq!(image["absolute_path"], "/home/[user-1]/a.img");
    }
}
