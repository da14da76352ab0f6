//! What to do next, and what options left out.

use crate::output::report::ReportHead;

/// Options that leave something out.
const FILTERS: [&str; 10] = [
    "--format",
    "--path",
    "--since",
    "--until",
    "--camera",
    "--min-size",
    "--min-pixels",
    "--range",
    "--volume",
    "--shard",
];

fn has(head: &ReportHead, option: &str) -> bool {
    head.tool.command.iter().any(|word| word.split('=').next() == Some(option))
}

/// Whether nothing was to be written.
pub(super) fn is_dry(head: &ReportHead) -> bool {
    has(head, "--dry-run")
}

/// What options asked for less than everything.
pub(super) fn left_out(head: &ReportHead) -> Option<String> {
    let given: Vec<&str> = FILTERS.into_iter().filter(|option| has(head, option)).collect();
    let asks = if given.len() == 1 { "asks" } else { "ask" };
    let options = given.join(" and ");
    (!given.is_empty())
        .then(|| format!("Only what {options} {asks} for was taken; without that, all is."))
}

/// What to do next, a sentence each.
pub(super) fn steps(head: &ReportHead) -> Vec<String> {
    let summary = &head.summary;
    let has_photos = summary.photos + summary.videos > 0;
    let mut steps = Vec::new();
    if head.incomplete.is_some() {
        steps.push("Go on where it stopped: the same command with --resume.");
    }
    if is_dry(head) {
        steps.push("`afterimage recover` with the folder of this page writes the photos, without a new scan.");
    } else if has_photos {
        steps.push("Look through the photos, and copy the folder to a second place.");
    }
    if head.sources.iter().any(|source| !source.unreadable.is_empty()) {
        steps.push(
            "Parts could not be read. Make an image (`afterimage image`), which reads what can be read first and \
             tries the rest again, and scan the image.",
        );
    }
    if !has_photos {
        steps.push(
            "Look for other copies: the trash of the computer and the phone, backups, cloud storage, people they \
             were sent to. `afterimage find` looks through this computer.",
        );
        steps.push("Make sure that this is the right card or disk: cameras and phones may have a second one.");
    }
    steps.push(
        "Until you have all you hoped for, write nothing to the card or disk: no new photos, no formatting, no \
         repair. Every write can destroy what is still there.",
    );
    steps.into_iter().map(str::to_owned).collect()
}
