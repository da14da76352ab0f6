//! Which JSON of a folder is of which photo.

use std::collections::HashMap;

use super::names::{self, Counted};
use super::sidecar::Sidecar;

/// Candidates for one photo that are looked at.
const MOST_CANDIDATES: usize = 64;

/// A photo or a video of a folder.
pub(super) struct Media<'a> {
    /// Its node.
    pub node: usize,
    /// Its name.
    pub name: &'a str,
    /// The folder that it lies in: a folder of an export may lie in several parts.
    pub folder: &'a str,
}

/// A file of JSON.
pub(super) struct Beside<'a> {
    /// Its name without `.json`.
    pub stem: &'a str,
    /// The folder that it lies in.
    pub folder: &'a str,
    /// What it says.
    pub sidecar: Sidecar,
}

/// What a photo was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The photo that the JSON is of.
    Own,
    /// An edited copy of another of the folder, or of the photo that the JSON is of.
    Edited(Option<usize>),
    /// The video of a photo, which is that other one.
    VideoOf(usize),
}

/// Of each photo the JSON and its role.
pub(super) struct Pairs {
    pub of: Vec<Option<(usize, Role)>>,
    /// Of each JSON whether it is of something that is there.
    pub used: Vec<bool>,
}

/// The name of JSON and its counter.
type Key = (String, u32);

/// A folder that is being sorted out.
struct Pairing<'a> {
    media: &'a [Media<'a>],
    beside: &'a [Beside<'a>],
    by_name: HashMap<Key, Vec<usize>>,
    by_title: HashMap<String, Vec<usize>>,
    pairs: Pairs,
}

/// Finds the JSON of each photo of a folder: by name and title, by name only, by title only; then edited copies and
/// videos of live photos, which have none of their own.
pub(super) fn pair(media: &[Media<'_>], beside: &[Beside<'_>]) -> Pairs {
    let pairs = Pairs { of: vec![None; media.len()], used: vec![false; beside.len()] };
    let (by_name, by_title) = (HashMap::new(), HashMap::new());
    let mut pairing = Pairing { media, beside, by_name, by_title, pairs };
    pairing.index();
    pairing.each(|pairing, nth| pairing.by_name(nth, true, false));
    pairing.each(|pairing, nth| pairing.by_name(nth, false, false));
    pairing.each(Pairing::by_title);
    pairing.copies();
    // A photo that lies there twice.
    pairing.each(|pairing, nth| pairing.by_name(nth, true, true));
    pairing.pairs
}

impl<'a> Pairing<'a> {
    fn index(&mut self) {
        for (nth, beside) in self.beside.iter().enumerate() {
            let counted = names::json(beside.stem);
            let shorter = names::without_suffix(counted.name);
            for name in [Some(counted.name), shorter].into_iter().flatten() {
                self.by_name.entry((names::rough(name), counted.counter)).or_default().push(nth);
            }
            let (stem, _) = names::of_title(&beside.sidecar.title);
            self.by_title.entry(title_key(&stem)).or_default().push(nth);
        }
    }

    /// Asks for the JSON of each photo that has none yet.
    fn each(&mut self, find: impl Fn(&Self, usize) -> Option<usize>) {
        for nth in 0..self.media.len() {
            if self.pairs.of[nth].is_none()
                && let Some(found) = find(self, nth)
            {
                self.pairs.of[nth] = Some((found, Role::Own));
                self.pairs.used[found] = true;
            }
        }
    }

    /// The JSON whose name fits; its title too where `is_strict`, one that is of another too where `is_shared`.
    fn by_name(&self, nth: usize, is_strict: bool, is_shared: bool) -> Option<usize> {
        let media = &self.media[nth];
        let counted = names::photo(media.name);
        let plain = format!("{}{}", counted.name, counted.extension);
        let keys = [
            (media.name.to_owned(), 0),
            (plain.clone(), counted.counter),
            (counted.name.to_owned(), counted.counter),
        ];
        let whole = names::cut_names(media.name).map(|name| (name, 0));
        let cut = names::cut_names(&plain).map(|name| (name, counted.counter));
        let candidates = keys.into_iter().chain(cut).chain(whole).flat_map(|(name, counter)| {
            let found = self.by_name.get(&(names::rough(&name), counter));
            found.into_iter().flatten().copied().take(MOST_CANDIDATES)
        });
        let fits = |candidate: &usize| {
            (is_shared || !self.pairs.used[*candidate])
                && (!is_strict || is_titled(media.name, &self.beside[*candidate].sidecar.title))
        };
        self.nearest(media, candidates.filter(fits))
    }

