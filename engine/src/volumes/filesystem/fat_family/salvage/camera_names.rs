//! How cameras name files and folders: by counting. So names tell which fragment of a directory
//! follows which.

use std::collections::{BTreeMap, HashSet};

/// How far a name may count on from the one before it; more is another folder's.
const FARTHEST: u64 = 10_000;

/// Digits of a name that are taken for a number.
const MOST_DIGITS: usize = 18;

/// What a name has in common with those beside it, and what it counts.
type NameCount = (String, u64);

/// The count of a name. Its first letter may be lost and is left out.
pub(crate) fn count(name: &str) -> Option<NameCount> {
    let (stem, _) = name.rsplit_once('.').unwrap_or((name, ""));
    let rest = || stem.chars().skip(1);
    let digits = rest().filter(char::is_ascii_digit).take(MOST_DIGITS);
    let number = digits.collect::<String>().parse().ok()?;
    Some((rest().filter(|c| !c.is_ascii_digit()).collect(), number))
}

/// A fragment of a directory: what its first and last names count, and whether another may follow.
#[derive(Clone, Debug, Default)]
pub(crate) struct DirectoryFragment {
    /// The count of its first name.
    pub first: Option<NameCount>,
    /// The count of its last name.
    pub last: Option<NameCount>,
    /// Whether entries fill it, so that the directory may go on elsewhere.
    pub is_full: bool,
}

/// What is known of the order of fragments, apart from the names in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct FragmentOrder {
    /// How many of them begin a directory and follow none; they come first.
    pub heads: usize,
    /// For each the one it is known to follow.
    pub before: Vec<Option<usize>>,
    /// For each the one that lies directly before it, which it may follow.
    pub beside: Vec<Option<usize>>,
}

/// The fragments by number, those of one directory together and in order.
pub(crate) fn chains(fragments: &[DirectoryFragment], order: FragmentOrder) -> Vec<Vec<usize>> {
    let FragmentOrder { heads, mut before, beside } = order;
    follow_names(fragments, heads, &mut before);
    follow_neighbours(fragments, heads, &beside, &mut before);
    let mut after = vec![None; fragments.len()];
    for (index, before) in before.iter().enumerate() {
        if let Some(before) = before {
            after[*before] = Some(index);
        }
    }
    let firsts = (0..fragments.len()).filter(|&index| before[index].is_none());
    firsts
        .map(|first| std::iter::successors(Some(first), |&index| after[index]).collect())
        .collect()
}

/// Adds to `before` for each of the fragments the one it follows, if the names in them tell.
fn follow_names(fragments: &[DirectoryFragment], heads: usize, before: &mut [Option<usize>]) {
    let mut open: BTreeMap<NameCount, usize> = BTreeMap::new();
    let followed: HashSet<usize> = before.iter().flatten().copied().collect();
    let offer = |open: &mut BTreeMap<NameCount, usize>, index: usize| {
        if let Some(last) = &fragments[index].last
            && fragments[index].is_full
            && !followed.contains(&index)
        {
            open.entry(last.clone()).or_insert(index);
        }
    };
    let is_known = |index: &usize| *index < heads || before[*index].is_some();
    (0..fragments.len()).filter(is_known).for_each(|index| offer(&mut open, index));
    let mut rest: Vec<usize> = (0..fragments.len()).filter(|index| !is_known(index)).collect();
    rest.sort_by_key(|&index| (fragments[index].first.clone(), index));
    for index in rest {
        if let Some(first) = &fragments[index].first
            && let Some((last, &fragment)) = open.range(..first.clone()).next_back()
            && last.0 == first.0
            && first.1 - last.1 <= FARTHEST
        {
            let last = last.clone();
            open.remove(&last);
            before[index] = Some(fragment);
        }
        offer(&mut open, index);
    }
}

/// Adds to `before` the fragments directly before those that follow no other, where entries fill them and
/// nothing follows them.
fn follow_neighbours(
    fragments: &[DirectoryFragment],
    heads: usize,
    beside: &[Option<usize>],
    before: &mut [Option<usize>],
) {
    let mut is_followed = vec![false; fragments.len()];
    before.iter().flatten().for_each(|&index| is_followed[index] = true);
    // The first fragment of the chain that each is in, as far as that is known by now.
    let mut firsts: Vec<usize> =
        before.iter().enumerate().map(|(index, before)| before.unwrap_or(index)).collect();
    for index in heads..fragments.len() {
        let Some(neighbour) = beside.get(index).copied().flatten() else { continue };
        let is_open = before[index].is_none() && !is_followed[neighbour];
        // A ring of fragments would have no first one.
        if is_open && fragments[neighbour].is_full && first(&mut firsts, neighbour) != index {
            before[index] = Some(neighbour);
            is_followed[neighbour] = true;
            firsts[index] = neighbour;
        }
    }
}

