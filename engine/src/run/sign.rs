//! Signatures of a report and of its audit log: Ed25519, with keys as `openssl` makes them.
//!
//! `report.sig` is the signature of all bytes of `report.json`, 64 bytes and nothing else, which `openssl pkeyutl
//! -verify -pubin -inkey KEY -rawin -in report.json -sigfile report.sig` checks too. A line of the audit log says
//! that it was signed, and by which key; `audit.sig` is the signature of the log's bytes up to and with that line. Lines
//! that are added later change nothing of that: `head -n LINE audit.log` are the bytes that are signed.

mod check;
mod fault;
mod files;
mod key;
mod line;
mod signing;

pub(super) use check::{Checked, check};
pub use fault::{SignatureFault, SignatureFaultKind};
pub use key::is_readable_by_others;
pub(super) use key::public_key;
pub use signing::{Sign, Signed, sign};
