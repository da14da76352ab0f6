//! Dropbox: routes, arguments and scopes as the vendor's own client 12.2.4 has them.

use serde_json::{Map, Value, json};

use super::{Ask, Consents, Reply, digests};

/// Bytes of a block of the content hash.
const BLOCK: usize = 4 << 20;

/// A Dropbox of one user.
#[derive(Default)]
pub struct Dropbox {
    /// In the order in which it lists.
    pub entries: Vec<Entry>,
    /// The most entries that a page gives, whatever was asked for; none: as many as asked for.
    pub page: Option<usize>,
    /// Continued lists that lose their place.
    pub resets: u32,
    /// Revisions of which other bytes come.
    pub corrupt: Vec<String>,
}

/// What is or was at a path.
pub struct Entry {
    pub path: String,
    pub kind: Kind,
    pub id: String,
    pub rev: String,
    pub content: Vec<u8>,
    /// Whether its content is kept.
    pub is_kept: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    File,
    Folder,
    DeletedFile,
    DeletedFolder,
}

/// What routes take.
const ROUTES: &[(&str, &str, &[&str])] = &[
    (
        "list_folder",
        "files.metadata.read",
        &[
            "path",
            "recursive",
            "include_media_info",
            "include_deleted",
            "include_has_explicit_shared_members",
            "include_mounted_folders",
            "limit",
            "shared_link",
            "include_property_groups",
            "include_non_downloadable_files",
            "include_restorable_info",
        ],
    ),
    ("list_folder/continue", "files.metadata.read", &["cursor"]),
    (
        "list_revisions",
        "files.metadata.read",
        &["path", "mode", "limit", "before_rev", "include_restorable_info"],
    ),
    ("restore", "files.content.write", &["path", "rev"]),
    ("download", "files.content.read", &["path", "rev"]),
];

fn wrong(route: &str, why: &str) -> Reply {
    let text = format!("Error in call to API function \"files/{route}\": {why}");
    let headers = vec![("Content-Type".to_owned(), "text/plain; charset=utf-8".to_owned())];
    Reply { status: 400, headers, body: text.into_bytes() }
}

fn conflict(summary: &str, error: Value) -> Reply {
    Reply::json(409, &json!({ "error_summary": format!("{summary}/..."), "error": error }))
}

fn not_found() -> Reply {
    conflict("path/not_found", json!({ ".tag": "path", "path": { ".tag": "not_found" } }))
}

impl Dropbox {
    pub fn add(&mut self, path: &str, kind: Kind, content: &[u8]) -> &mut Entry {
        let count = self.entries.len();
        self.entries.push(Entry {
            path: path.to_owned(),
            kind,
            id: format!("id:a4ayc_80_OEAAAAAAAA{count:03}"),
            rev: format!("a1c10ce0dd{count:04x}"),
            content: content.to_vec(),
            is_kept: true,
        });
        self.entries.last_mut().unwrap()
    }

    pub fn answer(&mut self, consents: &Consents, ask: &Ask) -> Result<Reply, Reply> {
        let route = ask.path.strip_prefix("/2/files/").unwrap_or_default();
        let known = ROUTES.iter().find(|(name, ..)| *name == route);
        let Some((route, scope, fields)) = known else {
            return Err(wrong(&ask.path, "Unknown API function"));
        };
        if ask.method != "POST" || !ask.query.is_empty() {
            return Err(wrong(route, "it is asked by POST, and without a query"));
        }
        let Some(scopes) = consents.scopes(ask) else {
            let error = json!({ ".tag": "expired_access_token" });
            let said = json!({ "error_summary": "expired_access_token/...", "error": error });
            return Ok(Reply::json(401, &said));
        };
        if !scopes.iter().any(|own| own == scope) {
            let error = json!({ ".tag": "missing_scope", "required_scope": scope });
            return Err(Reply::json(
                401,
                &json!({ "error_summary": "missing_scope/..", "error": error }),
            ));
        }
        let argument = if *route == "download" {
            if !ask.body.is_empty()
                || ask.header("content-type").is_some_and(|kind| kind != "application/octet-stream")
            {
                return Err(wrong(route, "its argument is in the header alone"));
            }
            ask.header("dropbox-api-arg").unwrap_or_default().as_bytes()
        } else {
            if ask.header("content-type") != Some("application/json") {
                return Err(wrong(route, "Bad HTTP \"Content-Type\" header"));
            }
            &ask.body
        };
        let argument: Map<String, Value> = serde_json::from_slice(argument)
            .map_err(|_| wrong(route, "could not decode input as JSON"))?;
        if let Some(name) = argument.keys().find(|name| !fields.contains(&name.as_str())) {
            return Err(wrong(route, &format!("unknown field '{name}'")));
        }
        let argument = Value::Object(argument);
        match *route {
            "list_folder" => self.list(&argument),
            "list_folder/continue" => self.go_on(&argument),
            "list_revisions" => self.revisions(&argument),
            "restore" => self.restore(&argument),
            _ => self.download(&argument),
        }
    }

