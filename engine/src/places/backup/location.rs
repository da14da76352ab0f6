//! Where backups lie in a tree.

use std::collections::BTreeMap;

use sha1::{Digest, Sha1};

use super::manifest::is_id;
use super::metadata::inside;
use crate::places::tree::{Node, Tree};

/// Files that make a folder with files by digests a backup, or what is left of one.
const SIGNS: [&str; 5] =
    ["Manifest.plist", "Manifest.db", "Manifest.mbdb", "Info.plist", "Status.plist"];

/// The folder in which a backup is made before it takes the place of the former one.
const SNAPSHOT: &str = "Snapshot";

/// So many files by digests are a backup although nothing else is left of it.
const FEWEST_ALONE: usize = 4;

/// Bytes of files whose digests are computed, to tell a store of files by their content.
const MOST_SAMPLE: usize = 1 << 20;

/// Files whose digests are computed.
const SAMPLES: usize = 3;

/// A backup, or what is left of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The folder in the tree; empty for the root.
    pub folder: String,
    /// Its stored files: the digest that is its name, and the node.
    pub blobs: Vec<(String, usize)>,
    /// The nodes of its own files that are there, in the order of [`SIGNS`].
    signs: [Option<usize>; SIGNS.len()],
}

impl Location {
    /// The node of `Manifest.db`.
    pub fn database(&self) -> Option<usize> {
        self.signs[1]
    }

    /// The node of `Manifest.mbdb`.
    pub fn mbdb(&self) -> Option<usize> {
        self.signs[2]
    }

    /// The nodes of its own files, which are no photos.
    pub fn own_files(&self) -> impl Iterator<Item = usize> + '_ {
        self.signs.iter().flatten().copied()
    }

    /// The folder with the path of its tree before it.
    pub fn title(&self, tree: &dyn Tree) -> String {
        let tree = tree.title().trim_end_matches('/');
        if self.folder.is_empty() { tree.to_owned() } else { format!("{tree}/{}", self.folder) }
    }
}

/// The backups in a tree, in the order of their folders.
pub fn locate(tree: &dyn Tree) -> Vec<Location> {
    let nodes = tree.nodes();
    let mut blobs: BTreeMap<&str, Vec<(String, usize)>> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate() {
        if node.is_file() && node.name().is_ascii() && is_id(node.name()) {
            blobs.entry(root_of(node)).or_default().push((node.name().to_owned(), at));
        } else if node.is_file() && SIGNS[..3].contains(&node.name()) {
            blobs.entry(node.folder()).or_default();
        }
    }
    let mut found = Vec::new();
    for (folder, mut blobs) in join_snapshots(tree, blobs) {
        let signs = signs(tree, folder);
        let has_list = signs[..3].iter().any(Option::is_some);
        let is_whole = signs[0].is_some() && (signs[1].is_some() || signs[2].is_some());
        let is_rest =
            !blobs.is_empty() && (has_list || is_like_a_backup(tree, folder, &blobs, &signs));
        if is_whole || is_rest {
            blobs.sort_unstable();
            // A file in a folder by its first letters counts before one beside those folders.
            blobs.dedup_by(|(one, _), (other, _)| one == other);
            found.push(Location { folder: folder.to_owned(), blobs, signs });
        }
    }
    found
}

fn signs(tree: &dyn Tree, folder: &str) -> [Option<usize>; SIGNS.len()] {
    let file =
        |name: &str| tree.at(&inside(folder, name)).filter(|node| tree.nodes()[*node].is_file());
    SIGNS.map(file)
}

/// The folder of the backup that a stored file is in: `XX/ID` since iOS 10, `ID` before.
fn root_of(node: &Node) -> &str {
    let folder = node.folder();
    let (above, last) = folder.rsplit_once('/').unwrap_or(("", folder));
    if last.len() == 2 && node.name().starts_with(last) { above } else { folder }
}

/// Adds what lies in a folder of a backup that was not finished to the backup around it, where it is none itself.
fn join_snapshots<'t>(
    tree: &dyn Tree,
    mut blobs: BTreeMap<&'t str, Vec<(String, usize)>>,
) -> BTreeMap<&'t str, Vec<(String, usize)>> {
    let parts: Vec<(&str, &str)> = blobs
        .keys()
        .filter_map(|folder| {
            let outer = folder.strip_suffix(SNAPSHOT)?;
            let outer = outer.strip_suffix('/').or(outer.is_empty().then_some(""))?;
            Some((*folder, outer))
        })
        .filter(|(folder, outer)| {
            let has = |folder| signs(tree, folder)[..3].iter().any(Option::is_some);
            !has(folder) && has(outer)
        })
        .collect();
    for (folder, outer) in parts {
        let part = blobs.remove(folder).unwrap_or_default();
        blobs.entry(outer).or_default().extend(part);
    }
    blobs
}

