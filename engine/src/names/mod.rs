//! Which name, folder and dates a photo had, by the file system that it lies in.
//!
//! An entry gives its name when the photo begins where the entry says and ends within the entry's size. What
//! follows the picture is the photo's as well, where nothing else claims it. Otherwise the name is a hint.

mod android_name;
mod assign;
mod bin_record;
mod facts;
mod fit;
mod former_names;
mod gaps;
mod hidden_path;
mod join;
mod name_only;
mod tail;
mod trailer;

pub use assign::{SourceNaming, assign};
pub use bin_record::{BinKind, BinRecord, MOST_BIN_RECORD, bin_name};
pub use facts::note_entry;
pub use fit::{Fit, distance, fits};
pub use former_names::{FormerNames, is_bin_record};
pub use gaps::gaps;
pub use hidden_path::HiddenPath;
pub use name_only::{Asked, LEAST_SIZE, NameOnlyEntry, name_only};
pub use trailer::extend;
