//! Which piece of a folder follows which, by the names in them: cameras count.

use std::collections::{BTreeMap, HashSet};

/// How far a name may count on from the one before it; more is another folder's.
const FARTHEST: u64 = 10_000;

/// Digits of a name that are taken for a number.
const MOST_DIGITS: usize = 18;

/// What a name has in common with those beside it, and what it counts.
pub type Count = (String, u64);

/// The count of a name. Its first letter may be lost and is left out.
pub fn count(name: &str) -> Option<Count> {
    let (stem, _) = name.rsplit_once('.').unwrap_or((name, ""));
    let rest = || stem.chars().skip(1);
    let digits = rest().filter(char::is_ascii_digit).take(MOST_DIGITS);
    let number = digits.collect::<String>().parse().ok()?;
    Some((rest().filter(|c| !c.is_ascii_digit()).collect(), number))
}

/// A piece of a folder: what its first and last names count, and whether another may follow.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// The count of its first name.
    pub first: Option<Count>,
    /// The count of its last name.
    pub last: Option<Count>,
    /// Whether records fill it, so that the folder may go on elsewhere.
    pub full: bool,
}

/// Adds for each of the pieces the one it follows, if that can be told, to those in `before` that are
/// known already. `heads` is how many of them begin a folder and follow none; they come first.
pub fn order(pieces: &[Piece], heads: usize, before: &mut [Option<usize>]) {
    let mut open: BTreeMap<Count, usize> = BTreeMap::new();
    let followed: HashSet<usize> = before.iter().flatten().copied().collect();
    let offer = |open: &mut BTreeMap<Count, usize>, index: usize| {
        let piece = &pieces[index];
        if let Some(last) = piece.last.clone().filter(|_| piece.full && !followed.contains(&index))
        {
            open.entry(last).or_insert(index);
        }
    };
    let known = |index: &usize| *index < heads || before[*index].is_some();
    (0..pieces.len()).filter(known).for_each(|index| offer(&mut open, index));
    let mut rest: Vec<usize> = (0..pieces.len()).filter(|index| !known(index)).collect();
    rest.sort_by_key(|&index| (pieces[index].first.clone(), index));
    for index in rest {
        if let Some(first) = &pieces[index].first {
            let nearest = open.range(..first.clone()).next_back();
            let near = nearest
                .filter(|((kind, number), _)| *kind == first.0 && first.1 - number <= FARTHEST);
            if let Some((last, &piece)) = near.map(|(last, piece)| (last.clone(), piece)) {
                open.remove(&last);
                before[index] = Some(piece);
            }
        }
        offer(&mut open, index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(first: &str, last: &str, full: bool) -> Piece {
        Piece { first: count(first), last: count(last), full }
    }

    #[track_caller]
    fn check(pieces: &[Piece], heads: usize, expected: &[Option<usize>]) {
        let mut before = vec![None; pieces.len()];
        order(pieces, heads, &mut before);
        assert_eq!(before, expected);
    }

    #[test]
    fn names_count_without_their_first_letter() {
        assert_eq!(count("IMG_0815.JPG"), Some(("MG_".into(), 815)));
        assert_eq!(count("_MG_0815.JPG"), count("IMG_0815.CR2"));
        assert_eq!(count("PXL_20240517_180322.jpg"), Some(("XL__".into(), 20240517180322)));
        assert_eq!(count("letter.doc"), None);
    }

    #[test]
    fn a_piece_follows_the_one_that_counts_up_to_it() {
        let (a, b) = (piece("IMG_0001", "IMG_0060", true), piece("IMG_0201", "IMG_0260", true));
        let pieces =
            [a, b, piece("IMG_0321", "IMG_0330", true), piece("IMG_0261", "IMG_0320", true)];
        check(&pieces, 2, &[None, None, Some(3), Some(1)]);
    }

    #[test]
    fn a_piece_that_counts_something_else_follows_none() {
        let (a, b) = (piece("IMG_0001", "IMG_0060", true), piece("DSC_0061", "DSC_0070", false));
        check(&[a.clone(), b], 1, &[None, None]);
        let (short, next) =
            (piece("IMG_0001", "IMG_0060", false), piece("IMG_0061", "IMG_0062", false));
        check(&[short, next.clone()], 1, &[None, None]);
        check(&[a, next.clone(), next], 1, &[None, Some(0), None]);
    }
}
