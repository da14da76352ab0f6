//! `afterimage sign`.

use std::io::Write;
use std::path::PathBuf;

use afterimage_engine::run;
use anyhow::Context;

use crate::failure;
use crate::status::Status;
use crate::text::{paragraph, plain};
use crate::typed;

/// Sign a report and its audit log with an examiner's key
///
/// A line is added to the audit log that says by which key the report is signed. DIR/audit.sig is the Ed25519 signature
/// of the log up to that line, and DIR/report.sig that of all bytes of report.json. `afterimage verify DIR --key` checks
/// both. A report that is not the one its audit log tells of is not signed.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Sign {
    /// Output folder with the report.
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// The private key, PKCS #8 in PEM, without a password.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// Put the signatures in place of those by another key.
    #[arg(long)]
    replace: bool,

    /// Print what was done as JSON.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  openssl genpkey -algorithm ed25519 -out examiner.pem
      Make a key. Keep it where nobody else can read it.
  openssl pkey -in examiner.pem -pubout -out examiner.pub.pem
      The key that others check signatures by. Give it to them by another way than the report.
  afterimage sign recovered --key examiner.pem
      Sign the report in recovered/.
  openssl pkeyutl -verify -pubin -inkey examiner.pub.pem -rawin -in recovered/report.json \\
      -sigfile recovered/report.sig
      Check it without this program.
  head -n 3 recovered/audit.log > signed.log
  openssl pkeyutl -verify -pubin -inkey examiner.pub.pem -rawin -in signed.log \\
      -sigfile recovered/audit.sig
      The same of the audit log, where line 3 is the one that says that it was signed.

JSON: an object: signature and audit_signature, the paths of them; audit_line, the last line of the log
that is signed; fingerprint, that of the key.

Exit status: 0 it is signed; 2 it could not be.";

impl Sign {
    /// Signs; what was done goes to `out`, warnings to `err`.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        if run::is_readable_by_others(&self.key) {
            let key = plain(&self.key.display().to_string());
            writeln!(
                err,
                "afterimage: warning: others than its owner can read the key {key}: whoever has it can sign in \
                 your name; `chmod 600` closes it"
            )?;
        }
        let command: Vec<String> = typed::words();
        let (folder, key, replace) = (self.folder, self.key, self.replace);
        let signed = run::sign(&run::Sign { folder, key, replace, command })?;
        let path = signed.path.display().to_string();
        let said = if self.json {
            let said = serde_json::json!({
                "signature": path,
                "audit_signature": signed.of_log.to_string_lossy(),
                "audit_line": signed.line,
                "fingerprint": signed.fingerprint,
            });
            crate::text::json(out, &said)
        } else {
            let line = format!(
                "The report is signed: {path}; and the audit log up to line {}: {}. Whoever checks them needs your public \
                 key, whose fingerprint is {}.",
                signed.line,
                signed.of_log.display(),
                signed.fingerprint
            );
            paragraph(out, "", &plain(&line))
        };
        failure::unless_closed(said).context("cannot print what was done; the report is signed")?;
        Ok(Status::Found)
    }
}
