//! Small pictures of what was found, for views of the report: `report/thumbs/ID.jpg`.
//!
//! They are pictures that lie inside the files themselves, copied as they are; a file without one gets its own
//! later from whoever can decode it. They can be made again at any time, so that nothing waits for them: they come
//! after the photos, and go first where the disk is full.

mod choice;
mod embedded;
mod offset;
mod shelf;
mod thumbnailer;
mod upright;

pub use choice::{Inside, LONGEST, SIDE, best, is_shown_itself};
pub use embedded::Embedded;
pub use offset::offset_in;
pub use shelf::{FOLDER, Shelf, name, path};
pub use thumbnailer::{Picture, Thumbnailer};
pub use upright::upright;
