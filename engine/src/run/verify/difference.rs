//! What is not as the report says.

use serde::Serialize;

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DifferenceKind {
    /// A file has other bytes than the report says.
    Changed,
    /// A file is not there.
    Missing,
    /// A file is there that the report does not name.
    Added,
    /// The source gives other bytes for a file than the report says.
    Replay,
    /// The source is another one, or was changed.
    Source,
    /// The report is not the one that the audit log tells of.
    Report,
    /// A view of the report is not the one that was made of it.
    View,
    /// The audit log is not as it was written.
    Chain,
    /// A signature does not hold.
    Signature,
}

impl DifferenceKind {
    /// All of them.
    pub const ALL: [DifferenceKind; 9] = [
        DifferenceKind::Changed,
        DifferenceKind::Missing,
        DifferenceKind::Added,
        DifferenceKind::Replay,
        DifferenceKind::Source,
        DifferenceKind::Report,
        DifferenceKind::View,
        DifferenceKind::Chain,
        DifferenceKind::Signature,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            DifferenceKind::Changed => "changed",
            DifferenceKind::Missing => "missing",
            DifferenceKind::Added => "added",
            DifferenceKind::Replay => "replay",
            DifferenceKind::Source => "source",
            DifferenceKind::Report => "report",
            DifferenceKind::View => "view",
            DifferenceKind::Chain => "chain",
            DifferenceKind::Signature => "signature",
        }
    }
}

/// Something that is not as the report says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What differs.
    pub kind: DifferenceKind,
    /// The number of the file in the report, where it is one of its files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// Where it is: below the output folder, or a source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What is wrong, in words.
    pub what: String,
}

impl Difference {
    /// A difference in `path`.
    pub(super) fn at(kind: DifferenceKind, path: &str, what: impl Into<String>) -> Self {
        Difference { kind, id: None, path: Some(path.to_owned()), what: what.into() }
    }

    /// The same, of the file with that number.
    pub(super) fn of(self, id: u64) -> Self {
        Difference { id: Some(id), ..self }
    }
}
