//! From a candidate to the record of the file that begins there.

mod carver;
mod enclosure;
mod found;
mod unpack;
mod unreadable;

pub use carver::{Carver, enclose};
pub use found::{Found, note_change, note_changes};
pub use unpack::{UNREADABLE, UnpackLimit, Unpacked};
