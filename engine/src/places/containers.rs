//! Files that hold other files: archives, and the databases in which Windows keeps small pictures. They are known
//! by their first bytes, wherever they lie and whatever they are called.

use std::collections::BTreeMap;
use std::sync::Arc;

use afterimage_signatures::Bytes;

use super::findings::{Findings, SubTree};
use super::place::{Context, Place};
use super::thumbnails::{CompoundTree, windows_cache};
use super::tree::{Node, Tree};
use super::zip::{Directory, ZipTree};

/// Files that hold other files.
pub(super) struct Containers;

/// Bytes that tell what a file is.
const HEAD: usize = 8;

/// The least that any of them has.
const LEAST: u64 = 22;

impl Place for Containers {
    fn read(&self, tree: &Arc<dyn Tree>, context: &Context<'_>, findings: &mut Findings) {
        findings.labels.extend_from_slice(tree.told());
        // By the folder that they lie in: the parts of one export.
        let mut exports: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, node) in tree.nodes().iter().enumerate() {
            if context.progress.stopped() {
                break;
            }
            if !node.is_file() || node.len < LEAST {
                continue;
            }
            let Ok(bytes) = tree.open(at) else { continue };
            let mut head = [0; HEAD];
            bytes.read_at(0, &mut head);
            match &head {
                [b'P', b'K', 3, 4, ..] => {
                    let archive = Archive { tree: tree.as_ref(), node, bytes: bytes.as_ref() };
                    if archive.read(context, findings) {
                        exports.entry(node.folder()).or_default().push(at);
                    } else {
                        findings.trees.push(archive_tree(tree, vec![at], context));
                    }
                }
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" => {
                    let found = CompoundTree::new(tree, at, findings);
                    findings.trees.extend(found.map(|one| sub_tree(Box::new(one), at)));
                }
                [b'C', b'M', b'M', b'M', ..] => {
                    let stopped = || context.progress.stopped();
                    let found = windows_cache(tree, at, &stopped, findings);
                    findings.trees.extend(found.map(|one| sub_tree(one, at)));
                }
                _ => {}
            }
        }
        for (_, parts) in exports {
            findings.trees.push(archive_tree(tree, parts, context));
        }
    }
}

fn sub_tree(tree: Box<dyn Tree>, made_of: usize) -> SubTree {
    SubTree { tree, made_of: vec![made_of] }
}

/// The tree of archives that belong together.
fn archive_tree(tree: &Arc<dyn Tree>, parts: Vec<usize>, context: &Context<'_>) -> SubTree {
    let first = parts.first().and_then(|at| tree.nodes().get(*at));
    let mut title = format!("{}/{}", tree.title(), first.map_or("", |node| &node.path));
    if parts.len() > 1 {
        title.push_str(&format!(" and {} more parts", parts.len() - 1));
    }
    let archives =
        ZipTree::new(Arc::clone(tree), parts.clone(), title, context.progress.wish().clone());
    SubTree { tree: Box::new(archives), made_of: parts }
}

/// An archive that was found.
struct Archive<'a> {
    tree: &'a dyn Tree,
    node: &'a Node,
    bytes: &'a dyn Bytes,
}

impl Archive<'_> {
    /// Tells what is wrong with the archive, and whether it is a part of an export of Google.
    fn read(&self, context: &Context<'_>, findings: &mut Findings) -> bool {
        let directory = Directory::read(self.bytes, &|| context.progress.stopped());
        let path = format!("{}/{}", self.tree.title(), self.node.path);
        let mut note = |what: String| findings.notes.push(format!("{path}: {what}"));
        if directory.is_recovered && !context.progress.stopped() {
            note(format!(
                "the directory of the archive is missing or damaged; {} files were found in it without it",
                directory.members.len()
            ));
        }
        let mut tell = |count: usize, what: &str| {
            if count > 0 {
                note(format!("{count} files in the archive {what}"));
            }
        };
        tell(directory.encrypted(), "are encrypted with a password and cannot be read");
        tell(
            directory.unknown(),
            "are compressed by a method that is not known, and cannot be read",
        );
        tell(
            directory.inflating(),
            "claim to be thousands of times their bytes there and were not unpacked",
        );
        tell(
            directory.overlapping,
            "share their bytes with others, which no archiver writes, and were left out",
        );
        let mut names = directory.members.iter().map(|member| member.name.as_str());
        names.any(|name| name.split('/').next() == Some("Takeout") && name.contains('/'))
    }
}
