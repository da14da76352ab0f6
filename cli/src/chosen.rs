//! Which of the photos are wanted: by path, by date, by camera.

use afterimage_engine::options::Select;
use anyhow::bail;
use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::DateTime;

use crate::times;

/// The options that choose; all of them must hold.
#[derive(Debug, clap::Args)]
pub struct Chosen {
    /// Only photos whose path on the card or disk matches, or the last part of it, such as 'DCIM/**' or
    /// 'img_*.jpg'. May be given several times.
    ///
    /// Upper and lower case are the same; `*` and `?` stop at a `/`, `**` does not. A photo whose
    /// name is not known any more matches nothing.
    #[arg(long, value_name = "GLOB", value_parser = pattern)]
    path: Vec<GlobMatcher>,

    /// Only photos taken on this day or later, such as 2024-05-31 or 2024-05-31T18:00.
    ///
    /// By the clock of the camera or, where a photo does not say when it was taken, by that of the
    /// file system. A photo of which neither is known is left out.
    #[arg(long, value_name = "DATE", value_parser = times::since)]
    since: Option<DateTime>,

    /// Only photos taken on this day or earlier; with a time, before it.
    #[arg(long, value_name = "DATE", value_parser = times::until)]
    until: Option<DateTime>,

    /// Only photos taken with a camera whose maker and model have this in them, such as canon or
    /// 'eos r6'; upper and lower case are the same.
    #[arg(long, value_name = "TEXT", value_parser = camera)]
    camera: Option<String>,
}

impl Chosen {
    /// What the engine is asked for, where it can be had: names are known from file systems alone.
    pub fn select(&self, names: bool) -> anyhow::Result<Select> {
        if let (Some(since), Some(until)) = (self.since, self.until)
            && since >= until
        {
            bail!(
                "cannot choose by date: --since begins at {since} and --until ends before that, at \
                 {until}; give the earlier one to --since"
            );
        }
        if !self.path.is_empty() && !names {
            bail!(
                "cannot take photos by --path: with --no-filesystem no names are known; leave one out"
            );
        }
        Ok(Select {
            paths: self.path.clone(),
            since: self.since,
            until: self.until,
            camera: self.camera.clone(),
        })
    }
}

fn pattern(text: &str) -> Result<GlobMatcher, String> {
    if text.is_empty() {
        return Err(
            "it matches nothing; give a pattern such as 'DCIM/**' or 'img_*.jpg'".to_owned()
        );
    }
    // Paths of volumes begin with the name of a folder.
    let text = text.strip_prefix('/').unwrap_or(text);
    let glob = GlobBuilder::new(text).case_insensitive(true).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
}

fn camera(text: &str) -> Result<String, String> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        Err("it names no camera; give a part of one's name, such as canon".to_owned())
    } else {
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_does_not_mind_case_and_keeps_to_its_folder() {
        let table = [
            ("*.jpg", "IMG_0001.JPG", true),
            ("*.jpg", "DCIM/IMG_0001.JPG", false),
            ("dcim/**", "DCIM/100CANON/IMG_0001.JPG", true),
            ("/dcim/*/img*", "DCIM/100CANON/IMG_0001.JPG", true),
            ("img_000?.{jpg,cr3}", "IMG_0001.CR3", true),
        ];
        for (text, path, expected) in table {
            assert_eq!(pattern(text).unwrap().is_match(path), expected, "{text} {path}");
        }
    }

    #[test]
    fn a_pattern_that_is_none_is_told() {
        for text in ["", "[a", "{a"] {
            assert!(pattern(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_camera_is_compared_in_lower_case() {
        assert_eq!(camera(" EOS R6 "), Ok("eos r6".to_owned()));
        assert!(camera(" ").is_err());
    }
}
