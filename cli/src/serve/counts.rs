//! How many files a report has of what, in its own numbers.

use afterimage_engine::report::ReportHead;
use serde_json::{Value, json};

/// The numbers that tiles and headings tell of. Of a dry run, `recovered` would be.
pub fn of(head: &ReportHead) -> Value {
    let summary = &head.summary;
    json!({
        "dry_run": head.options.dry_run,
        "recovered": summary.photos.saturating_add(summary.videos),
        "live": summary.live,
        "unwritten": summary.unwritten,
        "unseen": summary.unseen,
        "surpassed": summary.surpassed,
        "copies": summary.copies,
    })
}
