//! Whether signatures in an output folder hold, and if not, why not.

use ed25519_dalek::{Signature, VerifyingKey};

use super::fault::{SignatureFault, SignatureFaultKind as Kind};
use super::files::{AUDIT_SIGNATURE, REPORT_SIGNATURE, Stored, read, whole};
use super::key::fingerprint;
use super::line::{SignLine, lines};
use crate::output::destination::REPORT;
use crate::run::audit::{AuditFile, Chain};
use crate::system::folder::Folder;

/// What became of a check of signatures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::run) struct Checked {
    /// The key that the audit log says it was signed by, or that was given.
    pub(in crate::run) fingerprint: Option<String>,
    /// When it was signed, by the audit log.
    pub(in crate::run) at: Option<String>,
    /// The last of the lines of the log that are signed.
    pub(in crate::run) line: Option<u64>,
    /// Why it does not hold.
    pub(in crate::run) faults: Vec<SignatureFault>,
}

/// Checks the signatures in a folder: by the key that is `given`, else by the one that its audit log tells of.
/// `log` are the bytes of that log, and `report` is the digest that the report has now.
pub(in crate::run) fn check(
    folder: &Folder,
    (log, chain): (&[u8], &Chain),
    report: Option<&AuditFile>,
    given: Option<&VerifyingKey>,
) -> Checked {
    let told: Vec<SignLine<'_>> = lines(chain).collect();
    let (of_report, of_log) = (read(folder, REPORT_SIGNATURE), read(folder, AUDIT_SIGNATURE));
    let mut checked = Checked::default();
    let Some(last) = told.last() else {
        checked.faults.extend(untold(&of_report, &of_log, given));
        return checked;
    };
    (checked.at, checked.line) = (Some(last.at.to_owned()), Some(last.number));
    let Some(key) = given.copied().or(last.key) else {
        checked.faults.push(Kind::Unreadable.said(format!(
            "line {} of the audit log says that it was signed, and by no key that can be read; --key names the one to \
             check by",
            last.number
        )));
        return checked;
    };
    checked.fingerprint = Some(fingerprint(&last.key.unwrap_or(key)));
    if let (Some(given), Some(logged)) = (given, &last.key)
        && given != logged
    {
        let (logged, given) = (fingerprint(logged), fingerprint(given));
        let what = format!("the report was signed by another key: by {logged}, not by {given}");
        checked.faults.push(Kind::WrongKey.said(what));
        return checked;
    }
    let check = Check { log, chain, told: &told, last, key };
    checked.faults.extend(check.of_log(&of_log).err());
    let text = || whole(folder, REPORT).unwrap_or_default();
    checked.faults.extend(check.of_report(&of_report, &text, report).err());
    checked
}

/// What is wrong where the log tells of no signature.
fn untold(
    of_report: &Stored,
    of_log: &Stored,
    given: Option<&VerifyingKey>,
) -> Option<SignatureFault> {
    let is_there = |stored: &Stored| !matches!(stored, Stored::Missing);
    if is_there(of_report) || is_there(of_log) {
        let name = if is_there(of_report) { REPORT_SIGNATURE } else { AUDIT_SIGNATURE };
        return Some(Kind::ChangedLog.said(format!(
            "there is a {name}, and the audit log does not tell of a signature: the log was changed or made anew after \
             it was signed"
        )));
    }
    given.map(|_| Kind::Missing.said("the report is not signed"))
}

/// Signatures that an audit log tells of.
struct Check<'a> {
    log: &'a [u8],
    chain: &'a Chain,
    told: &'a [SignLine<'a>],
    last: &'a SignLine<'a>,
    key: VerifyingKey,
}

