//! Templates of paths.

use std::str::FromStr;

use super::facts::{Facts, extension, said, stem};
use crate::output::naming::safe_path;

/// What a template may say of a photo, and what stands for it.
pub const TOKENS: [(&str, &str); 14] = [
    ("year", "when it was taken or else last modified: 2024, or undated"),
    ("month", "01 to 12"),
    ("day", "01 to 31"),
    ("date", "2024-05-31, or undated"),
    ("time", "180322, or 000000"),
    ("camera", "maker and model of the camera"),
    ("make", "its maker"),
    ("model", "its model"),
    ("folder", "the folder that it was in, with those above it"),
    ("name", "its file name"),
    ("stem", "its file name without the extension"),
    ("format", "short name of the format, such as jpeg"),
    ("grade", "how far it is proven, such as verified"),
    ("id", "its number in the report"),
];

/// Stands where a date is not known.
const UNDATED: &str = "undated";

/// Stands where a camera is not known.
const NO_CAMERA: &str = "unknown camera";

/// Stands where a folder is not known.
const NO_FOLDER: &str = "unknown folder";

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// A text as it is.
    Text(String),
    /// What is known of the photo: a token by its name.
    Token(&'static str),
}

/// A path in which tokens such as `{year}` stand for what is known of a photo. The extension is added where
/// the template does not end with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

impl FromStr for Template {
    type Err = String;

    /// The template that a text is: `date`, `camera` and `folder` stand for the usual ones.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = match text {
            "date" => "{year}/{month}/{name}",
            "camera" => "{camera}/{name}",
            "folder" => "{folder}/{name}",
            other => other,
        };
        let parts = parts(text)?;
        if !parts.iter().any(|part| matches!(part, Part::Token(_))) {
            return Err(format!(
                "it is neither date, camera nor folder, and as a template it names no token: {}",
                known()
            ));
        }
        let is_step = |part: &str| matches!(part, "" | "." | "..");
        if text.split('/').any(is_step) {
            return Err("a template is a path below the folder: no / at its ends, no . and no .."
                .to_owned());
        }
        Ok(Template(parts))
    }
}

/// The parts of a template; braces stand for tokens alone.
fn parts(text: &str) -> Result<Vec<Part>, String> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        let token = after.strip_prefix('{').and_then(|after| after.split_once('}'));
        let Some((token, after)) = token else {
            return Err("a { or } stands alone in the template".to_owned());
        };
        let found = TOKENS.iter().find(|(name, _)| *name == token);
        let (name, _) = found.ok_or_else(|| {
            format!("{{{token}}} is no token of a template; there are: {}", known())
        })?;
        parts.push(Part::Token(name));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(parts)
}

/// All tokens, to be told.
fn known() -> String {
    TOKENS.map(|(name, _)| format!("{{{name}}}")).join(", ")
}

impl Template {
    /// Where a photo goes: a path with `/` between its names, without the extension. It is relative, holds no `.` or
    /// `..`, and every name is one that Linux, macOS and Windows accept.
    pub fn stem(&self, facts: &Facts) -> String {
        let name = facts.name();
        let mut path = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => path.push_str(text),
                Part::Token("folder") => {
                    path.push_str(facts.folder().unwrap_or(NO_FOLDER).trim_matches('/'));
                }
                // A value is one name, whatever stands in it.
                Part::Token(token) => path.push_str(&value(token, facts).replace('/', "-")),
            }
        }
        let extension = extension(name);
        let ending = (!extension.is_empty()).then(|| format!(".{extension}"));
        let whole = path.strip_suffix(&ending.unwrap_or_default()).unwrap_or(&path);
        // As a name with a letter after it, so that what ends like an extension or with a dot stays.
        let safe = safe_path(whole).or_else(|| safe_path(stem(name)));
        safe.unwrap_or_else(|| facts.id.to_string())
    }
}

