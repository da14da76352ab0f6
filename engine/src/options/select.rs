//! Which of the files that are found a user wants: by path, by date, by camera.

use globset::GlobMatcher;
use jiff::civil::DateTime;

use crate::output::report::File;

/// What is asked for; all of it must hold.
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// Patterns of which the original path must match one; none means any.
    pub paths: Vec<GlobMatcher>,
    /// Not before this, by the clock of the camera or of the file system.
    pub since: Option<DateTime>,
    /// Before this.
    pub until: Option<DateTime>,
    /// What the maker or the model of the camera must hold, in lower case.
    pub camera: Option<String>,
}

impl Select {
    /// Whether everything is asked for.
    pub fn is_all(&self) -> bool {
        self.paths.is_empty() && (self.since, self.until) == (None, None) && self.camera.is_none()
    }

    /// Whether a file is asked for. One that does not say what is asked of it is not.
    pub fn wants(&self, file: &File) -> bool {
        let taken = file.exif.as_ref().and_then(|exif| exif.taken.as_deref());
        self.path(file.original_path.as_deref())
            && self.date([taken, file.modified.as_deref()])
            && self.camera(file)
    }

    /// Whether a file is asked for of which a path and a date are all that is known.
    pub fn wants_name(&self, path: &str, modified: Option<&str>) -> bool {
        self.camera.is_none() && self.path(Some(path)) && self.date([modified, None])
    }

    fn path(&self, path: Option<&str>) -> bool {
        let matches = |pattern: &GlobMatcher| {
            path.is_some_and(|path| {
                let name = path.rsplit('/').next().unwrap_or(path);
                pattern.is_match(path) || pattern.is_match(name)
            })
        };
        self.paths.is_empty() || self.paths.iter().any(matches)
    }

    /// Whether the first of the moments that is one is asked for.
    fn date(&self, moments: [Option<&str>; 2]) -> bool {
        if (self.since, self.until) == (None, None) {
            return true;
        }
        let civil = |text: &str| text.get(..19)?.parse::<DateTime>().ok();
        let Some(when) = moments.into_iter().flatten().find_map(civil) else { return false };
        self.since.is_none_or(|since| when >= since) && self.until.is_none_or(|until| when < until)
    }

    fn camera(&self, file: &File) -> bool {
        let Some(wanted) = &self.camera else { return true };
        let exif = file.exif.as_ref();
        let named =
            [exif.and_then(|one| one.make.as_deref()), exif.and_then(|one| one.model.as_deref())];
        let named = named.into_iter().flatten().collect::<Vec<_>>().join(" ").to_lowercase();
        named.contains(wanted.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn file() -> File {
        serde_json::from_value(json!({
            "id": 0, "source": 0, "origin": "carved", "status": "deleted", "format": "jpeg",
            "mime": "", "size": 1, "end": "exact", "grade": "verified", "proof": "", "runs": [],
            "blake3": "", "original_path": "DCIM/100CANON/IMG_0001.JPG",
            "modified": "2023-11-15T08:00:00Z",
            "exif": { "make": "Canon", "model": "EOS R6", "taken": "2023-11-14T22:13:20" }
        }))
        .unwrap()
    }

    #[track_caller]
    fn check(select: &Select, expected: bool) {
        assert_eq!(select.wants(&file()), expected, "{select:?}");
    }

    #[test]
    fn a_path_matches_whole_or_by_its_name() {
        for (pattern, expected) in
            [("*.JPG", true), ("DCIM/**", true), ("img_*", true), ("*.png", false), ("100*", false)]
        {
            let glob = globset::GlobBuilder::new(pattern)
                .case_insensitive(true)
                .literal_separator(true)
                .build()
                .unwrap();
            check(&Select { paths: vec![glob.compile_matcher()], ..Select::default() }, expected);
        }
    }

    #[test]
    fn the_camera_s_date_counts_before_the_file_system_s() {
        let at = |text: &str| Some(text.parse().unwrap());
        check(&Select { since: at("2023-11-14T22:13:20"), ..Select::default() }, true);
        check(&Select { since: at("2023-11-15"), ..Select::default() }, false);
        check(&Select { until: at("2023-11-14T22:13:20"), ..Select::default() }, false);
        check(&Select { until: at("2023-11-15"), ..Select::default() }, true);
    }

    #[test]
    fn a_camera_is_named_by_a_part_of_maker_and_model() {
        for (camera, expected) in [("canon", true), ("canon eos", true), ("nikon", false)] {
            check(&Select { camera: Some(camera.to_owned()), ..Select::default() }, expected);
        }
    }
}
