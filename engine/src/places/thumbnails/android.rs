//! Small pictures that Android and its apps keep.

use std::sync::Arc;

use super::thumb_data::ThumbDataTree;
use crate::model::{Fidelity, Origin};
use crate::places::findings::{Findings, SubTree};
use crate::places::label::Label;
use crate::places::place::{Context, Place};
use crate::places::tree::Tree;

/// The picture caches of Android: of its media store, and of apps that show pictures with Glide.
pub(in crate::places) struct Android;

/// The folder of the media store's thumbnails.
const THUMBNAILS: &str = ".thumbnails";

/// The folder of an app's pictures.
const GLIDE: &str = "image_manager_disk_cache";

impl Place for Android {
    fn read(&self, tree: &Arc<dyn Tree>, context: &Context<'_>, findings: &mut Findings) {
        for (at, node) in tree.nodes().iter().enumerate() {
            if !node.is_file() {
                continue;
            }
            let folder = node.folder().rsplit('/').next().unwrap_or("");
            if folder == GLIDE {
                let mut label = Label::new(at, Origin::Cache, "picture cache of an Android app");
                label.fidelity = Fidelity::Preview;
                findings.labels.push(label);
            } else if folder == THUMBNAILS && node.name().starts_with(".thumbdata") {
                let inside =
                    ThumbDataTree::new(Arc::clone(tree), at, context.progress.wish().clone());
                findings.trees.push(SubTree { tree: Box::new(inside), made_of: vec![at] });
            } else if folder == THUMBNAILS {
                let mut label = Label::new(at, Origin::Cache, "Android thumbnail cache");
                label.fidelity = Fidelity::Thumbnail;
                findings.labels.push(label);
            }
        }
    }
}
