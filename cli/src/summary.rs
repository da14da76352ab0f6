//! What is said at the end of a scan, to people and to programs.

mod found;
pub mod known;
mod left_out;
mod lost;
mod next;
mod told;
mod unreadable;
pub mod volumes;

pub use told::{CUT_SHORT, Told};

use std::io::{self, Write};

use afterimage_engine::metrics::{Cost, Stage};
use afterimage_engine::report::Grade;
use serde_json::{Value, json};

use crate::memory::Memory;
use crate::text;

/// The summary for people.
pub fn text(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    unreadable::write(out, told)?;
    found::write(out, told)?;
    volumes::write(out, &told.outcome.sources)?;
    known::write(out, told)?;
    lost::write(out, told)?;
    next::write(out, told)?;
    if let Some(memory) = told.memory {
        stats(out, told, memory)?;
    }
    out.flush()
}

/// Why nothing was found, where nothing was.
pub fn causes(told: &Told<'_>) -> Vec<String> {
    next::causes(told)
}

/// The summary for programs.
pub fn json(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    let outcome = told.outcome;
    let failed = outcome
        .failed
        .iter()
        .map(|(path, error)| json!({ "path": path.to_string_lossy(), "error": error.to_string() }));
    let grades = outcome.photos.iter().map(|(grade, count)| Ok((word(grade)?, json!(count.sum()))));
    let formats = outcome.formats.iter().map(|(name, count)| ((*name).to_owned(), json!(count)));
    let mut said = json!({
        "report": outcome.report.as_ref().map(|path| path.to_string_lossy()),
        "interrupted": outcome.interrupted,
        "failure": outcome.failure.as_ref().map(ToString::to_string),
        "failed": failed.collect::<Vec<_>>(),
        "sources": outcome.sources,
        "summary": outcome.summary,
        "photos": grades.collect::<io::Result<serde_json::Map<_, _>>>()?,
        "formats": formats.collect::<serde_json::Map<_, _>>(),
        "live": outcome.summary.live,
        "lost": outcome.summary.unseen,
        "embedded": outcome.summary.embedded,
        "filtered": outcome.left_out.by_size.sum(),
        "left_out": {
            "by_format": outcome.left_out.by_format.sum(),
            "by_choice": outcome.left_out.by_choice.sum(),
            "by_size": outcome.left_out.by_size.sum(),
        },
        "warnings": outcome.warnings,
    });
    if let Some(memory) = told.memory {
        let stages = outcome.stats.stages.iter().map(|(stage, cost)| {
            let cost = json!({ "bytes": cost.bytes, "seconds": cost.time.as_secs_f64() });
            (stage.name().to_owned(), cost)
        });
        said["stats"] = json!({
            "scanned": outcome.stats.scanned,
            "read": outcome.stats.read,
            "scanning_seconds": outcome.stats.scanning.as_secs_f64(),
            "finishing_seconds": outcome.stats.finishing.as_secs_f64(),
            "threads": outcome.stats.threads,
            "stages": stages.collect::<serde_json::Map<_, _>>(),
            "peak_anonymous": memory.anonymous,
            "peak_resident": memory.peak,
        });
    }
    text::json(out, &said)?;
    out.flush()
}

/// The word for a grade in the report.
fn word(grade: &Grade) -> io::Result<String> {
    match serde_json::to_value(grade)? {
        Value::String(word) => Ok(word),
        other => Ok(other.to_string()),
    }
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

fn stats(out: &mut dyn Write, told: &Told<'_>, memory: Memory) -> io::Result<()> {
    let stats = &told.outcome.stats;
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
