//! What was measured on: a figure without its machine says little.

use std::fs;
use std::process::Command;
use std::thread;

use serde::Serialize;

/// Machine, system and state of the tree.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// When, in UTC.
    pub date: String,
    /// Model of the processor.
    pub processor: String,
    /// Threads that run at once.
    pub threads: usize,
    /// Main memory in bytes.
    pub memory: u64,
    /// Name and release of the system.
    pub system: String,
    /// The commit that is checked out; `+` where the tree differs from it.
    pub commit: String,
}

impl Machine {
    /// This machine, now.
    pub fn here() -> Self {
        let field = |path: &str, name: &str| {
            let text = fs::read_to_string(path).unwrap_or_default();
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':'));
            value.map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
        };
        let memory = field("/proc/meminfo", "MemTotal");
        let memory = memory.trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1024;
        let changed = if said("git", &["status", "--porcelain"]).is_empty() { "" } else { "+" };
        Machine {
            date: jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M").to_string(),
            processor: field("/proc/cpuinfo", "model name"),
            threads: thread::available_parallelism().map_or(1, usize::from),
            memory,
            system: said("uname", &["-sr"]),
            commit: said("git", &["rev-parse", "--short", "HEAD"]) + changed,
        }
    }

    /// One sentence for a page of results.
    pub fn sentence(&self) -> String {
        let gib = self.memory as f64 / f64::from(1 << 30);
        format!(
            "{} UTC, {}, {} threads, {gib:.0} GiB, {}, commit {}",
            self.date, self.processor, self.threads, self.system, self.commit
        )
    }
}

/// Load average of the last minute: how much else ran.
pub fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0.0)
}

/// What a program says on stdout; nothing where it cannot be run.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}
