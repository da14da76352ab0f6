//! Paths of files that Android hides.

use super::android_name::{AndroidHidden, AndroidName};
use crate::model::Moment;

/// The folder in the root of a volume where later versions put the trash, with the folders around it made anew.
///
/// Source: AOSP, DocumentsUI, tests of its trash.
const STORAGE: &str = ".trash-storage";

/// What the path of a file that Android hides says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenPath {
    /// Its path without what hides it.
    pub original: String,
    /// Whether an app has not said that it is whole.
    pub is_pending: bool,
    /// When it was deleted.
    pub deleted_at: Option<Moment>,
    /// When it is removed for good.
    pub expires_at: Option<Moment>,
}

impl HiddenPath {
    /// Nothing where nothing in the path hides it. Of several the outermost tells the times: a folder may have
    /// been deleted after a file in it.
    pub fn of(path: &str) -> Option<Self> {
        let (mut names, mut first, mut is_stored) = (Vec::new(), None, false);
        for part in path.split('/') {
            if part == STORAGE {
                is_stored = true;
                continue;
            }
            let name = AndroidName::parse(part);
            names.push(name.map_or(part, |name| name.name));
            first = first.or(name);
        }
        if first.is_none() && !is_stored {
            return None;
        }
        Some(HiddenPath {
            original: names.join("/"),
            is_pending: first.is_some_and(|name| name.hidden == AndroidHidden::Pending),
            deleted_at: first.and_then(|name| name.deleted_at()),
            expires_at: first.and_then(|name| name.expires_at()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_path_is_told_without_what_hides_it() {
        let of = |path| HiddenPath::of(path).map(|one| (one.original, one.expires_at.is_some()));
        let told = |path: &str, is_dated| Some((path.to_owned(), is_dated));
        assert_eq!(of("DCIM/.trashed-1702592000-a.jpg"), told("DCIM/a.jpg", true));
        assert_eq!(
            of("x/.trash-storage/DCIM/.trashed-1-a/.trashed-1-b.jpg"),
            told("x/DCIM/a/b.jpg", true)
        );
        assert_eq!(of(".trash-storage/a.jpg"), told("a.jpg", false));
        assert_eq!(of("DCIM/a.jpg"), None);
    }
}
