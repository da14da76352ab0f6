//! What both comparisons share: which tools there are, and one run of one of them.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use afterimage_benches::judge::{Judge, Tally};
use afterimage_benches::process::{self, Span};
use afterimage_benches::scratch;
use afterimage_benches::tools::{Tool, Wanted};
use anyhow::{Context, ensure};
use clap::Args;
use serde::Serialize;

/// Which tools to run, and where to keep what comes out.
#[derive(Debug, Args)]
pub struct Choice {
    /// The afterimage to compare; without it, that of this tree is built and taken.
    #[arg(long, value_name = "FILE")]
    afterimage: Option<PathBuf>,
    /// The tools to run.
    #[arg(long, value_name = "NAME", num_args = 1..)]
    tool: Vec<Tool>,
    /// End a run after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    timeout: u64,
    /// Keep the page, the figures and the plot in this folder, such as `benches/runs/DATE-MACHINE`.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// A tool that is there.
#[derive(Clone, Debug, Serialize)]
pub struct Present {
    #[serde(skip)]
    pub tool: Tool,
    pub name: &'static str,
    pub version: String,
    /// Its call, with IMAGE and OUT for what differs from run to run.
    pub command: String,
}

/// The tools of a comparison.
pub struct Session {
    afterimage: PathBuf,
    timeout: Duration,
    wanted: Wanted,
    pub tools: Vec<Present>,
}

impl Session {
    /// Finds the tools; one that is missing is said and left out.
    pub fn new(choice: &Choice, usual: &[Tool], wanted: Wanted) -> anyhow::Result<Self> {
        let afterimage = match &choice.afterimage {
            Some(file) => file.canonicalize().with_context(|| format!("no {}", file.display()))?,
            None => build()?,
        };
        let asked = if choice.tool.is_empty() { usual } else { &choice.tool };
        let mut tools = Vec::new();
        for &tool in asked {
            let Some(version) = tool.version(&afterimage) else {
                say(&format!("{}: not installed, skipped", tool.name()));
                continue;
            };
            let version = match &choice.afterimage {
                Some(_) if tool.is_ours() => version + ", another build than this tree's",
                _ => version,
            };
            let command = spelled(tool, wanted)?;
            tools.push(Present { tool, name: tool.name(), version, command });
        }
        ensure!(!tools.is_empty(), "none of the tools is installed");
        Ok(Session { afterimage, timeout: Duration::from_secs(choice.timeout), wanted, tools })
    }

    /// Runs a tool over an image; what it wrote is given to `look`, then deleted.
    pub fn run<T>(
        &self,
        tool: Tool,
        image: &Path,
        look: impl FnOnce(&Path, &[PathBuf]) -> io::Result<T>,
    ) -> anyhow::Result<(Span, T)> {
        let out = scratch::folder()?;
        let mut command = tool.call(&self.afterimage, image, out.path(), self.wanted)?;
        let run = process::run(&mut command, self.timeout)
            .with_context(|| format!("{} does not start", tool.name()))?;
        let files = tool.recovered(out.path())?;
        Ok((run, look(out.path(), &files)?))
    }

    /// Runs a tool over an image and judges what it wrote.
    pub fn judged(
        &self,
        tool: Tool,
        image: &Path,
        judge: &Judge<'_>,
    ) -> anyhow::Result<(Span, Tally)> {
        self.run(tool, image, |out, files| judge.tally(out, files))
    }
}

/// Builds this tree's afterimage as users get it.
fn build() -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built =
        Command::new(cargo).args(["build", "--release", "--package", "afterimage"]).status()?;
    ensure!(built.success(), "afterimage does not build");
    let own = std::env::current_exe()?;
    let target = own.parent().and_then(Path::parent).context("this program lies in no folder")?;
    Ok(target.join("release/afterimage"))
}

/// A call as one reads it.
fn spelled(tool: Tool, wanted: Wanted) -> anyhow::Result<String> {
    let out = scratch::folder()?;
    let command = tool.call(Path::new("afterimage"), Path::new("IMAGE"), out.path(), wanted)?;
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    Ok(words.join(" ").replace(&*out.path().to_string_lossy(), "OUT"))
}

/// A list of the tools for a page.
pub fn listed(tools: &[Present]) -> String {
    let line = |tool: &Present| format!("* {}: {}; `{}`\n", tool.name, tool.version, tool.command);
    tools.iter().map(line).collect()
}

/// Says a line of progress.
pub fn say(line: &str) {
    // Progress that nobody can read is no failure.
    drop(writeln!(io::stderr(), "{line}"));
}
