//! Which files of a trash are wanted: options of every verb.

use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::DateTime;

use crate::times;

/// Photos or videos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Still pictures, raw data of cameras included.
    Photo,
    /// Moving pictures.
    Video,
}

/// The options that choose; all of them must hold.
#[derive(Debug, clap::Args)]
pub struct Choice {
    /// Only files whose name, or path as far as it is known, matches, such as 'img_*.jpg' or 'Camera
    /// Uploads/**'. May be given several times.
    #[arg(long, value_name = "GLOB", value_parser = pattern)]
    name: Vec<GlobMatcher>,

    /// Only files taken on this day or later or, where the service does not know that, last changed then.
    #[arg(long, value_name = "DATE", value_parser = times::since)]
    since: Option<DateTime>,

    /// Only photos, or only videos [default: both]
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<Kind>,

    /// Files and folders of all types. What a file is, is told by its type or extension: its content is not here.
    #[arg(long, conflicts_with = "kind")]
    all_types: bool,
}

fn pattern(text: &str) -> Result<GlobMatcher, String> {
    if text.is_empty() {
        return Err("it matches nothing; give a pattern such as 'img_*.jpg'".to_owned());
    }
    let text = text.strip_prefix('/').unwrap_or(text);
    let glob = GlobBuilder::new(text).case_insensitive(true).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
}

#[cfg(feature = "cloud")]
mod taken {
    use afterimage_engine::formats::is_photo_extension;
    use afterimage_signatures::Group;
    use jiff::tz::TimeZone;

    use super::{Choice, Kind};
    use crate::cloud::item::Item;
    use crate::wanted::signatures;

    /// Extensions of videos that the engine has no format for.
    const OTHER_VIDEOS: [&str; 10] =
        ["asf", "dv", "flv", "insv", "lrv", "mkv", "mpeg", "mpg", "webm", "wmv"];

    impl Choice {
        /// Whether an entry is wanted by what stands in a bare list: its name and path, and what it is.
        pub fn takes_entry(&self, name: &str, path: Option<&str>, mime: Option<&str>) -> bool {
            let is_type = self.all_types
                || kind_of(name, mime)
                    .is_some_and(|kind| self.kind.is_none_or(|wanted| wanted == kind));
            let path = path.map(|path| path.trim_start_matches('/'));
            let is_named = |glob: &globset::GlobMatcher| {
                glob.is_match(name) || path.is_some_and(|path| glob.is_match(path))
            };
            is_type && (self.name.is_empty() || self.name.iter().any(is_named))
        }

        /// Whether a file is wanted by its date. One without any is not where a date is asked for.
        pub fn takes_date(&self, item: &Item) -> bool {
            let Some(since) = self.since else { return true };
            let changed = item.modified.or(item.created);
            let changed = changed.map(|time| TimeZone::system().to_datetime(time));
            item.taken.or(changed).is_some_and(|date| date >= since)
        }
    }

    /// What a file is by the type that the service gives it, or else by its extension.
    pub fn kind_of(name: &str, mime: Option<&str>) -> Option<Kind> {
        let by_mime = mime.and_then(|mime| match mime.split('/').next() {
            Some("image") => Some(Kind::Photo),
            Some("video") => Some(Kind::Video),
            _ => None,
        });
        by_mime.or_else(|| by_extension(name))
    }

    fn by_extension(name: &str) -> Option<Kind> {
        let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
        let known = signatures().find(|signature| {
            let mut all = signature.extensions.iter().chain(signature.aliases);
            all.any(|known| *known == extension)
        });
        match known.map(|signature| signature.group) {
            Some(Group::Video) => Some(Kind::Video),
            Some(_) => Some(Kind::Photo),
            None if OTHER_VIDEOS.contains(&&*extension) => Some(Kind::Video),
            None => is_photo_extension(&extension).then_some(Kind::Photo),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn choice(arguments: &[&str]) -> Choice {
            use clap::{Args, FromArgMatches};
            let command = Choice::augment_args(clap::Command::new("x").no_binary_name(true));
            Choice::from_arg_matches(&command.get_matches_from(arguments)).unwrap()
        }

        #[test]
        fn what_a_file_is_is_told_by_its_type_or_its_extension() {
            for (name, mime, expected) in [
                ("a.jpg", None, Some(Kind::Photo)),
                ("a.CR3", Some("application/octet-stream"), Some(Kind::Photo)),
                ("a", Some("image/jpeg"), Some(Kind::Photo)),
                ("a.mov", None, Some(Kind::Video)),
                ("a.MKV", None, Some(Kind::Video)),
                ("a.bin", Some("video/mp4"), Some(Kind::Video)),
                ("a.txt", Some("text/plain"), None),
                ("jpg", None, None),
            ] {
                assert_eq!(kind_of(name, mime), expected, "{name}");
            }
        }

        #[test]
        fn all_that_is_asked_for_must_hold() {
            let takes =
                |arguments: &[&str], name, path| choice(arguments).takes_entry(name, path, None);
            assert!(takes(&[], "a.jpg", None) && !takes(&[], "a.txt", None));
            assert!(takes(&["--all-types"], "a.txt", None));
            assert!(takes(&["--type", "video"], "a.mp4", None));
            assert!(!takes(&["--type", "video"], "a.jpg", None));
            assert!(takes(&["--name", "IMG*"], "img_1.jpg", None));
            assert!(takes(&["--name", "x", "--name", "trip/**"], "a.jpg", Some("/Trip/a.jpg")));
            assert!(!takes(&["--name", "IMG*"], "a.jpg", Some("/img/a.jpg")));
        }

        #[test]
        fn a_date_is_that_of_the_photo_or_else_of_the_file() {
            let choice = choice(&["--since", "2024-05-31"]);
            let mut item = Item::default();
            assert!(!choice.takes_date(&item));
            item.modified = "2024-06-02T12:00:00Z".parse().ok();
            assert!(choice.takes_date(&item));
            item.taken = "2019-01-01T00:00:00".parse().ok();
            assert!(!choice.takes_date(&item));
        }
    }
}

#[cfg(feature = "cloud")]
pub use taken::kind_of;
