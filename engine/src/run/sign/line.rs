//! The lines of the audit log that tell of signatures.

use ed25519_dalek::{Signature, VerifyingKey};

use super::files::ACTION;
use super::key::from_digits;
use crate::model::hex;
use crate::run::audit::{AuditFile, Chain, ChainLine};

/// What a line of the audit log tells of a signature.
pub(super) struct SignLine<'a> {
    /// Its number, by its place in the log.
    pub(super) number: u64,
    /// When it was written.
    pub(super) at: &'a str,
    /// Bytes of the log up to its end.
    pub(super) end: usize,
    /// The report that was signed.
    pub(super) report: Option<&'a AuditFile>,
    /// Whose signature it is.
    pub(super) key: Option<VerifyingKey>,
    /// The signature of the report.
    pub(super) signature: Option<Signature>,
}

/// All of them, in order.
pub(super) fn lines(chain: &Chain) -> impl DoubleEndedIterator<Item = SignLine<'_>> {
    chain.lines.iter().filter(|one| one.line.action == ACTION).map(|one| {
        let ChainLine { line, number, end } = one;
        let text = |name: &str| line.outcome.get(name)?.as_str();
        let bytes = |name: &str| hex::decode(text(name)?);
        SignLine {
            number: *number,
            at: &line.at,
            end: *end,
            report: line.report.as_ref(),
            key: text("public_key").and_then(from_digits),
            signature: bytes("signature").and_then(|bytes| Signature::from_slice(&bytes).ok()),
        }
    })
}
