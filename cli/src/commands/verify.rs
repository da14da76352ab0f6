//! `afterimage verify`.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use afterimage_engine::progress::Progress;
use afterimage_engine::run::{self, DifferenceKind, SignatureFound, Verified};
use anyhow::Context;

use crate::failure;
use crate::interrupt::stop_on_ctrl_c;
use crate::status::Status;
use crate::text::{bytes, count, paragraph, plain};
use crate::typed;
use crate::unlock::Unlock;
use crate::verifying::Meter;

/// Check that recovered files, their report and their source are still what they were
///
/// Every file that the report names is hashed and compared with it. Files that are missing, and files in photos/,
/// partial/ and embedded/ that the report does not name, are told; so are those in chosen/ that nobody chose. report.json
/// and its views are compared with what the audit log says of them, the log with itself, and both with their signatures,
/// where they are signed. A view that is missing, or of an earlier report, is no difference. With --source or --replay,
/// the bytes of every file are read from its source again and compared too. Nothing is changed; that it was verified
/// becomes a line of the audit log, where DIR can be written to.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Verify {
    /// Output folder with the report.
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Read every file from its source again, and compare; several in the order of the report.
    #[arg(long, value_name = "SOURCE")]
    source: Vec<PathBuf>,

    /// The same, from where the sources were when they were scanned, as far as --source does not name them.
    #[arg(long)]
    replay: bool,

    #[command(flatten)]
    unlock: Unlock,

    /// The public key of whoever signed the report, in PEM. A report that is not signed by it differs.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,

    /// Write nothing into DIR, not even that it was verified.
    #[arg(long)]
    no_log: bool,

    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,

    /// Show no progress.
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  afterimage verify recovered
      Hash every file again, and check the report and its audit log.
  afterimage verify recovered --source card.img --key examiner.pub.pem
      Compare with the image too, and check that the report is signed by that key.

JSON: an object: equal, files, bytes, unwritten, replayed, not_replayed, sources, audit_lines; \
signature, with state, fingerprint, at, audit_line, why; counts, of differences by kind; differences, each with \
kind, what, and path or id; impossible, notes, interrupted.

Exit status: 0 all is equal; 1 something differs; 2 something could not be compared; 130 stopped by Ctrl-C.";

/// So many differences are told one by one; --json tells all.
const MOST_TOLD: usize = 1000;

impl Verify {
    /// Verifies; what was found goes to `out`, progress and what could not be compared to `err`.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let progress = Arc::new(Progress::default());
        stop_on_ctrl_c(Arc::clone(&progress), "")?;
        if self.unlock.is_asked() && !self.replay && self.source.is_empty() {
            anyhow::bail!(
                "cannot unlock anything where no source is read again; name it with --source, or read all of them with \
                 --replay"
            );
        }
        let asked = run::Verify {
            folder: self.folder.clone(),
            replay: self.replay,
            sources: self.source.clone(),
            key: self.key.clone(),
            no_log: self.no_log,
            keys: self.unlock.keys()?,
            threads: 0,
            command: typed::words(),
        };
        let is_seen = !self.quiet && io::stderr().is_terminal();
        let meter = is_seen.then(|| Meter::start(Arc::clone(&progress)));
        let verified = run::verify(&asked, &progress);
        drop(meter);
        let verified = verified?;
        let said = if self.json { json(out, &verified) } else { text(out, &verified) };
        failure::unless_closed(said).context("cannot print what was found")?;
        for why in &verified.impossible {
            writeln!(err, "afterimage: {}", plain(why))?;
        }
        Ok(match () {
            () if verified.interrupted => Status::Interrupted,
            () if !verified.differences.is_empty() => Status::Nothing,
            () if !verified.impossible.is_empty() => Status::Failed,
            () => Status::Found,
        })
    }
}

fn text(out: &mut dyn Write, verified: &Verified) -> io::Result<()> {
    for difference in verified.differences.iter().take(MOST_TOLD) {
        let path = difference.path.as_deref().map(|path| format!("{path}: ")).unwrap_or_default();
        let id = difference.id.map(|id| format!(" (file {id} of the report)")).unwrap_or_default();
        let kind = difference.kind.name();
        writeln!(out, "{}", plain(&format!("{kind:<9}  {path}{}{id}", difference.what)))?;
    }
    if let Some(more) = verified.differences.len().checked_sub(MOST_TOLD).filter(|more| *more > 0) {
        writeln!(out, "and {more} more; --json tells all")?;
    }
    if !verified.differences.is_empty() {
        writeln!(out)?;
    }
    paragraph(out, "", &plain(&summary(verified)))?;
    paragraph(out, "", &plain(&signature(&verified.signature)))?;
    verified.notes.iter().try_for_each(|note| paragraph(out, "", &plain(note)))?;
    out.flush()
}

