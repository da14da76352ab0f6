//! Places where copies of photos survive: trash folders, backups, libraries, exports, caches.
//!
//! Everything is a [`Tree`]: a folder of this machine, a file system inside an image, a backup, an archive.
//! What a file is, its content tells: every file of a tree is identified by its first bytes, wherever it lies.
//! A [`Place`] adds what it knows of the files in its format: original names and paths, dates, albums, what was
//! deleted and when it is purged, and which photos are known to have existed and are not there.
//!
//! Adding a place takes a file and a line in [`PLACES`].

mod containers;
mod digits;
mod file_history;
mod findings;
mod folder_tree;
mod known;
mod label;
mod photo_name;
mod place;
mod recent;
mod slice;
mod sparse_bundles;
mod takeout;
mod thumbnails;
mod time_machine;
mod tree;
mod zip;

pub use crate::model::{Fidelity, Lost, LostState};
pub use findings::{Findings, SubTree};
pub use folder_tree::FolderTree;
pub use known::PLACES;
pub use label::Label;
pub use place::{Context, Passwords, Place};
pub use tree::{Node, NodeKind, ReadFailure, Tree};
