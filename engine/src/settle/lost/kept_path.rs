//! Paths as different witnesses write them.

/// The parts of a path from the last one on, in lower case: file systems of cards and of Windows do not tell
/// cases apart, and a witness may know only the end of a path, or begin it with a drive.
pub(super) fn parts_from_end(path: &str) -> impl Iterator<Item = String> + '_ {
    let named = |part: &&str| !matches!(*part, "" | ".") && !part.ends_with(':');
    path.rsplit(['/', '\\']).filter(named).map(str::to_lowercase)
}

/// The name in a path, in lower case.
pub(super) fn name_of(path: &str) -> Option<String> {
    parts_from_end(path).next()
}

/// What photos of one name have in common: their name but for its first letter, which FAT does not keep of what
/// was deleted.
pub(super) fn name_key(path: &str) -> Option<String> {
    Some(name_of(path)?.chars().skip(1).collect())
}

/// What stands for a first letter that is not known.
const UNKNOWN: char = '_';

/// Whether two names are the same, or may be, where the first letter of one is not known.
fn may_be_one(one: &str, other: &str) -> bool {
    let (mut ones, mut others) = (one.chars(), other.chars());
    let firsts = (ones.next(), others.next());
    one == other
        || (firsts.0 == Some(UNKNOWN) || firsts.1 == Some(UNKNOWN))
            && ones.as_str() == others.as_str()
}

/// The end that two paths share, where one of them ends with the whole other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SharedEnd {
    /// Parts in it.
    pub(super) parts: usize,
    /// Whether the names are the same in all of their letters.
    pub(super) is_exact: bool,
}

/// The end that two paths share; nothing where one does not end with the whole other one.
pub(super) fn shared_end(one: &str, other: &str) -> Option<SharedEnd> {
    let (mut ones, mut others) = (parts_from_end(one), parts_from_end(other));
    let (name, same) = (ones.next()?, others.next()?);
    if !may_be_one(&name, &same) {
        return None;
    }
    let mut parts = 1;
    loop {
        match (ones.next(), others.next()) {
            (Some(one), Some(other)) if one == other => parts += 1,
            (Some(_), Some(_)) => return None,
            _ => return Some(SharedEnd { parts, is_exact: name == same }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_agree_where_one_ends_with_the_other() {
        for (one, other, shared) in [
            ("DCIM/100CANON/IMG_0001.JPG", "E:\\DCIM\\100CANON\\img_0001.jpg", Some(3)),
            ("./IMG_0001.JPG", "DCIM/100CANON/IMG_0001.JPG", Some(1)),
            ("/a/b.jpg", "b.jpg", Some(1)),
            ("x/b.jpg", "a/b.jpg", None),
            ("b.jpg", "a.jpg", None),
            ("x/_MG_0001.JPG", "x/IMG_0001.JPG", Some(2)),
            ("x/_MG_0002.JPG", "x/IMG_0001.JPG", None),
            ("", "a.jpg", None),
        ] {
            let parts = |one, other| shared_end(one, other).map(|shared| shared.parts);
            assert_eq!(parts(one, other), shared, "{one} {other}");
            assert_eq!(parts(other, one), shared, "{other} {one}");
        }
        assert!(!shared_end("_MG_0001.JPG", "IMG_0001.JPG").unwrap().is_exact);
    }
}