/// Whether files by digests are what is left of a backup that lost its lists. Programs keep files in the same
/// way by the digests of their contents, which are not those of paths.
fn is_like_a_backup(
    tree: &dyn Tree,
    folder: &str,
    blobs: &[(String, usize)],
    signs: &[Option<usize>; SIGNS.len()],
) -> bool {
    if signs.iter().any(Option::is_some) || is_device(folder) {
        return true;
    }
    let is_split = |(id, node): &&(String, usize)| tree.nodes()[*node].folder().ends_with(&id[..2]);
    if blobs.len() < FEWEST_ALONE || !blobs.iter().all(|blob| is_split(&blob)) {
        return false;
    }
    let mut by_len: Vec<&(String, usize)> =
        blobs.iter().filter(|(_, node)| tree.nodes()[*node].len > 0).collect();
    by_len.sort_by_key(|(_, node)| tree.nodes()[*node].len);
    let is_by_content = |(id, node): &&(String, usize)| {
        let content = tree.content(*node, MOST_SAMPLE);
        content.is_ok_and(|bytes| data_encoding::HEXLOWER.encode(&Sha1::digest(&bytes)) == *id)
    };
    !by_len.into_iter().take(SAMPLES).any(|blob| is_by_content(&blob))
}

/// Whether a folder is called as devices are numbered: 40 digits of hex, or 8 and 16 since 2018.
fn is_device(folder: &str) -> bool {
    let name = folder.rsplit('/').next().unwrap_or_default();
    let is_hex = |text: &str, len: usize| {
        text.len() == len && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let halves = name.split_once('-');
    is_hex(name, 40) || halves.is_some_and(|(one, other)| is_hex(one, 8) && is_hex(other, 16))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::tree::tests::MemoryTree;

    const IDS: [&str; 4] = [
        "12b144c0bd44f2b3dffd9186d3f9c05b917cee25",
        "3d0d7e5fb2ce288813306e4d4636395e047a3d28",
        "343e26971dfe9c395c425c0ccf799df63ae6261e",
        "7c7fba66680ef796b916b067077cc246adacf01d",
    ];

    fn split(folder: &str) -> Vec<String> {
        IDS.iter().map(|id| format!("{folder}{}/{id}", &id[..2])).collect()
    }

    #[track_caller]
    fn check(paths: &[String], expected: &[(&str, usize)]) {
        let files = paths.iter().map(|path| (&**path, path.as_bytes().to_vec()));
        let found = locate(&MemoryTree::new(files));
        let found: Vec<(&str, usize)> =
            found.iter().map(|one| (&*one.folder, one.blobs.len())).collect();
        assert_eq!(found, expected);
    }

    fn and(mut paths: Vec<String>, more: &[&str]) -> Vec<String> {
        paths.extend(more.iter().map(|path| (*path).to_owned()));
        paths
    }

    #[test]
    fn a_backup_is_known_by_its_lists_or_by_the_names_of_its_files() {
        check(&and(split("a/b/"), &["a/b/Manifest.plist", "a/b/Manifest.db"]), &[("a/b", 4)]);
        check(&and(split(""), &["Manifest.plist", "Manifest.mbdb"]), &[("", 4)]);
        check(&and(Vec::new(), &["x/Manifest.plist", "x/Manifest.db"]), &[("x", 0)]);
        check(&split("x/"), &[("x", 4)]);
        check(&[format!("x/{}", IDS[0]), "x/Info.plist".to_owned()], &[("x", 1)]);
        check(
            &[format!("00008030-001A2B3C4D5E6F70/{}", IDS[0])],
            &[("00008030-001A2B3C4D5E6F70", 1)],
        );
        let unfinished = and(split("b/Snapshot/"), &["b/Manifest.plist", "b/Manifest.db"]);
        check(&unfinished, &[("b", 4)]);
    }

    #[test]
    fn other_files_by_digests_are_no_backup() {
        check(&split("x/")[..3], &[]);
        check(&IDS.map(|id| format!("cache/{id}")), &[]);
        check(&["app/Manifest.plist".to_owned(), "app/Info.plist".to_owned()], &[]);
        let contents: Vec<Vec<u8>> = (0..5).map(|number| vec![number; 9]).collect();
        let name = |bytes: &Vec<u8>| {
            let id = data_encoding::HEXLOWER.encode(&Sha1::digest(bytes));
            format!("objects/{}/{id}", &id[..2])
        };
        let paths: Vec<String> = contents.iter().map(name).collect();
        let files = paths.iter().map(|path| &**path).zip(contents);
        assert_eq!(locate(&MemoryTree::new(files)), []);
    }
}
