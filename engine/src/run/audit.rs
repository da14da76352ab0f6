//! `audit.log`: what was done to an output folder, and when, one JSON object a line.
//!
//! Each line carries the SHA-256 of the line before, so that no line can be changed, removed or put between others
//! without all that follow being made anew; a signature ([`super::sign()`]) keeps whoever has no key from doing that.

mod chain;
mod line;
mod log;

pub use chain::{Chain, ChainLine};
pub use line::{AuditLine, AuditReport, AuditSource};
pub use log::{AUDIT, append, read, record};
pub(super) use log::{digest_of, unrecorded};
