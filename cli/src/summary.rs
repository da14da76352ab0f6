//! What is said at the end of a scan, to people and to programs.

pub mod batch;
mod paragraphs;
mod places;
mod table;
mod told;

pub use told::Told;

use std::io::{self, Write};

use afterimage_engine::metrics::{Cost, Stage};
use afterimage_engine::report::Kinds;
use afterimage_engine::run::Stats;
use afterimage_engine::words::{self, Paragraph, Topic};
use serde_json::json;

use crate::memory::Memory;
use crate::{screen, text};

/// The summary for people.
pub fn text(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    let said = words::tell(&told.outcome.head);
    // Where it lies is said once it is known what it is.
    let (found, more) = said.split_at(said.partition_point(|one| one.topic <= Topic::Note));
    paragraphs::write(out, found)?;
    let rows = told.outcome.head.summary.recovered.as_slice();
    if rows.len() > 1 {
        writeln!(out)?;
        table::write(out, rows, screen::width())?;
    }
    places::write(out, told)?;
    writeln!(out)?;
    paragraphs::write(out, more)?;
    if let Some(memory) = told.memory {
        stats(out, &told.outcome.stats, memory)?;
    }
    out.flush()
}

/// Writes what is said about one topic, where something is.
pub fn about(out: &mut dyn Write, said: &[Paragraph], topic: Topic) -> io::Result<()> {
    let said: Vec<Paragraph> = said.iter().filter(|one| one.topic == topic).cloned().collect();
    if !said.is_empty() && topic != Topic::Unreadable {
        writeln!(out)?;
    }
    paragraphs::write(out, &said)?;
    if said.is_empty() || topic != Topic::Unreadable { Ok(()) } else { writeln!(out) }
}

/// The summary for programs.
pub fn json(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    let outcome = told.outcome;
    let failed = outcome
        .failed
        .iter()
        .map(|(path, error)| json!({ "path": path.to_string_lossy(), "error": error.to_string() }));
    let head = &outcome.head;
    let (summary, left_out) = (&head.summary, head.summary.left_out);
    let grades = summary.by_grade_recovered().into_iter();
    let grades = grades.map(|(grade, count)| (grade.name().to_owned(), json!(count.sum())));
    let formats = summary.by_format_recovered().into_iter();
    let formats = formats.map(|(name, count)| (name, json!(count)));
    let sum = |kinds| Kinds::from(kinds).sum();
    let mut said = json!({
        "report": outcome.report.as_ref().map(|path| path.to_string_lossy()),
        "interrupted": outcome.interrupted,
        "failure": outcome.failure.as_ref().map(ToString::to_string),
        "failed": failed.collect::<Vec<_>>(),
        "sources": head.sources,
        "summary": summary,
        "photos": grades.collect::<serde_json::Map<_, _>>(),
        "formats": formats.collect::<serde_json::Map<_, _>>(),
        "live": summary.live,
        "lost": summary.unseen,
        "embedded": summary.embedded,
        "filtered": sum(left_out.by_size),
        "left_out": {
            "by_format": sum(left_out.by_format),
            "by_choice": sum(left_out.by_choice),
            "by_size": sum(left_out.by_size),
        },
        "warnings": head.notes,
        "said": words::tell(head),
    });
    if let Some(memory) = told.memory {
        said["stats"] = stats_json(&outcome.stats, memory);
    }
    text::json(out, &said)?;
    out.flush()
}

/// What a run cost, for programs.
pub fn stats_json(stats: &Stats, memory: Memory) -> serde_json::Value {
    let stages = stats.stages.iter().map(|(stage, cost)| {
        let cost = json!({ "bytes": cost.bytes, "seconds": cost.time.as_secs_f64() });
        (stage.name().to_owned(), cost)
    });
    json!({
        "scanned": stats.scanned,
        "read": stats.read,
        "scanning_seconds": stats.scanning.as_secs_f64(),
        "finishing_seconds": stats.finishing.as_secs_f64(),
        "threads": stats.threads,
        "stages": stages.collect::<serde_json::Map<_, _>>(),
        "peak_anonymous": memory.anonymous,
        "peak_resident": memory.peak,
    })
}

/// What each stage did with a core's second.
fn stages(out: &mut dyn Write, stages: &[(Stage, Cost)]) -> io::Result<()> {
    writeln!(out, "  stage                bytes    core time    bytes a core-second")?;
    for (stage, cost) in stages {
        let (name, seconds) = (stage.name(), cost.time.as_secs_f64());
        let speed = if seconds > 0.0 { (cost.bytes as f64 / seconds) as u64 } else { 0 };
        let speed = text::bytes(speed);
        writeln!(out, "    {name:8} {:15} {seconds:10.3} s    {speed:>12}", cost.bytes)?;
    }
    Ok(())
}

/// What a run cost, for people.
pub fn stats(out: &mut dyn Write, stats: &Stats, memory: Memory) -> io::Result<()> {
    let seconds = stats.scanning.as_secs_f64();
    let speed = if seconds > 0.0 { (stats.scanned as f64 / seconds) as u64 } else { 0 };
    let ratio = stats.read as f64 / stats.scanned.max(1) as f64;
    writeln!(out, "\nWhat it cost:")?;
    writeln!(out, "  scanned      {} bytes", stats.scanned)?;
    writeln!(out, "  read         {} bytes, {ratio:.3} of what was scanned", stats.read)?;
    writeln!(out, "               (what is mapped into memory is not counted as read)")?;
    writeln!(out, "  scanning     {seconds:.3} s, {} a second", text::bytes(speed))?;
    writeln!(out, "  finishing    {:.3} s", stats.finishing.as_secs_f64())?;
    writeln!(out, "  threads      {}", stats.threads)?;
    stages(out, &stats.stages)?;
    if memory == Memory::default() {
        return writeln!(out, "  memory       not known on this system");
    }
    writeln!(out, "  memory       {} at the most", text::bytes(memory.anonymous))?;
    writeln!(out, "               ({} with pages of mapped files)", text::bytes(memory.peak))
}
