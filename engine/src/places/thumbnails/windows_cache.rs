//! The picture caches of the Windows Explorer.

use std::sync::Arc;

use super::cache_file::{self, Entry};
use super::slices_tree::{Picture, SlicesTree};
use crate::model::{Fidelity, Origin};
use crate::places::findings::Findings;
use crate::places::label::Label;
use crate::places::slice::read;
use crate::places::tree::Tree;

/// A picture with longer sides than this is more than a thumbnail.
pub(super) const MOST_OF_THUMBNAIL: u32 = 512;

/// The pictures of the `thumbcache_*.db` of `tree` at `node`; nothing, with a note where one is due, when there are
/// none.
pub(in crate::places) fn windows_cache(
    tree: &Arc<dyn Tree>,
    node: usize,
    stopped: &dyn Fn() -> bool,
    findings: &mut Findings,
) -> Option<Box<dyn Tree>> {
    let bytes = tree.open(node).ok()?;
    let found = match cache_file::entries(bytes.as_ref(), stopped) {
        Ok(cache) => cache.entries,
        Err(version) => {
            let path = &tree.nodes().get(node)?.path;
            findings.notes.push(format!(
                "{}/{path}: a thumbnail cache of version {version}, which is not known",
                tree.title()
            ));
            return None;
        }
    };
    let name = tree.nodes().get(node)?.name().to_ascii_lowercase();
    let pictures: Vec<Picture> = found
        .into_iter()
        .map(|entry| {
            let magic = read(bytes.as_ref(), entry.picture.at, 4).unwrap_or_default();
            picture(entry, &magic, &name)
        })
        .collect();
    (!pictures.is_empty()).then(|| Box::new(SlicesTree::new(tree, node, pictures)) as Box<dyn Tree>)
}

fn picture(entry: Entry, magic: &[u8], file: &str) -> Picture {
    let extension = match magic {
        [0xff, 0xd8, ..] => ".jpg",
        [0x89, b'P', b'N', b'G'] => ".png",
        [b'B', b'M', ..] => ".bmp",
        _ => "",
    };
    let side = entry.size.map(|(width, height)| width.max(height)).or_else(|| side_by_name(file));
    let mut label = Label::new(0, Origin::Cache, "Windows thumbnail cache");
    label.fidelity = match side {
        Some(side) if side > MOST_OF_THUMBNAIL => Fidelity::Preview,
        _ => Fidelity::Thumbnail,
    };
    Picture { name: entry.name + extension, span: entry.picture, label }
}

/// The longer side by the name of the file: `thumbcache_1024.db`.
fn side_by_name(file: &str) -> Option<u32> {
    file.strip_prefix("thumbcache_")?.strip_suffix(".db")?.parse().ok()
}
