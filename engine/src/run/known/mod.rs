//! Reading what somebody has already: a folder of photos, a list of digests, the text of NSRL, a former report.

mod files;
mod former;
mod kind;
mod read;

pub use read::read_known;