    /// The JSON whose title fits, wherever counters went.
    fn by_title(&self, nth: usize) -> Option<usize> {
        let media = &self.media[nth];
        let counted = names::photo(media.name);
        let found = self.by_title.get(&title_key(counted.name));
        let candidates = found.into_iter().flatten().copied().take(MOST_CANDIDATES);
        let fits = |candidate: &usize| {
            !self.pairs.used[*candidate]
                && is_titled(media.name, &self.beside[*candidate].sidecar.title)
        };
        self.nearest(media, candidates.filter(fits))
    }

    /// The first candidate of the same folder, else the first.
    fn nearest(&self, media: &Media<'_>, candidates: impl Iterator<Item = usize>) -> Option<usize> {
        let mut first = None;
        for candidate in candidates {
            if self.beside[candidate].folder == media.folder {
                return Some(candidate);
            }
            first = first.or(Some(candidate));
        }
        first
    }

    /// Edited copies, and videos of live photos.
    fn copies(&mut self) {
        let mut owners: HashMap<Key, Vec<usize>> = HashMap::new();
        for (nth, media) in
            self.media.iter().enumerate().filter(|(nth, _)| self.pairs.of[*nth].is_some())
        {
            let Counted { name, counter, .. } = names::photo(media.name);
            owners.entry((names::rough(name), counter)).or_default().push(nth);
        }
        for nth in 0..self.media.len() {
            if self.pairs.of[nth].is_none() {
                self.pairs.of[nth] = self.copy(nth, &owners);
            }
            if let Some((beside, _)) = self.pairs.of[nth] {
                self.pairs.used[beside] = true;
            }
        }
    }

    fn copy(&self, nth: usize, owners: &HashMap<Key, Vec<usize>>) -> Option<(usize, Role)> {
        let counted = names::photo(self.media[nth].name);
        let owner = |name: &str, counter| {
            let found = owners.get(&(names::rough(name), counter))?;
            let is_alike = |other: &&usize| {
                let extension = names::photo(self.media[**other].name).extension;
                extension.eq_ignore_ascii_case(counted.extension)
            };
            found.iter().take(MOST_CANDIDATES).find(is_alike).or(found.first()).copied()
        };
        if let Some(photo) = owner(counted.name, counted.counter) {
            return Some((self.pairs.of[photo]?.0, Role::VideoOf(photo)));
        }
        let is_long = names::may_be_cut(counted.name);
        let original = without_edit(counted.name, is_long);
        let edited = original.and_then(|name| owner(name, counted.counter));
        // Where the name was cut before the word, a counter tells the copy.
        let cut = || if is_long && counted.counter > 0 { owner(counted.name, 0) } else { None };
        if let Some(photo) = edited.or_else(cut) {
            return Some((self.pairs.of[photo]?.0, Role::Edited(Some(photo))));
        }
        let name = format!("{}{}", original?, counted.extension);
        let beside = self.by_name.get(&(names::rough(&name), counted.counter))?.first()?;
        Some((*beside, Role::Edited(None)))
    }
}

/// The beginning of a name that also one that was cut has.
fn title_key(stem: &str) -> String {
    names::rough(names::beginning(stem))
}

/// Whether a photo of that name may have that title.
fn is_titled(name: &str, title: &str) -> bool {
    let (stem, extension) = names::of_title(title);
    let stem = names::rough(&stem);
    let counted = names::photo(name);
    let whole = name.strip_suffix(counted.extension).unwrap_or(name);
    let is_same = |one: &str| {
        let is_cut = names::may_be_cut(one) && stem.starts_with(one);
        one == stem || is_cut
    };
    let is_extension = extension.is_empty() || extension.eq_ignore_ascii_case(counted.extension);
    is_extension && (is_same(&names::rough(counted.name)) || is_same(&names::rough(whole)))
}

/// A name without the word that edited copies have, in any language: `IMG-edited`, `IMG-bearbeitet`, `IMG-編集済み`. Of
/// a long name that word may have been cut.
fn without_edit(name: &str, is_long: bool) -> Option<&str> {
    let (original, word) = name.rsplit_once('-')?;
    let is_word = word.chars().all(|character| character.is_alphabetic() || character == ' ');
    (is_word && (is_long || word.chars().count() > 1) && !original.is_empty()).then_some(original)
}

#[cfg(test)]
mod tests;
