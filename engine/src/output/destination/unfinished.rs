//! A run that was interrupted, or is still at work, in the folder that a new one asks for.

use std::fmt;
use std::io::BufReader;
use std::path::Path;

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::source::{LOCK, REPORT, STATE};
use crate::control::error::Error;
use crate::ledger::{Journal, SCAN_LOG, head};
use crate::system::folder::Folder;

/// Fails when `root`, which was asked for as `output`, holds the log of a run.
///
/// # Errors
///
/// [`Error::Busy`] when that run is still at work, [`Error::Unfinished`] when it was interrupted.
pub(super) fn check(root: &Folder, output: &Path) -> Result<(), Error> {
    let path = || output.to_path_buf();
    let Ok(state) = root.below(STATE) else { return Ok(()) };
    let Some(log) = Journal::reopen(&state, SCAN_LOG)? else { return Ok(()) };
    if state.is_locked(LOCK) {
        return Err(Error::Busy { path: path() });
    }
    let command = head(&log).ok().flatten().map(|head| head.command).unwrap_or_default();
    Err(Error::Unfinished { path: path(), command })
}

/// Whether the report in `root` says that its run was stopped, or kept from coming to its end.
pub(super) fn says_report(root: &Folder) -> bool {
    let Ok(report) = root.read(REPORT) else { return false };
    let mut ended = None;
    // It fails as soon as enough of it is read.
    drop(
        serde_json::Deserializer::from_reader(BufReader::new(report))
            .deserialize_map(Ending(&mut ended)),
    );
    ended.is_some_and(|ended| ended != "complete")
}

/// How a run ended, from what stands before the lists of its report.
struct Ending<'e>(&'e mut Option<String>);

impl<'de> Visitor<'de> for Ending<'_> {
    type Value = ();

    fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        text.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key::<String>()? {
            match field.as_str() {
                "ended" => {
                    *self.0 = Some(map.next_value()?);
                    return Err(A::Error::custom("read"));
                }
                "files" | "images" => return Err(A::Error::custom("it is not said")),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::folder::Owner;

    #[test]
    fn a_report_says_that_its_run_was_not_finished() {
        let home = tempfile::tempdir().unwrap();
        let root = Folder::open(home.path(), Owner::default(), Vec::new()).unwrap();
        assert!(!says_report(&root));
        for (text, expected) in [
            (r#"{"schema":"x","case":{"ended":"failed"},"ended":"stopped","files":["#, true),
            (r#"{"ended":"failed"}"#, true),
            (r#"{"ended":"complete","files":[]}"#, false),
            (r#"{"schema":"x","files":[],"ended":"stopped"}"#, false),
            ("", false),
            ("[", false),
            (r#"{"ended":7}"#, false),
        ] {
            std::fs::write(home.path().join(REPORT), text).unwrap();
            assert_eq!(says_report(&root), expected, "{text}");
        }
    }
}
