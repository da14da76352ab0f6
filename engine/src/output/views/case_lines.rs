//! What a report says of its case, in words, for views that are lines of text.

use crate::output::report::ReportHead;

/// One line each: who examined what, and what a copy for sharing leaves out.
pub(super) fn case_lines(head: &ReportHead) -> Vec<String> {
    let case = head.case.clone().unwrap_or_default();
    let given = [
        ("case", case.number),
        ("evidence", case.evidence),
        ("examiner", case.examiner),
        ("notes", case.notes),
    ];
    let given = given.into_iter().filter_map(|(what, said)| Some(format!("{what}: {}", said?)));
    let redacted = (!head.redacted.is_empty())
        .then(|| format!("redacted for sharing, left out: {}", head.redacted.join("; ")));
    given.chain(redacted).collect()
}