/// What is known of a photo, as a part of a name.
fn value(token: &str, facts: &Facts) -> String {
    let date = |format: &str| facts.dated.map(|dated| dated.strftime(format).to_string());
    let text = |text: Option<&str>, unknown: &str| text.unwrap_or(unknown).to_owned();
    match token {
        "year" => date("%Y").unwrap_or_else(|| UNDATED.to_owned()),
        "month" => date("%m").unwrap_or_else(|| UNDATED.to_owned()),
        "day" => date("%d").unwrap_or_else(|| UNDATED.to_owned()),
        "date" => date("%Y-%m-%d").unwrap_or_else(|| UNDATED.to_owned()),
        "time" => date("%H%M%S").unwrap_or_else(|| "000000".to_owned()),
        "camera" => text(facts.camera().as_deref(), NO_CAMERA),
        "make" => text(said(&facts.make), NO_CAMERA),
        "model" => text(said(&facts.model), NO_CAMERA),
        "name" => facts.name().to_owned(),
        "stem" => stem(facts.name()).to_owned(),
        "format" => facts.format.clone(),
        "grade" => facts.grade.clone(),
        _ => facts.id.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn photo() -> Facts {
        Facts {
            original: Some("DCIM/100CANON/IMG_0001.JPG".to_owned()),
            path: "photos/DCIM/100CANON/IMG_0001.JPG".to_owned(),
            dated: Some("2024-05-17T18:03:22".parse().unwrap()),
            make: Some("Canon".to_owned()),
            model: Some("Canon EOS R6".to_owned()),
            format: "jpeg".to_owned(),
            grade: "verified".to_owned(),
            id: 7,
        }
    }

    #[track_caller]
    fn check(template: &str, facts: &Facts, expected: &str) {
        assert_eq!(template.parse::<Template>().unwrap().stem(facts), expected);
    }

    #[test]
    fn tokens_stand_for_what_is_known() {
        let photo = photo();
        check("date", &photo, "2024/05/IMG_0001");
        check("camera", &photo, "Canon EOS R6/IMG_0001");
        check("folder", &photo, "DCIM/100CANON/IMG_0001");
        check("{year}/{date} {time}_{id}", &photo, "2024/2024-05-17 180322_7");
        check(
            "{make}/{model}/{format}/{grade}/{day}-{stem}",
            &photo,
            "Canon/Canon EOS R6/jpeg/verified/17-IMG_0001",
        );
        let unknown =
            Facts { path: "photos/undated/0x20.jpg".to_owned(), id: 3, ..Facts::default() };
        check("date", &unknown, "undated/undated/0x20");
        check("{camera}/{folder}/{time}", &unknown, "unknown camera/unknown folder/000000");
    }

    #[test]
    fn a_template_that_means_nothing_says_what_would() {
        for (template, expected) in [
            ("{yeer}/{name}", "{yeer} is no token of a template; there are: {year}, {month}"),
            ("{name", "stands alone"),
            ("name}", "stands alone"),
            ("photos", "names no token"),
            ("", "names no token"),
            ("../{name}", "no .."),
            ("/{name}", "no / at its ends"),
            ("{year}//{name}", "no / at its ends"),
            ("{year}/", "no / at its ends"),
        ] {
            let why = template.parse::<Template>().unwrap_err();
            assert!(why.contains(expected), "{template}: {why}");
        }
    }

    #[test]
    fn hostile_values_stay_one_name() {
        let hostile = Facts {
            model: Some("../../etc/\u{202e}passwd".to_owned()),
            original: Some("../../x/./..\u{0}/CON/nul.jpg".to_owned()),
            path: "photos/x.jpg".to_owned(),
            ..photo()
        };
        check("{model}/{stem}", &hostile, "..-..-etc-passwd/_nul");
        check("folder", &hostile, "x/_/_CON/_nul");
        let steps = Facts { model: Some("..".to_owned()), ..hostile };
        check("{name}/{model}", &steps, "_nul");
    }

    fn text() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            prop::sample::select(vec![
                "/", "\\", "..", ".", " ", ":", "C:", "CON", "<", "\u{0}", "\u{202e}", ".jpg"
            ])
            .prop_map(str::to_owned),
            "\\PC{0,4}",
            "[a-z. ]{150,260}",
        ];
        prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn whatever_is_known_of_a_photo_it_stays_below_the_folder(
            original in prop::option::of(text()),
            path in text(),
            (make, model) in (prop::option::of(text()), prop::option::of(text())),
            tokens in prop::collection::vec(prop::sample::select(TOKENS.map(|token| token.0).to_vec()), 1..5),
            between in prop::sample::select(vec!["/", "-", " ", "_"]),
        ) {
            let tokens: Vec<String> = tokens.iter().map(|token| format!("{{{token}}}")).collect();
            let template: Template = tokens.join(between).parse().unwrap();
            let facts = Facts { original, path, make, model, id: 9, ..photo() };
            let stem = template.stem(&facts);
            prop_assert!(!stem.is_empty());
            for part in stem.split('/') {
                prop_assert!(!matches!(part, "" | "." | ".."), "{stem:?}");
                prop_assert!(part.len() <= 200, "{stem:?}");
                prop_assert!(!part.chars().any(|c| c.is_control() || "\\:<>\"|?*".contains(c)), "{stem:?}");
            }
            prop_assert_eq!(template.stem(&facts), stem);
        }

        #[test]
        fn any_text_is_a_template_or_says_why_not(text in "\\PC{0,20}|[{}a-z/.]{0,20}") {
            if let Err(why) = text.parse::<Template>() {
                prop_assert!(!why.is_empty());
            }
        }
    }
}
