//! A camera's name as people know it.

use crate::output::report::ReportExif;

/// The most characters of a maker's or a model's name that are kept.
const MOST_CHARS: usize = 200;

/// The model, with the maker before it unless the model begins with the same word; empty where neither is known.
pub(super) fn name(exif: &ReportExif) -> String {
    let word = |text: &Option<String>| -> String {
        text.as_deref().unwrap_or_default().trim().chars().take(MOST_CHARS).collect()
    };
    let (make, model) = (word(&exif.make), word(&exif.model));
    let first = |text: &str| text.split_whitespace().next().unwrap_or_default().to_lowercase();
    if model.is_empty() || make.is_empty() || first(&make) == first(&model) {
        return if model.is_empty() { make } else { model };
    }
    format!("{make} {model}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maker_is_named_once() {
        let said = |make: &str, model: &str| {
            let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            name(&ReportExif { make: text(make), model: text(model), ..ReportExif::default() })
        };
        assert_eq!(said("Canon", "Canon EOS R6"), "Canon EOS R6");
        assert_eq!(said("NIKON CORPORATION", "NIKON Z 6"), "NIKON Z 6");
        assert_eq!(said("Apple", "iPhone 12"), "Apple iPhone 12");
        assert_eq!(said(" Leica ", ""), "Leica");
        assert_eq!(said("", ""), "");
    }
}
