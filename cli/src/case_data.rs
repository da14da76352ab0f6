//! The case that a run belongs to, as an examiner names it.

use afterimage_engine::options::CaseData;
use anyhow::bail;

/// The longest text, in characters: it stands in every view of the report.
const LONGEST: usize = 10_000;

/// The options that name a case. What they say stands in the report, in all of its views, and in the audit log.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "For examiners")]
pub struct Case {
    /// Number or name of the case; it stands in the report and all its views, as do the three below.
    #[arg(long, value_name = "TEXT", value_parser = text)]
    case: Option<String>,

    /// Number of the piece of evidence.
    #[arg(long, value_name = "TEXT", value_parser = text)]
    evidence: Option<String>,

    /// Who examines it. The audit log tells the name of the machine's user too then.
    #[arg(long, value_name = "TEXT", value_parser = text)]
    examiner: Option<String>,

    /// What else the report is to say.
    #[arg(long, value_name = "TEXT", value_parser = text)]
    notes: Option<String>,
}

impl Case {
    /// What the engine is told.
    pub fn data(&self) -> CaseData {
        CaseData {
            number: self.case.clone(),
            evidence: self.evidence.clone(),
            examiner: self.examiner.clone(),
            notes: self.notes.clone(),
        }
    }
}

/// A text that says something and is not without end.
fn text(text: &str) -> anyhow::Result<String> {
    if text.trim().is_empty() {
        bail!("it is empty; leave the option out instead");
    }
    if text.chars().count() > LONGEST {
        bail!("it is longer than {LONGEST} characters");
    }
    Ok(text.to_owned())
}
