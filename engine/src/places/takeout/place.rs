//! Photos of an export, with what the files beside them say.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::folder::{self, Kind};
use super::names;
use super::pairs::{self, Beside, Media, Pairs, Role};
use super::sidecar::{self, Json, Sidecar};
use crate::model::{Fidelity, Lost, LostState, Origin, Status};
use crate::places::findings::Findings;
use crate::places::label::Label;
use crate::places::photo_name::is_media_name;
use crate::places::place::{Context, Place};
use crate::places::tree::{Node, Tree};

/// Exports of Google Photos, as folders or inside archives.
pub(in crate::places) struct Takeout;

/// Bytes of a file of JSON, which has some thousand.
const MOST_JSON: usize = 1 << 20;

/// A photo that is known by its title and the second in which it was taken.
type Known = (String, Option<i64>);

/// A folder of an export, in all parts.
#[derive(Default)]
struct Folder<'a> {
    media: Vec<Media<'a>>,
    beside: Vec<Beside<'a>>,
    album: Option<String>,
    /// Whether it lies where exports have their photos: the JSON may be in another part.
    is_of_export: bool,
}

impl Place for Takeout {
    fn read(&self, tree: &Arc<dyn Tree>, context: &Context<'_>, findings: &mut Findings) {
        let places = candidates(tree.as_ref());
        let mut folders: BTreeMap<&str, Folder<'_>> = BTreeMap::new();
        for (at, node) in tree.nodes().iter().enumerate() {
            if context.progress.stopped() {
                return;
            }
            let place = folder::in_export(node.folder());
            if node.is_file() && places.contains(place) {
                folders.entry(place).or_default().add(tree.as_ref(), at, node);
            }
        }
        folders.retain(|_, folder| folder.is_of_export || !folder.beside.is_empty());
        let mut export = Export::default();
        for (path, folder) in &folders {
            export.add(path, folder);
        }
        export.finish(findings);
    }
}

/// Folders in which an export may be, by their paths in it: those that are called so, and those with JSON beside a
/// photo.
fn candidates(tree: &dyn Tree) -> BTreeSet<&str> {
    let folders = tree.nodes().iter().filter_map(|node| {
        if folder::is_in_photos(node.folder()) {
            return Some(folder::in_export(node.folder()));
        }
        let stem = json_stem(node)?;
        let name = names::json(stem).name;
        let photo = names::without_suffix(name).unwrap_or(name);
        let is_it = is_media_name(photo) || folder::is_in_export(node.folder());
        is_it.then(|| folder::in_export(node.folder()))
    });
    folders.collect()
}

/// The name of a file of JSON without its extension.
fn json_stem(node: &Node) -> Option<&str> {
    let (stem, extension) = node.name().rsplit_once('.')?;
    let is_small = node.len <= MOST_JSON as u64;
    (node.is_file() && is_small && extension.eq_ignore_ascii_case("json")).then_some(stem)
}

impl<'a> Folder<'a> {
    fn add(&mut self, tree: &dyn Tree, at: usize, node: &'a Node) {
        self.is_of_export |= folder::is_in_photos(node.folder());
        let Some(stem) = json_stem(node) else {
            self.media.push(Media { node: at, name: node.name(), folder: node.folder() });
            return;
        };
        let json = tree.content(at, MOST_JSON).ok().and_then(|json| sidecar::read(&json));
        match json {
            Some(Json::Photo(sidecar)) => {
                self.beside.push(Beside { stem, folder: node.folder(), sidecar });
            }
            Some(Json::Album(title)) => self.album = self.album.take().or(Some(title)),
            None => {}
        }
    }
}

/// What is known of the photos of an export.
#[derive(Default)]
struct Export {
    labels: Vec<(Label, Option<Known>)>,
    /// JSON without a photo in its folder.
    alone: Vec<(Known, Lost, Option<String>)>,
    /// Albums of each photo, in any folder.
    albums: HashMap<Known, BTreeSet<String>>,
}

