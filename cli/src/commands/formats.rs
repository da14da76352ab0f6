//! `afterimage formats`.

use std::io::{self, Write};

use afterimage_signatures::Signature;

use crate::failure;
use crate::status::Status;
use crate::text;
use crate::wanted::{group_name, signatures};

/// List the formats that are known: how the end of a file is found, and what proves it.
///
/// `end` says how the end of a file is found. `proof` says what the best grade of a file rests on,
/// and how much of the file that covers.
#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub struct Formats {
    /// Print the table as JSON.
    #[arg(long)]
    json: bool,
}

const NOTES: &str = "\
JSON: an array with an object for each format: name, title, extensions, group, end_rule, proof, \
source.

Exit status: 0 they are listed.";

impl Formats {
    /// Prints the table.
    pub fn run(self, out: &mut dyn Write) -> anyhow::Result<Status> {
        failure::unless_closed(if self.json { json(out) } else { table(out) })?;
        Ok(Status::Found)
    }
}

fn table(out: &mut dyn Write) -> io::Result<()> {
    let width = |of: fn(&Signature) -> usize| signatures().map(of).max().unwrap_or(0);
    let (names, titles) = (width(|s| s.name.len()), width(|s| s.title.chars().count()));
    let indent = " ".repeat(names);
    for signature in signatures() {
        let Signature { name, title, end_rule, proof, .. } = signature;
        let group = group_name(signature.group);
        let extensions: Vec<_> = signature.extensions.iter().map(|e| format!(".{e}")).collect();
        writeln!(out, "{name:names$}  {title:titles$}  {group:5}  {}", extensions.join(" "))?;
        text::paragraph(out, &format!("{indent}  end    "), end_rule)?;
        text::paragraph(out, &format!("{indent}  proof  "), proof)?;
    }
    out.flush()
}

fn json(out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<_> = signatures()
        .map(|signature| {
            serde_json::json!({
                "name": signature.name,
                "title": signature.title,
                "extensions": signature.extensions,
                "group": group_name(signature.group),
                "end_rule": signature.end_rule,
                "proof": signature.proof,
                "source": signature.source,
            })
        })
        .collect();
    text::json(out, &rows)?;
    out.flush()
}
