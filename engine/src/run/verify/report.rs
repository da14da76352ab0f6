//! The report itself: whether it is the one that was written, and who signed it.

use ed25519_dalek::VerifyingKey;

use super::difference::{Difference, DifferenceKind};
use super::found::{SignatureFound, Verified};
use crate::output::destination::REPORT;
use crate::run::audit::{self, AUDIT, Chain};
use crate::run::sign;
use crate::system::folder::Folder;

/// Compares the report with the audit log, the log with itself, and both with their signatures.
pub(super) fn compare(folder: &Folder, key: Option<&VerifyingKey>, verified: &mut Verified) {
    let (log, chain) = match audit::read(folder) {
        Ok(read) => read,
        Err(error) => {
            verified.impossible.push(error.to_string());
            Default::default()
        }
    };
    verified.lines = chain.lines.len() as u64;
    let faults = chain.faults.iter();
    let faults = faults.map(|fault| Difference::at(DifferenceKind::Chain, AUDIT, fault.clone()));
    verified.differences.extend(faults);
    let digest = match audit::digest_of(folder, REPORT) {
        Ok(digest) => Some(digest),
        Err(error) => {
            verified.impossible.push(error.to_string());
            None
        }
    };
    match chain.last_report() {
        None => verified.notes.push(format!(
            "No audit log tells of this report: whether {REPORT} is as it was written is not known."
        )),
        Some(line) if digest.is_some() && line.report != digest => {
            let what = format!(
                "it is not the report that line {} of the audit log tells of ({}, {})",
                line.number, line.action, line.at
            );
            verified.differences.push(Difference::at(DifferenceKind::Report, REPORT, what));
        }
        Some(_) => {}
    }
    signature(folder, (&log, &chain), digest.as_ref(), key, verified);
}

fn signature(
    folder: &Folder,
    log: (&[u8], &Chain),
    digest: Option<&audit::AuditReport>,
    key: Option<&VerifyingKey>,
    verified: &mut Verified,
) {
    let sign::Checked { fingerprint, at, faults } = sign::check(folder, log, digest, key);
    verified.signature = match (faults.is_empty(), fingerprint, key) {
        (false, ..) => SignatureFound::Bad,
        (true, None, _) => SignatureFound::None,
        (true, Some(fingerprint), Some(_)) => SignatureFound::Good { fingerprint, at },
        (true, Some(fingerprint), None) => SignatureFound::Unknown { fingerprint, at },
    };
    let of_signature =
        |what| Difference { kind: DifferenceKind::Signature, id: None, path: None, what };
    verified.differences.extend(faults.into_iter().map(of_signature));
}
