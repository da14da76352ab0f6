//! Zip archives: what their directory lists, or what is in them when the directory is gone, inflated when it is
//! read.

mod code_page;
mod directory;
mod inflated;
mod local;
mod member;
#[cfg(test)]
mod tests;
mod tree;

pub(super) use directory::Directory;
pub(super) use tree::ZipTree;
