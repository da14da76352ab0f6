//! What a verification came to.

use super::difference::Difference;
use crate::run::sign::SignatureFaultKind;

/// What is known of the signature of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SignatureFound {
    /// It has none.
    #[default]
    None,
    /// It holds, and is by the key that was given.
    Good {
        /// The digest of the key.
        fingerprint: String,
        /// When it was made, by the audit log.
        at: Option<String>,
        /// The last of the lines of the audit log that it covers.
        line: Option<u64>,
    },
    /// It holds, and nobody told whose key that is.
    Unknown {
        /// The digest of the key.
        fingerprint: String,
        /// When it was made, by the audit log.
        at: Option<String>,
        /// The last of the lines of the audit log that it covers.
        line: Option<u64>,
    },
    /// It was not looked at, since the audit log cannot be read.
    Unchecked,
    /// It does not hold; the differences say more.
    Bad {
        /// Why not.
        why: Vec<SignatureFaultKind>,
    },
}

/// What a verification came to.
#[derive(Debug, Default)]
pub struct Verified {
    /// Files whose bytes were compared with the report.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files of the report that are not written, by its own words.
    pub unwritten: u64,
    /// Files whose runs were read from their sources and compared.
    pub replayed: u64,
    /// Files that cannot be: their bytes lie in no device or image, or the report has no digest of them.
    pub not_replayed: u64,
    /// Sources that were compared as a whole.
    pub sources: u64,
    /// Lines of the audit log.
    pub lines: u64,
    /// The signature.
    pub signature: SignatureFound,
    /// What differs.
    pub differences: Vec<Difference>,
    /// What could not be compared, a sentence each.
    pub impossible: Vec<String>,
    /// What else is to be known, a sentence each.
    pub notes: Vec<String>,
    /// Whether somebody stopped it.
    pub interrupted: bool,
}
