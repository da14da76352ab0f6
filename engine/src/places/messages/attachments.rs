//! Attachments of text messages: `Library/SMS/Attachments`, told of by `sms.db`.

use std::collections::HashSet;

use super::dates::{Message, databases, files};
use crate::model::{Fidelity, Lost, Origin};
use crate::places::findings::Findings;
use crate::places::label::Label;
use crate::places::photos_db::moment;
use crate::places::place::{Context, Place};
use crate::places::tree::Tree;

/// What the paths of attachments have in common, in the database and on disk.
const ATTACHMENTS: &str = "Library/SMS/Attachments/";

/// Nanoseconds of a second: newer versions count in them.
const NANOSECONDS: f64 = 1e9;

/// The attachments of text messages.
#[derive(Clone, Copy, Debug)]
pub struct TextMessages;

impl Place for TextMessages {
    fn read(&self, tree: &dyn Tree, _context: &Context<'_>, findings: &mut Findings) {
        let mut known = std::collections::HashMap::new();
        for (node, _) in databases(tree, "Library/SMS/sms.db") {
            known.extend(files(tree, node, "attachment", &mut findings.notes, &|_, _, row| {
                let path = row.get("filename").into_text()?;
                // `~/Library/SMS/Attachments/…`, and in older versions a path from the root of the phone.
                let at = path.find(ATTACHMENTS)?;
                Some((path[at..].to_owned(), message(row)))
            }));
        }
        let mut there = HashSet::new();
        for (at, node) in tree.nodes().iter().enumerate() {
            let Some(start) = node.path.find(ATTACHMENTS).filter(|_| node.is_file()) else {
                continue;
            };
            if start > 0 && !node.path[..start].ends_with('/') {
                continue;
            }
            let path = &node.path[start..];
            let mut label = Label::new(at, origin(&node.path), "text messages");
            label.fidelity = Fidelity::Reencoded;
            label.original_path = Some(path.to_owned());
            if let Some(message) = known.get(path) {
                label.modified = message.date;
                if let Some(name) = &message.name {
                    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    label.original_path = Some(format!("{folder}/{name}"));
                }
                there.insert(path.to_owned());
            }
            findings.labels.push(label);
        }
        let mut missing: Vec<_> = known.iter().filter(|(path, _)| !there.contains(*path)).collect();
        missing.sort_unstable_by_key(|(path, _)| *path);
        let is_picture = |path: &str| {
            let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
            let pictures =
                ["jpg", "jpeg", "heic", "heif", "png", "gif", "webp", "mov", "mp4", "tiff"];
            pictures.iter().any(|picture| extension.eq_ignore_ascii_case(picture))
        };
        for (path, message) in missing.into_iter().filter(|(path, _)| is_picture(path)) {
            let mut lost = Lost::named("sms.db", path.clone());
            (lost.size, lost.taken) = (message.size, None);
            lost.note = message.date.map(|date| format!("it came in a message of {date}"));
            findings.lost.push(lost);
        }
    }
}

fn message(row: &crate::places::sqlite::Row<'_>) -> Message {
    let date = row.get("created_date").real().filter(|date| *date > 0.0);
    // Seconds since 2001 are fewer than 1e11 for three thousand years.
    let seconds = date.map(|date| if date > 1e11 { date / NANOSECONDS } else { date });
    let name = row.get("transfer_name").into_text().filter(|name| !name.is_empty());
    let size = row.get("total_bytes").integer().and_then(|size| u64::try_from(size).ok());
    Message { date: seconds.and_then(|seconds| moment(seconds, None)), name, size }
}

/// A file of a backup, or of a folder of the phone.
pub(super) fn origin(path: &str) -> Origin {
    let is_backup =
        path.split('/').any(|part| part.ends_with("Domain") || part.starts_with("AppDomain"));
    if is_backup { Origin::Backup } else { Origin::Library }
}
