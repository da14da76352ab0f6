//! Measures afterimage, alone and beside its peers. `README.md` says what to run and what it tells.
//!
//! A comparison is made of [`tools`] that a [`process`] each runs over one image, whose truth
//! ([`truth`]) lets [`judge`] say what came of it. The images of timings are made by [`image`]
//! from [`filler`] and photos. [`bars`], [`table`] and [`record`] keep what was measured.
//! [`data`] is what single loops are measured on.

pub mod bars;
pub mod data;
pub mod ending;
pub mod filler;
pub mod image;
pub mod judge;
pub mod machine;
pub mod photos;
pub mod process;
pub mod record;
pub mod scratch;
pub mod table;
pub mod tools;
pub mod truth;
