//! Images on web servers and in object storage, read by ranges, without a copy.
//!
//! An object is read in [`pieces`]: those that somebody waits for, and, where it is read in order, those that follow
//! ([`streams`]). Some threads ask for them side by side ([`transfer`]), each with requests that are made again where
//! the server is busy or breaks off. Memory is bounded by the pieces that are kept. Each answer has to be of the
//! [`version`](version::Version) that was opened: bytes of two versions are never mixed.

mod answer;
mod client;
mod environment;
mod pieces;
mod place;
mod profile;
mod range;
mod reading;
mod storage;
mod streams;
mod transfer;
mod version;

pub(super) use reading::open;
