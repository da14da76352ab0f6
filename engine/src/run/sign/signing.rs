//! Signing.

use std::path::PathBuf;

use ed25519_dalek::{Signer, VerifyingKey};

use super::files::{ACTION, AUDIT_SIGNATURE, REPORT_SIGNATURE, Stored, read, whole, write};
use super::key;
use super::line::{SignLine, lines};
use crate::control::error::Error;
use crate::model::hex;
use crate::output::destination::REPORT;
use crate::output::report::ReportReader;
use crate::run::audit::{self, AuditFile, AuditLine, Chain};
use crate::run::output_folder::{open_for_writing, open_output};
use crate::system::folder::Folder;

/// What to sign, and how.
#[derive(Clone, Debug, Default)]
pub struct Sign {
    /// The output folder.
    pub folder: PathBuf,
    /// The file with the private key.
    pub key: PathBuf,
    /// Whether signatures by another key are replaced.
    pub replace: bool,
    /// The command line, for the audit log.
    pub command: Vec<String>,
}

/// What was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The signature of the report.
    pub path: PathBuf,
    /// That of the audit log.
    pub of_log: PathBuf,
    /// The last of the lines of the audit log that it covers, counted from 1.
    pub line: u64,
    /// The digest of the public key.
    pub fingerprint: String,
}

/// Signs a report and its audit log.
///
/// The line of the log that says so is written first, and then the signatures: where that is interrupted in between,
/// the log tells of signatures that are missing.
///
/// # Errors
///
/// When there is no report, it is not the one that the audit log tells of, it is signed by another key, the key is of no
/// use, or the folder must not or cannot be written to.
pub fn sign(asked: &Sign) -> Result<Signed, Error> {
    let key = key::private_key(&asked.key)?;
    let head = ReportReader::open(&open_output(&asked.folder)?)?.head;
    let folder = open_for_writing(&asked.folder, head.source_paths(), &[])?;
    let report = whole(&folder, REPORT)?;
    let digest = AuditFile::of(&report);
    let signature = key.sign(&report);
    drop(report);
    let public = key.verifying_key();
    let fingerprint = key::fingerprint(&public);
    let line = AuditLine { report: Some(digest.clone()), ..AuditLine::now(ACTION, &asked.command) }
        .of_case(head.case.as_ref())
        .with("public_key", hex::encode(public.as_bytes()))
        .with("fingerprint", fingerprint.clone())
        .with("signature", hex::encode(&signature.to_bytes()));
    let (line, log) = audit::append_by(&folder, |chain| {
        is_as_told(&folder, chain, &digest, head.audit_log)?;
        if !asked.replace {
            is_of(&folder, chain, &public)?;
        }
        Ok(line.clone())
    })?;
    // These very bytes were checked; whatever is added to the log by now is not covered.
    write(&folder, AUDIT_SIGNATURE, &key.sign(&log))?;
    write(&folder, REPORT_SIGNATURE, &signature)?;
    let path = |name| folder.path().join(name);
    let (path, of_log) = (path(REPORT_SIGNATURE), path(AUDIT_SIGNATURE));
    Ok(Signed { path, of_log, line: line.number, fingerprint })
}

/// Fails where the report is not the one that its audit log tells of, or the log is broken.
fn is_as_told(
    folder: &Folder,
    chain: &Chain,
    digest: &AuditFile,
    is_told: bool,
) -> Result<(), Error> {
    let refused = |why| Err(Error::Sign { path: folder.path().join(REPORT), why });
    if let Some(fault) = chain.faults.first() {
        return refused(format!("its audit log is broken: {}", fault.what));
    }
    match audit::recorded(folder, chain, digest, is_told).fault() {
        None => Ok(()),
        Some(fault) => refused(fault),
    }
}

/// Fails where there are signatures by another key.
fn is_of(folder: &Folder, chain: &Chain, key: &VerifyingKey) -> Result<(), Error> {
    let refused = |why| Err(Error::Sign { path: folder.path().join(REPORT), why });
    let of_others = |line: &SignLine<'_>| line.key.as_ref() != Some(key);
    match lines(chain).last() {
        Some(line) if of_others(&line) => {
            let by =
                line.key.as_ref().map_or("a key that is not known".to_owned(), key::fingerprint);
            refused(format!(
                "it was signed on {} by another key, {by}; --replace puts your signature in place of that one",
                line.at
            ))
        }
        Some(_) => Ok(()),
        None => {
            let there = [REPORT_SIGNATURE, AUDIT_SIGNATURE].into_iter();
            let mut there = there.filter(|name| !matches!(read(folder, name), Stored::Missing));
            match there.next() {
                None => Ok(()),
                Some(name) => refused(format!(
                    "{name} is there already, and its audit log tells of no signature; --replace puts yours in \
                     its place"
                )),
            }
        }
    }
}
