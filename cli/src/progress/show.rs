//! How progress is asked for.

use std::io::{self, IsTerminal};

use clap::ValueEnum;

/// The options that say how progress is shown.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Show {
    /// Show no progress.
    #[arg(long, short, conflicts_with = "progress")]
    quiet: bool,

    /// Show progress as auto, some lines on a terminal, or json: an event a line on stderr, for programs.
    ///
    /// Each line is an object with `event`. progress (once a second, and once at the end): bytes scanned and total,
    /// bytes_per_second, seconds_left, found (photos by format, copies included) and latest (the last names);
    /// finishing: names and copies are sorted out and the report is written; stopping: somebody asked for an end, both
    /// with scanned, total and found;
    /// image, verify and convert (of an image): doing, done and total, bad, bad_areas, failed, bytes_per_second,
    /// seconds_left; note, warning, failure and log: text. What is not known is absent.
    #[arg(
        long,
        value_enum,
        value_name = "auto|json",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true
    )]
    progress: Form,
}

/// Values of `--progress`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Auto,
    Json,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It is not.
    Nowhere,
    /// Some lines that are drawn again.
    Terminal,
    /// Events, one a line.
    Events,
}

impl Show {
    /// Whether nothing is to be shown.
    pub fn is_quiet(self) -> bool {
        self.quiet
    }

    /// Whether stderr is for programs: each of its lines is an event.
    pub fn is_for_programs(self) -> bool {
        self.progress == Form::Json
    }

    /// How progress is shown on this stderr.
    pub fn how(self) -> How {
        if self.is_for_programs() { How::Events } else { How::of(self.quiet) }
    }
}

impl How {
    /// How progress is shown to people.
    pub fn of(quiet: bool) -> Self {
        // Lines of a log would be drawn over.
        let is_seen = !quiet && io::stderr().is_terminal() && !crate::log::is_on_stderr();
        if is_seen { How::Terminal } else { How::Nowhere }
    }
}
