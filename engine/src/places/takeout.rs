//! Google Takeout: photos that were exported from Google Photos, each with a file of JSON that has its name, its
//! date and whether it lay in the trash.

mod folder;
mod names;
mod pairs;
mod place;
mod sidecar;

pub(super) use place::Takeout;
