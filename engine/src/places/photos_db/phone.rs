//! The photos of an iPhone or iPad, in a backup or in a folder of its media.

use super::catalog::Catalog;
use super::labels::{Labels, Where};
use super::role::of_phone;
use crate::model::{Lost, LostState, Origin};
use crate::places::findings::Findings;
use crate::places::place::{Context, Place};
use crate::places::tree::Tree;

/// Where the database is, from the folder of the media.
const DATABASE: &str = "PhotoData/Photos.sqlite";

/// The photos of an iPhone or iPad: originals, edited ones, previews, Recently Deleted, and what is only in iCloud.
#[derive(Clone, Copy, Debug)]
pub struct PhonePhotos;

impl Place for PhonePhotos {
    fn read(&self, tree: &dyn Tree, context: &Context<'_>, findings: &mut Findings) {
        for node in 0..tree.nodes().len() {
            if context.progress.stopped() {
                return;
            }
            let database = &tree.nodes()[node];
            let root = database.path.strip_suffix(DATABASE).filter(|_| database.is_file());
            let root = root.filter(|root| root.is_empty() || root.ends_with('/'));
            if let Some(root) = root.map(|root| root.trim_end_matches('/').to_owned()) {
                read(tree, node, &root, findings);
            }
        }
    }
}

fn read(tree: &dyn Tree, database: usize, root: &str, findings: &mut Findings) {
    let is_backup = root.split('/').any(|part| part == "CameraRollDomain");
    let place = if is_backup {
        Where {
            origin: Origin::Backup,
            live: "iPhone backup",
            deleted: "Recently Deleted in the iPhone backup",
            by: "Photos.sqlite of the backup",
            cloud: "the full size is in iCloud, not in this backup",
        }
    } else {
        Where {
            origin: Origin::Library,
            live: "iPhone photos",
            deleted: "Recently Deleted of the iPhone",
            by: "Photos.sqlite of the phone",
            cloud: "the full size is in iCloud, not on this device",
        }
    };
    let catalog = Catalog::read(tree, database, &mut findings.notes);
    let mut labels = Labels::new(&catalog, place);
    for node in tree.below(root) {
        let path = tree.nodes()[node].path.get(root.len()..).unwrap_or_default();
        let path = path.strip_prefix('/').unwrap_or(path);
        if tree.nodes()[node].is_file()
            && let Some(file) = of_phone(path, &catalog)
        {
            labels.add(node, path, &file);
        }
    }
    let (labels, lost) = labels.finish();
    findings.notes.extend(in_cloud(tree.title(), place, catalog.live().count(), &lost));
    findings.labels.extend(labels);
    findings.lost.extend(lost);
}

/// The sentence that says how many photos are not here because they are in iCloud.
pub(in crate::places) fn in_cloud(
    title: &str,
    place: Where,
    known: usize,
    lost: &[Lost],
) -> Option<String> {
    let cloud = lost.iter().filter(|photo| photo.state == LostState::CloudOnly).count();
    (cloud > 0).then(|| {
        format!(
            "{title}: of {cloud} of the {known} photos that {} lists, {}: sign in at icloud.com, or \
             download them on the phone",
            place.by, place.cloud
        )
    })
}
