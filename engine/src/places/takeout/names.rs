//! How names of files in an export come from titles of photos.

/// What follows the name of a photo in the name of its JSON, up to where that is cut.
const SUFFIX: &str = "supplemental-metadata";

/// Units of UTF-16 that a name of JSON has at most without its extension.
const LONGEST_JSON: usize = 46;

/// The same of a photo.
const LONGEST_PHOTO: usize = 47;

/// From so many units on a name may have been cut: Google tells its rules nowhere.
const MAY_BE_CUT: usize = 43;

/// A name without the counter that tells equal ones apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Counted<'n> {
    /// The name without it.
    pub name: &'n str,
    /// The extension, with its dot; empty where the counter ends the name.
    pub extension: &'n str,
    /// The counter: 1 in `IMG(1).jpg`.
    pub counter: u32,
}

/// A photo's name: the counter stands before the extension.
pub(super) fn photo(name: &str) -> Counted<'_> {
    let at = name.rfind('.').filter(|at| *at > 0).unwrap_or(name.len());
    let (stem, extension) = name.split_at(at);
    let (name, counter) = split_counter(stem);
    Counted { name, extension, counter }
}

/// The name of JSON without `.json`: `IMG.jpg(1)`, `IMG.jpg.supplemental-metadata(1)`.
pub(super) fn json(stem: &str) -> Counted<'_> {
    let (name, counter) = split_counter(stem);
    Counted { name, extension: "", counter }
}

fn split_counter(stem: &str) -> (&str, u32) {
    let split = || {
        let (name, digits) = stem.strip_suffix(')')?.rsplit_once('(')?;
        let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        (is_number && !name.is_empty()).then_some((name, digits.parse().ok()?))
    };
    split().unwrap_or((stem, 0))
}

/// The name of JSON without its suffix, where it ends with a dot and any beginning of that.
pub(super) fn without_suffix(stem: &str) -> Option<&str> {
    let (name, rest) = stem.rsplit_once('.')?;
    (!name.is_empty() && SUFFIX.starts_with(rest)).then_some(name)
}

/// Names of JSON under which one that was cut may stand, for a photo of that name without its counter.
pub(super) fn cut_names(photo: &str) -> impl Iterator<Item = String> {
    let whole = format!("{photo}.{SUFFIX}");
    let mut ends = Vec::new();
    let mut units = 0;
    for (at, character) in whole.char_indices() {
        if (MAY_BE_CUT..=LONGEST_JSON + 1).contains(&units) {
            ends.push(at);
        }
        units += character.len_utf16();
    }
    ends.into_iter().map(move |end| whole[..end].to_owned())
}

/// Whether a name is so long that it may have been cut.
pub(super) fn may_be_cut(name: &str) -> bool {
    name.encode_utf16().count() >= MAY_BE_CUT
}

/// The beginning of a name that it has in common with what was cut of it.
pub(super) fn beginning(name: &str) -> &str {
    cut(name, MAY_BE_CUT)
}

/// The longest beginning of a name of so many units at most.
fn cut(name: &str, most: usize) -> &str {
    let mut units = 0;
    let end = name.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > most
    });
    end.map_or(name, |(at, _)| &name[..at])
}

/// The stem and the extension that a photo with that title has in an export: characters that some system does not
/// allow are replaced, and what is too long is cut.
pub(super) fn of_title(title: &str) -> (String, &str) {
    let at = title.rfind('.').filter(|at| *at > 0 && title.len() - at <= 6);
    let (stem, extension) = title.split_at(at.unwrap_or(title.len()));
    let stem = cut(stem, LONGEST_PHOTO).chars().map(allowed).collect();
    (stem, extension)
}

/// How a character is written in the name of a file.
pub(super) fn allowed(character: char) -> char {
    match character {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '&' | '%' | '\'' | '#' | '+'
        | '@' | '^' | '{' | '}' | '~' | '=' | ';' | '$' => '_',
        control if control.is_control() => '_',
        other => other,
    }
}

/// A name in which all that may be replaced is: names that agree in it may be of the same title.
pub(super) fn rough(name: &str) -> String {
    name.chars().map(allowed).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_stand_before_the_extension_of_photos_and_at_the_end_of_json() {
        let split = |counted: Counted<'_>| (counted.name.to_owned(), counted.counter);
        assert_eq!(split(photo("IMG(1).jpg")), ("IMG".to_owned(), 1));
        assert_eq!(photo("IMG(1).jpg").extension, ".jpg");
        assert_eq!(split(photo("IMG (a).jpg")), ("IMG (a)".to_owned(), 0));
        assert_eq!(split(photo("(1).jpg")), ("(1)".to_owned(), 0));
        assert_eq!(split(json("IMG.jpg(12)")), ("IMG.jpg".to_owned(), 12));
        assert_eq!(split(json("IMG(1).jpg.suppl")), ("IMG(1).jpg.suppl".to_owned(), 0));
        assert_eq!(split(photo("x(99999999999).jpg")), ("x(99999999999)".to_owned(), 0));
    }

    #[test]
    fn any_beginning_of_the_suffix_is_one() {
        for rest in ["supplemental-metadata", "supplemental-meta", "suppl", "s", ""] {
            assert_eq!(without_suffix(&format!("IMG.jpg.{rest}")), Some("IMG.jpg"), "{rest}");
        }
        assert_eq!(without_suffix("IMG.jpg"), None);
        assert_eq!(without_suffix("IMG.supplemental-metadata-x"), None);
    }

    #[test]
    fn long_names_are_cut() {
        let title = format!("{}.jpg", "n".repeat(60));
        assert_eq!(of_title(&title), ("n".repeat(47), ".jpg"));
        assert_eq!(of_title("a:b/c?.jpeg"), ("a_b_c_".to_owned(), ".jpeg"));
        let photo = format!("{}.jpg", "n".repeat(47));
        assert!(cut_names(&photo).any(|name| name == "n".repeat(46)));
        let photo = "n".repeat(30) + ".jpg";
        assert!(cut_names(&photo).any(|name| name == format!("{photo}.supplementa")));
        assert_eq!(cut_names("IMG_0001.jpg").count(), 0);
        assert!(cut_names(&"ö".repeat(60)).all(|name| name.chars().count() <= 47));
        // What counts are units of UTF-16.
        assert!(cut_names(&"😀".repeat(24)).any(|name| name == "😀".repeat(23)));
        assert_eq!(of_title(&"😀".repeat(30)).0, "😀".repeat(23));
    }
}
