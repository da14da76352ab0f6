//! What is seen of a rescue: a block of lines that is drawn again, or plain lines where nobody sees a screen.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use afterimage_engine::imaging::Sight;
use afterimage_engine::source::rescue_map::{BlockStatus, Phase};
use serde_json::{Value, json};

use crate::event::event;
use crate::progress::{How, Show};
use crate::screen;
use crate::text::{bytes, duration, percent, wrapped};

/// Time between two plain lines of one pass.
const PAUSE: Duration = Duration::from_secs(30);

/// Where it is shown.
enum Screen {
    Nowhere,
    /// So many lines stand there.
    Terminal(usize),
    /// When the last line was written, and in which pass.
    Lines(Option<(Instant, String)>),
    /// When the last event was written.
    Events(Option<Instant>),
}

/// Shows how far a rescue is, on stderr.
pub struct Live(Screen);

impl Live {
    /// Shows what there is as it is asked for: where nobody sees a terminal, in plain lines.
    pub fn new(show: Show) -> Self {
        Live(match show.how() {
            How::Events => Screen::Events(None),
            How::Terminal => Screen::Terminal(0),
            How::Nowhere if show.is_quiet() => Screen::Nowhere,
            How::Nowhere => Screen::Lines(None),
        })
    }

    /// Shows a look at a rescue.
    pub fn show(&mut self, sight: &Sight) {
        self.draw(doing(sight), || lines(sight), || told(sight));
    }

    /// Shows how far an image is verified.
    pub fn verifying(&mut self, done: u64, len: u64) {
        let line = || vec![format!("verifying: {} of {}", bytes(done), bytes(len))];
        let event = || ("verify", json!({ "done": done, "total": len }));
        self.draw("verifying".to_owned(), line, event);
    }

    /// Shows how far an E01 image is written.
    pub fn converting(&mut self, done: u64, len: u64) {
        let line = || vec![format!("writing: {} of {}", bytes(done), bytes(len))];
        let event = || ("convert", json!({ "done": done, "total": len }));
        self.draw("writing".to_owned(), line, event);
    }

    fn draw(
        &mut self,
        doing: String,
        lines: impl FnOnce() -> Vec<String>,
        told: impl FnOnce() -> (&'static str, Value),
    ) {
        if let Screen::Events(last) = &mut self.0 {
            if last.is_none_or(|last| last.elapsed() >= BETWEEN) {
                *last = Some(Instant::now());
                let (name, more) = told();
                event(name, more);
            }
            return;
        }
        let mut err = io::stderr().lock();
        // Where stderr is closed nobody looks.
        match &mut self.0 {
            Screen::Nowhere | Screen::Events(_) => {}
            Screen::Terminal(drawn) => {
                let width = screen::width_of_stderr().saturating_sub(1);
                let lines = fitted(&lines(), width);
                let up = if *drawn > 0 { format!("\x1b[{drawn}A") } else { String::new() };
                let text: String = lines.iter().map(|line| format!("\r\x1b[K{line}\n")).collect();
                drop(write!(err, "{up}{text}\x1b[J"));
                *drawn = lines.len();
            }
            Screen::Lines(last) => {
                let is_new = last.as_ref().is_none_or(|(_, said)| *said != doing);
                if is_new || last.as_ref().is_some_and(|(when, _)| when.elapsed() >= PAUSE) {
                    drop(writeln!(err, "afterimage: {}", lines()[..].join("; ")));
                    *last = Some((Instant::now(), doing));
                }
            }
        }
        drop(err.flush());
    }

    /// Takes away what was drawn.
    pub fn clear(&mut self) {
        if let Screen::Terminal(drawn) = &mut self.0
            && *drawn > 0
        {
            drop(write!(io::stderr(), "\x1b[{drawn}A\r\x1b[J"));
            *drawn = 0;
        }
    }
}

/// Lines that are no wider than `width`: they break between words, and the map of cells, which has none, is cut
/// into lines.
fn fitted(lines: &[String], width: usize) -> Vec<String> {
    let fit = |line: &String| {
        if line.contains(' ') || screen::columns_of(line) <= width {
            return wrapped("", line, width);
        }
        let cells: Vec<char> = line.chars().collect();
        cells.chunks(width.max(1)).map(|cells| cells.iter().collect()).collect()
    };
    lines.iter().flat_map(fit).collect()
}

/// A look at a rescue, for programs.
fn told(sight: &Sight) -> (&'static str, Value) {
    let of = |status: BlockStatus| sight.totals[status as usize];
    let (done, total) = sight.hashing.unwrap_or((of(BlockStatus::Finished), sight.len));
    let more = json!({
        "doing": doing(sight),
        "done": done,
        "total": total,
        "bad": of(BlockStatus::BadSector),
        "bad_areas": sight.bad_areas,
        "failed": of(BlockStatus::NonTrimmed) + of(BlockStatus::NonScraped),
        "bytes_per_second": sight.rates.0,
        "seconds_left": sight.left.map(|left| left.as_secs()),
    });
    ("image", more)
}

/// Time between two events.
const BETWEEN: Duration = Duration::from_secs(1);

/// What is being done.
fn doing(sight: &Sight) -> String {
    let way = if sight.is_backward { "backwards" } else { "forwards" };
    match (sight.hashing, sight.phase) {
        (Some(_), _) => "computing digests".to_owned(),
        (None, Phase::Copying) => format!("copying, pass {} ({way})", sight.pass),
        (None, Phase::Trimming) => format!("trimming failed pieces ({way})"),
        (None, Phase::Scraping) => format!("scraping failed pieces ({way})"),
        (None, Phase::Retrying) => format!("retrying bad sectors, {} ({way})", sight.pass),
        (None, _) => "done".to_owned(),
    }
}

/// Three lines, none wider than 80 columns.
fn lines(sight: &Sight) -> Vec<String> {
    let of = |status: BlockStatus| sight.totals[status as usize];
    let finished = of(BlockStatus::Finished);
    let rates = format!("{}/s, average {}/s", bytes(sight.rates.0), bytes(sight.rates.1));
    let left = sight.left.map_or_else(|| "unknown".to_owned(), duration);
    let first = match sight.hashing {
        Some((done, len)) => format!("{}: {} of {}", doing(sight), bytes(done), bytes(len)),
        None => format!("{}  {rates}  left: {left}", doing(sight)),
    };
    let failed = of(BlockStatus::NonTrimmed) + of(BlockStatus::NonScraped);
    let second = format!(
        "rescued {} ({})  bad areas {} ({})  failed {}",
        bytes(finished),
        percent(finished, sight.len),
        sight.bad_areas,
        bytes(of(BlockStatus::BadSector)),
        bytes(failed),
    );
    let cells: String = sight.cells.iter().map(|cell| symbol(*cell)).collect();
    vec![first, second, format!("[{cells}]")]
}

/// As in the map, but that what nobody tried is a dot.
fn symbol(status: BlockStatus) -> char {
    if status == BlockStatus::NonTried { '.' } else { status.symbol() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wider_than_a_terminal_of_80_columns() {
        let sight = Sight {
            phase: Phase::Scraping,
            pass: 1,
            is_backward: true,
            hashing: None,
            len: 999 << 30,
            totals: [999 << 30; 5],
            bad_areas: 99_999,
            errors: 99_999,
            rates: (999 << 20, 999 << 20),
            left: None,
            cells: vec![BlockStatus::BadSector; afterimage_engine::imaging::CELLS],
        };
        for phase in [Phase::Copying, Phase::Trimming, Phase::Scraping, Phase::Retrying] {
            for line in lines(&Sight { phase, ..sight.clone() }) {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }
}
