//! That an image has a map beside it which nobody named.

use std::path::PathBuf;

use afterimage_engine::source::rescue_map::read_map;
use afterimage_engine::source::shell::quoted;

/// What is to be said of images beside which a map stands that calls some of them unread: without the map
/// that counts as what the device held.
pub fn beside(paths: &[PathBuf]) -> Vec<String> {
    let note = |path: &PathBuf| {
        let mut map = path.clone().into_os_string();
        map.push(".map");
        let map = PathBuf::from(map);
        let missing = map.is_file().then(|| read_map(&map).ok())??.unfinished();
        (!missing.is_empty()).then(|| {
            format!(
                "{} says that not all of {} was read, and what was not counts as zeros now: add --map {}",
                map.display(),
                path.display(),
                quoted(&map)
            )
        })
    };
    paths.iter().filter(|path| path.is_file()).filter_map(note).collect()
}
