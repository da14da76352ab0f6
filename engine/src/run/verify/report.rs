//! The report itself: whether it is the one that was written, and who signed it.

use ed25519_dalek::VerifyingKey;

use super::difference::{Difference, DifferenceKind};
use super::found::{SignatureFound, Verified};
use crate::output::destination::REPORT;
use crate::run::audit::{self, AUDIT, AuditFile, Chain, RecordedReport};
use crate::run::sign;
use crate::system::folder::Folder;

/// What is known of the audit log of a report.
pub(super) struct Log {
    pub(super) chain: Chain,
    /// Whether there should be one, and it was removed.
    pub(super) is_missing: bool,
}

/// Compares the report, which `tells` of an audit log or does not, with that log, the log with itself, and both with their
/// signatures. Gives nothing, and compares nothing, where there is a log that cannot be read.
pub(super) fn compare(
    folder: &Folder,
    tells: bool,
    key: Option<&VerifyingKey>,
    verified: &mut Verified,
) -> Option<Log> {
    let (log, chain) = match audit::read(folder) {
        Ok(read) => read,
        Err(error) => {
            verified.impossible.push(format!(
                "{}: neither the report nor its views and signature could be compared with it",
                error.with_cause()
            ));
            verified.signature = SignatureFound::Unchecked;
            return None;
        }
    };
    verified.lines = chain.lines.len() as u64;
    let faults = chain.faults.iter();
    let faults = faults.map(|fault| Difference::at(DifferenceKind::Chain, AUDIT, &fault.what));
    verified.differences.extend(faults);
    let digest = match audit::digest_of(folder, REPORT) {
        Ok(digest) => Some(digest),
        Err(error) => {
            verified.impossible.push(error.with_cause());
            None
        }
    };
    let found = digest.as_ref().map(|digest| audit::recorded(folder, &chain, digest, tells));
    let is_missing = found == Some(RecordedReport::NoLog);
    match found {
        None | Some(RecordedReport::Same) => {}
        Some(RecordedReport::Untold) => verified.notes.push(format!(
            "No audit log tells of this report: whether {REPORT} is as it was written is not known."
        )),
        Some(found) => {
            let (kind, path) = match is_missing {
                true => (DifferenceKind::Chain, AUDIT),
                false => (DifferenceKind::Report, REPORT),
            };
            let what = found.fault().map(|fault| match is_missing {
                true => format!("{REPORT}: {fault}"),
                false => fault,
            });
            verified.differences.extend(what.map(|what| Difference::at(kind, path, what)));
        }
    }
    signature(folder, (&log, &chain), digest.as_ref(), key, verified);
    Some(Log { is_missing: is_missing && log.is_empty(), chain })
}

fn signature(
    folder: &Folder,
    log: (&[u8], &Chain),
    digest: Option<&AuditFile>,
    key: Option<&VerifyingKey>,
    verified: &mut Verified,
) {
    let sign::Checked { fingerprint, at, line, faults } = sign::check(folder, log, digest, key);
    verified.signature = match (faults.is_empty(), fingerprint, key) {
        (false, ..) => SignatureFound::Bad { why: faults.iter().map(|fault| fault.kind).collect() },
        (true, None, _) => SignatureFound::None,
        (true, Some(fingerprint), Some(_)) => SignatureFound::Good { fingerprint, at, line },
        (true, Some(fingerprint), None) => SignatureFound::Unknown { fingerprint, at, line },
    };
    let of_signature =
        |what| Difference { kind: DifferenceKind::Signature, id: None, path: None, what };
    let faults = faults.into_iter().map(|fault| of_signature(fault.what));
    verified.differences.extend(faults);
}
