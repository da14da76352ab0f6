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

/// Finds the JSON of each photo of a folder: by name and title, by name alone, by title alone; then edited copies and
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
mod tests {
    use super::*;

    fn check(names: &[&str], sidecars: &[(&str, &str)], expected: &[Option<(usize, Role)>]) {
        let media: Vec<_> = names.iter().map(|name| Media { node: 0, name, folder: "" }).collect();
        let beside: Vec<_> = sidecars
            .iter()
            .map(|(stem, title)| {
                let json =
                    format!("{{\"title\":{title:?},\"photoTakenTime\":{{\"timestamp\":\"1\"}}}}");
                let Some(super::super::sidecar::Json::Photo(sidecar)) =
                    super::super::sidecar::read(json.as_bytes())
                else {
                    panic!("no photo")
                };
                Beside { stem, folder: "", sidecar }
            })
            .collect();
        assert_eq!(pair(&media, &beside).of, expected, "{names:?} {sidecars:?}");
    }

    const fn own(nth: usize) -> Option<(usize, Role)> {
        Some((nth, Role::Own))
    }

    #[test]
    fn every_length_of_the_suffix_and_the_older_name_fit() {
        for stem in [
            "IMG_1.jpg",
            "IMG_1.jpg.s",
            "IMG_1.jpg.supplemental-metadata",
            "IMG_1.jpg.suppl",
            "IMG_1",
        ] {
            check(&["IMG_1.jpg"], &[(stem, "IMG_1.jpg")], &[own(0)]);
        }
        check(&["IMG_2.jpg"], &[("IMG_1.jpg", "IMG_1.jpg")], &[None]);
    }

    #[test]
    fn counters_move() {
        let title = "IMG.jpg";
        check(
            &["IMG(1).jpg", "IMG.jpg", "IMG(2).jpg"],
            &[
                ("IMG.jpg.supplemental-metadata", title),
                ("IMG.jpg.supplemental-metadata(1)", title),
                ("IMG.jpg(2)", title),
            ],
            &[own(1), own(0), own(2)],
        );
        check(&["IMG(1).jpg"], &[("IMG(1).jpg.suppl", "IMG(1).jpg")], &[own(0)]);
        // Elsewhere than it should be: the title alone tells.
        check(&["IMG(3).jpg"], &[("IMG.jpg.suppl(1)", title)], &[own(0)]);
    }

    #[test]
    fn names_that_were_cut_are_told_apart_by_their_titles() {
        let long = "a".repeat(46);
        let (x, y) = (format!("{long}x.jpg"), format!("{long}y.jpg"));
        let second = format!("{long}(1)");
        check(&[&x, &y], &[(&long, &y), (&second, &x)], &[own(1), own(0)]);
        let title = format!("{}.jpg", "b".repeat(60));
        let name = format!("{}.jpg", "b".repeat(47));
        check(&[&name], &[(&"b".repeat(46), &title)], &[own(0)]);
        let name = "c".repeat(30) + ".jpg";
        check(&[&name], &[(&format!("{name}.supplementa"), &name)], &[own(0)]);
    }

    #[test]
    fn edited_copies_and_videos_have_the_json_of_their_photo() {
        let names = [
            "IMG.HEIC",
            "IMG.MP4",
            "IMG-edited.HEIC",
            "IMG(1).HEIC",
            "IMG-bearbeitet(1).HEIC",
            "x-編集済み.jpg",
        ];
        let jsons = [
            ("IMG.HEIC.supplemental-metadata", "IMG.HEIC"),
            ("IMG.HEIC(1)", "IMG.HEIC"),
            ("x.jpg", "x.jpg"),
        ];
        check(
            &names,
            &jsons,
            &[
                own(0),
                Some((0, Role::VideoOf(0))),
                Some((0, Role::Edited(Some(0)))),
                own(1),
                Some((1, Role::Edited(Some(3)))),
                Some((2, Role::Edited(None))),
            ],
        );
        check(
            &["a-b.jpg", "a.jpg"],
            &[("a-b.jpg", "a-b.jpg"), ("a.jpg", "a.jpg")],
            &[own(0), own(1)],
        );
        let long = "d".repeat(43);
        let (photo, edited) = (format!("{long}.jpg"), format!("{long}-edi.jpg"));
        let stem = format!("{long}.jp");
        check(&[&photo, &edited], &[(&stem, &photo)], &[own(0), Some((0, Role::Edited(Some(0))))]);
    }

