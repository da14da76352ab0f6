//! The database of the Photos app, and the photos of a phone that it lists.
//!
//! Tables and columns come and go from version to version: only what a database has is read. The file of a photo is
//! named by its row; what a file without a row is, the folder tells.

mod albums;
mod apple_time;
mod asset;
mod assets;
mod by_content;
mod catalog;
mod contents;
mod labels;
mod near;
mod phone;
mod role;

#[cfg(test)]
pub(in crate::places) mod tests;

pub(in crate::places) use apple_time::moment;
pub use asset::Asset;
pub use assets::assets;
pub(in crate::places) use by_content::is_uuid;
pub(in crate::places) use catalog::{Catalog, extension, stem};
pub(in crate::places) use contents::Contents;
pub(in crate::places) use labels::{Labels, Where};
pub use phone::PhonePhotos;
pub(in crate::places) use phone::in_cloud;
pub(in crate::places) use role::{File, Role};
