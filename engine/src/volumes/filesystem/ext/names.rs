//! Which inode is called what, now and once.

use std::borrow::Cow;
use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};

use super::directory::{self, DirectoryName};
use super::inode::ROOT;
use super::inode_tables::InodeTables;
use super::survey::{InodeSurvey, InodeVersion};
use super::volume::ExtVolume;
use crate::volumes::filesystem::{MOST_DEPTH, MOST_ENTRIES, path};

/// Names of one inode that are kept.
const MOST_NAMES: usize = 16;

/// The time of what stands in a directory now: later than all transactions.
const NOW: u32 = u32::MAX;

/// A name that is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Link {
    inode: u32,
    parent: u32,
    name: Box<str>,
}

/// A name that was there.
#[derive(Clone, Debug)]
struct Former {
    /// The folder, where it is known.
    parent: Option<u32>,
    /// The block that it stood in: the same for all names of one folder of which no more is known.
    block: u64,
    name: Box<str>,
    /// Whether it was seen where it was removed from.
    removed: bool,
    /// The first transaction that it is known from.
    since: u32,
}

/// All names.
#[derive(Debug, Default)]
pub(super) struct NameHistory {
    links: Vec<Link>,
    former: HashMap<u32, Vec<Former>>,
    /// The folder that a folder is in, by its `..`.
    up: HashMap<u32, u32>,
}

impl NameHistory {
    /// The names of the files and folders of a survey.
    pub(super) fn of(volume: &ExtVolume, tables: &InodeTables, survey: &InodeSurvey) -> Self {
        let mut gatherer = Gatherer {
            volume,
            wanted: wanted(survey),
            owners: HashMap::new(),
            names: NameHistory::default(),
            kept: 0,
        };
        let (live, deleted): (Vec<_>, Vec<_>) =
            survey.folders.iter().partition(|folder| folder.is_live());
        live.into_iter().for_each(|folder| gatherer.folder(folder));
        deleted.into_iter().for_each(|folder| gatherer.folder(folder));
        gatherer.journal(tables);
        gatherer.names.links.sort_unstable();
        gatherer.names.links.dedup();
        gatherer.names
    }

    /// The paths of a file, and whether they are known to the name. Never empty.
    pub(super) fn paths(&self, file: &InodeVersion) -> Vec<(String, bool)> {
        let number = file.inode.number;
        if file.is_live() {
            let links = self.links_of(number).iter();
            let paths: Vec<_> =
                links.map(|link| (self.path(link.parent, &link.name, NOW), true)).collect();
            if !paths.is_empty() {
                return paths;
            }
        }
        let when = file.sequence.unwrap_or(NOW);
        vec![match self.former(number, when) {
            Some(Former { parent: Some(parent), name, .. }) => {
                (self.path(*parent, name, when), true)
            }
            Some(former) => {
                let folder = path::nameless_folder(former.block);
                (format!("{folder}/{}", former.name), true)
            }
            None => (format!("inode-{number}"), false),
        }]
    }

    fn links_of(&self, inode: u32) -> &[Link] {
        let first = self.links.partition_point(|link| link.inode < inode);
        let rest = &self.links[first..];
        &rest[..rest.partition_point(|link| link.inode == inode)]
    }

    /// What an inode was called at some time: by the last name that was there until then, else the
    /// first that was there after it, else the first that was removed.
    fn former(&self, inode: u32, when: u32) -> Option<&Former> {
        let all = self.former.get(&inode)?;
        let there = || all.iter().filter(|former| !former.removed);
        let removed = || all.iter().filter(|former| former.removed);
        let before =
            there().filter(|former| former.since <= when).max_by_key(|former| former.since);
        before
            .or_else(|| there().min_by_key(|former| former.since))
            .or_else(|| {
                removed().filter(|former| former.since >= when).min_by_key(|former| former.since)
            })
            .or_else(|| removed().max_by_key(|former| former.since))
    }

