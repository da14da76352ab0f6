//! Where in a file a picture lies that is inside of it.

use afterimage_signatures::verdict::Span;

/// The first byte of `inner`, from the start of the file that lies in `runs` of the same source; nothing where it
/// does not lie in one of them whole.
pub fn offset_in(runs: &[Span], inner: Span) -> Option<u64> {
    let mut before = 0_u64;
    for run in runs {
        let is_in = run.at <= inner.at && inner.at < run.at.saturating_add(run.len);
        if is_in {
            let first = inner.at - run.at;
            return (inner.len <= run.len - first).then(|| before.checked_add(first)).flatten();
        }
        before = before.checked_add(run.len)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_lies_in_one_run() {
        let runs = [Span { at: 100, len: 50 }, Span { at: 10, len: 20 }];
        let at = |at, len| offset_in(&runs, Span { at, len });
        assert_eq!([at(100, 50), at(120, 30), at(120, 31)], [Some(0), Some(20), None]);
        assert_eq!([at(10, 20), at(29, 1), at(30, 1), at(99, 1)], [Some(50), Some(69), None, None]);
        let huge = [Span { at: 0, len: u64::MAX }, Span { at: 5, len: 1 }];
        assert_eq!(offset_in(&huge[..1], Span { at: 5, len: u64::MAX }), None);
        assert_eq!(offset_in(&huge, Span { at: u64::MAX, len: 1 }), None);
    }
}
