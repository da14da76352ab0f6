//! What the page says, for people who do not read command lines.

use std::error::Error as Cause;
use std::io;
use std::iter::successors;

use afterimage_engine::error::Error;
use afterimage_engine::report::Summary;
use serde_json::{Value, json};

use crate::text::{count, kinds};

/// Why something failed, with what to do about it.
pub fn failure(error: &(dyn Cause + 'static)) -> String {
    let chain = || successors(Some(error), |error| (*error).source());
    let causes: Vec<String> = chain().map(ToString::to_string).collect();
    let advice = chain().find_map(|error| advice(error.downcast_ref()?));
    let said = causes.join(": ");
    match advice {
        Some(advice) => format!("{said}. {advice}"),
        None => format!("{said}."),
    }
}

fn advice(error: &Error) -> Option<&'static str> {
    let denied = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    Some(match error {
        Error::Open { source, .. } if denied(source) => {
            "Only an administrator may read it: end this program and start it again with sudo, or as \
             administrator. Your photos will still belong to you."
        }
        Error::NoMedium { .. } => "Put the card into the reader and try again.",
        Error::Destination { .. } => "Choose a folder on another disk.",
        Error::Unfinished { .. } => "Choose another folder, or go on with that run.",
        Error::Busy { .. } => "Wait until that run has ended, or choose another folder.",
        Error::NoRoom { .. } => "Make some room there, or choose a folder on a larger disk.",
        Error::Vanished { .. } => "Connect it again. What was found until then is kept.",
        Error::Output { source, .. } if denied(source) => "Choose a folder that you may write to.",
        _ => return None,
    })
}

/// What a run came to, by its report.
pub fn ended(summary: &Summary, incomplete: Option<&str>) -> Value {
    let found = afterimage_engine::report::Kinds { photos: summary.photos, videos: summary.videos };
    let headline = match (found.sum(), incomplete) {
        (0, None) => "No photos were found that could be recovered.".to_owned(),
        (0, Some(_)) => {
            "The scan did not come to its end, and no photos were found by then.".to_owned()
        }
        (_, None) => format!("Done: {} recovered.", kinds(found)),
        (_, Some(_)) => format!("Stopped early: {} recovered by then.", kinds(found)),
    };
    let mut lines = Vec::new();
    if let Some(why) = incomplete.filter(|why| *why != "interrupted") {
        lines.push(format!("It is not complete: {why}."));
    }
    let n = |n, one, many, what: &str| (n > 0).then(|| format!("{} {what}", count(n, one, many)));
    lines.extend(n(
        summary.live,
        "photo is",
        "photos are",
        "still there by the file system, and not copied.",
    ));
    lines.extend(n(
        summary.copies,
        "copy was",
        "copies were",
        "left out, since the same photo was found twice.",
    ));
    lines.extend(n(
        summary.unseen,
        "photo is",
        "photos are",
        "overwritten so far that nothing can be seen.",
    ));
    lines.extend(n(summary.unwritten, "photo was", "photos were", "found and not written."));
    json!({ "headline": headline, "lines": lines, "incomplete": incomplete.is_some() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_says_what_came_of_it() {
        let summary = Summary { photos: 2, live: 1, ..Summary::default() };
        let said = ended(&summary, None);
        assert_eq!(said["headline"], "Done: 2 photos recovered.");
        assert_eq!(said["lines"][0], "1 photo is still there by the file system, and not copied.");
        let said = ended(&Summary::default(), Some("interrupted"));
        assert_eq!(
            (&said["incomplete"], said["lines"].as_array().unwrap().len()),
            (&json!(true), 0)
        );
    }
}