impl Export {
    fn add(&mut self, path: &str, folder: &Folder<'_>) {
        let pairs = pairs::pair(&folder.media, &folder.beside);
        let name = path.rsplit('/').next().unwrap_or("");
        let kind = folder::kind(name);
        let by_name = (kind == Kind::Album && !name.is_empty()).then(|| name.to_owned());
        let album = folder.album.clone().or(by_name).filter(|title| !title.is_empty());
        for (nth, media) in folder.media.iter().enumerate() {
            let (label, known) = label(path, kind, folder, &pairs, nth, media.node);
            if let (Some(known), Some(album)) = (&known, &album) {
                self.albums.entry(known.clone()).or_default().insert(album.clone());
            }
            self.labels.push((label, known));
        }
        for (beside, _) in folder.beside.iter().zip(&pairs.used).filter(|(_, used)| !**used) {
            let sidecar = &beside.sidecar;
            let is_photo = is_media_name(&sidecar.title) || !sidecar.title.contains('.');
            if is_photo {
                let lost = lost(path, kind, sidecar);
                self.alone.push((known(sidecar), lost, album.clone()));
            }
        }
    }

    /// Photos of all folders with their albums; JSON whose photo lies in another folder tells of an album only.
    fn finish(mut self, findings: &mut Findings) {
        let there: BTreeSet<Known> =
            self.labels.iter().filter_map(|(_, known)| known.clone()).collect();
        let mut told = BTreeSet::new();
        for (known, mut lost, album) in self.alone {
            if there.contains(&known) {
                self.albums.entry(known).or_default().extend(album);
            } else if told.insert(known) {
                lost.albums.extend(album);
                findings.lost.push(lost);
            }
        }
        for (mut label, known) in self.labels {
            let albums = known.and_then(|known| self.albums.get(&known));
            label.albums = albums.into_iter().flatten().cloned().collect();
            findings.labels.push(label);
        }
    }
}

fn known(sidecar: &Sidecar) -> Known {
    (sidecar.title.clone(), sidecar.taken)
}

fn label(
    path: &str,
    kind: Kind,
    folder: &Folder<'_>,
    pairs: &Pairs,
    nth: usize,
    node: usize,
) -> (Label, Option<Known>) {
    let mut label = Label::new(node, Origin::Export, "Google Takeout");
    if kind == Kind::Trash {
        label.status = Status::Deleted;
    }
    let media = &folder.media[nth];
    let Some((beside, role)) = pairs.of[nth] else {
        label.original_path = Some(join(path, media.name));
        return (label, None);
    };
    let sidecar = &folder.beside[beside].sidecar;
    let original = join(path, &with_extension(&sidecar.title, media.name));
    label.original_path = Some(original.clone());
    match role {
        Role::Own => {}
        Role::Edited(photo) => {
            label.fidelity = Fidelity::Edited;
            label.original_path = Some(join(path, media.name));
            let shown = photo.map_or(media.name, |photo| folder.media[photo].name);
            label.shows = Some(join(path, &with_extension(&sidecar.title, shown)));
        }
        Role::VideoOf(_) => {
            let stem = sidecar.title.rsplit_once('.').map_or(&*sidecar.title, |(stem, _)| stem);
            let extension = names::photo(media.name).extension;
            label.original_path = Some(join(path, &format!("{stem}{extension}")));
        }
    }
    label.taken = sidecar.moment();
    label.coordinates = sidecar.coordinates;
    if sidecar.is_trashed {
        label.status = Status::Deleted;
    }
    let marks = [
        (sidecar.is_favourite, "favourite"),
        (sidecar.is_archived, "archived"),
        (sidecar.is_locked, "locked folder"),
    ];
    label.marks.extend(marks.into_iter().filter(|(is_set, _)| *is_set).map(|(_, mark)| mark));
    (label, Some(known(sidecar)))
}

/// What the export knows of a photo that is not in it.
fn lost(path: &str, kind: Kind, sidecar: &Sidecar) -> Lost {
    let mut lost = Lost::named("Google Takeout", join(path, &sidecar.title));
    lost.taken = sidecar.moment();
    let is_trashed = sidecar.is_trashed || kind == Kind::Trash;
    lost.state = if is_trashed { LostState::NameOnly } else { LostState::CloudOnly };
    lost.note = Some(if is_trashed {
        "it lay in the trash of Google Photos, and its file is not in this export".to_owned()
    } else {
        "its file is not in this export: a part of it may be missing, and Google Photos may still have it".to_owned()
    });
    lost
}

/// A title, with the extension of its file where it has none.
fn with_extension(title: &str, name: &str) -> String {
    if names::of_title(title).1.is_empty() {
        format!("{title}{}", names::photo(name).extension)
    } else {
        title.to_owned()
    }
}

/// A path in the export; a title is one name, whatever is in it.
fn join(folder: &str, name: &str) -> String {
    let name = name.replace('/', "_");
    if folder.is_empty() { name } else { format!("{folder}/{name}") }
}
