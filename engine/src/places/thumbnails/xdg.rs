//! Thumbnails of Linux desktops, which name the photo that they are of.

use std::sync::Arc;

use super::file_uri;
use super::png_text;
use crate::model::{Fidelity, Lost, LostState, Moment, Origin};
use crate::places::findings::Findings;
use crate::places::label::Label;
use crate::places::photo_name::is_photo_name;
use crate::places::place::{Context, Place};
use crate::places::tree::{Node, Tree};

/// The thumbnail cache of the desktops of Linux.
///
/// Source: freedesktop.org, Thumbnail Managing Standard 0.9.
pub(in crate::places) struct Xdg;

/// Digits of the name, which is the MD5 of the address.
const NAME: usize = 32;

/// What the folder above the sizes is called; the second is of before 2012.
const FOLDERS: [&str; 3] = [".cache/thumbnails", ".thumbnails", "thumbnails"];

/// Folders of one home: further up nobody has one.
const DEEPEST_HOME: usize = 4;

impl Place for Xdg {
    fn read(&self, tree: &Arc<dyn Tree>, context: &Context<'_>, findings: &mut Findings) {
        // The same photo has thumbnails of several sizes; it is lost once.
        let mut lost = std::collections::BTreeMap::new();
        for (at, node) in tree.nodes().iter().enumerate() {
            if context.progress.stopped() {
                break;
            }
            if !is_named_as_thumbnail(node) {
                continue;
            }
            let Some(thumbnail) = Thumbnail::read(tree.as_ref(), at) else { continue };
            let (cache, size) = node.folder().rsplit_once('/').unwrap_or(("", node.folder()));
            let is_of_photo = thumbnail.is_of_photo();
            let is_failure = cache.ends_with("/fail") || size == "fail";
            let is_gone = thumbnail.is_gone(tree.as_ref(), cache);
            if is_of_photo && !is_failure {
                let mut label = thumbnail.label(at, size);
                if is_gone {
                    // Whatever lies at its path now is another photo.
                    label.original_path = label.shows.take();
                }
                findings.labels.push(label);
            }
            if is_of_photo && is_gone {
                let state = if is_failure { LostState::NameOnly } else { LostState::PreviewOnly };
                let known: &mut Lost =
                    lost.entry(thumbnail.path.clone()).or_insert_with(|| thumbnail.lost());
                known.state = known.state.max(state);
            }
        }
        findings.lost.extend(lost.into_values());
    }
}

fn is_named_as_thumbnail(node: &Node) -> bool {
    let digits = node.name().strip_suffix(".png").unwrap_or("");
    node.is_file() && digits.len() == NAME && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// What a thumbnail says of its photo.
struct Thumbnail {
    path: String,
    modified: Option<Moment>,
    size: Option<u64>,
    mime: Option<String>,
}

impl Thumbnail {
    fn read(tree: &dyn Tree, at: usize) -> Option<Self> {
        let texts = png_text::texts(tree.open(at).ok()?.as_ref());
        let text = |key: &str| texts.iter().find(|(name, _)| name == key).map(|(_, text)| text);
        let modified = text("Thumb::MTime").and_then(|seconds| {
            let whole = seconds.split('.').next()?;
            Moment::utc(whole.parse().ok()?, 0)
        });
        Some(Thumbnail {
            path: file_uri::path(text("Thumb::URI")?)?,
            modified,
            size: text("Thumb::Size").and_then(|size| size.parse().ok()),
            mime: text("Thumb::Mimetype").cloned(),
        })
    }

    /// Thumbnails are made of documents and films too.
    fn is_of_photo(&self) -> bool {
        match &self.mime {
            Some(mime) => mime.starts_with("image/") || is_photo_name(&self.path),
            None => is_photo_name(&self.path),
        }
    }

    fn label(&self, node: usize, size: &str) -> Label {
        let mut label = Label::new(node, Origin::Cache, "Linux thumbnail cache");
        label.fidelity = if size == "xx-large" { Fidelity::Preview } else { Fidelity::Thumbnail };
        label.shows = Some(self.path.clone());
        label.modified = self.modified;
        label
    }

    fn lost(&self) -> Lost {
        let mut lost = Lost::named("thumbnail cache of Linux", self.path.clone());
        lost.size = self.size;
        lost
    }

    /// Whether the photo would lie in this tree and does not: that is known of those in the home of the cache.
    /// `cache` is the folder of the sizes.
    fn is_gone(&self, tree: &dyn Tree, cache: &str) -> bool {
        self.in_tree(tree.title(), cache).is_some_and(|path| match tree.at(&path) {
            None => true,
            // Cameras use names again: what was modified at another time is another photo.
            Some(at) => self.is_other(tree.nodes()[at].modified),
        })
    }

    /// Whether a file that was modified then is another one than the thumbnail is of.
    fn is_other(&self, modified: Option<Moment>) -> bool {
        let second = |moment: Option<Moment>| moment.and_then(Moment::instant);
        let (then, now) = (second(self.modified), second(modified));
        then.zip(now).is_some_and(|(then, now)| then != now)
    }

    /// Where it would lie in a tree of that title.
    fn in_tree(&self, title: &str, cache: &str) -> Option<String> {
        let cache = cache.strip_suffix("/fail").unwrap_or(cache);
        let home = FOLDERS.iter().find_map(|folder| {
            let home = cache.strip_suffix(folder)?;
            if home.is_empty() { Some("") } else { home.strip_suffix('/') }
        })?;
        let whole = format!("{title}/{home}");
        let owner = whole.split('/').rfind(|name| !name.is_empty())?;
        let mut rest = self.path.split('/').skip(1).take(DEEPEST_HOME);
        let depth = rest.position(|name| name == owner)?;
        let inside: Vec<&str> = self.path.split('/').skip(depth + 2).collect();
        let inside = inside.join("/");
        if inside.is_empty() {
            return None;
        }
        Some(if home.is_empty() { inside } else { format!("{home}/{inside}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_looked_for_in_the_home_of_its_thumbnail() {
        let thumbnail = Thumbnail {
            path: "/home/anna/Pictures/a.jpg".to_owned(),
            modified: None,
            size: None,
            mime: None,
        };
        let at = |title: &str, cache: &str| thumbnail.in_tree(title, cache);
        let (inside, whole) = (Some("Pictures/a.jpg"), Some("home/anna/Pictures/a.jpg"));
        assert_eq!(at("/home/anna", ".cache/thumbnails").as_deref(), inside);
        assert_eq!(at("/mnt/disk/anna", ".thumbnails").as_deref(), inside);
        assert_eq!(at("/", "home/anna/.cache/thumbnails").as_deref(), whole);
        assert_eq!(at("/mnt", "home/anna/.cache/thumbnails/fail").as_deref(), whole);
        assert_eq!(at("/home/paul", ".cache/thumbnails"), None);
        assert_eq!(at("/home/anna", "Pictures"), None);
        // A cache alone: nothing is known of the rest of its home.
        assert_eq!(at("/home/anna/.cache", "thumbnails"), None);
    }
}
