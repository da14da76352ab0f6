//! Signing.

use std::path::{Path, PathBuf};

use ed25519_dalek::Signer;

use super::files::{ACTION, AUDIT_SIGNATURE, REPORT_SIGNATURE, whole, write};
use super::key;
use crate::control::error::Error;
use crate::model::hex;
use crate::output::destination::REPORT;
use crate::output::report::ReportReader;
use crate::run::audit::{self, AUDIT, AuditLine, AuditReport};
use crate::run::output_folder::open_output;
use crate::system::folder::Owner;

/// What was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The signature.
    pub path: PathBuf,
    /// The digest of the public key.
    pub fingerprint: String,
}

/// Signs the report in the folder at `path` and its audit log with the private key in a file.
///
/// # Errors
///
/// When there is no report, it is not the one that the audit log tells of, the key is of no use, or the folder
/// cannot be written to.
pub fn sign(path: &Path, key: &Path, command: &[String]) -> Result<Signed, Error> {
    let key = key::private_key(key)?;
    let folder = open_output(path, Owner::from_environment())?;
    let path = folder.path();
    let head = ReportReader::open(&folder)?.head;
    let refused = |why| Error::Sign { path: path.join(REPORT), why };
    let (_, chain) = audit::read(&folder)?;
    if let Some(fault) = chain.faults.first() {
        return Err(refused(format!("its audit log is broken: {fault}")));
    }
    let report = whole(&folder, REPORT)?;
    let digest = AuditReport::of(&report);
    if let Some(last) = chain.last_report()
        && last.report.as_ref() != Some(&digest)
    {
        let why = "it is not the one that its audit log tells of; `afterimage verify` says more";
        return Err(refused(why.to_owned()));
    }
    let signature = key.sign(&report);
    drop(report);
    let public = key.verifying_key();
    let fingerprint = key::fingerprint(&public);
    let line = AuditLine { report: Some(digest), ..AuditLine::now(ACTION, command) }
        .of_case(head.case.as_ref())
        .with("public_key", hex::encode(public.as_bytes()))
        .with("fingerprint", fingerprint.clone())
        .with("signature", hex::encode(&signature.to_bytes()));
    write(&folder, REPORT_SIGNATURE, &signature)?;
    audit::append(&folder, line)?;
    let log = whole(&folder, AUDIT)?;
    write(&folder, AUDIT_SIGNATURE, &key.sign(&log))?;
    Ok(Signed { path: path.join(REPORT_SIGNATURE), fingerprint })
}
