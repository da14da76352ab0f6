//! The layouts of the carving challenges of DFRWS 2006 and 2007, rebuilt with other files.
//!
//! The organisers published which sectors of which file lie in which sectors of the image. [`published`]
//! reads these tables, [`stand_in`] makes something to lie in the place of each file, and [`rebuild`] lays it.

pub mod published;
pub mod rebuild;
pub mod scenarios;
pub mod stand_in;