    fn list(&mut self, argument: &Value) -> Result<Reply, Reply> {
        let wrong = |why: &str| wrong("list_folder", why);
        if argument["path"] != "" {
            return Err(wrong("path: this stand-in lists all or nothing"));
        }
        if argument["recursive"] != true || argument["include_deleted"] != true {
            return Err(wrong("this stand-in lists all or nothing"));
        }
        let limit = match &argument["limit"] {
            Value::Null => 2000,
            limit => limit
                .as_u64()
                .filter(|limit| (1..=2000).contains(limit))
                .ok_or_else(|| wrong("limit: expected integer from 1 to 2000"))?,
        };
        let flags = argument.as_object().unwrap().iter();
        for (name, value) in flags {
            if name.starts_with("include_")
                && name != "include_property_groups"
                && !value.is_boolean()
            {
                return Err(wrong(&format!("{name}: expected boolean")));
            }
        }
        Ok(self.page(0, limit as usize))
    }

    fn go_on(&mut self, argument: &Value) -> Result<Reply, Reply> {
        let cursor = argument["cursor"].as_str().unwrap_or_default();
        let numbers = cursor.strip_prefix("AAE-").and_then(|rest| rest.split_once('-'));
        let numbers = numbers.and_then(|(at, limit)| Some((at.parse().ok()?, limit.parse().ok()?)));
        let Some((at, limit)) = numbers else {
            return Err(wrong("list_folder/continue", "cursor: Invalid \"cursor\" parameter"));
        };
        if self.resets > 0 {
            self.resets -= 1;
            return Ok(conflict("reset", json!({ ".tag": "reset" })));
        }
        Ok(self.page(at, limit))
    }

    fn page(&self, at: usize, limit: usize) -> Reply {
        let len = self.page.unwrap_or(limit).min(limit);
        let entries: Vec<Value> =
            self.entries.iter().skip(at).take(len).map(Entry::listed).collect();
        Reply::json(
            200,
            &json!({
                "entries": entries, "cursor": format!("AAE-{}-{limit}", at + len),
                "has_more": at + len < self.entries.len(),
            }),
        )
    }

    fn at(&self, path: &str) -> Option<&Entry> {
        let path = path.to_lowercase();
        self.entries.iter().rev().find(|entry| entry.path.to_lowercase() == path)
    }

