//! Paths as people type them, and as they choose them.

use std::path::{Path, PathBuf};

use afterimage_engine::source;

/// A path as somebody has typed or chosen it, absolute. What is there by exactly that name is meant, blanks at its ends
/// included; else blanks and quotes around it are left away, which come from pasting.
///
/// # Errors
///
/// When there is none.
pub fn absolute(path: &Path) -> Result<PathBuf, String> {
    let is_there = !path.as_os_str().is_empty() && path.symlink_metadata().is_ok();
    let path = if is_there { path.to_path_buf() } else { tidied(path)? };
    let failed = |error| format!("{} is no path: {error}.", path.display());
    source::absolute(&path).map_err(failed)
}

fn tidied(path: &Path) -> Result<PathBuf, String> {
    let text = path.to_string_lossy();
    let text = text.trim().trim_matches('"');
    match text {
        "" => return Err("Nothing is chosen yet.".to_owned()),
        "-" => {
            return Err(
                "A pipe cannot be used here: choose a file, a drive or a folder.".to_owned()
            );
        }
        _ => {}
    }
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    Ok(match text.strip_prefix("~/") {
        Some(below) => home().map_or_else(|| PathBuf::from(text), |home| home.join(below)),
        None => PathBuf::from(text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_as_people_type_it() {
        assert_eq!(absolute(Path::new(" \"/none/a b\" ")), Ok(PathBuf::from("/none/a b")));
        for none in ["", "  ", "\"\"", "-", " - "] {
            assert!(absolute(Path::new(none)).is_err(), "{none:?}");
        }
        if let Some(home) = std::env::var_os("HOME").map(PathBuf::from) {
            assert_eq!(absolute(Path::new("~/none/x")), Ok(home.join("none/x")));
        }
    }

    #[test]
    fn what_is_there_is_meant_with_its_blanks() {
        let home = tempfile::tempdir().unwrap();
        for name in [" begins", "ends ", "\"quoted\""] {
            let folder = home.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            assert_eq!(absolute(&folder), Ok(folder.clone()));
            // What is to be made in it keeps its name.
            let below = folder.join("recovered-photos");
            assert_eq!(absolute(&below), Ok(below.clone()));
        }
        let plain = home.path().join("plain");
        let pasted = format!(" {} ", plain.display());
        assert_eq!(absolute(Path::new(&pasted)), Ok(plain));
    }
}
