//! Media of WhatsApp: `Message/Media`, told of by `ChatStorage.sqlite`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::attachments::origin;
use super::dates::{Message, databases, files};
use crate::model::{Fidelity, Lost, LostState};
use crate::places::findings::Findings;
use crate::places::label::Label;
use crate::places::photos_db::{extension, moment, stem};
use crate::places::place::{Context, Place};
use crate::places::sqlite::{Database, Row};
use crate::places::tree::Tree;

/// The media of WhatsApp, in a backup or in the folder of the app.
#[derive(Clone, Copy, Debug)]
pub struct WhatsApp;

impl Place for WhatsApp {
    fn read(&self, tree: &Arc<dyn Tree>, context: &Context<'_>, findings: &mut Findings) {
        let tree: &dyn Tree = &**tree;
        for (node, root) in databases(tree, "ChatStorage.sqlite") {
            if !context.progress.stopped() {
                read(tree, node, root, findings);
            }
        }
    }
}

fn read(tree: &dyn Tree, database: usize, root: &str, findings: &mut Findings) {
    let dates = std::cell::OnceCell::new();
    let known = files(tree, database, "ZWAMEDIAITEM", &mut findings.notes, &|database, row| {
        let path = row.get("ZMEDIALOCALPATH").into_text().filter(|path| !path.is_empty())?;
        let dates = dates.get_or_init(|| message_dates(database));
        // Relative to `Message`, or in some versions to the folder around it.
        let path = path.trim_start_matches('/');
        Some((path.strip_prefix("Message/").unwrap_or(path).to_owned(), message(row, dates)))
    });
    let mut media = Media::new(&known);
    for at in tree.below(root.trim_end_matches('/')) {
        let node = &tree.nodes()[at];
        let path = node.path.get(root.len()..).and_then(|path| path.strip_prefix("Message/"));
        if let Some(path) = path.filter(|path| node.is_file() && path.starts_with("Media/")) {
            findings.labels.push(media.label(Label::new(at, origin(&node.path), "WhatsApp"), path));
        }
    }
    findings.lost.extend(media.missing());
}

/// The media that the database tells of, and what is there of them.
struct Media<'k> {
    known: &'k HashMap<String, Message>,
    by_stem: HashMap<&'k str, &'k str>,
    there: HashSet<String>,
    /// Media of which thumbnails are there.
    shown: HashSet<String>,
}

impl<'k> Media<'k> {
    fn new(known: &'k HashMap<String, Message>) -> Self {
        let by_stem = known.keys().map(|path| (stem(path), &**path)).collect();
        Media { known, by_stem, there: HashSet::new(), shown: HashSet::new() }
    }

    /// Says in the label of a file, whose path from `Message` is `path`, what it is.
    fn label(&mut self, mut label: Label, path: &str) -> Label {
        label.original_path = Some(format!("WhatsApp/{path}"));
        if matches!(extension(path), ".thumb" | ".mmsthumb") {
            // It has the name of its file but for the end.
            let known = self.by_stem.get(stem(path)).map(|of| (*of).to_owned());
            let of = known.unwrap_or_else(|| format!("{}.jpg", stem(path)));
            label.fidelity = Fidelity::Thumbnail;
            label.shows = Some(format!("WhatsApp/{of}"));
            label.modified = self.known.get(&of).and_then(|message| message.date);
            self.shown.insert(of);
        } else {
            label.fidelity = Fidelity::Reencoded;
            label.modified = self.known.get(path).and_then(|message| message.date);
            self.there.insert(path.to_owned());
        }
        label
    }

    fn missing(self) -> Vec<Lost> {
        let mut missing: Vec<_> =
            self.known.iter().filter(|(path, _)| !self.there.contains(*path)).collect();
        missing.sort_unstable_by_key(|(path, _)| *path);
        let lost = |(path, message): (&String, &Message)| {
            let by = "ChatStorage.sqlite of WhatsApp";
            let mut lost = Lost::named(by, format!("WhatsApp/{path}"));
            lost.size = message.size;
            if self.shown.contains(path) {
                lost.state = LostState::PreviewOnly;
            }
            lost.note = message.date.map(|date| format!("it came in a message of {date}"));
            lost
        };
        missing.into_iter().map(lost).collect()
    }
}

/// The dates of messages, by their keys.
fn message_dates(database: &Database<'_>) -> HashMap<i64, f64> {
    let Some(table) = database.table("ZWAMESSAGE") else { return HashMap::new() };
    table.rows().filter_map(|row| Some((row.rowid?, row.get("ZMESSAGEDATE").real()?))).collect()
}

fn message(row: &Row<'_>, dates: &HashMap<i64, f64>) -> Message {
    let of_message = row.get("ZMESSAGE").integer().and_then(|key| dates.get(&key).copied());
    let date = of_message.or_else(|| row.get("ZMEDIAURLDATE").real());
    let size = row.get("ZFILESIZE").integer().and_then(|size| u64::try_from(size).ok());
    let name = row.get("ZTITLE").into_text().filter(|title| !title.is_empty());
    Message { date: date.and_then(|seconds| moment(seconds, None)), name, size }
}