impl Check<'_> {
    /// Whether `audit.sig` is the signature of the log up to the last line that tells of one.
    fn of_log(&self, stored: &Stored) -> Result<(), SignatureFault> {
        let signature = self.signature(AUDIT_SIGNATURE, stored)?;
        let number = self.last.number;
        if self.holds(&self.key, self.last.end, &signature) {
            return Ok(());
        }
        let earlier = self.told.iter().rev().skip(1);
        let mut earlier = earlier.filter_map(|line| Some((line, line.key?)));
        if let Some((line, _)) = earlier.find(|(line, key)| self.holds(key, line.end, &signature)) {
            return Err(self.earlier(AUDIT_SIGNATURE, line));
        }
        let broken = self.chain.faults.iter().find(|fault| fault.line <= number);
        Err(match broken {
            Some(fault) => Kind::ChangedLog.said(format!(
                "the audit log was changed after it was signed in line {number}: {}",
                fault.what
            )),
            None => Kind::ChangedLog.said(format!(
                "{AUDIT_SIGNATURE} is no signature of the audit log up to line {number} by the key {}: those lines were \
                 made anew after they were signed, or {AUDIT_SIGNATURE} was changed",
                fingerprint(&self.key)
            )),
        })
    }

    /// Whether `report.sig` is the signature that the last line tells of, and that of the report, whose bytes `text` gives.
    fn of_report(
        &self,
        stored: &Stored,
        text: &dyn Fn() -> Vec<u8>,
        digest: Option<&AuditFile>,
    ) -> Result<(), SignatureFault> {
        let signature = self.signature(REPORT_SIGNATURE, stored)?;
        let is_told = |line: &SignLine<'_>| line.signature == Some(signature);
        // Also an old signature that holds for an old report is not the one that was made last.
        let is_other = self.last.signature.is_some() && !is_told(self.last);
        if !is_other && self.key.verify_strict(&text(), &signature).is_ok() {
            return Ok(());
        }
        if !is_told(self.last) {
            let earlier = self.told.iter().rev().skip(1).find(|line| is_told(line));
            return Err(match earlier {
                Some(line) => self.earlier(REPORT_SIGNATURE, line),
                None => Kind::ChangedSignature.said(format!(
                    "{REPORT_SIGNATURE} is not the signature that line {} of the audit log tells of",
                    self.last.number
                )),
            });
        }
        if self.last.report == digest {
            return Err(Kind::ChangedReport.said(format!(
                "{REPORT_SIGNATURE} is no signature of {REPORT} by the key {}, though the audit log says so: the report \
                 was changed after it was signed, and the log made anew to fit it",
                fingerprint(&self.key)
            )));
        }
        Err(Kind::ChangedReport.said(self.changes(digest)))
    }

    fn signature(&self, name: &str, stored: &Stored) -> Result<Signature, SignatureFault> {
        let number = self.last.number;
        match stored {
            Stored::Signature(signature) => Ok(*signature),
            Stored::Missing => Err(Kind::Missing.said(format!(
                "{name} is missing, though line {number} of the audit log says that it was signed: it was removed, or \
                 signing was interrupted; `afterimage sign` makes it again"
            ))),
            Stored::Unreadable(why) => {
                Err(Kind::Unreadable.said(format!("{name} holds no signature that can be read: {why}")))
            }
        }
    }

    fn holds(&self, key: &VerifyingKey, end: usize, signature: &Signature) -> bool {
        self.log.get(..end).is_some_and(|log| key.verify_strict(log, signature).is_ok())
    }

    fn earlier(&self, name: &str, line: &SignLine<'_>) -> SignatureFault {
        Kind::Earlier.said(format!(
            "{name} is the one that was made in line {} of the audit log, and line {} says that it was signed again: an \
             old one was put back, or signing was interrupted; `afterimage sign` makes it again",
            line.number, self.last.number
        ))
    }

    /// What changed the report after it was signed, as far as the audit log tells.
    fn changes(&self, digest: Option<&AuditFile>) -> String {
        let later = self.chain.lines.iter().filter(|one| one.number > self.last.number);
        let later = later.map(|one| &one.line);
        let changes: Vec<_> = later
            .filter(|line| line.report.is_some() && line.report.as_ref() != self.last.report)
            .collect();
        let is_told = changes.last().is_some_and(|last| last.report.as_ref() == digest);
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
}
