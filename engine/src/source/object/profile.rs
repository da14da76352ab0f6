//! The files in which people keep profiles for object storage: sections of `name = value` lines.
//!
//! Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".

use std::collections::HashMap;

/// The longest such file that is read, in bytes.
pub(super) const LONGEST: u64 = 1 << 20;

/// The names and values of one section of `text`; nothing where there is no such section. Of a name that is there twice the
/// last one counts.
pub(super) fn section(
    text: &str,
    is_named: impl Fn(&str) -> bool,
) -> Option<HashMap<String, String>> {
    let (mut found, mut is_inside) = (None::<HashMap<String, String>>, false);
    for line in text.lines() {
        // What is further in belongs to a setting with parts of its own.
        if line.starts_with([' ', '\t', '#', ';']) || line.trim().is_empty() {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            let name = name.split(']').next().unwrap_or_default();
            is_inside = is_named(name.trim());
            if is_inside {
                found.get_or_insert_default();
            }
        } else if let (true, Some((name, value))) = (is_inside, line.split_once('=')) {
            let value = value.split(" #").next().unwrap_or_default().trim();
            found
                .get_or_insert_default()
                .insert(name.trim().to_ascii_lowercase(), value.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_section_is_what_stands_below_its_name() {
        let text = "[default]\naws_access_key_id=A\n# aws_access_key_id = no\n\n[ profile lab ]\n\
                    region = eu-west-1 # near\ns3 =\n  region = deeper\nRegion=eu-west-2\nnonsense\n[x]\nregion=y";
        let of = |name: &str| section(text, |section| section == name);
        assert_eq!(of("default").unwrap()["aws_access_key_id"], "A");
        let lab = of("profile lab").unwrap();
        assert_eq!((lab["region"].as_str(), lab["s3"].as_str()), ("eu-west-2", ""));
        assert!(of("profile").is_none());
        assert!(section("[empty]", |name| name == "empty").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn any_text_has_sections_or_none(text in any::<String>()) {
            section(&text, |_| true);
        }
    }
}
