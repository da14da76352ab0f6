//! Where copies are looked for when nobody says where: the homes of people, and drives that come and go.

use std::path::{Path, PathBuf};

use afterimage_engine::system::System;

/// Folders below which systems mount drives that come and go.
const MOUNTED: [&str; 4] = ["/media", "/run/media", "/mnt", "/Volumes"];

/// Folders of homes, which all are looked at by who may.
const HOMES: [&str; 2] = ["/home", "/Users"];

/// The folders to look at; some may lie in others.
pub fn usual(system: &System) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"));
    found.extend(home.map(PathBuf::from).filter(|home| home.is_dir()));
    for homes in HOMES {
        let entries = std::fs::read_dir(homes).into_iter().flatten().flatten();
        let open = entries.map(|entry| entry.path()).filter(|home| std::fs::read_dir(home).is_ok());
        found.extend(open);
    }
    let points = system.mount_points().into_iter();
    let is_drive = |point: &PathBuf| {
        MOUNTED.iter().any(|above| point.starts_with(above) && point != Path::new(above))
    };
    found.extend(points.filter(is_drive).filter(|point| std::fs::read_dir(point).is_ok()));
    found.sort();
    found
}

/// The paths as they were typed, without those that lead to or into another one.
pub fn once(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let whole = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
    let all: Vec<PathBuf> = paths.iter().map(whole).collect();
    let is_new = |(at, path): (usize, &PathBuf)| {
        let is_in = |(other_at, other): (usize, &PathBuf)| {
            path != other && path.starts_with(other) || path == other && other_at < at
        };
        !all.iter().enumerate().any(is_in)
    };
    let kept: Vec<bool> = all.iter().enumerate().map(is_new).collect();
    paths.into_iter().zip(kept).filter_map(|(path, is_kept)| is_kept.then_some(path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_named_twice_is_looked_at_once() {
        let paths = ["b", "a/c", "a", "b", "ab"].map(PathBuf::from);
        assert_eq!(once(paths.to_vec()), ["b", "a", "ab"].map(PathBuf::from));
    }

    #[test]
    fn a_folder_inside_another_is_not_looked_at_twice() {
        let paths = ["/home/a", "/home/a/mnt", "/home/ab", "/home/a"].map(PathBuf::from);
        let expected = ["/home/a", "/home/ab"].map(PathBuf::from);
        assert_eq!(once(paths.to_vec()), expected);
    }
}
