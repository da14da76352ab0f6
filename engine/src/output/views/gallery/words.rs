//! The head of the report in plain words: what was read, what was found, what is lost, what to try next.

mod found;
mod missing;
mod next;

use super::counted::{bytes, kinds};
use super::page::escaped;
use crate::output::report::ReportHead;
use crate::output::views::case_lines::case_lines;

/// What the head of the page says.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// What was found, in a line.
    pub(super) headline: String,
    /// What was read, and when.
    lead: String,
    /// The case that it belongs to, and what a copy for sharing leaves out.
    case: Vec<String>,
    /// What nobody must overlook.
    alerts: Vec<String>,
    /// The rest: titles with sentences.
    sections: Vec<(&'static str, Vec<String>)>,
    /// Whether photos are known to have existed.
    has_lost: bool,
}

/// The words for a report.
pub(super) fn of(head: &ReportHead) -> Words {
    Words {
        headline: headline(head),
        lead: lead(head),
        case: case_lines(head),
        alerts: missing::alerts(head),
        sections: vec![
            ("What else was found", found::others(head)),
            ("What could not be recovered, and why", missing::reasons(head)),
            ("What was read", found::sources(head)),
            ("What to do next", next::steps(head)),
        ],
        has_lost: !head.lost.is_empty(),
    }
}

fn headline(head: &ReportHead) -> String {
    let (photos, videos) = (head.summary.photos, head.summary.videos);
    let what = if next::is_dry(head) { "found" } else { "recovered" };
    match photos + videos {
        0 if head.summary.live > 0 => format!("No deleted photos {what}"),
        0 => format!("No photos {what}"),
        _ => format!("{} {what}", kinds(photos, videos)),
    }
}

fn lead(head: &ReportHead) -> String {
    let sources = match head.sources.as_slice() {
        [] => "nothing".to_owned(),
        [source] => format!("{} ({})", source.path, bytes(source.size)),
        several => {
            let sum = several.iter().fold(0_u64, |sum, source| sum.saturating_add(source.size));
            format!("{} sources ({})", several.len(), bytes(sum))
        }
    };
    let day = head.finished.get(..10).unwrap_or(&head.finished);
    let dry = if next::is_dry(head) { " This was a dry run: no photo was written." } else { "" };
    format!("From {sources}, {day}, by {} {}.{dry}", head.tool.name, head.tool.version)
}

impl Words {
    /// The words as markup; all that is said is escaped.
    pub(super) fn markup(&self) -> String {
        let mut made = format!("<p class=\"lead\">{}</p>\n", escaped(&self.lead));
        for line in &self.case {
            made += &format!("<p class=\"lead\">{}</p>\n", escaped(line));
        }
        for alert in &self.alerts {
            made += &format!("<p class=\"alert\">{}</p>\n", escaped(alert));
        }
        made += "<ul class=\"grades\" id=\"grades\"></ul>\n<div class=\"more\">\n";
        made += "<details><summary>What this means, and what to do next</summary>\n";
        for (title, sentences) in self.sections.iter().filter(|(_, held)| !held.is_empty()) {
            let items = sentences.iter().map(|text| format!("<li>{}</li>\n", escaped(text)));
            let items: String = items.collect();
            made += &format!("<h2>{title}</h2>\n<ul>\n{items}</ul>\n");
        }
        made += "</details>\n";
        let button = |opens: &str, label: &str| {
            format!(
                "<button type=\"button\" class=\"quiet\" data-opens=\"{opens}\" hidden>{label}</button>\n"
            )
        };
        if self.has_lost {
            made += &button("lost", "Photos known to have existed");
        }
        made += &button("about", "About this report");
        made + "</div>"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn head(summary: Value, more: Value) -> ReportHead {
        let mut head = json!({
            "schema": "afterimage-report/1",
            "tool": { "name": "afterimage", "version": "1.0", "command": ["afterimage", "scan", "card.img"] },
            "started": "2024-05-04T10:00:00Z", "finished": "2024-05-04T10:12:00Z",
            "sources": [{
                "path": "card<1>.img", "kind": "image", "size": 8_000_000_000_u64, "sector_size": 512,
                "unreadable": [{ "offset": 0, "length": 4096 }], "unreadable_files": 2,
                "erased_bytes": 4_800_000_000_u64, "volumes": []
            }],
            "summary": { "files": 20, "bytes": 1, "by_format": {}, "by_grade": {}, "by_origin": {}, "duplicates": 0 },
        });
        head["summary"].as_object_mut().unwrap().extend(summary.as_object().unwrap().clone());
        head.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(head).unwrap()
    }

    #[test]
    fn the_head_says_what_was_found_and_what_was_not() {
        let summary =
            json!({ "photos": 15, "videos": 1, "live": 2, "copies": 1, "unseen": 3, "inside": 4 });
        let markup = of(&head(summary, json!({ "incomplete": "stopped" }))).markup();
        for said in [
            "card&lt;1&gt;.img",
            "READ ERRORS: 4.1 kB of card&lt;1&gt;.img in 1 place could not be read; 2 photos lie there",
            "60 % of card&lt;1&gt;.img is empty",
            "2 photos or videos are still there",
            "1 exact copy was found too",
            "4 pictures lie inside",
            "3 files have only a beginning left",
            "not complete: stopped",
        ] {
            assert!(markup.contains(said), "{said}: {markup}");
        }
        assert!(!markup.contains("card<1>"));
    }

    #[test]
    fn the_headline_counts_photos_and_videos_apart() {
        let said = |summary| of(&head(summary, json!({}))).headline;
        assert_eq!(said(json!({ "photos": 15, "videos": 1 })), "15 photos and 1 video recovered");
        assert_eq!(said(json!({ "live": 1 })), "No deleted photos recovered");
        assert_eq!(said(json!({})), "No photos recovered");
        let command = json!({ "tool": { "name": "", "version": "", "command": ["afterimage", "scan", "--dry-run"] } });
        assert_eq!(of(&head(json!({ "photos": 1 }), command)).headline, "1 photo found");
    }

    #[test]
    fn what_is_lost_is_counted_by_what_is_left() {
        let lost = json!({ "lost": [
            { "by": "a", "path": "DCIM/1.JPG", "state": "name-only" },
            { "by": "a", "path": "DCIM/2.JPG", "state": "preview-only" },
            { "by": "gap in the numbering of DCIM", "path": "DCIM/3.JPG", "state": "name-only" },
        ] });
        let markup = of(&head(json!({ "photos": 1 }), lost)).markup();
        assert!(markup.contains("1 photo that is known to have existed is still lost: nothing of it was found, such as DCIM/1.JPG"), "{markup}");
        assert!(
            markup.contains("was found as a smaller picture only, such as DCIM/2.JPG"),
            "{markup}"
        );
        assert!(
            markup
                .contains("1 number is missing in the numbering of the camera, such as DCIM/3.JPG"),
            "{markup}"
        );
        assert!(markup.contains("data-opens=\"lost\""));
    }

    #[test]
    fn options_that_leave_out_are_told() {
        let tool = json!({ "tool": { "name": "", "version": "", "command": ["x", "--format", "jpeg", "--since=2020"] } });
        let markup = of(&head(json!({}), tool)).markup();
        assert!(markup.contains("Only what --format and --since ask for was taken"), "{markup}");
    }
}
