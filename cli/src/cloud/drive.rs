//! Google Drive.
//!
//! Source: the vendor's discovery document of Drive v3, revision 20261106: `files.list`, `files.get` with
//! `alt=media` and `files.update`.

mod described;
mod file;
mod folders;
mod parents;
mod requests;

use std::collections::HashSet;
use std::io::Read;

use oauth2::url::form_urlencoded::Serializer;
use serde::Deserialize;
use ureq::http::Request;

use file::{FIELDS, File};
use folders::Folders;
use requests::{file_url, request};

use super::choice::Choice;
use super::failure::Failure;
use super::item::{Item, Listing};
use super::service::Service;
use super::session::Session;

/// Entries of a page; the most that the service gives.
const PAGE: &str = "1000";

/// Entries that are looked at at the most: a trash of that size is told as cut.
const MOST_ENTRIES: usize = 500_000;

/// Google Drive.
pub struct Drive;

/// A page of the list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    files: Vec<File>,
    next_page_token: Option<String>,
    #[serde(default)]
    incomplete_search: bool,
}

/// What is known of a file after it was restored.
#[derive(Deserialize)]
struct Restored {
    trashed: bool,
}

impl Service for Drive {
    fn read_scopes(&self) -> &'static [&'static str] {
        &["https://www.googleapis.com/auth/drive.readonly"]
    }

    fn restore_scopes(&self) -> &'static [&'static str] {
        &["https://www.googleapis.com/auth/drive"]
    }

    fn list(&self, session: &mut Session, choice: &Choice) -> Result<Listing, Failure> {
        let mut listing = Listing::default();
        let files = trashed(session, &mut listing.notes)?;
        let parents = parents::look_up(session, &files)?;
        let folders = Folders::of(&files, &parents);
        for file in &files {
            let path = folders.path(file);
            if !choice.takes_entry(&file.name, Some(&path), Some(&file.mime_type)) {
                listing.left_out += 1;
                continue;
            }
            let item = described::item(file, path, &folders);
            if choice.takes_date(&item) {
                listing.items.push(item);
            } else {
                listing.by_date += 1;
            }
        }
        Ok(listing)
    }

    fn content(&self, session: &mut Session, item: &Item) -> Result<Box<dyn Read>, Failure> {
        let doing = format!("download {}", item.shown());
        let mut url = file_url(session, &item.id)?;
        url.query_pairs_mut().append_pair("alt", "media").append_pair("supportsAllDrives", "true");
        let request = request(Request::get(url.as_str()), Vec::new())?;
        match session.send(&doing, request)? {
            Ok(answer) => Ok(Box::new(answer.into_body().into_reader())),
            Err(refusal) => Err(refusal.to_failure(&doing)),
        }
    }

    fn restore(&self, session: &mut Session, item: &Item) -> Result<(), Failure> {
        let doing = format!("restore {}", item.shown());
        let mut url = file_url(session, &item.id)?;
        url.query_pairs_mut()
            .append_pair("supportsAllDrives", "true")
            .append_pair("fields", "id,trashed");
        let patch = Request::patch(url.as_str()).header("Content-Type", "application/json");
        let request = request(patch, br#"{"trashed":false}"#.to_vec())?;
        match session.ask::<Restored>(&doing, request)? {
            Ok(Restored { trashed: false }) => Ok(()),
            Ok(_) => {
                Err(Failure::other(format!("cannot {doing}: the service leaves it in the trash")))
            }
            Err(refusal) => Err(refusal.to_failure(&doing)),
        }
    }
}

/// All that is in the trash.
fn trashed(session: &mut Session, notes: &mut Vec<String>) -> Result<Vec<File>, Failure> {
    const DOING: &str = "list the trash of Google Drive";
    let (mut files, mut page_token) = (Vec::new(), None::<String>);
    let mut seen = HashSet::new();
    loop {
        let mut query = Serializer::new(String::new());
        query.extend_pairs([
            ("q", "trashed=true"),
            ("pageSize", PAGE),
            ("spaces", "drive"),
            ("includeItemsFromAllDrives", "true"),
            ("supportsAllDrives", "true"),
            ("fields", FIELDS),
        ]);
        query.extend_pairs(page_token.as_ref().map(|token| ("pageToken", token)));
        let url = format!("{}/files?{}", session.endpoints().api, query.finish());
        let page: Page = session
            .ask(DOING, request(Request::get(url), Vec::new())?)?
            .map_err(|refusal| refusal.to_failure(DOING))?;
        files.extend(page.files);
        session.show(format!("{} entries are listed", files.len()));
        if page.incomplete_search {
            note_once(
                notes,
                "Google Drive says that its list may not be complete; ask again later.",
            );
        }
        let Some(next) = page.next_page_token else { return Ok(files) };
        if files.len() >= MOST_ENTRIES {
            note_once(notes, "The trash is larger than what is listed; the rest is not looked at.");
            return Ok(files);
        }
        if !seen.insert(next.clone()) {
            return Err(Failure::other(format!("cannot {DOING}: its pages go round in a circle")));
        }
        page_token = Some(next);
    }
}

fn note_once(notes: &mut Vec<String>, note: &str) {
    if !notes.iter().any(|one| one == note) {
        notes.push(note.to_owned());
    }
}
