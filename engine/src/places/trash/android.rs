//! What Android hides: files that were renamed in place when they were moved to the trash.

use crate::model::{Origin, Status};
use crate::names::HiddenPath;
use crate::places::findings::Findings;
use crate::places::label::Label;
use crate::places::place::{Context, Place};
use crate::places::tree::Tree;

/// What a user calls the trash.
const TRASH: &str = "Android trash";

/// What a user calls what an app never finished.
const PENDING: &str = "Android, not finished";

/// The trash of Android since version 11: of phones, and of the cards that were in them.
#[derive(Clone, Copy, Debug)]
pub struct AndroidTrash;

impl Place for AndroidTrash {
    fn read(&self, tree: &dyn Tree, _: &Context<'_>, findings: &mut Findings) {
        for (at, node) in tree.nodes().iter().enumerate() {
            if !node.is_file() {
                continue;
            }
            let Some(hidden) = HiddenPath::of(&node.path) else { continue };
            let mut label = Label::new(at, Origin::Trash, TRASH);
            label.status = Status::Deleted;
            if hidden.is_pending {
                // It was never shown to anybody, and nobody deleted it.
                (label.place, label.status) = (PENDING, Status::Unknown);
            }
            label.original_path = Some(hidden.original);
            label.deleted_at = hidden.deleted_at;
            label.expires_at = hidden.expires_at;
            findings.labels.push(label);
        }
    }
}