/// The first fragment of a chain, found in fewer steps the next time.
fn first(firsts: &mut [usize], mut index: usize) -> usize {
    while firsts[index] != index {
        firsts[index] = firsts[firsts[index]];
        index = firsts[index];
    }
    index
}

/// The folder of the root that holds all others.
pub(crate) const CAMERA_ROOT: &str = "DCIM";

/// Whether a folder in it is called so: a number from 100 on, and five characters.
pub(crate) fn is_camera_folder(name: &str) -> bool {
    let name = name.as_bytes();
    matches!(name.first(), Some(b'1'..=b'9')) && is_folder_without_letter(name)
}

/// The same of a name whose first letter is lost.
pub(crate) fn is_folder_without_letter(name: &[u8]) -> bool {
    let is_free = |&byte: &u8| byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit();
    name.len() == 8 && name[1..3].iter().all(u8::is_ascii_digit) && name[3..].iter().all(is_free)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragment(first: &str, last: &str, is_full: bool) -> DirectoryFragment {
        DirectoryFragment { first: count(first), last: count(last), is_full }
    }

    #[track_caller]
    fn check(fragments: &[DirectoryFragment], heads: usize, expected: &[Option<usize>]) {
        let mut before = vec![None; fragments.len()];
        follow_names(fragments, heads, &mut before);
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
    fn a_fragment_follows_the_one_that_counts_up_to_it() {
        let (a, b) =
            (fragment("IMG_0001", "IMG_0060", true), fragment("IMG_0201", "IMG_0260", true));
        let fragments =
            [a, b, fragment("IMG_0321", "IMG_0330", true), fragment("IMG_0261", "IMG_0320", true)];
        check(&fragments, 2, &[None, None, Some(3), Some(1)]);
    }

    #[test]
    fn a_fragment_that_counts_something_else_follows_none() {
        let (a, b) =
            (fragment("IMG_0001", "IMG_0060", true), fragment("DSC_0061", "DSC_0070", false));
        check(&[a.clone(), b], 1, &[None, None]);
        let (short, next) =
            (fragment("IMG_0001", "IMG_0060", false), fragment("IMG_0061", "IMG_0062", false));
        check(&[short, next.clone()], 1, &[None, None]);
        check(&[a, next.clone(), next], 1, &[None, Some(0), None]);
    }

    #[test]
    fn a_fragment_without_counting_names_follows_the_full_one_before_it() {
        let full = |name: &str| fragment(name, name, true);
        let all = [full("a.jpg"), full("holiday.jpg"), full("IMG_0007"), fragment("b", "c", false)];
        let chains = |beside: [Option<usize>; 4], before: [Option<usize>; 4]| {
            let order =
                FragmentOrder { heads: 1, before: before.to_vec(), beside: beside.to_vec() };
            chains(&all, order)
        };
        let none = [None; 4];
        assert_eq!(chains([None, Some(0), Some(1), Some(0)], none), [vec![0, 1, 2], vec![3]]);
        assert_eq!(chains([None, None, Some(3), None], none), [vec![0], vec![1], vec![2], vec![3]]);
        // One that is known to go on elsewhere, and one that would follow itself.
        let known = [None, None, Some(0), None];
        assert_eq!(chains([None, Some(0), None, None], known), [vec![0, 2], vec![1], vec![3]]);
        let known = [None, None, Some(1), None];
        assert_eq!(chains([None, Some(2), None, None], known), [vec![0], vec![1, 2], vec![3]]);
    }

    #[test]
    fn folders_of_cameras_count_from_a_hundred() {
        assert!(is_folder_without_letter(b"_00CANON") && !is_folder_without_letter(b"_"));
        assert!(is_camera_folder("100CANON") && is_camera_folder("999_PANA"));
        assert!(
            !is_camera_folder("099CANON")
                && !is_camera_folder("100canon")
                && !is_camera_folder("100CANONS")
        );
    }
}
