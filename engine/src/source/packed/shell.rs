//! Paths for commands that people type into a shell.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::source::image_names::NamedForm;

/// Most names that are tried.
const MOST_TRIES: u32 = 99;

/// A path beside `path` with another extension at which nothing is yet.
pub fn free(path: &Path, extension: &str) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default();
    let stem = Path::new(stem).file_stem().filter(|_| is_image(Path::new(stem))).unwrap_or(stem);
    let named = |number: u32| {
        let mut name = stem.to_os_string();
        if number > 0 {
            name.push(format!("-unpacked-{number}"));
        }
        if !extension.is_empty() {
            name.push(format!(".{extension}"));
        }
        path.with_file_name(name)
    };
    let is_free = |path: &PathBuf| path.symlink_metadata().is_err();
    (0..MOST_TRIES).map(named).find(is_free).unwrap_or_else(|| named(MOST_TRIES))
}

/// Whether a name is that of a raw image, as in `card.img.lz4`.
fn is_image(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    NamedForm::of(extension) == Some(NamedForm::Raw)
}

/// A path as a shell takes it, and a program that would take a dash for an option.
pub fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    if text.starts_with('-') { quoted_word(&format!("./{text}")) } else { quoted_word(&text) }
}

/// A word as a shell takes it.
pub fn quoted_word(word: &str) -> String {
    let plain = if cfg!(windows) { r"\/._-+:=" } else { "/._-+,:=@%" };
    let is_plain = |letter: char| letter.is_alphanumeric() || plain.contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    enclosed(word)
}

#[cfg(not(windows))]
fn enclosed(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// As both shells of Windows take it, where both can.
#[cfg(windows)]
fn enclosed(word: &str) -> String {
    match word.contains(['$', '`', '"']) {
        // PowerShell replaces these in double quotes, and the older shell knows no other.
        true => format!("'{}'", word.replace('\'', "''")),
        false => format!("\"{word}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_what_is_quoted_as_one_word() {
        for (word, expected) in [
            ("card.img", "card.img"),
            ("", "''"),
            ("my card.img", "'my card.img'"),
            ("it's", "'it'\\''s'"),
            ("$(rm)", "'$(rm)'"),
            ("-o", "-o"),
        ] {
            assert_eq!(quoted_word(word), expected);
        }
        assert_eq!(quoted(Path::new("-o")), "./-o");
        assert_eq!(quoted(Path::new("- o")), "'./- o'");
    }
}
