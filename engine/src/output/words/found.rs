//! What was read, and what was found.

use super::facts::{CUT_SHORT, Facts};
use super::paragraph::{Paragraph, Topic};
use super::plain::plain;
use super::quantities::{bytes, count, duration, kinds, kinds_are};
use crate::model::Grade;
use crate::output::report::Summary;

/// What was read and found.
pub(super) fn tell(facts: Facts<'_>) -> Vec<Paragraph> {
    let mut said = vec![Paragraph::new(Topic::Found, headline(facts, &sources(facts)))];
    if facts.is_cut_short() {
        said.push(Paragraph::new(Topic::Found, CUT_SHORT));
    }
    if facts.head.options.dry_run {
        said.push(Paragraph::new(Topic::Found, DRY_RUN));
    }
    if facts.has_photos() {
        said.extend(grades(facts));
    }
    if facts.has_any() {
        said.extend(others(facts).into_iter().map(|text| Paragraph::new(Topic::Other, text)));
    }
    said.extend(facts.head.notes.iter().map(|note| Paragraph::new(Topic::Note, plain(note))));
    said
}

/// What is said of a run that wrote its report alone.
const DRY_RUN: &str = "This was a dry run: no photo was written.";

fn sources(facts: Facts<'_>) -> String {
    match facts.head.sources.as_slice() {
        [source] => source.path.clone(),
        several => format!("{} sources", several.len()),
    }
}

/// What was found in `place`, as somebody calls what was looked at, in a sentence.
pub fn headline(facts: Facts<'_>, place: &str) -> String {
    let photos = match facts.recovered() {
        n if n.sum() > 0 => kinds(n),
        _ if facts.is_of_files() => "no copy of a photo that is not there any more".to_owned(),
        _ if facts.has_any() => "no deleted photos".to_owned(),
        _ => "no photos".to_owned(),
    };
    let place = plain(place);
    let time = facts.time().map(|time| format!("in {}", duration(time)));
    let read = match (facts.is_of_files(), time) {
        (true, None) => String::new(),
        (true, Some(time)) => format!(" ({time})"),
        (false, time) => {
            let time = time.map(|time| format!(" {time}")).unwrap_or_default();
            format!(" ({} scanned{time})", bytes(facts.scanned()))
        }
    };
    format!("Found {photos} in {place}{read}.")
}

fn grades(facts: Facts<'_>) -> Vec<Paragraph> {
    let (summary, quick) = (&facts.head.summary, facts.head.options.quick);
    let grades = summary.by_grade_recovered().into_iter();
    let rows =
        grades.map(|(grade, n)| Paragraph::row(Topic::Grade, n.sum(), meaning(grade, quick)));
    let formats = summary.by_format_recovered().into_iter();
    let formats: Vec<String> = formats.map(|(name, n)| format!("{n} {}", plain(&name))).collect();
    let formats = Paragraph::new(Topic::Format, format!("By format: {}", formats.join(", ")));
    rows.chain([formats]).collect()
}

/// What a grade means to somebody who hopes for a photo.
fn meaning(grade: Grade, quick: bool) -> &'static str {
    match grade {
        Grade::Verified => "complete and proven: all that its format can check holds",
        Grade::Structural if quick => {
            "complete by structure: begins and ends as it should; --quick left out all other checks"
        }
        Grade::Structural => {
            "complete by structure: begins and ends as it should; no check covers all between"
        }
        Grade::Repaired => "repaired: bytes were added or replaced so that it can be seen",
        Grade::Damaged => "damaged: there to its end, but parts do not decode or were unreadable",
        Grade::Partial => {
            "partial: a true beginning; the rest is missing or belongs to something else"
        }
    }
}

fn others(facts: Facts<'_>) -> Vec<String> {
    let (live, summary, options) = (facts.live(), &facts.head.summary, &facts.head.options);
    let mut said = Vec::new();
    if summary.unwritten > 0 {
        let text = count(summary.unwritten, "more file was", "more files were");
        said.push(format!("{text} found and not written."));
    }
    if live.sum() > 0 {
        let text = kinds_are(live);
        said.push(format!("{text} still there and only listed; --all copies them too."));
    }
    if summary.copies > 0 {
        let text = count(summary.copies, "exact copy was", "exact copies were");
        said.push(format!("{text} found too; a photo is written once only."));
    }
    if summary.surpassed > 0 {
        let text = count(summary.surpassed, "preview was", "previews were");
        said.push(format!("{text} left out: a better copy of the same photo was found."));
    }
    if summary.inside > 0 {
        let text = count(summary.inside, "picture lies", "pictures lie");
        let hint = embedded(summary, options.embedded, options.all);
        said.push(format!("{text} inside these photos (thumbnails, previews){hint}."));
    }
    said
}

/// How many of the pictures inside others are written, or would be.
fn embedded(summary: &Summary, are_written: bool, all: bool) -> String {
    let why = if all { "are copies" } else { "are copies, or lie in photos that are only listed" };
    match (summary.embedded, are_written) {
        (n, false) if n == summary.inside => "; --embedded writes them too".to_owned(),
        (n, true) if n == summary.inside => String::new(),
        (0, _) => format!("; none is written: they {why}"),
        (n, false) => format!("; --embedded writes {n} of them: the others {why}"),
        (n, true) => format!("; {n} of them are written: the others {why}"),
    }
}
