//! What the grades of a report claim, held against the truth.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use afterimage_engine::report::Grade;
use serde::{Deserialize, Serialize};

use crate::interval::Share;
use crate::judge::{Judge, Kind, Standing};
use crate::truth::Original;

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
    /// Files of which it is so but for the last [`NEAR`] bytes of what is claimed.
    pub near: usize,
    /// The most bytes that were claimed and are not so, at the end of what is claimed.
    pub excess: u64,
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
    /// How many of its first bytes are claimed to be a lost photo's.
    pub claimed: u64,
    /// How many are.
    pub own: u64,
}

/// How often each grade was right.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Calibration {
    /// By grade, from the one that claims most, and by kind of layout.
    pub grades: BTreeMap<&'static str, BTreeMap<&'static str, Counts>>,
    /// All that were wrong.
    pub wrong: Vec<Wrong>,
    /// Layouts of which there is no report: the program refused the image, or was ended before it was done.
    pub without: Vec<String>,
}

/// How far a decoder may go on into foreign data and still find where it began.
pub const NEAR: u64 = 512;

/// What each grade claims, from the one that claims most.
pub const CLAIMS: [(Grade, &str); 5] = [
    (
        Grade::Verified,
        "no byte outside `unchecked` is foreign, and the file ends where the photo does",
    ),
    (
        Grade::Structural,
        "the file is the photo to the byte, which is more than is claimed: that the structure closes, of formats whose payload no check covers",
    ),
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
        let report = out.join("report.json");
        if !report.is_file() {
            self.without.push(layout.to_owned());
            return Ok(());
        }
        let claims: Claims = serde_json::from_slice(&std::fs::read(report)?)?;
        for claim in claims.files {
            let Some(path) = &claim.path else { continue };
            let bytes = std::fs::read(out.join(path))?;
            let claimed = claim.beginning(bytes.len() as u64);
            let standing = judge.standing(&bytes[..claimed as usize]);
            let right = holds(&claim, &bytes, &standing);
            let excess = if right { 0 } else { claimed - standing.own.min(claimed) };
            let is_exact = judge.standing(&bytes).kind == Kind::Exact;
            let grade = spelled(claim.grade);
            let counts = self.grades.entry(grade).or_default().entry(kind).or_default();
            counts.right.add(right);
            counts.near += usize::from(excess <= NEAR && (right || standing.own > 0));
            counts.excess = counts.excess.max(excess);
            counts.exact += usize::from(is_exact);
            if !right {
                self.wrong.push(Wrong {
                    layout: layout.to_owned(),
                    path: path.clone(),
                    format: claim.format.clone(),
                    grade,
                    size: bytes.len() as u64,
                    claimed,
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
            all.near += counts.near;
            all.excess = all.excess.max(counts.excess);
            all.exact += counts.exact;
        }
        all
    }
}

impl Claim {
    /// How many first bytes of a file of `len` are claimed to be those of a lost photo.
    fn beginning(&self, len: u64) -> u64 {
        match self.grade {
            Grade::Verified | Grade::Structural => len,
            Grade::Partial => self.kept.unwrap_or(len).min(self.sourced(len)),
            Grade::Damaged => {
                self.issues.iter().map(|issue| issue.offset).min().unwrap_or(len).min(len)
            }
            Grade::Repaired => self.sourced(len),
        }
    }

    /// How many first bytes are from the source.
    fn sourced(&self, len: u64) -> u64 {
        if self.runs.is_empty() {
            return len;
        }
        let own = self.runs.iter().take_while(|run| run.origin == "source");
        own.map(|run| run.length).sum::<u64>().min(len)
    }
}

/// Whether all that a report claims of a file is so; `standing` is that of the bytes that are claimed. A
/// picture that lies whole inside a lost photo, as a preview does, is as good as one that was lost itself.
fn holds(claim: &Claim, bytes: &[u8], standing: &Standing<'_>) -> bool {
    let len = bytes.len() as u64;
    match claim.grade {
        Grade::Structural => matches!(standing.kind, Kind::Exact | Kind::Inner),
        Grade::Verified => {
            let covered = |one: &Original| {
                one.ends_at(len) && differs_only_in(&claim.unchecked, bytes, &one.bytes)
            };
            matches!(standing.kind, Kind::Exact | Kind::Inner)
                || standing.original.is_some_and(covered)
        }
        Grade::Partial | Grade::Damaged | Grade::Repaired => {
            let claimed = claim.beginning(len);
            claimed > 0 && standing.own >= claimed
        }
    }
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
        let said = |claim: Claim, bytes: &[u8]| {
            let claimed = claim.beginning(bytes.len() as u64) as usize;
            holds(&claim, bytes, &judge.standing(&bytes[..claimed]))
        };
        let loose = vec![Range { offset: 29_000, length: 3000 }];
        let issue = |offset| vec![Issue { offset }];

        assert!(said(claim(Grade::Verified), &photo));
        assert!(!said(claim(Grade::Verified), &foreign));
        assert!(said(Claim { unchecked: loose, ..claim(Grade::Verified) }, &foreign));
        assert!(said(claim(Grade::Structural), &photo[700..9000]));
        assert!(!said(claim(Grade::Structural), &photo[..40_000]));
        assert!(said(claim(Grade::Partial), &photo[..40_000]));
        assert!(said(Claim { kept: Some(8000), ..claim(Grade::Partial) }, &photo[700..9000]));
        assert!(said(Claim { kept: Some(30_000), ..claim(Grade::Partial) }, &foreign));
        assert!(!said(Claim { kept: Some(30_001), ..claim(Grade::Partial) }, &foreign));
        assert!(said(Claim { issues: issue(30_000), ..claim(Grade::Damaged) }, &foreign));
        assert!(!said(Claim { issues: issue(30_500), ..claim(Grade::Damaged) }, &foreign));
        let runs = [("source", 20_000), ("borrowed", 1), ("source", 29_999)];
        let runs = runs.map(|(origin, length)| Run { length, origin: origin.to_owned() });
        assert!(said(Claim { runs: runs.into(), ..claim(Grade::Repaired) }, &foreign));
    }
}
