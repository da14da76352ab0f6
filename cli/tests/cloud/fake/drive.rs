//! Drive: a trash that lists, delivers and restores by the vendor's discovery document.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::fields::{self, Field};
use super::{Ask, Consents, Reply, digests, get, schema};

/// What all scopes begin with.
const SCOPE: &str = "https://www.googleapis.com/auth/";

/// A drive of one user.
#[derive(Default)]
pub struct Drive {
    /// All that is in it, in the order in which it lists.
    pub files: Vec<Value>,
    pub contents: BTreeMap<String, Vec<u8>>,
    /// Bytes that come instead of the content, so many times.
    pub corrupt: BTreeMap<String, (u32, Vec<u8>)>,
}

/// A refusal as Google words them.
fn error(status: u16, reason: &str, message: &str) -> Reply {
    let error = json!({ "message": message, "domain": "global", "reason": reason });
    Reply::json(
        status,
        &json!({ "error": { "code": status, "message": message, "errors": [error] } }),
    )
}

fn wrong(why: &str) -> Reply {
    error(400, "invalid", why)
}

impl Drive {
    /// Adds a deleted file of the user's own; `more` is laid over what is usual.
    pub fn add(&mut self, id: &str, name: &str, content: &[u8], more: Value) {
        let (md5, sha256) = digests(content);
        let mut file = json!({
            "kind": "drive#file", "id": id, "name": name, "mimeType": "image/jpeg",
            "originalFilename": name, "size": content.len().to_string(), "md5Checksum": md5,
            "sha256Checksum": sha256, "trashed": true, "explicitlyTrashed": true,
            "createdTime": "2024-05-31T16:00:00.000Z", "modifiedTime": "2024-05-31T16:30:00.000Z",
            "imageMediaMetadata": { "time": "2024:05:31 18:00:00", "width": 4, "height": 3 },
            "ownedByMe": true, "parents": ["root-0"], "spaces": ["drive"],
            "owners": [{ "displayName": "Me", "emailAddress": "me@example.com", "me": true }],
            "capabilities": { "canUntrash": true, "canDownload": true },
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            file[name] = value.clone();
        }
        self.files.push(file);
        self.contents.insert(id.to_owned(), content.to_vec());
    }

    /// Adds the folder above all others, and one in it that is there.
    pub fn add_root(&mut self) {
        let live = |parents: Value| json!({ "trashed": false, "explicitlyTrashed": false, "parents": parents });
        self.add_folder("root-0", "My Drive", live(json!([])));
        self.file("root-0").unwrap().as_object_mut().unwrap().remove("parents");
        self.add_folder("photos", "Photos", live(json!(["root-0"])));
    }

    /// Adds a deleted folder.
    pub fn add_folder(&mut self, id: &str, name: &str, more: Value) {
        self.add(id, name, b"", more);
        let file = self.files.last_mut().unwrap().as_object_mut().unwrap();
        file.insert("mimeType".to_owned(), "application/vnd.google-apps.folder".into());
        for field in
            ["size", "md5Checksum", "sha256Checksum", "originalFilename", "imageMediaMetadata"]
        {
            file.remove(field);
        }
    }

    pub fn file(&mut self, id: &str) -> Option<&mut Value> {
        self.files.iter_mut().find(|file| file["id"] == id)
    }

    pub fn answer(&mut self, consents: &Consents, ask: &Ask) -> Result<Reply, Reply> {
        // A token without the scope gets another answer than a wrong request.
        let Some(scopes) = consents.scopes(ask) else {
            return Ok(error(401, "authError", "Invalid Credentials"));
        };
        let rest = ask.path.strip_prefix("/drive/v3/files").ok_or_else(|| wrong("no such path"))?;
        let id = match rest.strip_prefix('/') {
            None if rest.is_empty() => None,
            Some(id) if !id.is_empty() && !id.contains('/') => Some(id),
            _ => return Err(error(404, "notFound", "Not Found")),
        };
        let (own, known): (&[&str], &[&str]) = match (&*ask.method, id) {
            ("GET", None) => (&schema::LIST, &schema::READ_SCOPES),
            ("GET", Some(_)) => (&schema::GET, &schema::READ_SCOPES),
            ("PATCH", Some(_)) => (&schema::UPDATE, &schema::UPDATE_SCOPES),
            _ => return Err(error(404, "notFound", "Not Found")),
        };
        let may = |scope: &String| {
            let scope = scope.strip_prefix(SCOPE);
            scope.is_some_and(|scope| known.contains(&scope))
        };
        if !scopes.iter().any(may) {
            return Err(error(
                403,
                "insufficientPermissions",
                "Request had insufficient authentication scopes.",
            ));
        }
        let pairs = ask.parameters(&[&schema::GLOBAL, own]).map_err(|why| wrong(&why))?;
        for (name, value) in &pairs {
            let is_flag = name.starts_with("supports") || *name == "includeItemsFromAllDrives";
            if is_flag && !matches!(*value, "true" | "false") {
                return Err(wrong(&format!("{name} is true or false")));
            }
        }
        match (&*ask.method, id) {
            ("GET", None) => self.list(&pairs),
            ("GET", Some(id)) => self.get(id, &pairs, scopes),
            (_, Some(id)) => self.update(id, &pairs, ask),
            _ => Err(wrong("no such method")),
        }
    }

    fn list(&self, pairs: &[(&str, &str)]) -> Result<Reply, Reply> {
        let query: String = get(pairs, "q").unwrap_or_default().split(' ').collect();
        if query != "trashed=true" {
            return Err(wrong("this stand-in lists its trash alone"));
        }
        if get(pairs, "alt").is_some_and(|alt| alt != "json") {
            return Err(wrong("a list is JSON"));
        }
        if get(pairs, "spaces").is_some_and(|spaces| spaces != "drive") {
            return Err(wrong("spaces"));
        }
        let size: usize = get(pairs, "pageSize").unwrap_or("100").parse().unwrap_or(0);
        if !(1..=1000).contains(&size) {
            return Err(wrong("pageSize is from 1 to 1000"));
        }
        let start = match get(pairs, "pageToken") {
            None => 0,
            Some(token) => token
                .strip_prefix("~!!~page+")
                .and_then(|at| at.parse().ok())
                .ok_or_else(|| wrong("Invalid Value for pageToken"))?,
        };
        let asked =
            get(pairs, "fields").unwrap_or("kind,nextPageToken,files(kind,id,name,mimeType)");
        let asked = fields::parse(asked).map_err(|why| wrong(&why))?;
        check(&asked, &schema::PAGE_FIELDS)?;
        for files in asked.iter().filter(|field| field.name == "files") {
            check_file(&files.inner)?;
        }
        let trashed: Vec<&Value> =
            self.files.iter().filter(|file| file["trashed"] == true).collect();
        let page: Vec<&Value> = trashed.iter().skip(start).take(size).copied().collect();
        let mut said =
            json!({ "kind": "drive#fileList", "incompleteSearch": false, "files": page });
        if start + size < trashed.len() {
            said["nextPageToken"] = format!("~!!~page+{}", start + size).into();
        }
        Ok(Reply::json(200, &fields::project(&said, &asked)))
    }

    fn get(&mut self, id: &str, pairs: &[(&str, &str)], scopes: &[String]) -> Result<Reply, Reply> {
        if get(pairs, "alt").is_none_or(|alt| alt == "json") {
            let asked = get(pairs, "fields").unwrap_or("kind,id,name,mimeType");
            let asked = fields::parse(asked).map_err(|why| wrong(&why))?;
            check_file(&asked)?;
            return Ok(match self.file(id) {
                Some(file) => Reply::json(200, &fields::project(file, &asked)),
                None => error(404, "notFound", &format!("File not found: {id}.")),
            });
        }
        if get(pairs, "alt") != Some("media") {
            return Err(wrong("alt is json or media"));
        }
        if scopes.iter().all(|scope| scope.ends_with("metadata.readonly")) {
            return Err(error(403, "insufficientPermissions", "metadata is no content"));
        }
        let Some(file) = self.file(id) else {
            return Ok(error(404, "notFound", &format!("File not found: {id}.")));
        };
        let mime = file["mimeType"].as_str().unwrap().to_owned();
        if mime.starts_with("application/vnd.google-apps.") {
            return Err(error(
                403,
                "fileNotDownloadable",
                "Only files with binary content can be downloaded.",
            ));
        }
        let mut body = self.contents[id].clone();
        if let Some((times, other)) = self.corrupt.get_mut(id)
            && *times > 0
        {
            *times -= 1;
            body.clone_from(other);
        }
        Ok(Reply { status: 200, headers: vec![("Content-Type".to_owned(), mime)], body })
    }

    fn update(&mut self, id: &str, pairs: &[(&str, &str)], ask: &Ask) -> Result<Reply, Reply> {
        if ask.header("content-type").is_none_or(|kind| !kind.starts_with("application/json")) {
            return Err(wrong("the body is JSON"));
        }
        let body: Value = serde_json::from_slice(&ask.body).map_err(|_| wrong("Parse Error"))?;
        if body != json!({ "trashed": false }) {
            return Err(wrong("nothing but a restore is asked for here"));
        }
        let asked = get(pairs, "fields").unwrap_or("kind,id,name,mimeType");
        let asked = fields::parse(asked).map_err(|why| wrong(&why))?;
        check_file(&asked)?;
        let Some(file) = self.file(id) else {
            return Ok(error(404, "notFound", &format!("File not found: {id}.")));
        };
        if file["explicitlyTrashed"] != true {
            return Err(error(400, "invalid", "it was not trashed by itself"));
        }
        if file["ownedByMe"] != true || file["refuses"] == true {
            return Ok(error(
                403,
                "insufficientFilePermissions",
                "The user does not have sufficient permissions for this file.",
            ));
        }
        file["trashed"] = false.into();
        file["explicitlyTrashed"] = false.into();
        let said = fields::project(file, &asked);
        let mut restored = vec![id.to_owned()];
        while let Some(parent) = restored.pop() {
            for file in &mut self.files {
                if file["parents"][0] == *parent
                    && file["explicitlyTrashed"] != true
                    && file["trashed"] == true
                {
                    file["trashed"] = false.into();
                    restored.push(file["id"].as_str().unwrap().to_owned());
                }
            }
        }
        Ok(Reply::json(200, &said))
    }
}

fn check(fields: &[Field], known: &[&str]) -> Result<(), Reply> {
    let unknown = fields.iter().find(|field| field.name != "*" && !known.contains(&&*field.name));
    match unknown {
        Some(field) => Err(wrong(&format!("Invalid field selection {}", field.name))),
        None => Ok(()),
    }
}

fn check_file(fields: &[Field]) -> Result<(), Reply> {
    check(fields, &schema::FILE_FIELDS)?;
    for field in fields {
        match &*field.name {
            "imageMediaMetadata" => check(&field.inner, &schema::IMAGE_FIELDS)?,
            "capabilities" => check(&field.inner, &schema::CAPABILITIES)?,
            "owners" => check(&field.inner, &schema::USER_FIELDS)?,
            _ if field.inner.is_empty() => {}
            name => return Err(wrong(&format!("this stand-in knows no parts of {name}"))),
        }
    }
    Ok(())
}
