//! Files that a container names.

use std::path::{Path, PathBuf};

use crate::source::address::is_address;
use crate::system::folder_of;

/// A file that a container names, beside the container or in a folder below: that name was written by whoever made
/// the container, and leads nowhere else.
pub(super) fn beside(path: &Path, name: &str) -> Option<PathBuf> {
    let folder = folder_of(path);
    let parts: Vec<&str> =
        name.split(['/', '\\']).filter(|part| !matches!(*part, "" | ".")).collect();
    let is_plain = |part: &&str| *part != ".." && !part.contains([':', '\0']);
    let is_relative = !name.starts_with(['/', '\\']) && parts.iter().all(is_plain);
    let last = parts.last().copied().filter(is_plain)?;
    if is_address(path) {
        // Whether it is there shows when it is opened.
        let is_whole = !parts.iter().any(|part| part.contains(['?', '#', '%']));
        let below = if is_relative { parts.join("/") } else { last.to_owned() };
        return is_whole.then(|| folder.join(below));
    }
    let below = is_relative.then(|| folder.join(parts.iter().collect::<PathBuf>()));
    below.into_iter().chain([folder.join(last)]).find(|found| is_below(folder, found))
}

/// Whether a file is there by that name, or may be: of one on a server that shows when it is opened.
pub(super) fn may_be_there(path: &Path) -> bool {
    is_address(path) || path.is_file()
}

/// Whether there is a regular file at `found`, by no link that leads out of `folder`.
fn is_below(folder: &Path, found: &Path) -> bool {
    let is_file = found.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
    let resolved = |path: &Path| path.canonicalize().ok();
    is_file
        && resolved(folder)
            .zip(resolved(found))
            .is_some_and(|(folder, found)| found.starts_with(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_container_lead_to_files_beside_it_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("a/deep")).unwrap();
        for name in ["out.img", "a/base.img", "a/deep/base.img", "a/deep/other.img"] {
            std::fs::write(at(name), b"x").unwrap();
        }
        let child = at("a/child.qcow2");
        for (name, expected) in [
            ("base.img", Some("a/base.img")),
            ("./base.img", Some("a/base.img")),
            ("deep/base.img", Some("a/deep/base.img")),
            ("deep\\other.img", Some("a/deep/other.img")),
            ("C:\\vms\\base.img", Some("a/base.img")),
            ("/etc/base.img", Some("a/base.img")),
            ("../base.img", Some("a/base.img")),
            ("../out.img", None),
            ("/etc/passwd", None),
            ("deep", None),
            ("..", None),
            ("", None),
            ("nbd:base.img", None),
        ] {
            assert_eq!(beside(&child, name), expected.map(at), "{name}");
        }
    }

    #[test]
    fn names_in_a_container_on_a_server_lead_to_that_server() {
        let child = Path::new("http://host/a/child.qcow2");
        for (name, expected) in [
            ("base.img", Some("http://host/a/base.img")),
            ("deep/base.img", Some("http://host/a/deep/base.img")),
            ("../base.img", Some("http://host/a/base.img")),
            ("/etc/passwd", Some("http://host/a/passwd")),
            ("base.img?secret", None),
            ("http://other/b.img", Some("http://host/a/b.img")),
            ("..", None),
        ] {
            assert_eq!(beside(child, name), expected.map(PathBuf::from), "{name}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_no_file_beside_a_container() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("a")).unwrap();
        std::fs::write(at("secret"), b"x").unwrap();
        std::os::unix::fs::symlink(at("secret"), at("a/base.img")).unwrap();
        std::os::unix::fs::symlink(folder.path(), at("a/up")).unwrap();
        assert_eq!(beside(&at("a/child"), "base.img"), None);
        assert_eq!(beside(&at("a/child"), "up/secret"), None);
    }
}
