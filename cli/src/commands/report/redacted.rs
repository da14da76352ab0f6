//! Copies for sharing.

use std::io::Write;

use afterimage_engine::run::{self, Redact};
use anyhow::Context;

use crate::status::Status;
use crate::text::{paragraph, plain};
use crate::{failure, text};

/// Makes the copy; what was made goes to `out`.
pub(super) fn run(asked: &Redact, is_json: bool, out: &mut dyn Write) -> anyhow::Result<Status> {
    let made = run::redact(asked)?;
    let paths: Vec<String> = made.paths.iter().map(|path| path.display().to_string()).collect();
    let said = if is_json {
        let said = serde_json::json!({
            "paths": paths, "left_out": made.left_out, "notes": made.notes,
        });
        text::json(out, &said)
    } else {
        let what = format!(
            "A redacted copy was made: {}. Left out: {}. Photos are not part of it: what their own metadata tell, \
             such as where they were taken, stays in them.",
            paths.join(", "),
            made.left_out.join(", ")
        );
        let lines = [what].into_iter().chain(made.notes.iter().cloned());
        lines.into_iter().try_for_each(|line| paragraph(out, "", &plain(&line)))
    };
    failure::unless_closed(said).context("cannot print what was made; it is there")?;
    Ok(Status::Found)
}
