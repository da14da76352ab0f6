//! What comparisons share: which tools there are, and one run of one of them.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use serde::Serialize;

use crate::judge::{Judge, Tally};
use crate::process::{self, Span};
use crate::scratch;
use crate::tools::{SECTOR, Task, Tool, Wanted};

/// Which tools to run, and where to keep what comes out.
#[derive(Debug, Args)]
pub struct Choice {
    /// The afterimage to compare; without it, that of this tree is built and taken.
    #[arg(long, value_name = "FILE")]
    afterimage: Option<PathBuf>,
    /// The tools to run.
    #[arg(long, value_name = "NAME", num_args = 1..)]
    tool: Vec<Tool>,
    /// End a run when it has worked for so many seconds of processor time, or taken ten times as long.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub timeout: u64,
    /// Keep the page, the figures and the plot in this folder, such as `benches/runs/DATE-MACHINE`.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// A tool that is there.
#[derive(Clone, Debug, Serialize)]
pub struct Present {
    /// Which one.
    #[serde(skip)]
    pub tool: Tool,
    /// How it is called in tables.
    pub name: &'static str,
    /// What it says of its version.
    pub version: String,
    /// Its call, with IMAGE and OUT for what differs from run to run.
    pub command: String,
}

/// An image to run tools over.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// Files begin at multiples of so many bytes; only tools that are told so know it.
    pub block: u32,
}

impl<'a> Image<'a> {
    /// An image whose files may begin at any sector.
    pub fn of_sectors(path: &'a Path) -> Self {
        Image { path, block: SECTOR }
    }
}

/// The tools of a comparison.
pub struct Session {
    afterimage: PathBuf,
    timeout: Duration,
    wanted: Wanted,
    /// Those that are installed.
    pub tools: Vec<Present>,
    /// Names of those that are not.
    pub absent: Vec<&'static str>,
}

impl Session {
    /// Finds the tools; one that is missing is said and left out.
    ///
    /// # Errors
    ///
    /// When there is no tool at all, or this tree's afterimage is wanted and does not build.
    pub fn new(choice: &Choice, usual: &[Tool], wanted: Wanted) -> anyhow::Result<Self> {
        let afterimage = match &choice.afterimage {
            Some(file) => file.canonicalize().with_context(|| format!("no {}", file.display()))?,
            None => build()?,
        };
        let asked = if choice.tool.is_empty() { usual } else { &choice.tool };
        let (mut tools, mut absent) = (Vec::new(), Vec::new());
        for &tool in asked {
            let Some(version) = tool.version(&afterimage) else {
                absent.push(tool.name());
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
        Ok(Session {
            afterimage,
            timeout: Duration::from_secs(choice.timeout),
            wanted,
            tools,
            absent,
        })
    }

    /// Runs a tool over an image; what it wrote is given to `look`, then deleted.
    ///
    /// # Errors
    ///
    /// When the tool does not start, or what it wrote cannot be read.
    pub fn run<T>(
        &self,
        tool: Tool,
        image: Image<'_>,
        look: impl FnOnce(&Path, &[PathBuf]) -> io::Result<T>,
    ) -> anyhow::Result<(Span, T)> {
        let out = scratch::folder()?;
        let Image { path: image, block } = image;
        let task = Task { image, out: out.path(), wanted: self.wanted, block };
        let mut command = tool.call(&self.afterimage, &task)?;
        let run = process::run(&mut command, self.timeout)
            .with_context(|| format!("{} does not start", tool.name()))?;
        let files = tool.recovered(out.path())?;
        Ok((run, look(out.path(), &files)?))
    }

    /// Runs a tool over an image and judges what it wrote.
    ///
    /// # Errors
    ///
    /// As [`Session::run`].
    pub fn judged(
        &self,
        tool: Tool,
        image: Image<'_>,
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
    let task = Task { image: Path::new("IMAGE"), out: out.path(), wanted, block: SECTOR };
    let command = tool.call(Path::new("afterimage"), &task)?;
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
