//! What the grades of a report claim, held against the truth.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use afterimage_engine::report::Grade;
use serde::{Deserialize, Serialize};

use crate::interval::Share;
use crate::judge::{Judge, Kind, Standing};

/// What is read of a report; the rest of it makes no claim.
#[derive(Debug, Deserialize)]
struct Claims {
    files: Vec<Claim>,
}

/// What a report says of one file.
#[derive(Debug, Deserialize)]
struct Claim {
    grade: Grade,
    format: String,
    path: Option<String>,
    kept: Option<u64>,
    #[serde(default)]
    unchecked: Vec<Range>,
    #[serde(default)]
    issues: Vec<Issue>,
    #[serde(default)]
    runs: Vec<Run>,
}

#[derive(Debug, Deserialize)]
struct Range {
    offset: u64,
    length: u64,
}

#[derive(Debug, Deserialize)]
struct Issue {
    offset: u64,
}

#[derive(Debug, Deserialize)]
struct Run {
    length: u64,
    origin: String,
}

/// How often the claims of one grade held.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Counts {
    /// Files of which all that the grade claims is so.
    pub right: Share,
    /// Files that are a lost photo to the byte, whatever was claimed.
    pub exact: usize,
}

/// A file of which a grade claims more than is so.
#[derive(Clone, Debug, Serialize)]
pub struct Wrong {
    /// The layout and the seed.
    pub layout: String,
    /// Its path below the output folder.
    pub path: String,
    /// What it is said to be.
    pub format: String,
    /// How it was graded.
    pub grade: &'static str,
    /// Its length in bytes.
    pub size: u64,
    /// First bytes that are those of a lost photo.
    pub own: u64,
}

/// How often each grade was right.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Calibration {
    /// By grade, from the one that claims most, and by kind of layout.
    pub grades: BTreeMap<&'static str, BTreeMap<&'static str, Counts>>,
    /// All that were wrong.
    pub wrong: Vec<Wrong>,
}

/// What each grade claims, from the one that claims most.
pub const CLAIMS: [(Grade, &str); 5] = [
    (
        Grade::Verified,
        "no byte outside `unchecked` is foreign, and the file ends where the photo does",
    ),
    (Grade::Structural, "the file is the photo to the byte"),
    (Grade::Partial, "the first `kept` bytes are the beginning of a lost photo"),
    (Grade::Damaged, "up to the first of `issues` the file is a lost photo"),
    (Grade::Repaired, "up to the first byte that is not from the source, it is a lost photo"),
];

/// How a grade is spelled in a report.
pub fn spelled(grade: Grade) -> &'static str {
    match grade {
        Grade::Verified => "verified",
        Grade::Structural => "structural",
        Grade::Partial => "partial",
        Grade::Damaged => "damaged",
        Grade::Repaired => "repaired",
    }
}

impl Calibration {
    /// Adds what the report in `out` claims of the files that were written there; `kind` is the kind of
    /// layout, `layout` names it to the seed.
    ///
    /// # Errors
    ///
    /// When the report or a file cannot be read.
    pub fn add(
        &mut self,
        judge: &Judge<'_>,
        out: &Path,
        kind: &'static str,
        layout: &str,
    ) -> io::Result<()> {
        let claims: Claims = serde_json::from_slice(&std::fs::read(out.join("report.json"))?)?;
        for claim in claims.files {
            let Some(path) = &claim.path else { continue };
            let bytes = std::fs::read(out.join(path))?;
            let standing = judge.standing(&bytes);
            let right = holds(&claim, &bytes, &standing);
            let grade = spelled(claim.grade);
            let counts = self.grades.entry(grade).or_default().entry(kind).or_default();
            counts.right.add(right);
            counts.exact += usize::from(standing.kind == Kind::Exact);
            if !right {
                self.wrong.push(Wrong {
                    layout: layout.to_owned(),
                    path: path.clone(),
                    format: claim.format.clone(),
                    grade,
                    size: bytes.len() as u64,
                    own: standing.own,
                });
            }
        }
        Ok(())
    }

