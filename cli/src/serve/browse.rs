//! Choosing an image or a folder without typing its path.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::typed_path::absolute;

/// So many names of a folder are told.
const MOST_NAMES: usize = 2000;

/// So many names of a folder are looked at.
const MOST_LOOKED: usize = 20_000;

/// What lies in a folder, folders first; in the user's own folder where none is named. Nothing is opened.
///
/// # Errors
///
/// Why it cannot be looked into.
pub fn folder(path: &Path) -> Result<Value, String> {
    let path = match path.as_os_str().is_empty() {
        true => home(),
        false => absolute(path)?,
    };
    // A file stands for the folder that it is in.
    let path = match fs::metadata(&path) {
        Ok(found) if !found.is_dir() => path.parent().map_or(path.clone(), Path::to_path_buf),
        _ => path,
    };
    let failed = |error| format!("{} cannot be looked into: {error}.", path.display());
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    let mut unnamed = 0;
    for entry in fs::read_dir(&path).map_err(failed)?.take(MOST_LOOKED).flatten() {
        // What is no text cannot be asked for in JSON.
        let Ok(name) = entry.file_name().into_string() else {
            unnamed += 1;
            continue;
        };
        if name.starts_with('.') {
            continue;
        }
        match fs::metadata(entry.path()) {
            Ok(found) if found.is_dir() => folders.push(json!({ "name": name, "folder": true })),
            Ok(found) if found.is_file() => {
                files.push(json!({ "name": name, "size": found.len() }));
            }
            _ => {}
        }
    }
    let by_name = |a: &Value, b: &Value| a["name"].as_str().cmp(&b["name"].as_str());
    folders.sort_by(by_name);
    files.sort_by(by_name);
    let all = folders.len() + files.len();
    let names: Vec<Value> = folders.into_iter().chain(files).take(MOST_NAMES).collect();
    Ok(json!({
        "path": path.to_string_lossy(),
        "parent": path.parent().map(Path::to_string_lossy),
        "separator": std::path::MAIN_SEPARATOR_STR,
        "names": names,
        "left_out": all.saturating_sub(MOST_NAMES) + unnamed,
    }))
}

/// The user's own folder.
pub fn home() -> PathBuf {
    let named = ["HOME", "USERPROFILE"].into_iter().find_map(std::env::var_os);
    named.map(PathBuf::from).filter(|home| home.is_dir()).unwrap_or_else(|| {
        std::env::current_dir().unwrap_or_else(|_| PathBuf::from(std::path::MAIN_SEPARATOR_STR))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_first_and_hidden_names_not_at_all() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("a.img"), b"abc").unwrap();
        fs::write(home.path().join(".secret"), b"").unwrap();
        fs::create_dir(home.path().join("z")).unwrap();
        let said = folder(home.path()).unwrap();
        let names: Vec<&str> = said["names"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["z", "a.img"]);
        assert_eq!(folder(&home.path().join("a.img")).unwrap()["path"], said["path"]);
        assert!(folder(&home.path().join("none")).is_err());
    }
}
