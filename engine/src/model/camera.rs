//! A camera's name as people know it.

/// The most characters of a maker's or a model's name that are kept.
const MOST_CHARS: usize = 200;

/// The model, with the maker before it unless the model begins with the same word; nothing where neither is known.
pub fn camera_name(make: Option<&str>, model: Option<&str>) -> Option<String> {
    let word = |text: Option<&str>| -> String {
        text.unwrap_or_default().trim().chars().take(MOST_CHARS).collect()
    };
    let (make, model) = (word(make), word(model));
    let first = |text: &str| text.split_whitespace().next().unwrap_or_default().to_lowercase();
    let name = match (make.is_empty(), model.is_empty()) {
        (_, true) => make,
        (true, _) => model,
        _ if first(&make) == first(&model) => model,
        _ => format!("{make} {model}"),
    };
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maker_is_named_once() {
        let said = |make: &str, model: &str| {
            let text = |text| Some(text).filter(|text: &&str| !text.is_empty());
            camera_name(text(make), text(model)).unwrap_or_default()
        };
        assert_eq!(said("Canon", "Canon EOS R6"), "Canon EOS R6");
        assert_eq!(said("NIKON CORPORATION", "NIKON Z 6"), "NIKON Z 6");
        assert_eq!(said("Apple", "iPhone 12"), "Apple iPhone 12");
        assert_eq!(said(" Leica ", ""), "Leica");
        assert_eq!(said("", ""), "");
    }
}
