//! `audit.log`: what was done to an output folder, and when, one JSON object a line.
//!
//! Each line carries the SHA-256 of the line before, so that no line can be changed, removed or put between others
//! without all that follow being made anew; a signature ([`super::sign()`]) keeps whoever has no key from doing that.
//!
//! A command that changes a report puts the new one on record before it puts it in place (`Made::publish`). So a
//! report that is not the one of the last line was changed by something else, or its command was interrupted in
//! between, which `settle` brings to its end.

mod chain;
mod files;
mod line;
mod log;
mod made;
mod recorded;

pub use chain::{Chain, ChainFault, ChainLine};
pub(super) use files::digest_of;
pub use line::{AuditFile, AuditLine, AuditSource};
pub use log::{AUDIT, append, read};
pub(super) use log::{append_by, unrecorded};
pub(super) use made::Made;
pub(super) use recorded::{RecordedReport, recorded, recorded_in, settle};