    fn revisions(&self, argument: &Value) -> Result<Reply, Reply> {
        let wrong = |why: &str| wrong("list_revisions", why);
        let mode = argument["mode"].as_str().or(argument["mode"][".tag"].as_str());
        if mode.is_some_and(|mode| mode != "path") {
            return Err(wrong("this stand-in knows the mode path"));
        }
        let limit = &argument["limit"];
        if !limit.is_null() && !limit.as_u64().is_some_and(|limit| (1..=100).contains(&limit)) {
            return Err(wrong("limit: expected integer from 1 to 100"));
        }
        let path = argument["path"].as_str().filter(|path| path.starts_with('/'));
        let path = path.ok_or_else(|| wrong("path: did not match the pattern"))?;
        let Some(entry) = self.at(path) else { return Ok(not_found()) };
        if matches!(entry.kind, Kind::Folder | Kind::DeletedFolder) {
            let error = json!({ ".tag": "path", "path": { ".tag": "not_file" } });
            return Ok(conflict("path/not_file", error));
        }
        let is_deleted = entry.kind == Kind::DeletedFile;
        let mut revision = entry.metadata();
        if argument["include_restorable_info"] == true {
            revision["is_restorable"] = entry.is_kept.into();
        }
        let mut said =
            json!({ "is_deleted": is_deleted, "has_more": false, "entries": [revision] });
        if is_deleted {
            said["server_deleted"] = "2026-11-20T08:00:00Z".into();
        }
        Ok(Reply::json(200, &said))
    }

    fn restore(&mut self, argument: &Value) -> Result<Reply, Reply> {
        let (path, rev) = (argument["path"].as_str(), argument["rev"].as_str());
        let (Some(path), Some(rev)) = (path, rev) else {
            return Err(wrong("restore", "missing required field"));
        };
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.rev == rev) else {
            return Err(conflict("invalid_revision", json!({ ".tag": "invalid_revision" })));
        };
        if entry.path != path {
            return Err(wrong("restore", "the path has other letters than it had"));
        }
        if !entry.is_kept {
            return Ok(conflict("invalid_revision", json!({ ".tag": "invalid_revision" })));
        }
        entry.kind = Kind::File;
        Ok(Reply::json(200, &entry.metadata()))
    }

    fn download(&self, argument: &Value) -> Result<Reply, Reply> {
        let rev = argument["path"].as_str().and_then(|path| path.strip_prefix("rev:"));
        let Some(rev) = rev else {
            return Err(wrong("download", "path: this stand-in gives revisions"));
        };
        let Some(entry) = self.entries.iter().find(|entry| entry.rev == rev && entry.is_kept)
        else {
            return Ok(not_found());
        };
        let mut body = entry.content.clone();
        if self.corrupt.iter().any(|other| other == rev) {
            body.reverse();
        }
        // Only ASCII stands in a header.
        let ascii = |letter: char| match letter.is_ascii() {
            true => letter.to_string(),
            false => letter
                .encode_utf16(&mut [0; 2])
                .iter()
                .map(|unit| format!("\\u{unit:04x}"))
                .collect(),
        };
        let result: String = entry.metadata().to_string().chars().map(ascii).collect();
        let headers =
            [("Content-Type", "application/octet-stream"), ("Dropbox-API-Result", &result)];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Ok(Reply { status: 200, headers, body })
    }
}

impl Entry {
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap()
    }

    /// As a list has it.
    fn listed(&self) -> Value {
        match self.kind {
            Kind::File => self.metadata(),
            Kind::Folder => json!({
                ".tag": "folder", "name": self.name(), "id": self.id,
                "path_lower": self.path.to_lowercase(), "path_display": self.path,
            }),
            Kind::DeletedFile | Kind::DeletedFolder => json!({
                ".tag": "deleted", "name": self.name(), "path_lower": self.path.to_lowercase(),
                "path_display": self.path,
            }),
        }
    }

    fn metadata(&self) -> Value {
        json!({
            ".tag": "file", "name": self.name(), "id": self.id, "rev": self.rev,
            "path_lower": self.path.to_lowercase(), "path_display": self.path,
            "client_modified": "2024-05-31T18:00:00Z", "server_modified": "2024-06-01T00:00:00Z",
            "size": self.content.len(), "is_downloadable": true,
            "content_hash": content_hash(&self.content),
        })
    }
}

/// Dropbox's content hash.
fn content_hash(bytes: &[u8]) -> String {
    let mut all = Vec::new();
    for block in bytes.chunks(BLOCK) {
        let digest = digests(block).1;
        let byte = |at: usize| u8::from_str_radix(&digest[at..at + 2], 16).unwrap();
        all.extend((0..digest.len()).step_by(2).map(byte));
    }
    digests(&all).1
}