    /// What one grade came to over all layouts.
    pub fn of(&self, grade: Grade) -> Counts {
        let mut all = Counts::default();
        for counts in self.grades.get(spelled(grade)).into_iter().flat_map(BTreeMap::values) {
            all.right.so += counts.right.so;
            all.right.of += counts.right.of;
            all.exact += counts.exact;
        }
        all
    }
}

/// Whether all that a report claims of a file is so. A picture that lies whole inside a lost photo, as
/// a preview does, is as good as one that was lost itself.
fn holds(claim: &Claim, bytes: &[u8], standing: &Standing<'_>) -> bool {
    let whole = matches!(standing.kind, Kind::Exact | Kind::Inner);
    let len = bytes.len() as u64;
    match claim.grade {
        Grade::Structural => whole,
        Grade::Verified => {
            whole
                || standing.original.is_some_and(|one| {
                    one.ends_at(len) && differs_only_in(&claim.unchecked, bytes, &one.bytes)
                })
        }
        Grade::Partial => {
            whole || standing.own >= claim.kept.unwrap_or(len).min(from_source(claim, len))
        }
        Grade::Damaged => {
            let first = claim.issues.iter().map(|issue| issue.offset).min();
            whole || (standing.own > 0 && standing.own >= first.unwrap_or(len).min(len))
        }
        Grade::Repaired => whole || (standing.own > 0 && standing.own >= from_source(claim, len)),
    }
}

/// How many first bytes of a file are from the source.
fn from_source(claim: &Claim, len: u64) -> u64 {
    if claim.runs.is_empty() {
        return len;
    }
    claim.runs.iter().take_while(|run| run.origin == "source").map(|run| run.length).sum()
}

/// Whether a file differs from the beginning of `original` in these ranges at most.
fn differs_only_in(loose: &[Range], bytes: &[u8], original: &[u8]) -> bool {
    let Some(original) = original.get(..bytes.len()) else { return false };
    let is_loose = |at: usize| {
        let at = at as u64;
        loose.iter().any(|range| at >= range.offset && at - range.offset < range.length)
    };
    let differing = bytes.iter().zip(original).enumerate().filter(|(_, (a, b))| a != b);
    // One look-up a differing byte, and the first that is not loose ends it.
    differing.map(|(at, _)| at).all(is_loose)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::Original;
    use afterimage_testdata::random::Random;

    fn claim(grade: Grade) -> Claim {
        Claim {
            grade,
            format: "jpeg".to_owned(),
            path: None,
            kept: None,
            unchecked: Vec::new(),
            issues: Vec::new(),
            runs: Vec::new(),
        }
    }

    #[test]
    fn each_grade_is_held_to_what_it_claims() {
        let photo = Random::new(1).bytes(50_000);
        let mut foreign = photo.clone();
        foreign[30_000..31_000].fill(0);
        let originals = [Original::new(photo.clone(), Vec::new())];
        let judge = Judge::new(&originals);
        let said = |claim: Claim, bytes: &[u8]| holds(&claim, bytes, &judge.standing(bytes));
        let loose = vec![Range { offset: 29_000, length: 3000 }];
        let issue = |offset| vec![Issue { offset }];

        assert!(said(claim(Grade::Verified), &photo));
        assert!(!said(claim(Grade::Verified), &foreign));
        assert!(said(Claim { unchecked: loose, ..claim(Grade::Verified) }, &foreign));
        assert!(said(claim(Grade::Structural), &photo[700..9000]));
        assert!(!said(claim(Grade::Structural), &photo[..40_000]));
        assert!(said(claim(Grade::Partial), &photo[..40_000]));
        assert!(said(Claim { kept: Some(30_000), ..claim(Grade::Partial) }, &foreign));
        assert!(!said(Claim { kept: Some(30_001), ..claim(Grade::Partial) }, &foreign));
        assert!(said(Claim { issues: issue(30_000), ..claim(Grade::Damaged) }, &foreign));
        assert!(!said(Claim { issues: issue(30_500), ..claim(Grade::Damaged) }, &foreign));
        let runs = [("source", 20_000), ("borrowed", 1), ("source", 29_999)];
        let runs = runs.map(|(origin, length)| Run { length, origin: origin.to_owned() });
        assert!(said(Claim { runs: runs.into(), ..claim(Grade::Repaired) }, &foreign));
    }
}
