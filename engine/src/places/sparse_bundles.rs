//! Sparse bundles of macOS among other files: images in pieces, into which only a scan looks.

use std::sync::Arc;

use super::findings::Findings;
use super::place::{Context, Place};
use super::tree::{NodeKind, Tree};

/// Images in pieces, in which Time Machine keeps backups on network drives.
pub(super) struct SparseBundles;

impl Place for SparseBundles {
    fn read(&self, tree: &Arc<dyn Tree>, _context: &Context<'_>, findings: &mut Findings) {
        for node in tree.nodes() {
            if node.name() != "bands" || node.kind != NodeKind::Folder {
                continue;
            }
            let bundle = node.folder();
            let beside = |name: &str| match bundle {
                "" => tree.at(name),
                folder => tree.at(&format!("{folder}/{name}")),
            };
            if beside("Info.plist").or_else(|| beside("Info.bckup")).is_some() {
                let path = [tree.title(), bundle].join("/");
                let path = path.trim_end_matches('/');
                findings.notes.push(format!(
                    "{path} is a disk image of macOS in pieces (a sparse bundle), perhaps with backups in it; name it \
                     to `afterimage find` or `afterimage scan`, where it lies in an image or an archive after \
                     copying it out"
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::progress::Progress;
    use crate::places::NoPasswords;
    use crate::places::tree::tests::MemoryTree;

    #[test]
    fn a_bundle_is_told_and_other_folders_of_that_name_are_none() {
        let names = ["Mac.sparsebundle/Info.plist", "Mac.sparsebundle/bands/0", "music/bands/0"];
        let tree: Arc<dyn Tree> = Arc::new(MemoryTree::new(names.map(|name| (name, Vec::new()))));
        let (progress, mut findings) = (Progress::default(), Findings::default());
        let context = Context { passwords: &NoPasswords, progress: &progress, now: 0 };
        SparseBundles.read(&tree, &context, &mut findings);
        assert_eq!(findings.notes.len(), 1);
        assert!(findings.notes[0].starts_with("memory/Mac.sparsebundle is a disk image of macOS"));
    }
}
