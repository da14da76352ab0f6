//! What a file of a library is, by where it lies.

use crate::places::photos_db::{Catalog, File, Role, is_uuid, stem};

/// What a file of a library is, by its path from the folder of the library; nothing for what is not of photos.
///
/// Versions since 5 name every file after the identity of its photo; earlier ones keep the originals by date in
/// `Masters`.
pub(super) fn of_library(path: &str, catalog: &Catalog) -> Option<File> {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let identity = name.get(..36).filter(|start| is_uuid(start));
    let rest = stem(name).get(36..).unwrap_or_default();
    let asset = identity.and_then(|uuid| catalog.of_uuid(uuid));
    let role = match top(path)? {
        // The film of a Live Photo: <identity>_3.mov.
        "originals" if identity.is_some() && rest == "_3" => Role::LiveFilm,
        "originals" | "Masters" | "Originals" => Role::Original,
        "renders" => Role::Edited,
        "masters" | "Thumbnails" | "thumbnails" => Role::Thumbnail,
        "derivatives" | "proxies" | "Previews" => Role::Preview,
        "Modified" => Role::Edited,
        _ => return None,
    };
    Some(File { role, asset, of: None })
}

/// The folder of a library that a file lies in, without those around it.
fn top(path: &str) -> Option<&str> {
    let mut parts = path.split('/');
    let first = parts.next()?;
    match first {
        // What came in messages and in shared albums has a library of its own.
        "scopes" => {
            parts.next()?;
            top_of(parts.next()?, parts)
        }
        _ => top_of(first, parts),
    }
}

fn top_of<'p>(first: &'p str, mut parts: std::str::Split<'p, char>) -> Option<&'p str> {
    if first != "resources" {
        return Some(first);
    }
    match (parts.next()?, parts.next()) {
        ("derivatives", Some("masters")) => Some("masters"),
        ("proxies", Some("derivatives")) => Some("proxies"),
        (second, _) => Some(second),
    }
}
