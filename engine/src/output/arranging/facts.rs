//! What is known of a photo that can say where it goes.

use jiff::civil::DateTime;

/// What is known of a photo. All of it was read from a source, and is hostile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its path on the source, names joined by `/`; that of a better known copy, where there is one.
    pub original: Option<String>,
    /// The path that it has in the output folder.
    pub path: String,
    /// When it was taken or, where that is not known, last modified, by the clock of then.
    pub dated: Option<DateTime>,
    /// Who made the camera.
    pub make: Option<String>,
    /// The camera.
    pub model: Option<String>,
    /// Short name of the format.
    pub format: String,
    /// How much was proven, as the report says it.
    pub grade: String,
    /// Its number in the report.
    pub id: u64,
}

impl Facts {
    /// The file name with its extension: the one that it had, or else the one that it got.
    pub(super) fn name(&self) -> &str {
        // What it was called may lack the extension that says what it is, and what it got has one.
        let named = self.path.rsplit('/').next().unwrap_or(&self.path);
        let had = self.original.as_deref().and_then(|path| path.rsplit('/').next());
        let is_like = |had: &&str| extension(had).eq_ignore_ascii_case(extension(named));
        had.filter(|had| !had.is_empty()).filter(is_like).unwrap_or(named)
    }

    /// The folder that it was in, names joined by `/`.
    pub(super) fn folder(&self) -> Option<&str> {
        let (folder, _) = self.original.as_deref()?.rsplit_once('/')?;
        Some(folder).filter(|folder| !folder.is_empty())
    }

    /// Maker and model, the maker once.
    pub(super) fn camera(&self) -> Option<String> {
        let (make, model) = (said(&self.make), said(&self.model));
        let first = |text: &str| text.split_whitespace().next().map(str::to_lowercase);
        Some(match (make, model) {
            (Some(make), Some(model)) if first(make) == first(model) => model.to_owned(),
            (Some(make), Some(model)) => format!("{make} {model}"),
            (make, model) => make.or(model)?.to_owned(),
        })
    }
}

/// A text that says something.
pub(super) fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// What a file name ends in, without the dot; a dot at its start makes none.
pub(super) fn extension(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => extension,
        _ => "",
    }
}

/// A file name without its extension.
pub(super) fn stem(name: &str) -> &str {
    name.strip_suffix(extension(name)).and_then(|stem| stem.strip_suffix('.')).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(original: &str, path: &str) -> Facts {
        let original = (!original.is_empty()).then(|| original.to_owned());
        Facts { original, path: path.to_owned(), ..Facts::default() }
    }

    #[test]
    fn a_photo_keeps_its_name_unless_that_hides_what_it_is() {
        let check = |original, path, expected| {
            assert_eq!(facts(original, path).name(), expected);
        };
        check("DCIM/IMG_1.JPG", "photos/DCIM/IMG_1_0x20.jpg", "IMG_1.JPG");
        check("DCIM/IMG_1.tmp", "photos/DCIM/IMG_1.tmp.jpg", "IMG_1.tmp.jpg");
        check("", "photos/undated/0x20.jpg", "0x20.jpg");
        check("DCIM/", "photos/undated/0x20.jpg", "0x20.jpg");
        assert_eq!(facts("a/b/c.jpg", "x").folder(), Some("a/b"));
        assert_eq!(facts("/c.jpg", "x").folder(), None);
        assert_eq!((stem("a.b.jpg"), extension("a.b.jpg")), ("a.b", "jpg"));
        assert_eq!((stem(".x"), extension(".x"), stem("y")), (".x", "", "y"));
    }

    #[test]
    fn a_camera_is_named_once() {
        let check = |make: &str, model: &str, expected: Option<&str>| {
            let one = |text: &str| Some(text.to_owned());
            let facts = Facts { make: one(make), model: one(model), ..Facts::default() };
            assert_eq!(facts.camera().as_deref(), expected);
        };
        check("Canon", "Canon EOS R6", Some("Canon EOS R6"));
        check("NIKON CORPORATION", "NIKON D70", Some("NIKON D70"));
        check("Apple", "iPhone 7", Some("Apple iPhone 7"));
        check(" ", "Pixel 8", Some("Pixel 8"));
        check("", " ", None);
    }
}
