//! The notes that the Finder keeps of a folder, in `.DS_Store`: of what lies in a trash folder, where it was.
//!
//! The file is a store of blocks whose lengths are powers of two; one block is the head of a B-tree of records,
//! sorted by the names of files. Records of former times stay in blocks that are free by now.
//!
//! Source: Wim Lewis, "DS_Store format" (2008); the Python package ds_store reads the same.

mod block_store;
mod put_back;
mod record;
mod record_tree;
mod remains;

pub use put_back::{MOST_DS_STORE, PutBack, PutBacks};
