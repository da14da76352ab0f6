//! What the files of a phone are, by where they lie: for those of which no database tells more.

use std::collections::HashMap;
use std::sync::Arc;

use super::assemble::ORPHANS;
use super::shown_path::{CAMERA_ROLL, shown_path};
use crate::model::{Fidelity, Origin, Status};
use crate::places::findings::Findings;
use crate::places::label::Label;
use crate::places::place::{Context, Place};
use crate::places::tree::Tree;

/// What a user calls the place.
const BACKUP: &str = "iPhone backup";
const MESSAGES: &str = "iPhone backup, attachments of messages";
const APPS: &str = "iPhone backup, files of apps";
const UNLISTED: &str = "iPhone backup, files that it does not list";

/// Where edited copies lie, below the camera roll.
const MUTATIONS: &str = "PhotoData/Mutations/";

/// Where previews lie, in folders that are called like the photos.
const THUMBNAILS: &str = "PhotoData/Thumbnails/";

/// Where small pictures of photos lie whose originals are in iCloud.
const METADATA: &str = "PhotoData/Metadata/";

/// Where edited photos lie beside their originals: `IMG_E0001` is of `IMG_0001`.
const EDITED: &str = "IMG_E";

/// The files of a phone, by where they lie.
#[derive(Clone, Copy, Debug)]
pub struct CameraRoll;

impl Place for CameraRoll {
    fn read(&self, tree: &Arc<dyn Tree>, _context: &Context<'_>, findings: &mut Findings) {
        if !tree.is_phone_backup() {
            return;
        }
        let originals = originals(&**tree);
        let files = tree.nodes().iter().enumerate().filter(|(_, node)| node.is_file());
        let label =
            |(at, node): (usize, &crate::places::tree::Node)| label(at, &node.path, &originals);
        findings.labels.extend(files.map(label));
    }
}

/// Photos of the camera roll by their paths without extension: a video of the same stem counts only where there is no
/// picture.
fn originals(tree: &dyn Tree) -> HashMap<&str, &str> {
    let mut found = HashMap::new();
    for node in tree.nodes().iter().filter(|node| node.is_file()) {
        let Some(path) = node.path.strip_prefix(CAMERA_ROLL) else { continue };
        let is_original = path.starts_with("DCIM/") || path.starts_with("PhotoData/CPLAssets/");
        let Some((stem, extension)) = path.rsplit_once('.').filter(|_| is_original) else {
            continue;
        };
        let is_beside = ["AAE", "MOV", "MP4"].iter().any(|one| extension.eq_ignore_ascii_case(one));
        if is_beside {
            found.entry(stem).or_insert(path);
        } else {
            found.insert(stem, path);
        }
    }
    found
}

fn label(node: usize, path: &str, originals: &HashMap<&str, &str>) -> Label {
    let mut label = Label::new(node, Origin::Backup, BACKUP);
    label.original_path = Some(shown_path(path).to_owned());
    let Some(path) = path.strip_prefix(CAMERA_ROLL) else {
        of_an_app(&mut label, path);
        return label;
    };
    if let Some(edited) = path.strip_prefix(MUTATIONS) {
        label.fidelity = Fidelity::Edited;
        let Some((stem, render)) = edited.split_once("/Adjustments/") else { return label };
        let original = originals.get(stem).map(|path| (*path).to_owned());
        label.original_path = Some(format!("{stem} {}", edited_name(render)));
        label.shows = Some(original.unwrap_or_else(|| stem.to_owned()));
    } else if let Some(preview) = path.strip_prefix(THUMBNAILS) {
        label.fidelity = Fidelity::Thumbnail;
        let Some((photo, name)) = preview.rsplit_once('/') else { return label };
        let photo = photo.split_once('/').filter(|(version, _)| version.starts_with('V'));
        let Some((_, photo)) = photo else { return label };
        label.fidelity =
            if name.starts_with("5005") { Fidelity::Preview } else { Fidelity::Thumbnail };
        label.original_path =
            Some(format!("{} (preview {name}", stem_of(photo)).replace(".JPG", ").JPG"));
        label.shows = Some(photo.to_owned());
    } else if let Some(photo) = path.strip_prefix(METADATA) {
        label.fidelity = Fidelity::Preview;
        let original = originals.get(stem_of(photo)).map(|path| (*path).to_owned());
        label.shows = Some(original.unwrap_or_else(|| photo.to_owned()));
    } else if path.starts_with("PhotoData/PhotoCloudSharingData/") {
        label.fidelity = Fidelity::Reencoded;
    } else if path.starts_with("PhotoData/") && !path.starts_with("PhotoData/CPLAssets/") {
        label.fidelity = Fidelity::Thumbnail;
    } else if let Some((folder, number)) = path
        .rsplit_once('/')
        .and_then(|(folder, name)| Some((folder, stem_of(name).strip_prefix(EDITED)?)))
    {
        label.fidelity = Fidelity::Edited;
        let stem = format!("{folder}/IMG_{number}");
        label.shows = originals.get(stem.as_str()).map(|path| (*path).to_owned());
    }
    label
}

