//! Attachments of text messages, told of by `sms.db` on a phone and by `chat.db` on a Mac.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::dates::{Message, databases, files};
use crate::model::{Fidelity, Lost, Origin};
use crate::places::findings::Findings;
use crate::places::label::Label;
use crate::places::photos_db::{extension, moment};
use crate::places::place::{Context, Place};
use crate::places::sqlite::Row;
use crate::places::tree::Tree;

/// The databases, and what the paths of their attachments have in common, in the database and on disk.
const KINDS: [(&str, &str); 2] = [
    ("Library/SMS/sms.db", "Library/SMS/Attachments/"),
    ("Library/Messages/chat.db", "Library/Messages/Attachments/"),
];

/// Nanoseconds of a second: newer versions count in them.
const NANOSECONDS: f64 = 1e9;

/// Extensions of pictures and films in messages: the table tells of all other attachments too.
const PICTURES: [&str; 10] =
    [".jpg", ".jpeg", ".heic", ".heif", ".png", ".gif", ".webp", ".mov", ".mp4", ".tiff"];

/// The attachments of text messages.
#[derive(Clone, Copy, Debug)]
pub struct TextMessages;

impl Place for TextMessages {
    fn read(&self, tree: &Arc<dyn Tree>, _context: &Context<'_>, findings: &mut Findings) {
        let tree: &dyn Tree = &**tree;
        for (database, attachments) in KINDS {
            let mut known = HashMap::new();
            for (node, _) in databases(tree, database) {
                known.extend(files(tree, node, "attachment", &mut findings.notes, &|_, row| {
                    let path = row.get("filename").into_text()?;
                    // `~/Library/SMS/...`, and in older versions a path from the root of the phone.
                    let at = path.find(attachments)?;
                    Some((path[at..].to_owned(), message(row)))
                }));
            }
            let there = label(tree, attachments, &known, findings);
            findings.lost.extend(missing(database, &known, &there));
        }
    }
}

/// Labels the attachments that are there, and returns the paths of those that the table tells of.
fn label<'k>(
    tree: &dyn Tree,
    attachments: &str,
    known: &'k HashMap<String, Message>,
    findings: &mut Findings,
) -> HashSet<&'k str> {
    let mut there = HashSet::new();
    for (at, node) in tree.nodes().iter().enumerate().filter(|(_, node)| node.is_file()) {
        let Some(start) = node.path.find(attachments) else { continue };
        if start > 0 && !node.path[..start].ends_with('/') {
            continue;
        }
        let path = &node.path[start..];
        let mut label = Label::new(at, origin(&node.path), "text messages");
        label.fidelity = Fidelity::Reencoded;
        label.original_path = Some(path.to_owned());
        if let Some((path, message)) = known.get_key_value(path) {
            label.modified = message.date;
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            if let Some(name) = &message.name {
                label.original_path = Some(format!("{folder}/{name}"));
            }
            there.insert(&**path);
        }
        findings.labels.push(label);
    }
    there
}

/// Pictures that the table tells of and that are not there.
fn missing(database: &str, known: &HashMap<String, Message>, there: &HashSet<&str>) -> Vec<Lost> {
    let is_picture =
        |path: &str| PICTURES.iter().any(|picture| extension(path).eq_ignore_ascii_case(picture));
    let mut missing: Vec<_> =
        known.iter().filter(|(path, _)| !there.contains(&***path) && is_picture(path)).collect();
    missing.sort_unstable_by_key(|(path, _)| *path);
    let lost = |(path, message): (&String, &Message)| {
        let by = database.rsplit_once('/').map_or(database, |(_, name)| name);
        let mut lost = Lost::named(by, path.clone());
        lost.size = message.size;
        lost.note = message.date.map(|date| format!("it came in a message of {date}"));
        lost
    };
    missing.into_iter().map(lost).collect()
}

fn message(row: &Row<'_>) -> Message {
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
