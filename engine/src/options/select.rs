//! Which of the files that are found a user wants: by path, by date, by camera.

use globset::GlobMatcher;
use jiff::civil::DateTime;

use crate::model::{Moment, Record};

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
    pub fn wants(&self, record: &Record) -> bool {
        let exif = record.exif.as_ref();
        let taken = exif.and_then(|exif| Moment::parse(exif.taken.as_deref()?, None));
        self.path(record.facts.path.as_deref())
            && self.date([taken, record.facts.modified])
            && self.camera(record)
    }

    /// Whether a file is asked for of which a path and a date are all that is known.
    pub fn wants_name(&self, path: &str, modified: Option<Moment>) -> bool {
        self.camera.is_none() && self.path(Some(path)) && self.date([modified, None])
    }

    fn path(&self, path: Option<&str>) -> bool {
        let matches = |pattern: &GlobMatcher| {
            path.is_some_and(|path| {
                // Paths of whole machines begin with a slash, those of volumes do not.
                let path = path.trim_start_matches('/');
                let name = path.rsplit('/').next().unwrap_or(path);
                pattern.is_match(path) || pattern.is_match(name)
            })
        };
        self.paths.is_empty() || self.paths.iter().any(matches)
    }

    /// Whether the first of the moments that is one is asked for.
    fn date(&self, moments: [Option<Moment>; 2]) -> bool {
        if (self.since, self.until) == (None, None) {
            return true;
        }
        let Some(when) = moments.into_iter().flatten().next() else { return false };
        self.since.is_none_or(|since| when.civil >= since)
            && self.until.is_none_or(|until| when.civil < until)
    }

    fn camera(&self, record: &Record) -> bool {
        let Some(wanted) = &self.camera else { return true };
        let exif = record.exif.as_ref();
        let named =
            [exif.and_then(|one| one.make.as_deref()), exif.and_then(|one| one.model.as_deref())];
        let named = named.into_iter().flatten().collect::<Vec<_>>().join(" ").to_lowercase();
        named.contains(wanted.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::build::record;
    use afterimage_signatures::exif::Exif;

    fn file() -> Record {
        let mut file = record(0, 1);
        file.facts.path = Some("DCIM/100CANON/IMG_0001.JPG".to_owned());
        file.facts.modified = Moment::parse("2023-11-15T08:00:00", Some("+00:00"));
        file.exif = Some(Exif {
            make: Some("Canon".to_owned()),
            model: Some("EOS R6".to_owned()),
            taken: Some("2023-11-14T22:13:20".to_owned()),
            ..Exif::default()
        });
        file
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
