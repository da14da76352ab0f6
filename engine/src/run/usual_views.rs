//! The views of the report that a run makes.
//!
//! They can be made again, so that no failure here is one of the run.

use std::path::PathBuf;

use super::gallery::AGAIN;
use crate::control::error::Error;
use crate::output::report::{ReportFile, ReportHead};
use crate::output::views::{self, KnownView, VIEWS, ViewSet};
use crate::system::folder::Folder;

/// The paths of the views that were made, and what went wrong.
pub(super) type MadeViews = (Vec<PathBuf>, Option<String>);

/// Makes the usual views of the report that lies in `of`, in an output folder; gives their paths, or tells what went
/// wrong.
pub(super) fn usual_views(of: &Folder, folder: &Folder, state: &Folder) -> MadeViews {
    match views::make(of, folder, state, &usual()) {
        Ok(made) => (made, None),
        Err(error) => (Vec::new(), Some(no_views(&error))),
    }
}

fn usual() -> Vec<KnownView> {
    VIEWS.iter().copied().filter(|view| view.is_usual).collect()
}

fn no_views(error: &Error) -> String {
    format!("There are no views of the report beside report.json: {}; {AGAIN}.", error.with_cause())
}

/// The usual views of a report that is being written, as far as they can be: without them it is a report all the same.
#[derive(Default)]
pub(super) struct UsualViews<'f> {
    set: Option<ViewSet<'f>>,
    /// Whether some of them were written, which takes room.
    took_room: bool,
    /// What went wrong.
    said: Option<String>,
}

impl<'f> UsualViews<'f> {
    /// Begins them in `state`; they get their names in `folder`.
    pub(super) fn begin(head: &ReportHead, folder: &'f Folder, state: &'f Folder) -> Self {
        Self::of(&usual(), head, folder, state)
    }

    fn of(views: &[KnownView], head: &ReportHead, folder: &'f Folder, state: &'f Folder) -> Self {
        let mut begun = UsualViews { took_room: true, ..UsualViews::default() };
        match ViewSet::begin(head, folder, state, views) {
            Ok(set) => begun.set = Some(set),
            Err(error) => begun.said = Some(no_views(&error)),
        }
        begun
    }

    /// Writes the next files of the report.
    pub(super) fn write(&mut self, files: &[ReportFile]) {
        if let Some(Err(error)) = self.set.as_mut().map(|set| set.write(files)) {
            self.said = Some(no_views(&error));
            self.set = None;
        }
    }

    /// Removes what is written of them, for a report that has no room. Whether there may be more now than there was
    /// when it was begun.
    pub(super) fn give_way(&mut self) -> bool {
        if self.set.take().is_some() {
            self.said = Some(format!(
                "There are no views of the report beside report.json: it needed the room; {AGAIN}."
            ));
        }
        std::mem::take(&mut self.took_room)
    }

    /// Gives them their names.
    pub(super) fn end(mut self) -> MadeViews {
        match self.set.take().map(ViewSet::end) {
            Some(Ok(made)) => (made, None),
            Some(Err(error)) => (Vec::new(), Some(no_views(&error))),
            None => (Vec::new(), self.said),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind, Write};
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::output::views::View;
    use crate::system::folder::Owner;

    /// A view that has no room for any file.
    struct Full;

    impl View for Full {
        fn begin(&mut self, _: &ReportHead, out: &mut dyn Write) -> io::Result<()> {
            out.write_all(b"head")
        }

        fn file(&mut self, _: &ReportFile, _: &mut dyn Write) -> io::Result<()> {
            Err(ErrorKind::StorageFull.into())
        }

        fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
            out.write_all(b"end")
        }
    }

    const VIEW: KnownView =
        KnownView { name: "full", file: "report.full", is_usual: true, new: || Box::new(Full) };

    fn folder(path: &Path) -> Folder {
        Folder::open(&std::fs::canonicalize(path).unwrap(), Owner::default(), Vec::new()).unwrap()
    }

    /// Views that are begun in the folder `home` and written with `files` files.
    fn check(files: usize, ask: impl FnOnce(UsualViews<'_>, &Path)) {
        let head: ReportHead = serde_json::from_value(json!({
            "schema": "afterimage-report/1",
            "tool": { "name": "afterimage", "version": "1", "command": [] },
            "started": "", "finished": "", "sources": [],
            "summary": { "files": 1, "bytes": 0, "by_format": {}, "by_grade": {}, "by_origin": {}, "duplicates": 0 },
        }))
        .unwrap();
        let file: ReportFile = serde_json::from_value(json!({
            "id": 1, "source": 0, "origin": "carved", "status": "deleted", "format": "jpeg",
            "mime": "image/jpeg", "size": 3, "end": "exact", "grade": "verified", "proof": "", "blake3": "",
        }))
        .unwrap();
        let (home, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (home, state) = (folder(home.path()), folder(state.path()));
        let mut views = UsualViews::of(&[VIEW], &head, &home, &state);
        assert!(state.path().join(VIEW.file).exists());
        views.write(&vec![file; files]);
        ask(views, state.path());
        assert!(!home.path().join(VIEW.file).exists() && !state.path().join(VIEW.file).exists());
    }

    #[test]
    fn views_give_way_once_to_a_report_that_has_no_room() {
        check(0, |mut views, state| {
            assert!(views.give_way() && !views.give_way());
            assert!(!state.join(VIEW.file).exists());
            let (made, said) = views.end();
            assert!(made.is_empty() && said.unwrap().contains("it needed the room"));
        });
    }

    #[test]
    fn views_that_had_no_room_themselves_leave_theirs_to_the_report() {
        check(1, |mut views, state| {
            assert!(!state.join(VIEW.file).exists());
            views.write(&[]);
            assert!(views.give_way() && !views.give_way());
            let (made, said) = views.end();
            assert!(made.is_empty() && said.unwrap().contains("full"));
        });
    }
}
