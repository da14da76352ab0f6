//! The page around the data: its shell, style and script, and the policy that lets nothing else run.

use std::io::{self, Write};

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::output::words::steers;

const SHELL: &str = include_str!("page/page.html");

const STYLE: &str = include_str!("page/style.css");

/// The parts of the script in the order in which they need each other.
const PARTS: [&str; 17] = [
    include_str!("page/script/text.js"),
    include_str!("page/script/slices.js"),
    include_str!("page/script/packs.js"),
    include_str!("page/script/dimensions.js"),
    include_str!("page/script/columns.js"),
    include_str!("page/script/query.js"),
    include_str!("page/script/layout.js"),
    include_str!("page/script/cards.js"),
    include_str!("page/script/grid.js"),
    include_str!("page/script/selection.js"),
    include_str!("page/script/input.js"),
    include_str!("page/script/filters.js"),
    include_str!("page/script/dialogs.js"),
    include_str!("page/script/details.js"),
    include_str!("page/script/taking.js"),
    include_str!("page/script/lost.js"),
    include_str!("page/script/theme.js"),
];

/// What sets the parts going; it must come last.
const START: &str = include_str!("page/script/start.js");

fn script() -> String {
    format!("(() => {{\n'use strict';\n{}{START}}})();\n", PARTS.concat())
}

/// What the page may do: run our script, use our style, show pictures and videos that lie beside it.
fn policy(script: &str, style: &str) -> String {
    let hash = |text: &str| BASE64.encode(&Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src 'self' file:; \
         media-src 'self' file:; base-uri 'none'; form-action 'none'",
        hash(script),
        hash(style)
    )
}

/// What the page may do, as it says itself; for whoever serves a page that may have been changed since.
pub fn gallery_policy() -> String {
    policy(&script(), STYLE)
}

/// Writes all that stands before the data: `words` is markup.
///
/// # Errors
///
/// Those of `out`.
pub(super) fn write(out: &mut dyn Write, title: &str, words: &str) -> io::Result<()> {
    let script = script();
    let policy = policy(&script, STYLE);
    let title = escaped(title);
    let mut rest = SHELL;
    while let Some((before, after)) = rest.split_once('{') {
        out.write_all(before.as_bytes())?;
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let held = match name {
            "policy" => policy.as_str(),
            "title" => title.as_str(),
            "style" => STYLE,
            "words" => words,
            "script" => script.as_str(),
            _ => "",
        };
        out.write_all(held.as_bytes())?;
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

/// A text as text of a page or an attribute. What would steer it or turn its direction can be seen.
pub(super) fn escaped(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => made.push_str("&amp;"),
            '<' => made.push_str("&lt;"),
            '>' => made.push_str("&gt;"),
            '"' => made.push_str("&quot;"),
            '\'' => made.push_str("&#39;"),
            '\0'..='\u{1f}' => made.extend(char::from_u32(0x2400 + u32::from(letter))),
            _ if steers(letter) || is_unseen(letter) => {
                made.push_str(&format!("\u{27e8}U+{:04X}\u{27e9}", u32::from(letter)))
            }
            _ => made.push(letter),
        }
    }
    made
}

/// Whether a letter cannot be seen.
fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{200b}' | '\u{feff}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(title: &str) -> String {
        let mut out = Vec::new();
        write(&mut out, title, "<p>{title}</p>").unwrap();
        String::from_utf8(out).unwrap()
    }

    fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
        text.split_once(from).unwrap().1.split_once(to).unwrap().0
    }

    #[test]
    fn the_policy_holds_the_digests_of_what_stands_in_the_page() {
        let page = page("x");
        let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
        for (tag, directive) in [("script", "script-src"), ("style", "style-src")] {
            let held = between(&page, &format!("<{tag}>"), &format!("</{tag}>"));
            let digest = BASE64.encode(&Sha256::digest(held.as_bytes()));
            assert!(policy.contains(&format!("{directive} 'sha256-{digest}';")), "{policy}");
        }
        assert!(policy.starts_with("default-src 'none';"));
        assert!(!policy.contains("unsafe") && !policy.contains("http"));
        assert_eq!(page.matches("<script").count(), 1, "no second script");
        assert!(!page.contains(" style=\"") && !page.contains(" onclick"), "nothing inline");
    }

    #[test]
    fn the_script_never_makes_markup_of_data() {
        let script = script();
        for word in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "</"]
        {
            assert!(!script.contains(word), "{word}");
        }
        assert!(
            !script.contains("http:") && !script.contains("https:") && !script.contains("fetch(")
        );
    }

    #[test]
    fn a_hostile_title_stays_text() {
        let page = page("</title><script>alert(\"'&\")</script>\u{202e}\u{0}{script}");
        let expected = "&lt;/title&gt;&lt;script&gt;alert(&quot;&#39;&amp;&quot;)&lt;/script&gt;\
                        \u{27e8}U+202E\u{27e9}\u{2400}{script}";
        assert_eq!(between(&page, "<title>", "</title>"), expected);
        assert_eq!(between(&page, "<h1>", "</h1>"), expected);
        assert!(page.contains("<p>{title}</p>"), "what is filled in is not filled in again");
    }
}
