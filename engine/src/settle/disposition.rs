//! What becomes of each file that the report lists: whether it is recovered, or why not.
//!
//! Settled once, here; what is written, what is counted and what is listed all follow it.

use serde::Serialize;

use crate::ledger::{IndexEntry, NONE, Shown};

/// What becomes of a file that the report lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Disposition {
    /// It is recovered: written, where anything is written at all. A picture inside another file is
    /// where those are asked for.
    Recovered,
    /// Another file of the report has the same bytes and stands for it.
    Copy,
    /// It is still there, or lies in a file that is, and such files were not asked for.
    Live,
    /// Not one row of its picture can be seen.
    Unseen,
    /// A copy that is nearer to the photo was found: the original of a preview.
    Surpassed,
    /// Somebody has it already, or the file that it lies in.
    Known,
}

/// Where a file lies and whether it is to be left where it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Whether it lies inside another file.
    pub(super) is_inner: bool,
    /// Whether it is only listed, since it is still there itself or lies in a file that is.
    pub(super) is_left: bool,
    /// Whether somebody has it already, or the file that it lies in.
    pub(super) is_known: bool,
    /// Whether what is still there stands for its copies.
    pub(super) live_first: bool,
}

impl Place {
    /// Which of several files with the same bytes stands for them: the lowest. Files of their own that are
    /// recovered go first, so that their number is the same with and without the pictures inside others.
    pub(super) fn rank(self) -> u8 {
        match (self.is_left != self.live_first, self.is_inner) {
            (false, false) => 0,
            (false, true) => 1,
            (true, false) => 2,
            (true, true) => 3,
        }
    }
}

/// What becomes of each of the files of a report: `places` and `copy_of` are in its order, `entry` gives the
/// file at a position of it.
pub(super) fn dispositions<'e>(
    places: &[Place],
    copy_of: &[u32],
    entry: impl Fn(usize) -> &'e IndexEntry,
) -> Vec<Disposition> {
    let one = |position: usize| {
        let place = places[position];
        // A file that is still there is no less so for a picture inside another file that is like it.
        let stands_for_it = match copy_of[position] {
            NONE => false,
            other => !place.is_left || place.is_inner || !places[other as usize].is_inner,
        };
        if stands_for_it {
            Disposition::Copy
        } else if entry(position).shown == Shown::Nothing {
            Disposition::Unseen
        } else if entry(position).surpassed {
            Disposition::Surpassed
        } else if place.is_left {
            Disposition::Live
        } else if place.is_known {
            Disposition::Known
        } else {
            Disposition::Recovered
        }
    };
    (0..places.len()).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::LogPosition;
    use crate::model::Grade;
    use crate::model::build::record;

    #[test]
    fn each_file_has_one_disposition() {
        let entry = |share| {
            let file = crate::model::Record { grade: Grade::Partial, share, ..record(0, 1) };
            IndexEntry::of(&file, NONE, LogPosition::default())
        };
        let (seen, unseen) = (entry(Some(0.5)), entry(Some(0.0)));
        let place =
            |is_inner, is_left| Place { is_inner, is_left, is_known: false, live_first: false };
        let known = |place| Place { is_known: true, ..place };
        let table = [
            (place(false, false), NONE, &seen, Disposition::Recovered),
            (place(true, false), NONE, &seen, Disposition::Recovered),
            (place(false, false), 0, &seen, Disposition::Copy),
            (place(false, true), NONE, &seen, Disposition::Live),
            (place(false, true), 0, &seen, Disposition::Copy),
            // Like a picture inside another file, and still there all the same.
            (place(false, true), 1, &seen, Disposition::Live),
            (place(true, true), 1, &seen, Disposition::Copy),
            (place(false, false), NONE, &unseen, Disposition::Unseen),
            (known(place(false, false)), NONE, &seen, Disposition::Known),
            (known(place(true, false)), NONE, &seen, Disposition::Known),
            (known(place(false, false)), 0, &seen, Disposition::Copy),
            // It is not to be recovered anyway.
            (known(place(false, true)), NONE, &seen, Disposition::Live),
            (known(place(false, false)), NONE, &unseen, Disposition::Unseen),
        ];
        let places: Vec<Place> = table.iter().map(|row| row.0).collect();
        let copy_of: Vec<u32> = table.iter().map(|row| row.1).collect();
        let found = dispositions(&places, &copy_of, |position| table[position].2);
        assert_eq!(found, table.map(|row| row.3));
    }
}
