//! Lists of digests of photos that were lost: what `sha256sum` and its like print, tables, what cloud drives and
//! photo servers list, a former report.
//!
//! A list is somebody's file: what is damaged or hostile in it costs bounded time and memory.

mod date;
mod failure;
mod fields;
mod json;
mod lines;
mod lists;
mod photo;
mod read;
mod stream;
mod table;

pub use failure::ListFailure;
pub use lists::LostHashes;
pub use photo::ListedPhoto;
pub(crate) use stream::each_photo;
