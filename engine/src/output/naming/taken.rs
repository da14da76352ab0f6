//! Names that are in use, so that no photo takes another's.

use std::collections::HashSet;

use super::component;

/// The paths that have been given away below one output folder.
///
/// Paths that differ only in case count as the same, since on many disks they are. A path costs
/// one hash of 64 bits; two paths with the same hash merely make a name longer than needed.
#[derive(Debug, Default)]
pub struct TakenPaths {
    files: HashSet<u64>,
    folders: HashSet<u64>,
}

impl TakenPaths {
    /// Gives `path` away, or the nearest to it that is free.
    ///
    /// A second file of the same name gets `offset` after its stem, and a third one from the same
    /// offset a counter; so claiming the same path again always gives a new one. A folder that
    /// has the name of a file gets underscores, the same for all that it holds.
    pub fn claim(&mut self, path: String, offset: u64) -> String {
        let path = self.beside_files(path);
        let free = if self.is_free(&path) { path } else { self.renamed(&path, offset) };
        self.files.insert(key(&free));
        self.folders.extend(folders(&free).map(key));
        free
    }

    /// `path` with its folders renamed that have the name of a file.
    fn beside_files(&self, path: String) -> String {
        if folders(&path).all(|folder| !self.files.contains(&key(folder))) {
            return path;
        }
        let (parents, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let mut renamed = String::with_capacity(path.len() + 1);
        for folder in parents.split('/') {
            renamed.push_str(folder);
            // No longer than the names of files are, so the loop is short.
            while self.files.contains(&key(&renamed)) {
                renamed.push('_');
            }
            renamed.push('/');
        }
        renamed + name
    }

    fn is_free(&self, path: &str) -> bool {
        let key = key(path);
        !self.files.contains(&key) && !self.folders.contains(&key)
    }

    fn renamed(&self, path: &str, offset: u64) -> String {
        let (folder, name) = path
            .rsplit_once('/')
            .map_or(("", path), |(folder, name)| (&path[..=folder.len()], name));
        let (stem, extension) = component::split(name);
        let extension = extension.map(|extension| format!(".{extension}")).unwrap_or_default();
        let offset = format!("{offset:#x}");
        let stem = match without_count(stem, &offset) {
            Some(stem) => format!("{folder}{stem}"),
            None => format!("{folder}{stem}_{offset}"),
        };
        std::iter::once(format!("{stem}{extension}"))
            .chain((2_u64..).map(|count| format!("{stem}_{count}{extension}")))
            .find(|name| self.is_free(name))
            .unwrap_or_else(|| path.to_owned())
    }
}

/// The stem up to `offset` when it ends with it, or with it and a counter.
fn without_count<'s>(stem: &'s str, offset: &str) -> Option<&'s str> {
    let uncounted = stem.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix('_');
    [Some(stem), uncounted].into_iter().flatten().find(|stem| stem.ends_with(offset))
}

/// What tells a path from others on a disk that ignores case.
fn key(path: &str) -> u64 {
    // Up and down again makes one of letters with several lower forms, such as the sigmas.
    let folded: String =
        path.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    let hash = blake3::hash(folded.as_bytes());
    hash.as_bytes().iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte))
}

/// The folders that a path needs, the outermost first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(claims: &[(&str, u64)], expected: &[&str]) {
        let mut taken = TakenPaths::default();
        let given: Vec<String> =
            claims.iter().map(|(path, offset)| taken.claim((*path).to_owned(), *offset)).collect();
        assert_eq!(given, expected);
    }

    #[test]
    fn a_second_file_of_the_same_name_gets_its_offset() {
        check(
            &[("photos/IMG_0001.JPG", 0), ("photos/IMG_0001.JPG", 0x1a2_b000)],
            &["photos/IMG_0001.JPG", "photos/IMG_0001_0x1a2b000.JPG"],
        );
        check(&[("a/x", 1), ("b/x", 2)], &["a/x", "b/x"]);
        check(&[("a.b/x", 1), ("a.b/x", 2)], &["a.b/x", "a.b/x_0x2"]);
    }

    #[test]
    fn case_does_not_tell_files_apart() {
        check(&[("a/Été.jpg", 1), ("A/ÉTÉ.JPG", 2)], &["a/Été.jpg", "A/ÉTÉ_0x2.JPG"]);
        check(&[("ΟΔΟΣ", 1), ("οδος", 2), ("οδοσ", 3)], &["ΟΔΟΣ", "οδος_0x2", "οδοσ_0x3"]);
    }

    #[test]
    fn the_same_name_at_the_same_offset_of_another_source_gets_a_counter() {
        check(&[("x.jpg", 5); 4], &["x.jpg", "x_0x5.jpg", "x_0x5_2.jpg", "x_0x5_3.jpg"]);
        check(&[("u/0x5.jpg", 5); 3], &["u/0x5.jpg", "u/0x5_2.jpg", "u/0x5_3.jpg"]);
    }

    #[test]
    fn a_name_that_proved_unusable_can_be_claimed_on_from() {
        let mut taken = TakenPaths::default();
        let mut path = "x.jpg".to_owned();
        for expected in ["x.jpg", "x_0x5.jpg", "x_0x5_2.jpg", "x_0x5_3.jpg"] {
            path = taken.claim(path, 5);
            assert_eq!(path, expected);
        }
    }

    #[test]
    fn a_file_and_a_folder_cannot_share_a_name() {
        check(&[("a", 1), ("a/b", 2), ("A/c", 3)], &["a", "a_/b", "A_/c"]);
        check(&[("a/b", 1), ("a", 2)], &["a/b", "a_0x2"]);
        check(&[("p/a", 1), ("p/a_", 2), ("p/a/b/c", 3)], &["p/a", "p/a_", "p/a__/b/c"]);
    }

    proptest! {
        #[test]
        fn no_two_claims_share_a_path(
            claims in prop::collection::vec(("[abAB_]{1,2}(/[abAB]{1,2}){0,2}", 0_u64..3), 0..60),
        ) {
            let mut taken = TakenPaths::default();
            let given: Vec<String> =
                claims.into_iter().map(|(path, offset)| taken.claim(path, offset)).collect();
            let files: HashSet<String> = given.iter().map(|path| path.to_lowercase()).collect();
            prop_assert_eq!(files.len(), given.len());
            for path in &files {
                prop_assert!(folders(path).all(|folder| !files.contains(folder)), "{}", path);
            }
        }
    }
}
