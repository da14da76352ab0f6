//! Whether signatures in an output folder hold.

use ed25519_dalek::VerifyingKey;

use super::files::{ACTION, AUDIT_SIGNATURE, REPORT_SIGNATURE, read, whole};
use super::key::{fingerprint, from_digits};
use crate::output::destination::REPORT;
use crate::run::audit::{AuditLine, AuditReport, Chain};
use crate::system::folder::Folder;

/// What became of a check of signatures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::run) struct Checked {
    /// The key that the audit log says it was signed by, or that was given.
    pub(in crate::run) fingerprint: Option<String>,
    /// When it was signed, by the audit log.
    pub(in crate::run) at: Option<String>,
    /// What does not hold, in words.
    pub(in crate::run) faults: Vec<String>,
}

/// Checks the signatures in a folder: by the key that is `given`, else by the one that its audit log tells of.
/// `log` are the bytes of that log, and `report` is the digest that the report has now.
pub(in crate::run) fn check(
    folder: &Folder,
    (log, chain): (&[u8], &Chain),
    report: Option<&AuditReport>,
    given: Option<&VerifyingKey>,
) -> Checked {
    let told = chain.last(ACTION);
    let (of_report, of_log) = (read(folder, REPORT_SIGNATURE), read(folder, AUDIT_SIGNATURE));
    let mut checked = Checked::default();
    if told.is_none() && of_report.is_none() && of_log.is_none() {
        if given.is_some() {
            checked.faults.push("the report is not signed".to_owned());
        }
        return checked;
    }
    let text = |name: &str| told.and_then(|one| one.line.outcome.get(name)?.as_str());
    let logged = text("public_key").and_then(from_digits);
    checked.at = told.map(|one| one.line.at.clone());
    if let (Some(given), Some(logged)) = (given, &logged)
        && given != logged
    {
        let (logged, given) = (fingerprint(logged), fingerprint(given));
        checked.faults.push(format!("it was signed by another key: by {logged}, not by {given}"));
        checked.fingerprint = Some(logged);
        return checked;
    }
    let Some(key) = given.copied().or(logged) else {
        let what = "the audit log tells of no key that signed it; --key names the one to check by";
        checked.faults.push(what.to_owned());
        return checked;
    };
    checked.fingerprint = Some(fingerprint(&key));
    match (&of_log, told) {
        (Some(signature), Some(told)) => {
            let signed = log.get(..told.end).unwrap_or_default();
            if key.verify_strict(signed, signature).is_err() {
                let number = told.line.number;
                checked.faults.push(format!(
                    "{AUDIT_SIGNATURE} is no signature of the audit log up to line {number} by that key: one of \
                     them was changed"
                ));
            }
        }
        (None, _) => checked.faults.push(format!("{AUDIT_SIGNATURE} is missing, or no signature")),
        (Some(_), None) => {
            checked.faults.push("the audit log does not tell of a signature any more".to_owned());
        }
    }
    let Some(signature) = of_report else {
        checked.faults.push(format!("{REPORT_SIGNATURE} is missing, or no signature"));
        return checked;
    };
    let is_good =
        whole(folder, REPORT).is_ok_and(|bytes| key.verify_strict(&bytes, &signature).is_ok());
    if !is_good {
        checked.faults.push(changed(told.map(|one| &one.line), chain, report));
    }
    checked
}

/// Why the signature of the report does not hold, as far as the audit log tells.
fn changed(told: Option<&AuditLine>, chain: &Chain, report: Option<&AuditReport>) -> String {
    let Some(told) = told.filter(|told| told.report.as_ref() != report) else {
        return format!("{REPORT_SIGNATURE} is no signature of {REPORT} by that key");
    };
    let later = chain.lines.iter().map(|one| &one.line).filter(|line| line.number > told.number);
    let changes: Vec<&AuditLine> =
        later.filter(|line| line.report.is_some() && line.report != told.report).collect();
    let is_told = changes.last().is_some_and(|last| last.report.as_ref() == report);
    if !is_told {
        return format!(
            "{REPORT} was changed after it was signed, by nothing that the audit log tells of"
        );
    }
    let lines: Vec<String> = changes
        .iter()
        .map(|line| format!("line {}: {}, {}", line.number, line.action, line.at))
        .collect();
    format!(
        "{REPORT} was changed after it was signed, by these lines of the audit log: {}",
        lines.join("; ")
    )
}
