//! What a report says of what becomes of a file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::settle::Disposition;

/// What becomes of a file that the report lists. Together with `parent` and `mime` it gives every count of
/// the summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Disposition")]
pub enum ReportDisposition {
    /// It is recovered, or would be without a dry run. A picture inside another file is where those are asked
    /// for.
    #[default]
    Recovered,
    /// It was to be recovered and is not written: the output took no more, the run was stopped, or only others were
    /// asked for of a report that was there already.
    Unwritten,
    /// Another file of the report has the same bytes and stands for it.
    Copy,
    /// It is still there, or lies in a file that is, and such files were not asked for.
    Live,
    /// Not one row of its picture can be seen.
    Unseen,
    /// A copy that is nearer to the photo was found: the original of a preview.
    Surpassed,
    /// Somebody has it already, or the file that it lies in: `known` says where.
    Known,
}

impl From<Disposition> for ReportDisposition {
    fn from(disposition: Disposition) -> Self {
        match disposition {
            Disposition::Recovered => ReportDisposition::Recovered,
            Disposition::Copy => ReportDisposition::Copy,
            Disposition::Live => ReportDisposition::Live,
            Disposition::Unseen => ReportDisposition::Unseen,
            Disposition::Surpassed => ReportDisposition::Surpassed,
            Disposition::Known => ReportDisposition::Known,
        }
    }
}
