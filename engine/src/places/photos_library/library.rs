//! The photos of a library: originals, edited ones, smaller ones, deleted ones.

use std::collections::BTreeSet;

use super::role::of_library;
use crate::model::Origin;
use crate::places::findings::Findings;
use crate::places::photos_db::{Catalog, Labels, Where, in_cloud};
use crate::places::place::{Context, Place};
use crate::places::tree::Tree;

/// Where the database is, from the folder of the library.
const DATABASE: &str = "database/Photos.sqlite";

/// The end of the name of a library.
const PACKAGE: &str = ".photoslibrary";

const LIBRARY: Where = Where {
    origin: Origin::Library,
    live: "Photos library",
    deleted: "Recently Deleted of the Photos library",
    by: "Photos.sqlite of the library",
    cloud: "the full size is in iCloud, not in this library",
};

/// The library of the Photos app of a Mac.
#[derive(Clone, Copy, Debug)]
pub struct PhotosLibrary;

impl Place for PhotosLibrary {
    fn read(&self, tree: &dyn Tree, context: &Context<'_>, findings: &mut Findings) {
        for root in roots(tree) {
            if context.progress.stopped() {
                return;
            }
            read(tree, &root, findings);
        }
    }
}

/// The folders of libraries: packages by their names, and what holds a database as they do.
fn roots(tree: &dyn Tree) -> BTreeSet<String> {
    let mut roots = BTreeSet::new();
    for node in tree.nodes() {
        if let Some(root) = node.path.strip_suffix(DATABASE).filter(|_| node.is_file()) {
            if root.is_empty() || root.ends_with('/') {
                roots.insert(root.trim_end_matches('/').to_owned());
            }
        } else if !node.is_file()
            && node.name().len() > PACKAGE.len()
            && node.name().to_ascii_lowercase().ends_with(PACKAGE)
        {
            roots.insert(node.path.clone());
        }
    }
    roots
}

fn read(tree: &dyn Tree, root: &str, findings: &mut Findings) {
    let inside =
        |path: &str| if root.is_empty() { path.to_owned() } else { format!("{root}/{path}") };
    let database = tree.at(&inside(DATABASE)).filter(|node| tree.nodes()[*node].is_file());
    let catalog = match database {
        Some(database) => Catalog::read(tree, database, &mut findings.notes),
        // A library of Photos 4 or before, or what is left of one.
        None => Catalog::default(),
    };
    let mut labels = Labels::new(&catalog, LIBRARY);
    for node in tree.below(root) {
        let path = tree.nodes()[node].path.get(root.len()..).unwrap_or_default();
        let path = path.strip_prefix('/').unwrap_or(path);
        if tree.nodes()[node].is_file()
            && let Some(file) = of_library(path, &catalog)
        {
            labels.add(node, path, &file);
        }
    }
    let (labels, lost) = labels.finish();
    findings.notes.extend(in_cloud(tree.title(), LIBRARY, catalog.live().count(), &lost));
    findings.labels.extend(labels);
    findings.lost.extend(lost);
}
