//! What a report says of the case that it belongs to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::options::CaseData;

/// The case that a report belongs to, as its examiner named it. The program checks nothing of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Case")]
pub struct ReportCase {
    /// Number or name of the case.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<String>,
    /// Number of the piece of evidence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evidence: Option<String>,
    /// Who examines it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub examiner: Option<String>,
    /// What else is to be said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub notes: Option<String>,
}

impl ReportCase {
    /// What was given of a case; nothing where nothing was.
    pub fn of(data: &CaseData) -> Option<Self> {
        let CaseData { number, evidence, examiner, notes } = data.clone();
        let case = ReportCase { number, evidence, examiner, notes };
        (case != ReportCase::default()).then_some(case)
    }
}
