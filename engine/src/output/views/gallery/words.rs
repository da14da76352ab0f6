//! The head of the page: what all views say of a report, as markup.

use super::page::escaped;
use crate::output::report::ReportHead;
use crate::output::views::case_lines::case_lines;
use crate::output::words::{self, Paragraph, Topic, kinds};

/// What the head of the page says.
#[derive(Debug)]
pub(super) struct Words {
    /// What was found, in a line.
    pub(super) headline: String,
    /// The case that it belongs to, and what a copy for sharing leaves out.
    case: Vec<String>,
    /// Photos and videos of each grade, the best first.
    grades: Vec<String>,
    /// All that is said of the report.
    said: Vec<Paragraph>,
    /// Whether photos are known to have existed.
    has_lost: bool,
}

/// The words for a report.
pub(super) fn of(head: &ReportHead) -> Words {
    let grades = head.summary.by_grade_recovered();
    Words {
        headline: headline(head),
        case: case_lines(head),
        grades: grades.into_iter().map(|(_, n)| kinds(n)).collect(),
        said: words::tell(head),
        has_lost: !head.lost.is_empty(),
    }
}

fn headline(head: &ReportHead) -> String {
    let n = words::Facts::of(head).recovered();
    let what = if head.options.dry_run { "found" } else { "recovered" };
    match n.sum() {
        0 if head.summary.live > 0 => format!("No deleted photos {what}"),
        0 => format!("No photos {what}"),
        _ => format!("{} {what}", kinds(n)),
    }
}

impl Words {
    /// The words as markup; all that is said is escaped.
    pub(super) fn markup(&self) -> String {
        let mut found = self.of(Topic::Found);
        let mut made = String::new();
        if let Some(first) = found.next() {
            made += &format!("<p class=\"lead\">{}</p>\n", escaped(&first.text));
        }
        for line in &self.case {
            made += &format!("<p class=\"lead\">{}</p>\n", escaped(line));
        }
        for alert in self.of(Topic::Unreadable).chain(found) {
            made += &format!("<p class=\"alert\">{}</p>\n", escaped(&alert.text));
        }
        made += "<ul class=\"grades\">\n";
        for (n, meaning) in self.grades.iter().zip(self.of(Topic::Grade)) {
            made += &format!("<li><b>{}</b> {}</li>\n", escaped(n), escaped(&meaning.text));
        }
        made += "</ul>\n<div class=\"more\">\n";
        made += "<details><summary>What this means, and what to do next</summary>\n";
        made += &self.sections();
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

    fn of(&self, topic: Topic) -> impl Iterator<Item = &Paragraph> {
        self.said.iter().filter(move |one| one.topic == topic)
    }

    /// What has no place of its own, below a title for each topic.
    fn sections(&self) -> String {
        let mut made = String::new();
        let mut title = None;
        for one in &self.said {
            if matches!(one.topic, Topic::Found | Topic::Unreadable | Topic::Grade) {
                continue;
            }
            let own = one.topic.title().unwrap_or("What was found");
            if title != Some(own) {
                made += if title.is_some() { "</ul>\n" } else { "" };
                made += &format!("<h2>{}</h2>\n<ul>\n", escaped(own));
                title = Some(own);
            }
            let n = one.count.map(|n| format!("{n} ")).unwrap_or_default();
            made += &format!("<li>{n}{}</li>\n", escaped(&one.text));
        }
        made + if title.is_some() { "</ul>\n" } else { "" }
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
    fn all_that_is_said_is_in_the_page_as_text() {
        let recovered = |grade: &str, video: bool, files: u64| json!({ "grade": grade, "format": "jpeg", "video": video, "files": files, "bytes": 0 });
        let rows = [
            recovered("verified", false, 14),
            recovered("verified", true, 1),
            recovered("partial", false, 1),
        ];
        let summary =
            json!({ "photos": 15, "videos": 1, "live": 2, "copies": 1, "recovered": rows });
        let head =
            head(summary, json!({ "lost": [{ "by": "a", "path": "x", "state": "name-only" }] }));
        let words = of(&head);
        assert_eq!(words.headline, "15 photos and 1 video recovered");
        let markup = words.markup();
        assert!(!markup.contains("card<1>") && markup.contains("card&lt;1&gt;.img"));
        let alert = markup.split_once("class=\"alert\">").unwrap().1;
        assert!(alert.starts_with("READ ERRORS"), "{alert}");
        let grades = "<li><b>14 photos and 1 video</b> complete and proven";
        assert!(
            markup.contains(grades) && markup.contains("<li><b>1 photo</b> partial"),
            "{markup}"
        );
        assert!(markup.contains("data-opens=\"lost\""));
        for said in crate::output::words::tell(&head) {
            assert!(markup.contains(&escaped(&said.text)), "{said:?}");
        }
        assert_eq!(markup.matches("<ul").count(), markup.matches("</ul>").count());
    }

    #[test]
    fn nothing_is_said_to_be_recovered_by_a_dry_run() {
        let said = |summary, more| of(&head(summary, more)).headline;
        let dry = json!({ "options": { "dry_run": true } });
        assert_eq!(said(json!({ "photos": 1 }), dry), "1 photo found");
        assert_eq!(said(json!({ "live": 1 }), json!({})), "No deleted photos recovered");
        assert_eq!(said(json!({}), json!({})), "No photos recovered");
    }
}
