//! What a file of a phone is, by where it lies.

use super::catalog::{Catalog, extension, stem};

/// What a file is to the photo that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::places) enum Role {
    /// The file that the camera wrote, or that came from elsewhere.
    Original,
    /// The film of a Live Photo.
    LiveFilm,
    /// What it looks like after editing.
    Edited,
    /// A smaller picture of it.
    Preview,
    /// A small picture of it.
    Thumbnail,
}

/// A file of the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::places) struct File {
    pub(in crate::places) role: Role,
    /// The photo that it belongs to, by its position in the catalog.
    pub(in crate::places) asset: Option<usize>,
    /// The file of that photo as the path tells it, where the catalog does not.
    pub(in crate::places) of: Option<String>,
}

/// What a file of a phone is, by its path from the folder of the media; nothing for what is not of photos.
pub(super) fn of_phone(path: &str, catalog: &Catalog) -> Option<File> {
    let file = |role, asset, of| Some(File { role, asset, of });
    if let Some(rest) = path.strip_prefix("PhotoData/Mutations/") {
        // DCIM/100APPLE/IMG_0001/Adjustments/FullSizeRender.jpg
        let of = rest.split_once("/Adjustments").map(|(of, _)| of).or_else(|| folder(rest))?;
        return file(Role::Edited, catalog.of_stem(of), Some(of.to_owned()));
    }
    for (folder_of, role) in [
        ("PhotoData/Thumbnails/V2/", Role::Preview),
        ("PhotoData/Metadata/", Role::Preview),
        ("PhotoData/Thumbnails/", Role::Thumbnail),
    ] {
        if let Some(rest) = path.strip_prefix(folder_of) {
            // The folder has the name of the photo, or the file has but for its extension.
            let by_folder = folder(rest).and_then(|of| Some((catalog.of_file(of)?, of)));
            let by_name = || {
                let found = catalog.of_file(rest).or_else(|| catalog.of_stem(stem(rest)))?;
                Some((found, rest))
            };
            let known = by_folder.or_else(by_name);
            let of = known
                .map(|(_, of)| of)
                .or_else(|| folder(rest).filter(|of| !extension(of).is_empty()));
            return file(role, known.map(|(asset, _)| asset), of.map(str::to_owned));
        }
    }
    if let Some(asset) = catalog.of_file(path) {
        return file(Role::Original, Some(asset), None);
    }
    if !path.starts_with("DCIM/") && !path.starts_with("PhotoData/CPLAssets/") {
        let is_of_app = path.starts_with("PhotoData/");
        return is_of_app.then_some(File { role: Role::Thumbnail, asset: None, of: None });
    }
    let is_film = matches!(&*extension(path).to_ascii_lowercase(), ".mov" | ".mp4");
    if is_film && let Some(asset) = catalog.of_stem(stem(path)) {
        return file(Role::LiveFilm, Some(asset), None);
    }
    if let Some(of) = edited_of(path) {
        return file(Role::Edited, catalog.of_stem(stem(&of)), Some(of));
    }
    file(Role::Original, None, None)
}

/// `IMG_0001.HEIC` of `IMG_E0001.HEIC`, as phones name edited copies that they hand out.
fn edited_of(path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/')?;
    let number = name.strip_prefix("IMG_E")?;
    Some(format!("{folder}/IMG_{number}"))
}

fn folder(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder)
}
