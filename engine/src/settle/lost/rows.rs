//! From what witnesses say and what was found to rows.

use super::merge::merged;
use super::row::LostRow;
use super::survivor::Survivor;
use super::traits::{Index, Traits};
use crate::model::Lost;

/// One row for every photo of which somebody says that it existed, in the order in which they say so; with the
/// file of `survivors` that is what is left of it: by digest, else by path and size, else by name and date.
///
/// A whole file whose digest is known to be another one is never taken for it.
pub fn lost_rows(lost: Vec<Lost>, survivors: &[Survivor]) -> Vec<LostRow> {
    let mut index = Index::default();
    for (at, survivor) in survivors.iter().enumerate() {
        index.add(at, &Traits::of_survivor(survivor));
    }
    let traits_of = |at: usize| Traits::of_survivor(&survivors[at]);
    let row = |lost: Lost| {
        let found = index.find(&Traits::of_lost(&lost), traits_of);
        let survivor = found.map(|(at, _)| &survivors[at]);
        let Lost { by, path, state, size, taken, deleted_at, albums, note, .. } = lost;
        LostRow {
            by,
            path,
            state: survivor.map_or(state, |survivor| survivor.state.max(state)),
            file: survivor.map(|survivor| survivor.id),
            matched: found.map(|(_, by)| by),
            size,
            taken,
            deleted_at,
            albums,
            note,
        }
    };
    merged(lost).into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::super::row::MatchedBy;
    use super::*;
    use crate::model::{LostState, Moment};

    fn survivor(id: u64, path: Option<&str>, size: u64, md5: &str) -> Survivor {
        Survivor {
            id,
            path: path.map(str::to_owned),
            size,
            taken: None,
            digests: vec![("md5", md5.to_owned())],
            state: LostState::Whole,
        }
    }

    fn lost(path: &str, size: Option<u64>, md5: Option<&str>) -> Lost {
        let digests = md5.map(|md5| ("md5", md5.to_owned())).into_iter().collect();
        Lost { size, digests, ..Lost::named("list", path) }
    }

    #[track_caller]
    fn check(lost: Lost, survivor: Survivor, expected: Option<MatchedBy>) {
        let rows = lost_rows(vec![lost], &[survivor]);
        assert_eq!((rows.len(), rows[0].matched), (1, expected));
        assert_eq!(rows[0].file.is_some(), expected.is_some());
    }

    #[test]
    fn a_digest_decides_before_path_and_date() {
        use MatchedBy::{Date, Digest, Path};
        check(lost("b.jpg", None, Some("aa")), survivor(1, None, 10, "aa"), Some(Digest));
        check(lost("x/a.jpg", Some(10), Some("bb")), survivor(1, Some("x/a.jpg"), 10, "aa"), None);
        check(lost("x/a.jpg", Some(10), None), survivor(1, Some("a.jpg"), 10, "aa"), Some(Path));
        check(lost("x/a.jpg", Some(11), None), survivor(1, Some("x/a.jpg"), 10, "aa"), None);
        check(lost("x/a.jpg", None, None), survivor(1, Some("x/a.jpg"), 10, "aa"), Some(Path));
        check(lost("a.jpg", None, None), survivor(1, Some("x/a.jpg"), 10, "aa"), None);
        let taken = Moment::parse("2024-05-17T18:03:22", None);
        let dated = |lost: Lost| Lost { taken, ..lost };
        let found = Survivor { taken, ..survivor(1, Some("y/a.jpg"), 10, "aa") };
        check(dated(lost("x/A.JPG", None, None)), found.clone(), Some(Date));
        check(dated(lost("x/b.jpg", None, None)), found, None);
    }

    #[test]
    fn of_a_photo_with_a_beginning_left_that_is_said() {
        let found = Survivor {
            state: LostState::Partial,
            ..survivor(7, Some("DCIM/100CANON/IMG_1.JPG"), 5, "aa")
        };
        let rows = lost_rows(
            vec![lost("100CANON/IMG_1.JPG", Some(10), Some("bb")), lost("IMG_1.JPG", None, None)],
            &[found],
        );
        assert_eq!((rows[0].state, rows[0].file), (LostState::Partial, Some(7)));
        assert_eq!((rows[1].state, rows[1].file), (LostState::NameOnly, None));
        assert_eq!(rows[0].name(), Some("IMG_1.JPG"));
    }
}