/// What was compared, and what it came to.
fn summary(verified: &Verified) -> String {
    let mut said = format!(
        "{} hashed ({})",
        count(verified.files, "file was", "files were"),
        bytes(verified.bytes)
    );
    if verified.replayed > 0 {
        let replayed = count(verified.replayed, "file was", "files were");
        said.push_str(&format!(", {replayed} read from the source again"));
    }
    if verified.sources > 0 {
        let sources = count(verified.sources, "source was", "sources were");
        said.push_str(&format!(", {sources} hashed as a whole"));
    }
    if verified.lines > 0 {
        let lines = count(verified.lines, "line", "lines");
        said.push_str(&format!(", the audit log has {lines}"));
    }
    let differences = verified.differences.len() as u64;
    let end = match (differences, verified.impossible.len(), verified.interrupted) {
        (0, 0, false) => "all is as the report says".to_owned(),
        (0, _, true) => "it was stopped; so far all is as the report says".to_owned(),
        (0, ..) => "not all could be compared".to_owned(),
        _ => count(differences, "difference was found", "differences were found"),
    };
    format!("{said}: {end}.")
}

fn signature(found: &SignatureFound) -> String {
    let at = |at: &Option<String>, line: &Option<u64>| {
        let at = at.as_ref().map(|at| format!(" on {at}")).unwrap_or_default();
        let line = line.map(|line| format!(", with the audit log up to line {line},"));
        format!("{at}{}", line.unwrap_or_default())
    };
    match found {
        SignatureFound::None => "The report is not signed.".to_owned(),
        SignatureFound::Unchecked => "Whether the report is signed was not looked at.".to_owned(),
        SignatureFound::Good { fingerprint, at: when, line } => format!(
            "The report is signed{} by the key that was given, {fingerprint}; the signature holds.",
            at(when, line)
        ),
        SignatureFound::Unknown { fingerprint, at: when, line } => format!(
            "The report is signed{} by the key {fingerprint}, and the signature holds; whose key that is nobody \
             told: give it with --key, from somewhere else than this folder.",
            at(when, line)
        ),
        SignatureFound::Bad { why } => {
            let why: Vec<&str> = why.iter().map(|why| why.name()).collect();
            format!("The signature does not hold: {}.", why.join("; "))
        }
    }
}

fn json(out: &mut dyn Write, verified: &Verified) -> io::Result<()> {
    let none = (None, None, None);
    let (state, (fingerprint, at, line), why) = match &verified.signature {
        SignatureFound::None => ("none", none, [].as_slice()),
        SignatureFound::Unchecked => ("unchecked", none, [].as_slice()),
        SignatureFound::Good { fingerprint, at, line } => {
            ("good", (Some(fingerprint), at.as_ref(), *line), [].as_slice())
        }
        SignatureFound::Unknown { fingerprint, at, line } => {
            ("unknown key", (Some(fingerprint), at.as_ref(), *line), [].as_slice())
        }
        SignatureFound::Bad { why } => ("bad", none, why.as_slice()),
    };
    let signature = serde_json::json!({
        "state": state, "fingerprint": fingerprint, "at": at, "audit_line": line, "why": why
    });
    let of_kind = |kind: DifferenceKind| {
        verified.differences.iter().filter(|difference| difference.kind == kind).count()
    };
    let counts: serde_json::Map<String, serde_json::Value> = DifferenceKind::ALL
        .iter()
        .map(|kind| (kind.name().to_owned(), of_kind(*kind).into()))
        .collect();
    let is_equal =
        verified.differences.is_empty() && verified.impossible.is_empty() && !verified.interrupted;
    let said = serde_json::json!({
        "equal": is_equal,
        "files": verified.files,
        "bytes": verified.bytes,
        "unwritten": verified.unwritten,
        "replayed": verified.replayed,
        "not_replayed": verified.not_replayed,
        "sources": verified.sources,
        "audit_lines": verified.lines,
        "signature": signature,
        "counts": counts,
        "differences": verified.differences,
        "impossible": verified.impossible,
        "notes": verified.notes,
        "interrupted": verified.interrupted,
    });
    crate::text::json(out, &said)?;
    out.flush()
}
