//! The trash of a cloud drive: what is in it, down to this machine, and back to where it was.
//!
//! Only what the vendors document for the user's own account is asked for: a list, a file, a restore. No request
//! that deletes or trashes exists here. [`account`], [`choice`] and [`vendor`] are what the command line says and
//! are there in every build; the rest needs the feature `cloud`.

pub mod account;
pub mod choice;
pub mod vendor;

#[cfg(feature = "cloud")]
#[cfg(feature = "cloud")]
mod checksum;
#[cfg(feature = "cloud")]
mod client;
#[cfg(feature = "cloud")]
mod drive;
#[cfg(feature = "cloud")]
mod dropbox;
#[cfg(feature = "cloud")]
mod endpoints;
#[cfg(feature = "cloud")]
pub mod failure;
#[cfg(feature = "cloud")]
mod http;
#[cfg(feature = "cloud")]
pub mod item;
#[cfg(feature = "cloud")]
pub mod known;
#[cfg(feature = "cloud")]
mod login;
#[cfg(feature = "cloud")]
mod loopback;
#[cfg(feature = "cloud")]
mod private_file;
#[cfg(feature = "cloud")]
pub mod save;
#[cfg(feature = "cloud")]
pub mod service;
#[cfg(feature = "cloud")]
pub mod session;
#[cfg(feature = "cloud")]
mod tokens;
