//! Copies of a report for sharing, without what tells where somebody lives and who they are.
//!
//! The report and its views are copied into a folder of their own; the original is not changed, but for a line in
//! its audit log. Photos are not copied: what their own metadata tell stays in them.

mod copy;
mod path;
mod rules;

pub use copy::{Redact, Redacted, redact};
