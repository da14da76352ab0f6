//! Counts instructions by running this program under valgrind, once for every loop and kind.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use afterimage_benches::machine::Machine;
use afterimage_benches::record::keep;
use afterimage_benches::table::Table;
use anyhow::{Context, ensure};
use serde::Serialize;

use crate::Case;
use crate::loops::COUNTED;

/// What is kept.
#[derive(Serialize)]
struct Figures {
    machine: Machine,
    valgrind: String,
    counts: Vec<Count>,
}

#[derive(Serialize)]
struct Count {
    which: &'static str,
    kind: String,
    bytes: usize,
    instructions: u64,
}

/// Counts every case, prints the table, and keeps it where a folder is given.
pub fn count(cases: &[Case], keep_in: Option<&Path>, out: &mut dyn Write) -> anyhow::Result<()> {
    let version = Command::new("valgrind").arg("--version").output();
    let version = version.context("valgrind is not installed")?.stdout;
    let work = tempfile::tempdir()?;
    let mut counts = Vec::new();
    for case in cases {
        counts.push(one(case, work.path())?);
    }
    let valgrind = String::from_utf8_lossy(&version).trim().to_owned();
    let figures = Figures { machine: Machine::here(), valgrind, counts };
    let page = figures.page();
    out.write_all(page.as_bytes())?;
    keep_in.map_or(Ok(()), |folder| Ok(keep(folder, &page, &figures, None)?))
}

/// One loop on one kind. The data is made here and read there: under valgrind everything takes
/// fifty times as long.
fn one((which, kind, bytes): &Case, work: &Path) -> anyhow::Result<Count> {
    let data = work.join("data");
    std::fs::write(&data, bytes)?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect={COUNTED}"))
        .arg(std::env::current_exe()?)
        .args([which.name(), kind, "--from"])
        .arg(&data)
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{} of {kind} fails under valgrind: {said}", which.name());
    let instructions = collected(&said).with_context(|| format!("no count in: {said}"))?;
    ensure!(instructions > 0, "nothing was counted: no symbols; build with --profile profiling");
    Ok(Count { which: which.name(), kind: kind.clone(), bytes: bytes.len(), instructions })
}

/// The count in what callgrind prints at its end.
fn collected(said: &str) -> Option<u64> {
    let line = said.lines().find(|line| line.contains("Collected :"))?;
    line.rsplit(' ').next()?.parse().ok()
}

impl Figures {
    fn page(&self) -> String {
        let mut table = Table::new(["loop", "data", "bytes", "instructions", "per byte"]);
        for count in &self.counts {
            table.row([
                count.which.to_owned(),
                count.kind.clone(),
                count.bytes.to_string(),
                count.instructions.to_string(),
                format!("{:.3}", count.instructions as f64 / count.bytes.max(1) as f64),
            ]);
        }
        format!(
            "# Instructions of the hot loops\n\n{}; {}, callgrind.\n\n{}\n\
             The counts are those of the processor that valgrind shows to programs: with AVX2, without AVX-512 \
             and without instructions for SHA. Compare them with each other and with earlier runs, not with time.\n",
            self.machine.sentence(),
            self.valgrind,
            table.markdown(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_from_what_callgrind_prints() {
        let said = "==12== Events    : Ir\n==12== Collected : 8388608\n==12== \n";
        assert_eq!(collected(said), Some(8_388_608));
        assert_eq!(collected("nothing"), None);
    }
}
