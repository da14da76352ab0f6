//! Broken files get the verdict they deserve.

use afterimage_signatures::formats::by_name;
use afterimage_signatures::verdict::Grade;
use afterimage_signatures::{Effort, Format};
use afterimage_testdata::Sample;
use afterimage_testdata::broken::{self, Expect};

use super::{check_spans, measure};

/// The broken files as if they were samples.
pub(super) fn cases() -> Vec<(Sample, &'static dyn Format)> {
    let files = broken::all().into_iter().filter_map(|file| {
        let format = by_name(file.format)?;
        Some((Sample::new(file.format, file.name, file.bytes), format))
    });
    files.collect()
}

#[test]
fn each_broken_file_is_judged_by_its_defect() {
    let mut wrong = Vec::new();
    for file in broken::all() {
        let Some(format) = by_name(file.format) else { continue };
        let verdict = measure(format, &file.bytes, Effort::Proof);
        let grade = verdict.as_ref().ok().map(|verdict| verdict.grade);
        let fits = match file.expect {
            Expect::Rejected => grade.is_none(),
            Expect::Partial => grade == Some(Grade::Partial),
            // Where nothing checks the payload, foreign bytes in it go unseen.
            Expect::Damaged if format.oracle().is_none() => grade.is_some(),
            Expect::Damaged => matches!(grade, Some(Grade::Partial | Grade::Damaged)),
            Expect::Whole => matches!(grade, Some(Grade::Structural | Grade::Verified)),
        };
        if !fits {
            wrong.push(format!("{}: expected {:?}, not {verdict:?}", file.name, file.expect));
        }
        if let Ok(verdict) = verdict {
            assert!(verdict.len <= file.bytes.len() as u64, "{}", file.name);
            check_spans(file.name, &verdict);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
