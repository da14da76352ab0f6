//! What is said of the files of an app, and of photos without files.

use super::catalog::{Catalog, extension, stem};
use super::role::{File, Role};
use crate::model::{Fidelity, Lost, LostState, Origin, Status};
use crate::places::label::Label;

/// What a user calls the place where the files lie.
#[derive(Clone, Copy, Debug)]
pub(in crate::places) struct Where {
    pub(in crate::places) origin: Origin,
    /// Of what is there.
    pub(in crate::places) live: &'static str,
    /// Of what is in Recently Deleted.
    pub(in crate::places) deleted: &'static str,
    /// Who knows of photos without files.
    pub(in crate::places) by: &'static str,
    /// The note of a photo that is only in iCloud.
    pub(in crate::places) cloud: &'static str,
}

/// Makes labels for the files of one catalog.
pub(in crate::places) struct Labels<'c> {
    catalog: &'c Catalog,
    place: Where,
    /// The best that is left of each photo.
    best: Vec<Option<Role>>,
    labels: Vec<Label>,
}

impl<'c> Labels<'c> {
    pub(in crate::places) fn new(catalog: &'c Catalog, place: Where) -> Self {
        let best = vec![None; catalog.assets.len()];
        Labels { catalog, place, best, labels: Vec::new() }
    }

    /// Adds the label of a file, whose path from the root of the app is `path`.
    pub(in crate::places) fn add(&mut self, node: usize, path: &str, file: &File) {
        let mut label = Label::new(node, self.place.origin, self.place.live);
        label.fidelity = match file.role {
            Role::Original | Role::LiveFilm => Fidelity::Original,
            Role::Edited => Fidelity::Edited,
            Role::Preview => Fidelity::Preview,
            Role::Thumbnail => Fidelity::Thumbnail,
        };
        match file.asset {
            Some(asset) => {
                self.know(asset, file.role);
                self.of_asset(&mut label, asset, path, file);
            }
            None => self.of_none(&mut label, path, file),
        }
        self.labels.push(label);
    }

    fn know(&mut self, asset: usize, role: Role) {
        let rank = |role| match role {
            Role::Original => 4,
            Role::Edited => 3,
            Role::Preview => 2,
            Role::Thumbnail => 1,
            Role::LiveFilm => 0,
        };
        if let Some(best) = self.best.get_mut(asset)
            && best.is_none_or(|best| rank(role) > rank(best))
        {
            *best = Some(role);
        }
    }

    fn of_asset(&self, label: &mut Label, at: usize, path: &str, file: &File) {
        let (asset, original) = (&self.catalog.assets[at], &self.catalog.paths[at]);
        let with_end = |end: &str| format!("{}{end}{}", stem(original), extension(path));
        label.original_path = Some(match file.role {
            Role::Original => original.clone(),
            Role::LiveFilm => with_end(""),
            Role::Edited => with_end("-edited"),
            Role::Preview => with_end("-preview"),
            Role::Thumbnail => with_end("-thumbnail"),
        });
        if !matches!(file.role, Role::Original | Role::LiveFilm) {
            label.shows = Some(original.clone());
        }
        label.taken = asset.created;
        label.modified = asset.modified.filter(|_| file.role != Role::Original || !asset.is_edited);
        label.albums.clone_from(&asset.albums);
        label.marks = asset.marks();
        if asset.is_trashed || asset.is_removed {
            label.status = Status::Deleted;
            label.deleted_at = asset.trashed_at();
            label.expires_at = asset.expires_at();
            if asset.is_trashed {
                label.place = self.place.deleted;
            }
        }
        if asset.is_removed {
            label.marks.push("orphan");
        }
    }

    /// A file that no row tells of.
    fn of_none(&self, label: &mut Label, path: &str, file: &File) {
        match file.role {
            Role::Original | Role::LiveFilm => {
                // Where rows may be missing, its own may be one of them.
                let is_known = self.catalog.is_whole && !self.catalog.assets.is_empty();
                label.status = if is_known { Status::Deleted } else { Status::Unknown };
                label.original_path = Some(path.to_owned());
                label.marks.push("orphan");
            }
            Role::Edited | Role::Preview | Role::Thumbnail => {
                let Some(of) = &file.of else { return };
                let end = match file.role {
                    Role::Edited => "-edited",
                    Role::Preview => "-preview",
                    _ => "-thumbnail",
                };
                label.original_path = Some(format!("{}{end}{}", stem(of), extension(path)));
                label.shows = Some(of.clone());
            }
        }
    }

    /// Whether it is what the row of another photo held before.
    fn is_former(&self, at: usize) -> bool {
        let asset = &self.catalog.assets[at];
        let file = format!("{}/{}", asset.directory, asset.filename);
        let newer = self.catalog.of_file(&file).filter(|newer| *newer != at);
        let is_same = |newer: usize| {
            let newer = &self.catalog.assets[newer];
            !newer.is_removed && newer.key == asset.key
        };
        asset.is_removed && newer.is_some_and(is_same)
    }

    /// The labels, and the photos that are known and whose originals are not there.
    pub(in crate::places) fn finish(self) -> (Vec<Label>, Vec<Lost>) {
        let mut lost = Vec::new();
        for (at, asset) in self.catalog.assets.iter().enumerate() {
            let best = self.best[at];
            if best == Some(Role::Original) || asset.filename.is_empty() || self.is_former(at) {
                continue;
            }
            let has_picture = matches!(best, Some(Role::Edited | Role::Preview | Role::Thumbnail));
            let is_in_cloud = asset.is_in_cloud && !asset.is_removed;
            let mut note = match (is_in_cloud, asset.is_removed) {
                (true, _) => Some(self.place.cloud.to_owned()),
                (false, true) => Some("its row was deleted from the database".to_owned()),
                (false, false) => None,
            };
            if has_picture {
                let smaller = "a smaller or edited picture of it is here";
                note = Some(note.map_or(smaller.to_owned(), |note| format!("{note}; {smaller}")));
            }
            let mut photo = Lost::named(self.place.by, self.catalog.paths[at].clone());
            photo.state = match (is_in_cloud, has_picture) {
                (true, _) => LostState::CloudOnly,
                (false, true) => LostState::PreviewOnly,
                (false, false) => LostState::NameOnly,
            };
            photo.size = asset.original_size;
            photo.taken = asset.created;
            photo.deleted_at = asset.trashed_at();
            photo.albums.clone_from(&asset.albums);
            photo.note = note;
            lost.push(photo);
        }
        (self.labels, lost)
    }
}
