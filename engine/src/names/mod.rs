//! Names, folders and dates.

pub mod assign;
pub mod join;
