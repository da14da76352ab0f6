//! Files that a check of the file system found and could not name.

use std::sync::Arc;

use crate::model::{Origin, Status};
use crate::places::findings::Findings;
use crate::places::label::Label;
use crate::places::place::{Context, Place};
use crate::places::tree::{Node, Tree};

/// What is said of such files.
const ORPHANED: &str = "orphaned";

/// The folders that Windows, Android and Linux put files into that no folder had: `FOUND.000`, `LOST.DIR`,
/// `lost+found`.
#[derive(Clone, Copy, Debug)]
pub struct OrphanedFiles;

impl Place for OrphanedFiles {
    fn read(&self, tree: &Arc<dyn Tree>, _: &Context<'_>, findings: &mut Findings) {
        let tree: &dyn Tree = &**tree;
        for (at, node) in tree.nodes().iter().enumerate() {
            let Some((place, rest)) = place_of(node) else { continue };
            let mut label = Label::new(at, Origin::Trash, place);
            label.status = Status::Deleted;
            label.marks.push(ORPHANED);
            // A folder that was found has a made-up name, and what lies in it has its own.
            label.original_path = rest.split_once('/').map(|(_, inside)| inside.to_owned());
            findings.labels.push(label);
        }
    }
}

/// The kind of the first such folder around a file, and the path from there.
fn place_of(node: &Node) -> Option<(&'static str, &str)> {
    let mut rest = node.path.as_str();
    while let Some((folder, inside)) = rest.split_once('/').filter(|_| node.is_file()) {
        if let Some(place) = place(folder) {
            return Some((place, inside));
        }
        rest = inside;
    }
    None
}

fn place(folder: &str) -> Option<&'static str> {
    let found =
        |digits: &str| digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let start = |len| folder.get(..len).unwrap_or_default();
    if folder.eq_ignore_ascii_case("LOST.DIR") {
        return Some("LOST.DIR, where Android puts what a check of the card found");
    }
    if start(6).eq_ignore_ascii_case("FOUND.") && found(&folder[6..]) {
        return Some("FOUND folder, where Windows puts what a check of the disk found");
    }
    (folder == "lost+found")
        .then_some("lost+found, where Linux puts what a check of the disk found")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::tree::NodeKind;

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let (len, modified, created) = (1, None, None);
        let node = Node { path: path.into(), kind: NodeKind::File, len, modified, created };
        assert_eq!(place_of(&node).map(|(_, rest)| rest), expected, "{path}");
    }

    #[test]
    fn folders_of_checks_are_known_wherever_they_lie() {
        check("LOST.DIR/1234", Some("1234"));
        check("card/lost.dir/1234", Some("1234"));
        check("FOUND.012/DIR0000.CHK/a.jpg", Some("DIR0000.CHK/a.jpg"));
        check("lost+found/#12", Some("#12"));
        check("FOUND.01/a", None);
        check("FOUND.0x1/a", None);
        check("LOST.DIR", None);
    }
}
