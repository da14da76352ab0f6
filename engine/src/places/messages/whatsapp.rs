//! Media of WhatsApp: `Message/Media`, told of by `ChatStorage.sqlite`.

use std::collections::{HashMap, HashSet};

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
    fn read(&self, tree: &dyn Tree, context: &Context<'_>, findings: &mut Findings) {
        for (node, root) in databases(tree, "ChatStorage.sqlite") {
            if !context.progress.stopped() {
                read(tree, node, root, findings);
            }
        }
    }
}

fn read(tree: &dyn Tree, database: usize, root: &str, findings: &mut Findings) {
    let dates = std::cell::OnceCell::new();
    let known = files(tree, database, "ZWAMEDIAITEM", &mut findings.notes, &|database, _, row| {
        let path = row.get("ZMEDIALOCALPATH").into_text().filter(|path| !path.is_empty())?;
        let dates = dates.get_or_init(|| message_dates(database));
        Some((path.trim_start_matches('/').to_owned(), message(row, dates)))
    });
    // Paths are relative to `Message`; some versions of the app write them from the folder of the app.
    let message_of = |path: &str| known.get(path).or_else(|| known.get(&format!("Message/{path}")));
    // A thumbnail has the name of its file but for the end.
    let by_stem: HashMap<&str, &str> = known
        .keys()
        .map(|path| path.strip_prefix("Message/").unwrap_or(path))
        .map(|path| (stem(path), path))
        .collect();
    let (mut there, mut previews) = (HashSet::new(), HashSet::new());
    for at in tree.below(root.trim_end_matches('/')) {
        let node = &tree.nodes()[at];
        let path = node.path.get(root.len()..).unwrap_or_default();
        let Some(path) = path.strip_prefix("Message/").filter(|_| node.is_file()) else { continue };
        if !path.starts_with("Media/") {
            continue;
        }
        let mut label = Label::new(at, origin(&node.path), "WhatsApp");
        let is_thumbnail = matches!(extension(path), ".thumb" | ".mmsthumb");
        label.fidelity = if is_thumbnail { Fidelity::Thumbnail } else { Fidelity::Reencoded };
        label.original_path = Some(format!("WhatsApp/{path}"));
        if is_thumbnail {
            let of = by_stem
                .get(stem(path))
                .copied()
                .map_or_else(|| format!("{}.jpg", stem(path)), str::to_owned);
            label.shows = Some(format!("WhatsApp/{of}"));
            label.modified = message_of(&of).and_then(|message| message.date);
            previews.insert(of);
        } else {
            label.modified = message_of(path).and_then(|message| message.date);
            there.insert(path.to_owned());
        }
        findings.labels.push(label);
    }
    let mut missing: Vec<_> = known
        .iter()
        .map(|(path, message)| (path.strip_prefix("Message/").unwrap_or(path), message))
        .collect();
    missing.retain(|(path, _)| !there.contains(*path));
    missing.sort_unstable_by_key(|(path, _)| *path);
    for (path, message) in missing {
        let mut lost = Lost::named("ChatStorage.sqlite of WhatsApp", format!("WhatsApp/{path}"));
        lost.size = message.size;
        if previews.contains(path) {
            lost.state = LostState::PreviewOnly;
        }
        lost.note = message.date.map(|date| format!("it came in a message of {date}"));
        findings.lost.push(lost);
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