/// `FullSizeRender.heic` becomes `(edited).heic`.
fn edited_name(render: &str) -> String {
    let (name, extension) = render.rsplit_once('.').unwrap_or((render, ""));
    let which = match name {
        "FullSizeRender" => "edited".to_owned(),
        other => format!("edited, {}", other.replace('/', " ")),
    };
    if extension.is_empty() { format!("({which})") } else { format!("({which}).{extension}") }
}

fn stem_of(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
}

/// Apps that pass photos on encode them again.
fn of_an_app(label: &mut Label, path: &str) {
    if path.strip_prefix(ORPHANS).is_some_and(|rest| rest.starts_with('/')) {
        label.place = UNLISTED;
        label.status = Status::Unknown;
        return;
    }
    let is_message = path.starts_with("MediaDomain/Library/SMS/");
    label.place = if is_message { MESSAGES } else { APPS };
    let is_thumbnail = path.ends_with(".thumb") || path.contains("/Thumbnails/");
    label.fidelity = if is_thumbnail { Fidelity::Thumbnail } else { Fidelity::Reencoded };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, fidelity: Fidelity, original: &str, shows: Option<&str>) {
        let known = [("DCIM/100APPLE/IMG_0001", "DCIM/100APPLE/IMG_0001.HEIC")];
        let found = label(0, path, &known.into_iter().collect());
        assert_eq!(found.fidelity, fidelity, "{path}");
        assert_eq!(found.original_path.as_deref(), Some(original));
        assert_eq!(found.shows.as_deref(), shows);
        assert_eq!(found.origin, Origin::Backup);
    }

    #[test]
    fn a_file_of_the_camera_roll_is_told_by_its_folder() {
        use Fidelity::{Edited, Original, Preview, Reencoded, Thumbnail};
        let roll = |path: &str| format!("CameraRollDomain/Media/{path}");
        let photo = "DCIM/100APPLE/IMG_0001.HEIC";
        check(&roll(photo), Original, photo, None);
        check(
            &roll("PhotoData/CPLAssets/group1/A.HEIC"),
            Original,
            "PhotoData/CPLAssets/group1/A.HEIC",
            None,
        );
        let edited = "PhotoData/Mutations/DCIM/100APPLE/IMG_0001/Adjustments/FullSizeRender.jpg";
        check(&roll(edited), Edited, "DCIM/100APPLE/IMG_0001 (edited).jpg", Some(photo));
        check(
            &roll("DCIM/100APPLE/IMG_E0001.JPG"),
            Edited,
            "DCIM/100APPLE/IMG_E0001.JPG",
            Some(photo),
        );
        let preview = "PhotoData/Thumbnails/V2/DCIM/100APPLE/IMG_0001.HEIC/5005.JPG";
        check(&roll(preview), Preview, "DCIM/100APPLE/IMG_0001 (preview 5005).JPG", Some(photo));
        let small = "PhotoData/Thumbnails/V2/DCIM/100APPLE/IMG_0001.HEIC/5003.JPG";
        check(&roll(small), Thumbnail, "DCIM/100APPLE/IMG_0001 (preview 5003).JPG", Some(photo));
        let metadata = "PhotoData/Metadata/DCIM/100APPLE/IMG_0001.JPG";
        check(&roll(metadata), Preview, metadata, Some(photo));
        let message = "MediaDomain/Library/SMS/Attachments/0a/10/X/IMG_0001.jpeg";
        check(message, Reencoded, message, None);
        let orphan = "orphans/12b144c0bd44f2b3dffd9186d3f9c05b917cee25";
        check(orphan, Original, orphan, None);
    }

    #[test]
    fn a_picture_counts_before_the_film_beside_it() {
        use crate::places::tree::tests::MemoryTree;
        let files = ["IMG_0001.AAE", "IMG_0001.HEIC", "IMG_0001.MOV", "IMG_0002.MOV"];
        let paths = files.map(|name| format!("CameraRollDomain/Media/DCIM/100APPLE/{name}"));
        let tree = MemoryTree::new(paths.iter().map(|path| (&**path, Vec::new())));
        let found = originals(&tree);
        assert_eq!(found["DCIM/100APPLE/IMG_0001"], "DCIM/100APPLE/IMG_0001.HEIC");
        assert_eq!(found["DCIM/100APPLE/IMG_0002"], "DCIM/100APPLE/IMG_0002.MOV");
    }
}
