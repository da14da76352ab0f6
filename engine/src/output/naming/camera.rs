//! A camera's name as part of a file name.

/// The longest name of a camera, in bytes.
const MAX_LEN: usize = 48;

/// The most characters of a make or a model that are looked at.
const MAX_CHARS: usize = 128;

/// What companies are called beside their name; it tells no camera from another.
const COMPANY_WORDS: [&str; 15] = [
    "ag",
    "camera",
    "co",
    "company",
    "corp",
    "corporation",
    "electronics",
    "gmbh",
    "imaging",
    "inc",
    "limited",
    "ltd",
    "optical",
    "technologies",
    "techwin",
];

/// The camera in lower case with hyphens: the model, with the make before it unless the model
/// begins with it already. None when neither says anything.
pub(super) fn slug(make: Option<&str>, model: Option<&str>) -> Option<String> {
    let (make, mut words) = (words(make), words(model));
    if words.first().is_none_or(|first| !make.contains(first)) {
        let maker = make.into_iter().filter(|word| !COMPANY_WORDS.contains(&word.as_str()));
        words = maker.chain(words).collect();
    }
    let mut slug = words.join("-");
    slug.truncate(MAX_LEN); // Only ASCII is left, so any cut is between characters.
    slug.truncate(slug.trim_end_matches('-').len());
    (!slug.is_empty()).then_some(slug)
}

/// The words of a name in lower case: runs of ASCII letters and digits.
fn words(name: Option<&str>) -> Vec<String> {
    let name: String = name.unwrap_or_default().chars().take(MAX_CHARS).collect();
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cameras_are_called_what_people_call_them() {
        for (make, model, expected) in [
            ("Canon", "Canon EOS R6", "canon-eos-r6"),
            ("NIKON CORPORATION", "NIKON D70", "nikon-d70"),
            ("NIKON", "COOLPIX P900", "nikon-coolpix-p900"),
            ("EASTMAN KODAK COMPANY_WORDS", "KODAK DX4530 ZOOM", "kodak-dx4530-zoom"),
            ("OLYMPUS OPTICAL CO.,LTD", "C2040Z", "olympus-c2040z"),
            ("Apple", "iPhone 7", "apple-iphone-7"),
            ("SONY", "DSC-RX100M7", "sony-dsc-rx100m7"),
            ("", "Pixel 8", "pixel-8"),
            ("Canon\0\0", " ", "canon"),
        ] {
            assert_eq!(slug(Some(make), Some(model)).as_deref(), Some(expected));
        }
        assert_eq!(slug(None, None), None);
        assert_eq!(slug(Some("尼康"), Some("../..")), None);
    }

    #[test]
    fn a_long_name_is_cut() {
        let long = slug(Some("Maker"), Some(&"word ".repeat(999))).unwrap();
        assert!(long.len() <= MAX_LEN && long.starts_with("maker-word-") && !long.ends_with('-'));
    }
}
