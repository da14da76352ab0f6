//! `hot`: the loops that afterimage spends its time in, one at a time, for profilers; and how many
//! instructions each takes for a byte, which is the same on a busy machine as on an idle one.

mod callgrind;
mod loops;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use afterimage_benches::ending;
use anyhow::{Context, bail};
use clap::Parser;

use crate::loops::Loop;

/// Runs the hot loops once each on every kind of data, and says how many bytes each took.
#[derive(Debug, Parser)]
#[command(version)]
struct Hot {
    /// Which loop; without it, all.
    #[arg(value_name = "LOOP")]
    which: Option<Loop>,
    /// Which kind of data; without it, all that there are for the loop.
    kind: Option<String>,
    /// Count the instructions of each, with valgrind's callgrind.
    #[arg(long)]
    callgrind: bool,
    /// Keep the page and the figures in this folder, such as `benches/runs/DATE-MACHINE`.
    #[arg(long, value_name = "DIR", requires = "callgrind")]
    out: Option<PathBuf>,
    /// Take the data from this file; for one loop and one kind only.
    #[arg(long, value_name = "FILE", requires = "kind", conflicts_with = "callgrind")]
    from: Option<PathBuf>,
}

fn main() -> ExitCode {
    ending::status("hot", Hot::parse().run(&mut io::stdout().lock()))
}

/// A loop, a kind, and the data of that kind.
type Case = (Loop, String, Vec<u8>);

impl Hot {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let cases = self.cases()?;
        if self.callgrind {
            return callgrind::count(&cases, self.out.as_deref(), out);
        }
        for (which, kind, bytes) in cases {
            which.once(&kind, &bytes).with_context(|| format!("{} of {kind}", which.name()))?;
            writeln!(out, "{} of {kind}: {} bytes", which.name(), bytes.len())?;
        }
        Ok(())
    }

    fn cases(&self) -> anyhow::Result<Vec<Case>> {
        if let (Some(which), Some(kind), Some(from)) = (self.which, &self.kind, &self.from) {
            let bytes =
                std::fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
            return Ok(vec![(which, kind.clone(), bytes)]);
        }
        let asked = self.which.map_or_else(|| Loop::ALL.to_vec(), |which| vec![which]);
        let cases: Vec<Case> = asked
            .iter()
            .flat_map(|which| which.data().into_iter().map(|(kind, bytes)| (*which, kind, bytes)))
            .filter(|(_, kind, _)| self.kind.as_ref().is_none_or(|asked| asked == kind))
            .collect();
        if cases.is_empty() {
            bail!("there is no such kind of data for this loop; without a kind, all are run");
        }
        Ok(cases)
    }
}
