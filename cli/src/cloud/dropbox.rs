//! Dropbox.
//!
//! Source: the vendor's API of version 2, as its own Python client 12.2.4 knows it: `files/list_folder` with its
//! `continue`, `files/list_revisions`, `files/restore`, `files/download`.

mod deleted;
mod entry;

use std::io::Read;

use serde::Serialize;
use serde_json::{Value, json};
use ureq::http::Request;

use deleted::Deleted;
use entry::{Entry, Revisions};

use super::choice::Choice;
use super::failure::Failure;
use super::http::Refusal;
use super::item::{Item, Listing};
use super::service::Service;
use super::session::Session;

/// Entries of a page; the most that the service gives.
const PAGE: u32 = 2000;

/// Pages that are asked for at the most.
const MOST_PAGES: u32 = 50_000;

/// Times that a list is begun anew when the service has lost its place in it.
const MOST_RESETS: u32 = 3;

/// Dropbox.
pub struct Dropbox;

impl Service for Dropbox {
    fn read_scopes(&self) -> &'static [&'static str] {
        &["files.metadata.read", "files.content.read"]
    }

    fn restore_scopes(&self) -> &'static [&'static str] {
        &["files.metadata.read", "files.content.write"]
    }

    fn list(&self, session: &mut Session, choice: &Choice) -> Result<Listing, Failure> {
        let mut listing = Listing::default();
        let deleted = deleted(session)?;
        for entry in deleted.entries() {
            // Only its name says what it is, and each revision costs a request.
            if !choice.takes_entry(&entry.name, Some(entry.path()), None) {
                listing.left_out += 1;
                continue;
            }
            session.show(format!("{} files are looked up", listing.items.len()));
            match revision(session, entry, &deleted)? {
                Some(item) if choice.takes_date(&item) => listing.items.push(item),
                Some(_) => listing.by_date += 1,
                None => listing.left_out += 1,
            }
        }
        if deleted.is_cut {
            let note = "Dropbox holds more than what is listed; the rest is not looked at.";
            listing.notes.push(note.to_owned());
        }
        Ok(listing)
    }

    fn content(&self, session: &mut Session, item: &Item) -> Result<Box<dyn Read>, Failure> {
        let doing = format!("download {}", item.shown());
        let argument =
            json!({ "path": format!("rev:{}", item.rev.as_deref().unwrap_or_default()) });
        let url = format!("{}/files/download", session.endpoints().content);
        let request = Request::post(url).header("Dropbox-API-Arg", header(&argument));
        let request =
            request.body(Vec::new()).map_err(|error| Failure::other(error.to_string()))?;
        match session.send(&doing, request)? {
            Ok(answer) => Ok(Box::new(answer.into_body().into_reader())),
            Err(refusal) => Err(refusal.to_failure(&doing)),
        }
    }

    fn restore(&self, session: &mut Session, item: &Item) -> Result<(), Failure> {
        let doing = format!("restore {}", item.shown());
        let argument = json!({ "path": item.path, "rev": item.rev });
        let request = request(session, "files/restore", &argument)?;
        let restored = session.ask::<Value>(&doing, request)?;
        let restored = restored.map_err(|refusal| refusal.to_failure(&doing))?;
        let (found, expected) = (restored["content_hash"].as_str(), item.content_hash.as_deref());
        match (found, expected) {
            (Some(found), Some(expected)) if found != expected => Err(Failure::other(format!(
                "{}: what Dropbox restored is not the revision that was asked for; look at it on \
                 dropbox.com",
                item.shown()
            ))),
            _ => Ok(()),
        }
    }
}

/// What was deleted, of all that the service lists.
fn deleted(session: &mut Session) -> Result<Deleted, Failure> {
    const DOING: &str = "list the deleted files of Dropbox";
    let first = json!({
        "path": "", "recursive": true, "include_deleted": true, "limit": PAGE,
    });
    let (mut deleted, mut resets, mut pages) = (Deleted::default(), 0, 0);
    let mut request = request(session, "files/list_folder", &first)?;
    loop {
        let page: entry::Page = match session.ask(DOING, request)? {
            Ok(page) => page,
            Err(refusal) if is_tag(&refusal, "reset") && resets < MOST_RESETS => {
                resets += 1;
                deleted = Deleted::default();
                request = self::request(session, "files/list_folder", &first)?;
                continue;
            }
            Err(refusal) => return Err(refusal.to_failure(DOING)),
        };
        page.entries.into_iter().for_each(|entry| deleted.add(entry));
        pages += 1;
        let (found, all) = (deleted.entries().len(), deleted.looked_at);
        session.show(format!("{all} entries are listed, {found} of them deleted"));
        deleted.is_cut = page.has_more && (pages >= MOST_PAGES || deleted.is_full());
        if !page.has_more || deleted.is_cut {
            return Ok(deleted);
        }
        let next = json!({ "cursor": page.cursor });
        request = self::request(session, "files/list_folder/continue", &next)?;
    }
}

/// The last revision of a deleted file; nothing of what is no file, or was not deleted.
fn revision(
    session: &mut Session,
    entry: &Entry,
    deleted: &Deleted,
) -> Result<Option<Item>, Failure> {
    let doing = format!("list the revisions of {}", super::failure::one_line(entry.path()));
    let argument = json!({
        "path": entry.path_lower, "mode": "path", "limit": 1, "include_restorable_info": true,
    });
    let request = request(session, "files/list_revisions", &argument)?;
    match session.ask::<Revisions>(&doing, request)? {
        Ok(revisions) => {
            let is_moved = revisions.entries.first().is_some_and(|last| deleted.has_live(&last.id));
            Ok((revisions.is_deleted && !is_moved).then(|| revisions.item(entry)))
        }
        Err(refusal) if is_path_tag(&refusal, "not_file") => Ok(None),
        // One file that the service says no to is no reason not to list the others.
        Err(refusal) if refusal.status == 409 => {
            Ok(Some(entry.without_revision(&refusal.message())))
        }
        Err(refusal) => Err(refusal.to_failure(&doing)),
    }
}

fn request(
    session: &Session,
    route: &str,
    argument: &impl Serialize,
) -> Result<Request<Vec<u8>>, Failure> {
    let body = serde_json::to_vec(argument).map_err(|error| Failure::other(error.to_string()))?;
    let request = Request::post(format!("{}/{route}", session.endpoints().api));
    let request = request.header("Content-Type", "application/json").body(body);
    request.map_err(|error| Failure::other(error.to_string()))
}

/// An argument in a header, where only ASCII may stand.
fn header(argument: &Value) -> String {
    let mut text = String::new();
    for letter in argument.to_string().chars() {
        if letter.is_ascii() && letter != '\u{7f}' {
            text.push(letter);
        } else {
            let mut units = [0; 2];
            text.extend(
                letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")),
            );
        }
    }
    text
}

fn is_tag(refusal: &Refusal, tag: &str) -> bool {
    refusal.status == 409 && refusal.json()["error"][".tag"] == tag
}

fn is_path_tag(refusal: &Refusal, tag: &str) -> bool {
    is_tag(refusal, "path") && refusal.json()["error"]["path"][".tag"] == tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_ascii_and_the_same_json() {
        let argument = json!({ "path": "/Été/🏖\u{7f}\n\".jpg" });
        let text = header(&argument);
        assert!(text.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), argument);
    }
    proptest::proptest! {
        #[test]
        fn every_argument_comes_through_a_header(path: String) {
            let argument = json!({ "path": path });
            let text = header(&argument);
            proptest::prop_assert!(text.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
            proptest::prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), argument);
        }
    }
}
