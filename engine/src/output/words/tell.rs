//! All that is said of a report.

use super::facts::Facts;
use super::paragraph::Paragraph;
use super::{found, known, next, not_recovered, unreadable, volumes};
use crate::output::report::ReportHead;

/// What a report comes to, in the order in which it is to be read.
pub fn tell(head: &ReportHead) -> Vec<Paragraph> {
    let facts = Facts::of(head);
    let mut said = unreadable::tell(facts);
    said.extend(found::tell(facts));
    said.extend(volumes::tell(&head.sources));
    said.extend(known::tell(facts));
    said.extend(not_recovered::tell(facts));
    said.extend(next::tell(facts));
    said
}