    #[test]
    fn names_as_people_have_them_find_their_json() {
        let one = |name: &str, stem: &str, title: &str| check(&[name], &[(stem, title)], &[own(0)]);
        one(
            "PXL_20230101_000000000.LONG_EXPOSURE-02.ORIGINA.jpg",
            "PXL_20230101_000000000.LONG_EXPOSURE-02.ORIGIN",
            "PXL_20230101_000000000.LONG_EXPOSURE-02.ORIGINAL.jpg",
        );
        one(
            "Party_in_the_garden_of_our_house_2019_xxxxxxx_m(494).jpg",
            "Party_in_the_garden_of_our_house_2019_xxxxxxx_(494)",
            "Party_in_the_garden_of_our_house_2019_xxxxxxx_more.jpg",
        );
        one(
            "11111_222222222222_333333333_4444444_55555_n(1).jpg",
            "11111_222222222222_333333333_4444444_55555_n.j(1)",
            "11111_222222222222_333333333_4444444_55555_n.jpg",
        );
        one(
            "PXL_20210102_000000000.MP~2.jpg",
            "PXL_20210102_000000000.MP~2.jpg.supplemental-m",
            "PXL_20210102_000000000.MP~2.jpg",
        );
        let faces = "😀".repeat(23);
        one(&format!("{}.jpg", "😀".repeat(24)), &faces, &format!("{}.jpg", "😀".repeat(40)));
        one("Bild.jpg", "Bild.jpg", "Bild");
        // The photo of which only the counter differs is another.
        check(&["DSC_1(1).JPG"], &[("DSC_2.JPG(1)", "DSC_2.JPG")], &[None]);
        let names = ["PXL_1.PORTRAIT.jpg", "PXL_1.PORTRAIT-modifié.jpg"];
        check(
            &names,
            &[("PXL_1.PORTRAIT.jpg", "PXL_1.PORTRAIT.jpg")],
            &[own(0), Some((0, Role::Edited(Some(0))))],
        );
    }

    #[test]
    fn any_names_are_paired_with_what_is_there() {
        let kinds = [
            "IMG",
            "IMG(1)",
            "ü",
            "-edited",
            "-",
            ".jpg",
            ".HEIC",
            ".supplemental-metadata",
            "(2)",
            ".",
            "aaaaaaaaaaaaaaa",
        ];
        bolero::check!().with_type::<(Vec<Vec<u8>>, Vec<Vec<u8>>)>().for_each(|(photos, jsons)| {
            let name = |parts: &Vec<u8>| -> String {
                parts.iter().take(9).map(|part| kinds[usize::from(*part) % kinds.len()]).collect()
            };
            let (photos, jsons): (Vec<String>, Vec<String>) =
                (photos.iter().map(name).collect(), jsons.iter().map(name).collect());
            let media: Vec<_> =
                photos.iter().map(|name| Media { node: 0, name, folder: "" }).collect();
            let beside: Vec<_> = jsons
                .iter()
                .map(|stem| {
                    let json = format!("{{\"title\":{stem:?},\"photoTakenTime\":{{}}}}");
                    let read = super::super::sidecar::read(json.as_bytes());
                    let Some(super::super::sidecar::Json::Photo(sidecar)) = read else {
                        panic!("no photo")
                    };
                    Beside { stem, folder: "", sidecar }
                })
                .collect();
            let pairs = pair(&media, &beside);
            for (nth, _) in pairs.of.iter().flatten() {
                assert!(pairs.used[*nth]);
            }
        });
    }
}
