//! Why a signature does not hold.

use serde::Serialize;

/// What kind of reason it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureFaultKind {
    /// There is none, where there should be one.
    Missing,
    /// A file should hold it and holds something else.
    Unreadable,
    /// It is by another key than the one that was given.
    WrongKey,
    /// The report is not the one that was signed.
    ChangedReport,
    /// The audit log is not the one that was signed.
    ChangedLog,
    /// It is not the signature that was made.
    ChangedSignature,
    /// It is an earlier one than the last that the audit log tells of.
    Earlier,
}

/// A reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignatureFault {
    /// Its kind.
    pub kind: SignatureFaultKind,
    /// The same in words.
    pub what: String,
}

impl SignatureFaultKind {
    /// The words for it.
    pub fn name(self) -> &'static str {
        match self {
            SignatureFaultKind::Missing => "one is missing",
            SignatureFaultKind::Unreadable => "it is unreadable",
            SignatureFaultKind::WrongKey => "it is by another key",
            SignatureFaultKind::ChangedReport => "the report was changed",
            SignatureFaultKind::ChangedLog => "the audit log was changed",
            SignatureFaultKind::ChangedSignature => "it was changed itself",
            SignatureFaultKind::Earlier => "it is an earlier one",
        }
    }

    /// A reason of this kind.
    pub(super) fn said(self, what: impl Into<String>) -> SignatureFault {
        SignatureFault { kind: self, what: what.into() }
    }
}
