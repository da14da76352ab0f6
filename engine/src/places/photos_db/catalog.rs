//! The photos of one database, to be found by what names them.

use std::collections::{HashMap, HashSet};

use super::asset::Asset;
use super::assets::assets;
use super::contents::Contents;
use crate::places::sqlite::Database;
use crate::places::tree::Tree;

/// The photos of one database, to be found by their files and identities.
#[derive(Debug, Default)]
pub(in crate::places) struct Catalog {
    pub(in crate::places) assets: Vec<Asset>,
    /// What each is called to its user, from the root of what the app shows: no two have the same.
    pub(in crate::places) paths: Vec<String>,
    by_file: HashMap<String, usize>,
    by_stem: HashMap<String, usize>,
    by_uuid: HashMap<String, usize>,
    /// Whether it is all that the database ever listed, as far as that shows.
    pub(in crate::places) is_whole: bool,
}

impl Catalog {
    /// Reads the database at `node`, and says in a sentence what is wrong with it.
    pub(in crate::places) fn read(tree: &dyn Tree, node: usize, notes: &mut Vec<String>) -> Self {
        let title = format!("{}/{}", tree.title(), tree.nodes()[node].path);
        let contents = match Contents::read(tree, node) {
            Ok(contents) => contents,
            Err(why) => {
                notes.push(format!(
                    "{title} cannot be read: {why}; photos have no names and albums"
                ));
                return Catalog::default();
            }
        };
        let database = match Database::open(&*contents.main, contents.log.as_deref()) {
            Ok(database) => database,
            Err(why) => {
                notes.push(format!("{title}: {why}; photos have no names and albums"));
                return Catalog::default();
            }
        };
        let damage = database.damage();
        let catalog = Catalog::of(assets(&database), !damage.is_any() && !contents.is_torn);
        if !catalog.is_whole {
            let known = catalog.live().count();
            notes.push(format!(
                "{title} is damaged ({} pages, {} frames of its log): {known} photos could be read \
                 from it, others may be missing from the list",
                damage.pages + damage.tables,
                damage.frames
            ));
        }
        catalog
    }

    pub(in crate::places) fn of(assets: Vec<Asset>, is_whole: bool) -> Self {
        let mut catalog = Catalog { is_whole, ..Catalog::default() };
        let mut taken = HashSet::new();
        for (at, asset) in assets.iter().enumerate() {
            let uuid = asset.uuid.clone().unwrap_or_default();
            let mut path = format!("{}/{}", asset.directory, asset.name());
            if !taken.insert(path.clone()) {
                // Two photos of one name in one folder: their files have other names.
                path = format!("{}/{uuid}/{}", asset.directory, asset.name());
                taken.insert(path.clone());
            }
            catalog.paths.push(path);
            let file = format!("{}/{}", asset.directory, asset.filename).to_lowercase();
            catalog.by_stem.entry(stem(&file).to_owned()).or_insert(at);
            catalog.by_file.entry(file).or_insert(at);
            catalog.by_uuid.entry(uuid.to_lowercase()).or_insert(at);
        }
        catalog.assets = assets;
        catalog
    }

    /// The photos whose rows are there.
    pub(in crate::places) fn live(&self) -> impl Iterator<Item = &Asset> {
        self.assets.iter().filter(|asset| !asset.is_removed)
    }

    /// The photo with that file, by its path from the folder of the media.
    pub(in crate::places) fn of_file(&self, path: &str) -> Option<usize> {
        self.by_file.get(&path.to_lowercase()).copied()
    }

    /// The photo whose file is that one but for the extension.
    pub(in crate::places) fn of_stem(&self, path_without_extension: &str) -> Option<usize> {
        self.by_stem.get(&path_without_extension.to_lowercase()).copied()
    }

    /// The photo with that identity.
    pub(in crate::places) fn of_uuid(&self, uuid: &str) -> Option<usize> {
        self.by_uuid.get(&uuid.to_lowercase()).copied()
    }
}

/// A path without the extension of its name.
pub(in crate::places) fn stem(path: &str) -> &str {
    match path.rsplit_once('.') {
        Some((stem, extension)) if !extension.contains('/') && !stem.is_empty() => stem,
        _ => path,
    }
}

/// The extension of a name, with its dot.
pub(in crate::places) fn extension(path: &str) -> &str {
    &path[stem(path).len()..]
}
