//! Which name, folder and dates a photo had, by the file system that it lies in.
//!
//! An entry gives its name when the photo begins where the entry says and ends where the entry's size
//! allows. Otherwise its name is a hint.

mod assign;
mod facts;
mod fit;
mod join;
mod name_only;
mod trailer;

pub use assign::{SourceNaming, assign};
pub use facts::note_entry;
pub use fit::{Fit, fits, is_near};
pub use name_only::{Asked, LEAST_SIZE, NameOnlyEntry, name_only};
pub use trailer::extend;
