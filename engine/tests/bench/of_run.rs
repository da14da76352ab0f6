//! Which files of an output folder are no photos.

use std::path::Path;

use afterimage_engine::views::VIEWS;

/// Whether a file of an output folder is the report, made from it alone, or of the state of the run: no two runs make
/// the same, since it says when it was made.
pub fn is_of_run(path: &Path) -> bool {
    path == Path::new("report.json")
        || path == Path::new("audit.log")
        || path.starts_with(".afterimage")
        || VIEWS.iter().any(|view| path == Path::new(view.file))
}
