//! The case that a run belongs to.

/// What an examiner says of the case that a run belongs to. It is written into the report as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseData {
    /// Number or name of the case.
    pub number: Option<String>,
    /// Number of the piece of evidence.
    pub evidence: Option<String>,
    /// Who examines it.
    pub examiner: Option<String>,
    /// What else is to be said.
    pub notes: Option<String>,
}
