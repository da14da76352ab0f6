//! `afterimage backup list`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use afterimage_engine::error::Error;
use afterimage_engine::places::FolderTree;
use afterimage_engine::places::backup::{BackupAbout, linked_backups, list};
use afterimage_engine::progress::Progress;
use clap::builder::{OsStringValueParser, TypedValueParser};
use serde_json::json;

use super::usual::usual;
use crate::interrupt::stop_on_ctrl_c;
use crate::status::Status;
use crate::text::{bytes, count, paragraph, plain};
use crate::{failure, sources, text};

/// List the backups below a folder: which phone, from when, encrypted or not
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct List {
    /// Backup, folder with backups, or a folder above them; without any, where this system keeps them.
    #[arg(value_name = "PATH", value_parser = OsStringValueParser::new().try_map(sources::source))]
    paths: Vec<PathBuf>,

    /// Print the list as JSON.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
JSON: a list of backups, each with path, device_name, product_type, version, device, date, encrypted, full, \
state (as Status.plist has it), files, bytes and faults. What is not known is null.

Exit status: 0 there are backups; 1 there is none; 2 a folder could not be read.";

impl List {
    /// Lists them.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let is_usual = self.paths.is_empty();
        let paths = if is_usual { usual() } else { self.paths };
        if is_usual && paths.is_empty() {
            anyhow::bail!(
                "cannot find the folder in which this system keeps backups of phones; name a folder, as in: \
                 afterimage backup list FOLDER"
            );
        }
        let progress = Arc::new(Progress::default());
        stop_on_ctrl_c(Arc::clone(&progress), ", by a second request")?;
        let mut found = Vec::new();
        for path in with_links(&paths) {
            let tree = walked(&path, &progress)?;
            for (folder, why) in tree.unread.iter().take(MOST_UNREAD) {
                let folder = plain(&folder.display().to_string());
                writeln!(err, "afterimage: note: {folder} could not be listed ({})", plain(why))?;
            }
            found.extend(list(&tree));
        }
        if progress.stopped() {
            return Ok(Status::Interrupted);
        }
        failure::unless_closed(match self.json {
            true => text::json(out, &found.iter().map(value).collect::<Vec<_>>()),
            false => table(out, &paths, &found),
        })?;
        Ok(if found.is_empty() { Status::Nothing } else { Status::Found })
    }
}

/// So many folders are named that could not be listed.
const MOST_UNREAD: usize = 3;

/// The paths, and the backups that links in them lead to.
pub fn with_links(paths: &[PathBuf]) -> Vec<PathBuf> {
    let linked = paths.iter().flat_map(|path| linked_backups(path));
    let mut all: Vec<PathBuf> = paths.to_vec();
    all.extend(linked);
    all
}

fn walked(path: &Path, progress: &Progress) -> Result<FolderTree, Error> {
    // A folder that may not be read is told as such, not as an empty one.
    std::fs::read_dir(path).map_err(|error| Error::open(path, error))?;
    Ok(FolderTree::walk(path, &|_| false, progress))
}

fn table(out: &mut dyn Write, paths: &[PathBuf], found: &[BackupAbout]) -> io::Result<()> {
    if found.is_empty() {
        let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        return paragraph(
            out,
            "",
            &plain(&format!("There is no backup of an iPhone or iPad in {}.", paths.join(", "))),
        );
    }
    for (number, one) in found.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        describe(out, one)?;
    }
    out.flush()
}

fn describe(out: &mut dyn Write, one: &BackupAbout) -> io::Result<()> {
    paragraph(out, "", &plain(&one.path))?;
    let or = |text: &Option<String>, unknown: &str| text.as_deref().unwrap_or(unknown).to_owned();
    let device = format!(
        "{} ({}, iOS {})",
        or(&one.device_name, "a device without a name"),
        or(&one.product_type, "model unknown"),
        or(&one.version, "unknown")
    );
    paragraph(out, "    ", &plain(&device))?;
    let made = one.date.map_or("made at an unknown time".to_owned(), |date| format!("made {date}"));
    let encrypted = match one.is_encrypted {
        Some(true) => "encrypted",
        Some(false) => "not encrypted",
        None => "encrypted or not: unknown",
    };
    let full = match one.is_full {
        Some(true) => ", full",
        Some(false) => ", added to an earlier one",
        None => "",
    };
    let state = match one.state.as_deref() {
        Some("finished") | None => String::new(),
        Some(state) => format!(", not finished ({state})"),
    };
    let files = count(one.files as u64, "file", "files");
    let facts = format!("{made}, {encrypted}{full}{state}, {files}, {}", bytes(one.bytes));
    paragraph(out, "    ", &plain(&facts))?;
    for fault in &one.faults {
        paragraph(out, "    damaged: ", &plain(fault))?;
    }
    Ok(())
}

fn value(one: &BackupAbout) -> serde_json::Value {
    json!({
        "path": one.path,
        "device_name": one.device_name,
        "product_type": one.product_type,
        "version": one.version,
        "device": one.device,
        "date": one.date.map(|date| date.to_string()),
        "encrypted": one.is_encrypted,
        "full": one.is_full,
        "state": one.state,
        "files": one.files,
        "bytes": one.bytes,
        "faults": one.faults,
    })
}
