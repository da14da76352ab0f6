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

/// How many parts at the end of two paths are the same, where one of them ends with the whole other one;
/// else nothing.
pub(super) fn shared_parts(one: &str, other: &str) -> Option<usize> {
    let (mut ones, mut others) = (parts_from_end(one), parts_from_end(other));
    let mut shared = 0;
    loop {
        match (ones.next(), others.next()) {
            (Some(one), Some(other)) if one == other => shared += 1,
            (Some(_), Some(_)) => return None,
            _ => return (shared > 0).then_some(shared),
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
            ("", "a.jpg", None),
        ] {
            assert_eq!(shared_parts(one, other), shared, "{one} {other}");
            assert_eq!(shared_parts(other, one), shared, "{other} {one}");
        }
    }
}
