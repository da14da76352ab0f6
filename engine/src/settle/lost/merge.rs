//! What several witnesses say of one photo, put together.

use super::traits::{Index, Traits};
use crate::model::Lost;

/// Witnesses of one photo that are named; more say nothing new.
const MOST_WITNESSES: usize = 8;

/// Albums and digests of one photo that are kept.
const MOST_WORDS: usize = 32;

/// What is said of one photo is added to up to this length, in bytes.
const LONGEST_NOTE: usize = 1000;

/// One word for every photo, whoever tells of it, in the order in which they are first told of.
pub(super) fn merged(lost: Vec<Lost>) -> Vec<Lost> {
    let (mut kept, mut index) = (Vec::<Lost>::new(), Index::default());
    for one in lost {
        let known = index.find(&Traits::of_lost(&one), |at| Traits::of_lost(&kept[at]));
        let at = known.map_or(kept.len(), |(at, _)| at);
        index.add(at, &Traits::of_lost(&one));
        match kept.get_mut(at) {
            Some(known) => join(known, one),
            None => kept.push(one),
        }
    }
    kept
}

/// Adds what a further witness knows of a photo.
fn join(known: &mut Lost, more: Lost) {
    let Lost { by, path, state, size, taken, deleted_at, albums, digests, note } = more;
    let names = || known.by.split(", ");
    if !names().any(|name| name == by) && names().count() < MOST_WITNESSES {
        known.by = format!("{}, {by}", known.by);
    }
    known.path = known.path.take().or(path);
    known.state = known.state.max(state);
    known.size = known.size.or(size);
    known.taken = known.taken.or(taken);
    known.deleted_at = known.deleted_at.or(deleted_at);
    for album in albums {
        if known.albums.len() < MOST_WORDS && !known.albums.contains(&album) {
            known.albums.push(album);
        }
    }
    for digest in digests {
        if known.digests.len() < MOST_WORDS && !known.digests.contains(&digest) {
            known.digests.push(digest);
        }
    }
    known.note = match (known.note.take(), note) {
        (Some(known), Some(more)) if known.len() < LONGEST_NOTE && !known.contains(&more) => {
            Some(format!("{known}; {more}"))
        }
        (known, more) => known.or(more),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LostState;

    #[test]
    fn one_photo_has_one_row_whoever_tells_of_it() {
        let list = Lost {
            digests: vec![("md5", "aa".to_owned())],
            size: Some(100),
            albums: vec!["Summer".to_owned()],
            ..Lost::named("list.csv", "E:\\DCIM\\100CANON\\IMG_0001.JPG")
        };
        let entry =
            Lost { size: Some(100), ..Lost::named("directory", "DCIM/100CANON/IMG_0001.JPG") };
        let cloud = Lost {
            digests: vec![("md5", "aa".to_owned())],
            state: LostState::CloudOnly,
            albums: vec!["Best".to_owned()],
            ..Lost::named("Drive", "renamed.jpg")
        };
        let other =
            Lost { size: Some(101), ..Lost::named("directory", "DCIM/100CANON/IMG_0001.JPG") };
        let gap = Lost::named("gap", "DCIM/100CANON/IMG_0001.JPG");
        let rows = merged(vec![list, entry, cloud, other, gap]);
        assert_eq!(rows.len(), 2, "{rows:?}");
        assert_eq!(rows[0].by, "list.csv, directory, Drive, gap");
        assert_eq!(rows[0].state, LostState::CloudOnly);
        assert_eq!(rows[0].albums, ["Summer", "Best"]);
        assert_eq!((rows[1].by.as_str(), rows[1].size), ("directory", Some(101)));
    }
}
