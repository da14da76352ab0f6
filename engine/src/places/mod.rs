//! Places where copies of photos survive: trash folders, backups, libraries, exports, caches.
//!
//! Everything is a [`Tree`]: a folder of this machine, a file system inside an image, a backup, an archive.
//! What a file is, its content tells: every file of a tree is identified by its first bytes, wherever it lies.
//! A [`Place`] adds what it knows of the files in its format: original names and paths, dates, albums, what was
//! deleted and when it is purged, and which photos are known to have existed and are not there.
//!
//! Adding a place takes a file and a line in [`PLACES`].

pub mod backup;
mod containers;
mod digits;
mod ds_store;
mod file_history;
mod findings;
mod folder_tree;
mod forest;
mod known;
mod label;
mod messages;
mod photo_name;
pub mod photos_db;
mod photos_library;
mod place;
pub mod property_list;
mod recent;
mod slice;
mod sparse_bundles;
pub mod sqlite;
mod takeout;
mod thumbnails;
mod time_machine;
mod trash;
mod tree;
mod tree_source;
mod volume_tree;
mod zip;

pub use crate::model::{Fidelity, Lost, LostState};
pub use findings::{Findings, SubTree};
pub use folder_tree::FolderTree;
pub use forest::{Forest, Surveyed};
pub use known::{PLACES, VERSION_PLACES};
pub use label::Label;
pub use place::{Context, NoPasswords, Passwords, Place};
pub use tree::{Node, NodeKind, ReadFailure, Tree};
pub use tree_source::{OpenFile, TreeSource};
pub use volume_tree::VolumeTree;
