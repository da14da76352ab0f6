//! What the page says, for people who do not read command lines.

use std::error::Error as Cause;
use std::io;
use std::iter::successors;

use afterimage_engine::error::Error;
use afterimage_engine::report::{Kinds, ReportHead};
use serde_json::{Value, json};

use crate::system_words::{INSERT, is_root};
use crate::text::{count, kinds, kinds_are};

/// Why something failed, with what to do about it.
pub fn failure(error: &(dyn Cause + 'static)) -> String {
    let chain = || successors(Some(error), |error| (*error).source());
    let causes: Vec<String> = chain().map(ToString::to_string).collect();
    let advice = chain().find_map(|error| advice(error.downcast_ref()?));
    let said = causes.join(": ");
    match advice {
        Some(advice) => format!("{said}. {}", sentence(&advice)),
        None => format!("{said}."),
    }
}

/// What is said of what even an administrator may not read.
pub const CLOSED: &str =
    "kept closed by the system even to an administrator: in use by another program, or protected";

/// What to do where only an administrator may read something.
pub const WITH_RIGHTS: &str = "end this program and start it again with sudo, or as administrator";

/// A text with a great letter at its beginning and a stop at its end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

fn advice(error: &Error) -> Option<String> {
    let denied = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    Some(match error {
        Error::Open { source, .. } if denied(source) && is_root() => format!("it is {CLOSED}"),
        Error::Open { source, .. } if denied(source) => format!(
            "only an administrator may read it: {WITH_RIGHTS}. Your photos will still belong to you"
        ),
        _ => plain_advice(error)?.to_owned(),
    })
}

/// The same where it is always the same.
fn plain_advice(error: &Error) -> Option<&'static str> {
    let denied = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    Some(match error {
        Error::NoMedium { .. } => INSERT,
        Error::Destination { .. } => {
            "Choose another folder, on another disk than the one that is searched."
        }
        Error::Unfinished { .. } => "Choose another folder, or go on with that run.",
        Error::Busy { .. } => "Wait until that run has ended, or choose another folder.",
        Error::NoRoom { .. } => "Make some room there, or choose a folder on a larger disk.",
        Error::Vanished { .. } => "Connect it again. What was found until then is kept.",
        Error::Output { source, .. } if denied(source) => "Choose a folder that you may write to.",
        _ => return None,
    })
}

/// What a run came to, by its report.
pub fn ended(head: &ReportHead) -> Value {
    let (summary, incomplete) = (&head.summary, head.incomplete.as_deref());
    let found = Kinds { photos: summary.photos, videos: summary.videos };
    let is_listed = head.options.dry_run;
    let headline = match (found.sum(), incomplete) {
        (0, _) if summary.unwritten > 0 => "Nothing is written yet.".to_owned(),
        (0, None) => "No photos were found that could be recovered.".to_owned(),
        (0, Some(_)) => {
            "The scan did not come to its end, and no photos were found by then.".to_owned()
        }
        (_, _) if is_listed => format!("Found: {}. None is written yet.", kinds(found)),
        (_, None) => format!("Done: {} recovered.", kinds(found)),
        (_, Some(_)) => format!("Stopped early: {} recovered by then.", kinds(found)),
    };
    let mut lines = Vec::new();
    if let Some(why) = incomplete.filter(|why| *why != "interrupted") {
        lines.push(format!("It is not complete: {why}."));
    }
    let mut add = |n: u64, one, many, what: &str| {
        if n > 0 {
            lines.push(format!("{} {what}", count(n, one, many)));
        }
    };
    add(
        summary.unwritten,
        "more file was",
        "more files were",
        "found and not written: choose what you want of them below.",
    );
    add(
        summary.copies,
        "copy was",
        "copies were",
        "left out, since the same photo was found twice.",
    );
    add(
        summary.surpassed,
        "preview was",
        "previews were",
        "left out: a better copy of the same photo was found.",
    );
    add(summary.known, "photo was", "photos were", "known already, and not written again.");
    add(
        summary.unseen,
        "file has",
        "files have",
        "only a beginning left in which nothing can be seen, and not written.",
    );
    let live = summary.live_kinds();
    if live.sum() > 0 {
        lines.push(format!("{} still there, and not copied.", kinds_are(live)));
    }
    // To go on with it, its key is to be typed again.
    let asks = incomplete.is_some() && head.tool.command.iter().any(|word| word == "--unlock");
    json!({ "headline": headline, "lines": lines, "incomplete": incomplete.is_some(), "key": asks })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A head with these numbers, as it is read from a report.
    fn said(summary: Value, more: Value) -> Value {
        let numbers = json!({ "files": 0, "bytes": 0, "by_format": {}, "by_grade": {}, "by_origin": {},
                              "duplicates": 0 });
        let mut head = json!({ "schema": "afterimage-report/1", "started": "", "finished": "", "sources": [],
                               "tool": { "name": "afterimage", "version": "0", "command": [] } });
        let join = |to: &mut Value, from: &Value| {
            let fields = from.as_object().unwrap().clone();
            to.as_object_mut().unwrap().extend(fields);
        };
        head["summary"] = numbers;
        join(&mut head["summary"], &summary);
        join(&mut head, &more);
        ended(&serde_json::from_value(head).unwrap())
    }

    #[test]
    fn an_end_says_what_came_of_it() {
        let two = json!({ "photos": 2, "live": 2, "live_videos": 1, "copies": 1 });
        let done = said(two.clone(), json!({}));
        assert_eq!(done["headline"], "Done: 2 photos recovered.");
        assert_eq!(done["lines"][0], "1 copy was left out, since the same photo was found twice.");
        assert_eq!(done["lines"][1], "1 photo and 1 video are still there, and not copied.");
        let none = said(json!({}), json!({ "incomplete": "interrupted" }));
        assert_eq!(
            (&none["incomplete"], none["lines"].as_array().unwrap().len()),
            (&json!(true), 0)
        );
    }

    #[test]
    fn what_is_not_written_is_not_called_recovered() {
        let dry = said(json!({ "photos": 2 }), json!({ "options": { "dry_run": true } }));
        assert_eq!(dry["headline"], "Found: 2 photos. None is written yet.");
        let chosen = said(json!({ "photos": 1, "unwritten": 1 }), json!({}));
        assert_eq!(chosen["headline"], "Done: 1 photo recovered.");
        assert!(chosen["lines"][0].as_str().unwrap().starts_with("1 more file was found"));
        assert_eq!(
            said(json!({ "unwritten": 3 }), json!({}))["headline"],
            "Nothing is written yet."
        );
    }
}
