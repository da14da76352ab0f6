//! The files of a report that a file selects.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use afterimage_engine::run::Selection;
use anyhow::Context;

/// The longest selection, in bytes.
const LONGEST: u64 = 64 << 20;

/// The selection in a file.
pub fn selection(path: &Path) -> anyhow::Result<Selection> {
    let cannot = || format!("cannot read the selection in {}", path.display());
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text));
    read.with_context(cannot)?;
    if text.len() as u64 > LONGEST {
        anyhow::bail!("{}: it is longer than 64 MiB", cannot());
    }
    Selection::parse(&text).map_err(|why| anyhow::anyhow!("{}: {why}", cannot()))
}
