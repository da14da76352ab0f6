//! Measures afterimage, alone and beside its peers. `README.md` says what to run and what it tells.
//!
//! A comparison is made of [`tools`] that a [`process`] each runs over one image, whose truth
//! ([`truth`]) lets [`judge`] say what came of it. The images of timings are made by [`image`]
//! from [`filler`] and photos, those of the public benchmark by [`layouts`] and [`evaluate`];
//! [`calibration`] holds what a report claims against the truth. [`bars`], [`table`] and [`record`] keep what was measured.
//! [`data`] is what single loops are measured on.

pub mod bars;
pub mod calibration;
pub mod data;
pub mod ending;
pub mod evaluate;
pub mod filler;
pub mod image;
pub mod interval;
pub mod judge;
pub mod layouts;
pub mod machine;
pub mod photos;
pub mod process;
pub mod record;
pub mod scratch;
pub mod session;
pub mod table;
pub mod tools;
pub mod truth;
