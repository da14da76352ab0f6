//! What to do next.

use super::facts::Facts;
use super::not_recovered::empty_bytes;
use super::paragraph::{Paragraph, Topic};
use super::plain::plain;
use super::quantities::percent;
use super::{again, left_out, unreadable};
use crate::output::report::ReportSource;

/// What it means that a whole scan found nothing.
const NOTHING: &str = "No photo that afterimage knows begins in what was scanned (`afterimage formats` lists what \
                       it knows). Overwritten photos are gone; encrypted ones cannot be seen.";

/// What to do next; where nothing was found, what that means and what can still be tried.
pub(super) fn tell(facts: Facts<'_>) -> Vec<Paragraph> {
    let said =
        |topic, texts: Vec<String>| texts.into_iter().map(move |text| Paragraph::new(topic, text));
    if facts.has_any() {
        return said(Topic::Next, steps(facts)).collect();
    }
    said(Topic::Meaning, causes(facts)).chain(said(Topic::Try, tries(facts))).collect()
}

/// What somebody does who has found something.
fn steps(facts: Facts<'_>) -> Vec<String> {
    let advice = if facts.head.options.dry_run {
        "`afterimage recover` with the folder of this report writes the photos, without a new scan."
    } else if facts.has_photos() {
        "Look through the photos, and copy the folder to a second place."
    } else if !facts.head.ended.is_complete() || facts.is_cut_short() {
        "Not all was scanned, so that what was found says little."
    } else if facts.is_all() && !has_deleted(facts) {
        "Nothing had to be recovered: copy the photos that are still there as you always do, or with --all."
    } else {
        "No deleted photo came back. Those that are still there can be copied as you always do, or with --all."
    };
    let keep = "Until you have all you hoped for, write nothing to the card or disk: no new photos, \
                no formatting, no repair. Every write can destroy what is still there.";
    let mut steps: Vec<String> = rest(facts).into_iter().collect();
    steps.push(advice.to_owned());
    steps.extend(image(facts));
    steps.push(keep.to_owned());
    steps
}

/// What is left to do, where not all was scanned or written.
fn rest(facts: Facts<'_>) -> Option<String> {
    let command = &facts.head.tool.command;
    // Only a scan goes on where it stopped.
    if command.get(1).is_some_and(|verb| verb != "scan") {
        let again = "run the same command again, into another folder";
        return (!facts.head.ended.is_complete()).then(|| format!("Not all was done: {again}."));
    }
    let again = match again::resumed(command) {
        Some(command) => plain(&command),
        None => "the same command with --resume".to_owned(),
    };
    if facts.has_failed() {
        let first = "Make room on the disk of the folder, or see to what else is wrong";
        Some(format!("Not all was written. {first}, and go on where it stopped: {again}"))
    } else if facts.is_stopped() || facts.is_cut_short() {
        Some(format!("Go on where it stopped: {again}"))
    } else {
        None
    }
}

/// Whether a file system tells of files that were deleted.
fn has_deleted(facts: Facts<'_>) -> bool {
    let mut volumes = facts.head.sources.iter().flat_map(|source| &source.volumes);
    volumes.any(|volume| volume.deleted > 0)
}

/// What helps where parts of a source could not be read.
fn image(facts: Facts<'_>) -> Vec<String> {
    let options = &facts.head.options;
    if options.image.is_some() {
        // It is made already, and what is to be done with it is said after this.
        return Vec::new();
    }
    let has_map = options.map.is_some();
    facts.head.sources.iter().filter_map(|source| unreadable::advice(source, has_map)).collect()
}

/// Nobody should be left alone with nothing. Where options left out all of it, they are what is to be changed.
fn tries(facts: Facts<'_>) -> Vec<String> {
    let options = left_out::options(facts);
    if !options.is_empty() {
        let options = options.join(", ");
        let again = format!(
            "Give the same command without {options}, or with less strict values, and another folder: that brings \
             back what was left out."
        );
        return rest(facts).into_iter().chain(image(facts)).chain([again]).collect();
    }
    let tries = [
        "Look for other copies: the trash of the computer and the phone, backups, cloud storage, \
         the computer that the photos were last seen on, people they were sent to.",
        "Make sure that this is the right card or disk: cameras and phones may have a second card \
         or memory of their own.",
        "Write nothing to the card or disk as long as you hope for anything: no new photos, no \
         formatting, no repair.",
    ];
    let tries = tries.into_iter().map(str::to_owned);
    rest(facts).into_iter().chain(image(facts)).chain(tries).collect()
}

/// Why nothing was found.
pub fn causes(facts: Facts<'_>) -> Vec<String> {
    let (head, options) = (facts.head, &facts.head.options);
    let mut causes = left_out::reasons(facts);
    if facts.is_whole() && facts.is_all() {
        causes.push(NOTHING.to_owned());
    } else if !facts.is_whole() {
        causes.push("Not all was scanned, so that this says little.".to_owned());
    }
    let mostly = |source: &&ReportSource| {
        !facts.has_left_out() && source.size > 0 && empty_bytes(source) >= source.size / 10 * 9
    };
    for source in head.sources.iter().filter(mostly) {
        let share = percent(empty_bytes(source), source.size);
        causes.push(format!(
            "{share} of {} is empty. Many cards, phones and all SSDs erase what is deleted or \
             formatted; no program can bring that back.",
            plain(&source.path)
        ));
    }
    if !options.formats.is_empty() {
        let formats = plain(&options.formats.join(", "));
        causes.push(format!("Only {formats} was looked for; without --format, all formats are."));
    }
    let choices = left_out::choices(options);
    if !choices.is_empty() {
        let (choices, asks) =
            (choices.join(" and "), if choices.len() == 1 { "asks" } else { "ask" });
        causes.push(format!("Only what {choices} {asks} for was taken; without that, all is."));
    }
    if options.range.is_some() {
        causes.push("Only --range was looked at; without it, all of the source is.".to_owned());
    }
    if options.volume.is_some() {
        causes.push("Only --volume was looked at; without it, all of the source is.".to_owned());
    }
    causes
}
