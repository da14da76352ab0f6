//! That reading what is known takes its time.

use std::path::PathBuf;

use crate::progress::How;

/// What is told to somebody who waits at a terminal while the photos in folders of `known` are hashed.
pub fn note(known: &[PathBuf], how: How) -> Option<String> {
    let folders: Vec<_> =
        known.iter().filter(|path| path.is_dir()).map(|path| path.display().to_string()).collect();
    let is_told = how == How::Terminal && !folders.is_empty();
    is_told.then(|| format!("reading first what is known in {}", folders.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_told_to_somebody_at_a_terminal() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list.txt");
        std::fs::write(&list, "").unwrap();
        let known = [folder.path().to_path_buf(), list.clone()];
        let told = format!("reading first what is known in {}", folder.path().display());
        assert_eq!(note(&known, How::Terminal), Some(told));
        assert_eq!(note(&known, How::Events), None);
        assert_eq!(note(&[list], How::Terminal), None);
    }
}