    /// The path of a name in a folder at some time. Outer folders that are not known are left out; for others
    /// without a name their numbers stand.
    fn path(&self, folder: u32, name: &str, when: u32) -> String {
        let mut parts = vec![Cow::from(name)];
        let mut folder = folder;
        for depth in 0..MOST_DEPTH {
            if folder == ROOT {
                break;
            }
            let link = self.links_of(folder).first().map(|link| (Some(link.parent), &*link.name));
            let former = || self.former(folder, when).map(|former| (former.parent, &*former.name));
            let named = if when == NOW { link.or_else(former) } else { former().or(link) };
            let up = self.up.get(&folder).copied();
            match named {
                Some((_, name)) => parts.push(name.into()),
                None if depth == 0 || up.is_some() => {
                    parts.push(path::nameless_folder(folder).into());
                }
                None => {}
            }
            let parent = named.and_then(|(parent, _)| parent);
            let Some(parent) = parent.or(up) else { break };
            folder = parent;
        }
        parts.reverse();
        parts.join("/")
    }
}

/// Inodes whose former names are of use: those of files that were deleted, and of all folders.
fn wanted(survey: &InodeSurvey) -> HashSet<u32> {
    let deleted = survey.files.iter().filter(|file| !file.is_live());
    deleted.chain(&survey.folders).map(|version| version.inode.number).collect()
}

/// Reads directories.
struct Gatherer<'v, 'a> {
    volume: &'v ExtVolume<'a>,
    wanted: HashSet<u32>,
    /// Folders by their blocks.
    owners: HashMap<u64, u32>,
    names: NameHistory,
    /// Former names that are kept.
    kept: usize,
}

impl Gatherer<'_, '_> {
    /// Takes the names in a folder, as its blocks are now.
    fn folder(&mut self, folder: &InodeVersion) {
        let (number, live) = (folder.inode.number, folder.is_live());
        let since = folder.sequence.unwrap_or(NOW);
        if folder.inode.is_inline() {
            // Four bytes of `..`, then names.
            self.block((0, &folder.inode.map[4..]), Some(number), since, live);
            return;
        }
        let mut block = Vec::new();
        for index in folder.layout.blocks() {
            if !self.volume.spend() {
                return;
            }
            // What a folder that is there owns was not taken over by one that was deleted.
            let Slot::Vacant(vacant) = self.owners.entry(index) else { continue };
            vacant.insert(number);
            if self.volume.read_or_restore(index, &mut block).is_some() {
                self.block((index, &block), Some(number), since, live);
            }
        }
    }

    /// Takes the names in blocks that the journal has.
    fn journal(&mut self, tables: &InodeTables) {
        let mut block = Vec::new();
        for copy in self.volume.copies.all() {
            if tables.group_of(copy.block).is_none() && copy.read(&self.volume.blocks, &mut block) {
                let owner = self.owners.get(&copy.block).copied();
                self.block((copy.block, &block), owner, copy.sequence, false);
            }
        }
    }

    /// Takes the names in a block of a folder, which says itself whose it is if it is the first.
    fn block(&mut self, (index, block): (u64, &[u8]), folder: Option<u32>, since: u32, live: bool) {
        let superblock = &self.volume.superblock;
        if !live && !directory::is_block(block, superblock) {
            return;
        }
        let mut folder = folder;
        directory::each(block, superblock, |name| match (name.bytes, name.removed) {
            (b".", false) => folder = Some(name.inode),
            (b"..", false) => {
                if let Some(folder) = folder {
                    self.names.up.entry(folder).or_insert(name.inode);
                }
            }
            (b"." | b"..", true) => {}
            _ => self.name(name, (folder, index), since, live),
        });
    }

    fn name(
        &mut self,
        name: DirectoryName,
        (parent, block): (Option<u32>, u64),
        since: u32,
        live: bool,
    ) {
        let text = || String::from_utf8_lossy(name.bytes).into();
        if live
            && !name.removed
            && self.names.links.len() < MOST_ENTRIES
            && let Some(parent) = parent
        {
            self.names.links.push(Link { inode: name.inode, parent, name: text() });
        } else if self.kept < MOST_ENTRIES && self.wanted.contains(&name.inode) {
            let former = Former { parent, block, name: text(), removed: name.removed, since };
            let all = self.names.former.entry(name.inode).or_default();
            self.kept += usize::from(add(all, former));
        }
    }
}

/// Adds a name, or the earlier time of one that is known; false when there was nothing to add.
fn add(all: &mut Vec<Former>, new: Former) -> bool {
    let same = |old: &&mut Former| {
        (old.parent, &old.name, old.removed) == (new.parent, &new.name, new.removed)
    };
    if let Some(old) = all.iter_mut().find(same) {
        old.since = old.since.min(new.since);
        return false;
    }
    let room = all.len() < MOST_NAMES;
    if room {
        all.push(new);
    }
    room
}
