//! The folders above deleted files that are still there: they complete the paths.

use std::collections::HashSet;

use ureq::http::Request;

use super::file::File;
use super::requests::{file_url, request};
use crate::cloud::failure::Failure;
use crate::cloud::session::Session;

/// Folders that are looked up at the most. Where there are more, some paths begin in the middle.
const MOST_LOOKUPS: usize = 500;

/// The folders above `files` that are not among them, and those above these.
///
/// # Errors
///
/// When the service cannot be asked. A folder that it does not show is left out: it may be another user's.
pub fn look_up(session: &mut Session, files: &[File]) -> Result<Vec<File>, Failure> {
    const DOING: &str = "look up folders of Google Drive";
    let mut known: HashSet<String> = files.iter().map(|file| file.id.clone()).collect();
    let mut parents = Vec::new();
    let mut ahead: Vec<String> = files.iter().filter_map(File::parent).cloned().collect();
    let mut lookups = 0;
    while let Some(id) = ahead.pop() {
        if !known.insert(id.clone()) {
            continue;
        }
        lookups += 1;
        if lookups > MOST_LOOKUPS {
            break;
        }
        let mut url = file_url(session, &id)?;
        url.query_pairs_mut()
            .append_pair("supportsAllDrives", "true")
            .append_pair("fields", "id,name,parents");
        session.show(format!("{} folders are looked up", parents.len()));
        if let Ok(folder) =
            session.ask::<File>(DOING, request(Request::get(url.as_str()), vec![])?)?
        {
            ahead.extend(folder.parent().cloned());
            parents.push(folder);
        }
    }
    Ok(parents)
}
