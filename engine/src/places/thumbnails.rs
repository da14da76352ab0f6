//! Small pictures that systems keep of photos: the last resort when a photo itself is gone.

mod android;
mod cache_file;
mod catalog;
mod compound;
mod file_uri;
mod png_text;
mod slices_tree;
mod thumb_data;
mod windows_cache;
mod xdg;

pub(super) use android::Android;
pub(super) use compound::CompoundTree;
pub(super) use windows_cache::windows_cache;
pub(super) use xdg::Xdg;
