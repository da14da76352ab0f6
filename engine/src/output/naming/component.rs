//! One component of a path, made harmless.

use std::borrow::Cow;

/// The longest component, in bytes. Every file system takes 255; the rest is room for what
/// [`TakenPaths`](super::taken::TakenPaths) adds to a stem.
pub(super) const MAX_LEN: usize = 200;

/// The longest extension, in bytes, that survives when a long name is cut.
const MAX_EXTENSION: usize = 16;

/// Characters that Windows, FAT and exFAT refuse in a name (Microsoft, "Naming Files, Paths, and
/// Namespaces"), and the separators.
const REFUSED: &str = "<>:\"|?*/\\";

/// A name that Linux, macOS and Windows accept and that shows as what it is. Cleaning twice is
/// the same as cleaning once.
pub(super) fn clean(part: &str) -> String {
    let shown: String = part
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| if REFUSED.contains(c) { '_' } else { c })
        .collect();
    let name = escape(shown.trim_end_matches(['.', ' ']).into());
    // A cut can lay bare a reserved name that stood before a row of spaces.
    let name = escape(cut(&name));
    if name.is_empty() { "_".to_owned() } else { name.into_owned() }
}

/// The stem and the extension of a file name; a dot at its start makes none.
pub(super) fn split(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension.len() <= MAX_EXTENSION => {
            (stem, Some(extension))
        }
        _ => (name, None),
    }
}

/// Whether a character shows as nothing, breaks a line or turns the text around it (Unicode
/// Standard Annex 9, table 4). Joiners stay: names in many scripts need them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
        )
}

/// Puts `_` before a name that Windows keeps for a device, whatever its extension.
fn escape(name: Cow<'_, str>) -> Cow<'_, str> {
    if is_reserved(&name) { format!("_{name}").into() } else { name }
}

/// Whether Windows would open a device instead of a file of this name. Superscript digits count
/// as digits there.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    if matches!(&*stem, "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return true;
    }
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let mut number = port.unwrap_or_default().chars();
    matches!(number.next(), Some('0'..='9' | '¹' | '²' | '³')) && number.next().is_none()
}

/// At most [`MAX_LEN`] bytes of a name: the stem gives way, the extension stays.
fn cut(name: &str) -> Cow<'_, str> {
    if name.len() <= MAX_LEN {
        return name.into();
    }
    let (stem, extension) = split(name);
    let room = MAX_LEN - extension.map_or(0, |extension| extension.len() + 1);
    let end = (0..=room).rev().find(|at| stem.is_char_boundary(*at)).unwrap_or(0);
    let stem = stem[..end].trim_end_matches(['.', ' ']);
    match extension {
        Some(extension) => format!("{stem}.{extension}").into(),
        None => stem.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(part: &str, expected: &str) {
        assert_eq!(clean(part), expected);
        assert_eq!(clean(expected), expected);
    }

    #[test]
    fn ordinary_names_stay() {
        for name in ["IMG_0001.JPG", ".trashed-17-a.jpg", "família 👨‍👩‍👧.heic", "COM10", "console.jpg"]
        {
            check(name, name);
        }
    }

    #[test]
    fn what_systems_refuse_is_replaced() {
        check("a<b>:c\"d|e?f*.jpg", "a_b__c_d_e_f_.jpg");
        check("a/b\\c", "a_b_c");
        check("name. . .", "name");
        check("", "_");
        check("...", "_");
        check(" ", "_");
    }

    #[test]
    fn what_cannot_be_seen_is_left_out() {
        check("a\u{0}b\n\u{7f}\u{9b}c", "abc");
        check("photo\u{202e}gpj.exe", "photogpj.exe");
        check("\u{feff}\u{2066}x", "x");
    }

    #[test]
    fn names_of_devices_are_escaped() {
        check("CON", "_CON");
        check("nul.jpg", "_nul.jpg");
        check("com1.tar.gz", "_com1.tar.gz");
        check("LPT³", "_LPT³");
        check("aux .jpg", "_aux .jpg");
        check("CO\u{202e}N", "_CON");
    }

    #[test]
    fn long_names_are_cut_between_characters_and_keep_their_extension() {
        let long = clean(&("é".repeat(300) + ".jpeg"));
        assert_eq!(long, "é".repeat(97) + ".jpeg");
        assert_eq!(clean(&"x".repeat(999)).len(), MAX_LEN);
        let no_extension = clean(&("a.".to_owned() + &"b".repeat(999)));
        assert_eq!(no_extension.len(), MAX_LEN);
        check(&("CON".to_owned() + &" ".repeat(400) + "x.jpg"), "_CON.jpg");
        check(&("CON".to_owned() + &" ".repeat(400) + "x"), "_CON");
        assert!(clean(&("CON.".to_owned() + &"b".repeat(999))).len() <= MAX_LEN);
    }
}
