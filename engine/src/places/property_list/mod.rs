//! Apple's property lists, binary and XML, and the objects that `NSKeyedArchiver` puts into them.
//!
//! A list of a backup or a library is hostile input: what is built of it is bounded by its own length, however
//! often it refers to one object.

mod archive;
mod parse;
mod value;

pub use archive::{Archive, Archived};
pub use parse::{MOST_DEPTH, MOST_LEN, MOST_NODES, PropertyListError};
pub use value::PropertyList;
