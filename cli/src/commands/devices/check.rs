//! What a check of the size of a card comes to.

use std::io::{self, Write};
use std::path::Path;

use afterimage_engine::volumes::capacity::{Capacity, Finding};
use serde_json::json;

use crate::status::Status;
use crate::text::{self, bytes, count, paragraph, plain};

/// The exit status of a check.
pub fn status(found: &Capacity) -> Status {
    match found.finding {
        Finding::Wraps { .. } | Finding::Ends { .. } => Status::Nothing,
        Finding::NoSign | Finding::CannotTell => Status::Found,
    }
}

/// What was found, for people.
pub fn text(
    out: &mut dyn Write,
    device: &Path,
    found: &Capacity,
    unreadable: u64,
) -> io::Result<()> {
    let name = plain(&device.to_string_lossy());
    let claimed = bytes(found.claimed);
    let said = match &found.finding {
        Finding::Wraps { size, same, compared } => format!(
            "{name} says that it has {claimed}, and most likely has {}: what it holds shows again after that \
             many bytes ({size}), in {same} of {compared} blocks that were compared, each with content of its \
             own. It is most likely counterfeit. What was written beyond that size replaced what was there \
             before; scan it with --range 0:{size}.",
            bytes(*size)
        ),
        Finding::Ends { from, to, there, missing } => format!(
            "{name} says that it has {claimed}, and most likely ends between {} and {} ({from} and {to}): {} \
             before that have their bytes, and {missing} beyond, which are still there by their file system, do \
             not. It is most likely counterfeit, or was written to only as far as that.",
            bytes(*from),
            bytes(*to),
            count(*there, "file", "files")
        ),
        Finding::NoSign => format!(
            "{name} shows no sign of another size than the {claimed} that it says: of {} that were compared \
             none shows again all over it, and {} that are still there by a file system have their bytes as \
             far as can be told. Only writing to all of it would prove its size, and would destroy what can \
             still be found.",
            count(found.compared, "block", "blocks"),
            count(found.files, "file", "files")
        ),
        Finding::CannotTell => format!(
            "It cannot be told whether {name} has the {claimed} that it says: it holds too little of its own \
             ({} that differ).",
            count(found.compared, "block", "blocks")
        ),
    };
    paragraph(out, "", &said)?;
    if unreadable > 0 {
        let said = format!("{} of what was looked at could not be read.", bytes(unreadable));
        paragraph(out, "", &said)?;
    }
    out.flush()
}

/// The same for programs.
pub fn json(
    out: &mut dyn Write,
    device: &Path,
    found: &Capacity,
    unreadable: u64,
) -> io::Result<()> {
    let mut said = json!({
        "schema": "afterimage-capacity/1",
        "device": device.to_string_lossy(),
        "claimed": found.claimed,
        "compared": found.compared,
        "files": found.files,
        "unreadable": unreadable,
    });
    let finding = match &found.finding {
        Finding::Wraps { size, same, compared } => {
            said["likely_size"] = json!(size);
            said["compared"] = json!(compared);
            said["same"] = json!(same);
            "wraps"
        }
        Finding::Ends { from, missing, .. } => {
            said["likely_size"] = json!(from);
            said["files_missing"] = json!(missing);
            "ends"
        }
        Finding::NoSign => "no_sign",
        Finding::CannotTell => "cannot_tell",
    };
    said["finding"] = json!(finding);
    text::json(out, &said)?;
    out.flush()
}
