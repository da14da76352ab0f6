//! Images of failing media, as careful as ddrescue: the good parts first, nothing read twice that was read
//! once, and at any moment a map that says what the image holds.
//!
//! A [`Strategy`] decides what to read next and knows no device; [`copy`] carries it out. The map is
//! [`RescueMap`](crate::source::rescue_map::RescueMap), the digests stand in a [`Sidecar`].

mod beside;
mod buffer;
mod copy;
mod digests;
mod domain;
mod e01;
mod finish;
mod image_digests;
mod image_file;
mod imaged;
mod medium;
mod options;
mod pace;
mod prepare;
mod priorities;
mod same;
mod saver;
mod sidecar;
mod sight;
mod skip;
mod strategy;
mod threads;
mod unchanged;
mod verify;

pub use copy::{Ended, Outcome, copy};
pub use digests::{HashPair, PIECE};
pub use domain::write_domain;
pub use e01::{E01, write_e01};
pub use imaged::Imaged;
pub use medium::{Facts, Medium, SystemMedium};
pub use options::{Options, sidecar_of};
pub use priorities::{Content, Priorities};
pub use sidecar::{Device, Hashes, Range, SCHEMA, Sidecar, Totals};
pub use sight::{CELLS, Sight};
pub use strategy::{Next, Request, Strategy, Wanted};
pub use verify::{Difference, Verified, verify};
