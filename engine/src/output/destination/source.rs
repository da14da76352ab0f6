//! Whether writing to a folder could change a source.

use std::fs;
use std::path::Path;

use super::resolved::ResolvedPath;
use crate::output::naming::OutputFolder;
use crate::system::{Overlap, System};

/// The folder in the output folder that holds what a run needs while it runs.
pub const STATE: &str = ".afterimage";

/// The file in it that a running process holds a lock on.
pub const LOCK: &str = "lock";

/// Name of the report in the output folder.
pub const REPORT: &str = "report.json";

/// The files beside the report that are made from it or tell of it.
pub const BESIDE_REPORT: [&str; 8] = [
    "report.html",
    "report.csv",
    "report.dfxml",
    "report.jsonld",
    "report.body",
    "audit.log",
    "report.sig",
    "audit.sig",
];

/// The folder for photos that somebody chose while the scan still ran.
pub const CHOSEN: &str = "chosen";

/// The folders that hold photos of the report.
pub const PHOTOS: [&str; 3] =
    [OutputFolder::Photos.name(), OutputFolder::Partial.name(), OutputFolder::Embedded.name()];

/// All folders of the output folder that we write into.
pub const OURS: [&str; 6] = [
    OutputFolder::Photos.name(),
    OutputFolder::Partial.name(),
    OutputFolder::Embedded.name(),
    CHOSEN,
    STATE,
    "report",
];

/// Why nothing may be written to `output` while `source` is searched, in words for its user.
///
/// A source that cannot be looked at is none: opening it fails, and says why.
pub(super) fn conflict(system: &System, output: &ResolvedPath, source: &Path) -> Option<String> {
    // A device of Windows has no metadata.
    if let (Ok(metadata), Ok(resolved)) = (fs::metadata(source), fs::canonicalize(source)) {
        if resolved == output.path {
            return Some("it is itself what is to be searched".to_owned());
        }
        if metadata.is_dir() {
            return folder_conflict(output, &resolved);
        }
        if resolved.starts_with(output.path.join(STATE)) {
            return Some(format!(
                "{} lies among the working files of this folder, which are rewritten",
                source.display()
            ));
        }
    }
    let shown = source.display();
    match system.overlap(&output.existing, source) {
        Overlap::Apart => None,
        Overlap::Same => Some(format!(
            "it lies on {shown}, which is to be searched; every file written there could overwrite a photo \
             that can still be saved"
        )),
        Overlap::Unknown => Some(format!(
            "the system does not tell whether it lies on {shown}, which is to be searched and must not be \
             written to"
        )),
    }
}

/// Whether what is written joins what is searched, or the other way round.
fn folder_conflict(output: &ResolvedPath, source: &Path) -> Option<String> {
    if output.path.starts_with(source) {
        return Some(format!(
            "it lies inside {}, which is to be searched, so what is recovered would be searched \
             too",
            source.display()
        ));
    }
    OURS.into_iter().map(|name| output.path.join(name)).find(|ours| source.starts_with(ours)).map(
        |ours| {
            format!(
                "recovered photos would go to {}, and {} is to be searched",
                ours.display(),
                source.display()
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use tempfile::tempdir;

    use super::*;

    #[test]
    fn a_folder_that_is_searched_is_not_written_to() {
        let home = tempdir().unwrap();
        let home = fs::canonicalize(home.path()).unwrap();
        let source = home.join("out/photos/old");
        fs::create_dir_all(&source).unwrap();
        let refused = |output: &str| {
            conflict(&System::running(), &ResolvedPath::of(&home.join(output)).unwrap(), &source)
        };
        assert!(refused("out/photos/old").unwrap().contains("itself"));
        assert!(refused("out/photos/old/new").unwrap().contains("inside"));
        assert!(refused("out").unwrap().contains("recovered photos would go to"));
        assert_eq!(refused("out/photos"), None);
        assert_eq!(refused("out/photos/older"), None);
    }

    #[test]
    fn an_image_may_lie_in_the_output_folder_but_not_among_its_working_files() {
        let home = tempdir().unwrap();
        let output = ResolvedPath::of(home.path()).unwrap();
        for (folder, allowed) in [("", true), ("photos", true), (".afterimage/store", false)] {
            let folder = home.path().join(folder);
            fs::create_dir_all(&folder).unwrap();
            let image = folder.join("card.img");
            fs::write(&image, "").unwrap();
            assert_eq!(
                conflict(&System::running(), &output, &image).is_none(),
                allowed,
                "{image:?}"
            );
        }
    }
}
