//! Formats and groups of formats by the names that people type.

use afterimage_signatures::{Group, Signature, formats};

use crate::near::mistakes;

/// Every group, by name.
const GROUPS: [(&str, Group); 3] =
    [("photo", Group::Photo), ("raw", Group::Raw), ("video", Group::Video)];

/// The formats that one word of `--format` stands for; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted(pub Vec<&'static str>);

/// What the registry says of every format, in its order.
pub fn signatures() -> impl Iterator<Item = &'static Signature> {
    formats::ALL.iter().map(|format| format.signature())
}

/// The name of a group.
pub fn group_name(group: Group) -> &'static str {
    let named = GROUPS.iter().find(|(_, of)| *of == group);
    named.map(|(name, _)| *name).expect("every group has a name")
}

/// A format by its name, all formats whose files may have an extension, or a group; upper case or
/// lower.
pub fn parse(word: &str) -> Result<Wanted, String> {
    let word = word.to_ascii_lowercase();
    let group = GROUPS.iter().find(|(name, _)| *name == word).map(|(_, group)| *group);
    let asked = |signature: &&Signature| {
        let mut names = [signature.name].into_iter().chain(signature.extensions.iter().copied());
        names.any(|name| name == word) || Some(signature.group) == group
    };
    let names: Vec<_> = signatures().filter(asked).map(|signature| signature.name).collect();
    if names.is_empty() { Err(unknown(&word)) } else { Ok(Wanted(names)) }
}

/// What an unknown word is answered with: the nearest that is known, and all.
fn unknown(word: &str) -> String {
    let extensions = signatures().flat_map(|signature| signature.extensions.iter().copied());
    let names = signatures().map(|signature| signature.name).chain(extensions);
    let names = names.chain(GROUPS.map(|(name, _)| name));
    let nearest = names.filter_map(|name| Some((mistakes(word, name)?, name))).min();
    match nearest {
        Some((_, name)) => format!("did you mean {name}? {}", known()),
        None => known(),
    }
}

fn known() -> String {
    let mut names: Vec<_> = signatures().map(|signature| signature.name).collect();
    names.sort_unstable();
    let groups = GROUPS.map(|(name, _)| name).join(", ");
    format!("known are {} and the groups {groups}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_itself_and_a_group_for_all_of_it() {
        assert_eq!(parse("avif"), Ok(Wanted(vec!["avif"])));
        assert_eq!(parse("AVIF"), parse("avif"));
        let photos = parse("photo").unwrap().0;
        assert!(photos.contains(&"png") && photos.contains(&"apng"));
    }

    #[test]
    fn an_extension_stands_for_all_formats_that_have_it() {
        assert_eq!(parse("JPG"), Ok(Wanted(vec!["jpeg"])));
        assert_eq!(parse("png"), Ok(Wanted(vec!["apng", "png"])));
    }

    #[test]
    fn an_unknown_name_is_answered_with_those_that_are_known() {
        let said = parse("jpg2").unwrap_err();
        assert!(said.contains("png") && said.contains("groups photo, raw, video"), "{said}");
        assert!(parse("").is_err());
        for (typed, meant) in [("jpgg", "jpeg"), ("hiec", "heic"), ("tif2", "tif")] {
            let said = parse(typed).unwrap_err();
            assert!(said.starts_with(&format!("did you mean {meant}?")), "{typed}: {said}");
        }
        for far in ["wordperfect", "nope", "x", "zzz"] {
            assert!(parse(far).unwrap_err().starts_with("known are "), "{far}");
        }
    }

    #[test]
    fn no_word_stands_for_no_format() {
        // An empty list would mean all formats.
        for (name, _) in GROUPS {
            assert!(parse(name).map_or(true, |wanted| !wanted.0.is_empty()), "{name}");
        }
    }
}
