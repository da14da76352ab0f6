//! What belongs together of the photos that are exported, and what they are called.

use std::collections::{BTreeMap, HashMap, HashSet};

use afterimage_signatures::format::Group as FormatGroup;
use afterimage_signatures::formats;

use crate::model::Moment;
use crate::output::arranging::Facts;
use crate::output::report::ReportFile;

/// A file that is exported.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exportable<'f> {
    pub(super) file: &'f ReportFile,
    /// The path that names it: its own, or that of a copy whose path tells more.
    pub(super) original: Option<&'f str>,
    /// How little that path tells, from 0.
    rank: u8,
    /// Whether part of the name in it is inferred.
    is_inferred: bool,
}

/// Where the name of a photo comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOrigin {
    /// A file system, a backup or a list had it.
    Recorded,
    /// The same, but part of it is inferred, such as the first letter of a deleted file on FAT.
    Inferred,
    /// None was recorded; it tells when and where the photo was found.
    Made,
}

/// Files that keep one name.
#[derive(Debug)]
pub(super) struct Group<'f> {
    /// The one that says where all go.
    pub(super) leader: Exportable<'f>,
    /// The path that names them.
    pub(super) original: Option<&'f str>,
    /// Where the name in that comes from.
    pub(super) name: NameOrigin,
    /// All of them, in the order of the report.
    pub(super) members: Vec<Exportable<'f>>,
}

impl Exportable<'_> {
    /// What is known of it, named by the path `original`.
    pub(super) fn facts(&self, original: Option<&str>) -> Facts {
        let exif = self.file.exif.as_ref();
        Facts {
            original: original.map(str::to_owned),
            path: self.file.path.clone().unwrap_or_default(),
            dated: taken(self.file).or_else(|| told(self.file)),
            make: exif.and_then(|exif| exif.make.clone()),
            model: exif.and_then(|exif| exif.model.clone()),
            format: self.file.format.clone(),
            grade: serde_json::to_value(self.file.grade)
                .ok()
                .and_then(|grade| grade.as_str().map(str::to_owned))
                .unwrap_or_default(),
            id: self.file.id,
        }
    }

    fn is_raw(&self) -> bool {
        let mut known = formats::ALL.iter().map(|format| format.signature());
        known.any(|one| one.name == self.file.format && one.group == FormatGroup::Raw)
    }
}

/// When it was taken, by the camera's clock.
fn taken(file: &ReportFile) -> Option<jiff::civil::DateTime> {
    let taken = file.exif.as_ref()?.taken.as_deref()?;
    Moment::parse(taken, None).map(|moment| moment.civil)
}

/// When it was taken by the word of its place, or else last modified, as the report shows it.
fn told(file: &ReportFile) -> Option<jiff::civil::DateTime> {
    let place = file.place.as_ref().and_then(|place| place.taken.as_deref());
    [place, file.dated()].into_iter().flatten().find_map(|text| {
        let civil = text.get(..19)?;
        Moment::parse(civil, None).map(|moment| moment.civil)
    })
}

/// How little a path tells: all of it known, part of its name inferred, its folder unknown, nothing.
fn rank(file: &ReportFile) -> u8 {
    let is_lost = |path: &String| path.split('/').any(|part| part.starts_with("lost-folder-"));
    match &file.original_path {
        None => 3,
        Some(path) if is_lost(path) => 2,
        Some(_) => u8::from(file.name_inferred),
    }
}

/// The groups of those of the `files` of a report at the positions `chosen`, in order.
pub(super) fn groups<'f>(files: &'f [ReportFile], chosen: &[usize]) -> Vec<Group<'f>> {
    let named = best_paths(files);
    let all: Vec<Exportable<'f>> = chosen
        .iter()
        .map(|position| {
            let file = &files[*position];
            let KnownPath { rank, path: original, is_inferred } =
                named.get(&file.id).copied().unwrap_or(KnownPath::of(file));
            Exportable { file, original, rank, is_inferred }
        })
        .collect();
    let mut joined = Joined::new(all.len());
    joined.live_photos(&all);
    joined.by_path(&all);
    joined.by_time(&all);
    joined.groups(&all)
}

/// What a path tells.
#[derive(Clone, Copy)]
struct KnownPath<'f> {
    rank: u8,
    path: Option<&'f str>,
    is_inferred: bool,
}

impl<'f> KnownPath<'f> {
    fn of(file: &'f ReportFile) -> Self {
        let path = file.original_path.as_deref();
        KnownPath { rank: rank(file), path, is_inferred: file.name_inferred }
    }
}

/// For each file that has copies or a path: the path that tells most, of itself and its copies.
fn best_paths(files: &[ReportFile]) -> HashMap<u64, KnownPath<'_>> {
    let mut best = HashMap::<u64, KnownPath<'_>>::new();
    for file in files {
        let own = KnownPath::of(file);
        let id = file.duplicate_of.unwrap_or(file.id);
        let known = best.entry(id).or_insert(own);
        // Its own path goes before one that tells as much.
        if own.rank < known.rank || own.rank == known.rank && file.duplicate_of.is_none() {
            *known = own;
        }
    }
    best
}

/// So many files of one name and different extensions belong together at most: a raw photo, its JPEG, and what
/// programs put beside them. More stay for themselves.
const MOST_TOGETHER: usize = 16;

/// Which files are in which group: by position, that of another of the group, or its own.
struct Joined(Vec<usize>);

impl Joined {
    fn new(len: usize) -> Self {
        Joined((0..len).collect())
    }

    /// The first of a group. Ways to it are halved in passing, so that none stays long.
    fn first(&mut self, mut position: usize) -> usize {
        while self.0[position] != position {
            self.0[position] = self.0[self.0[position]];
            position = self.0[position];
        }
        position
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        let (low, high) = (one.min(other), one.max(other));
        self.0[high] = low;
    }

    fn live_photos(&mut self, all: &[Exportable<'_>]) {
        let by_id: HashMap<u64, usize> =
            all.iter().enumerate().map(|(position, one)| (one.file.id, position)).collect();
        for (position, one) in all.iter().enumerate() {
            let other = one.file.pair.and_then(|pair| by_id.get(&pair));
            // Each is the other's half: of several copies of a picture only one is.
            if let Some(&other) = other.filter(|&&other| all[other].file.pair == Some(one.file.id))
            {
                self.join(position, other);
            }
        }
    }

    /// Joins files of one folder that differ in their extension alone.
    fn by_path(&mut self, all: &[Exportable<'_>]) {
        let mut alike = BTreeMap::<(u32, String), Vec<usize>>::new();
        for (position, one) in all.iter().enumerate() {
            if let Some((stem, _)) = one.original.and_then(|path| path.rsplit_once('.')) {
                alike.entry((one.file.source, stem.to_lowercase())).or_default().push(position);
            }
        }
        for positions in alike.into_values().filter(|positions| positions.len() > 1) {
            if positions.len() <= MOST_TOGETHER && differ(all, &positions) {
                positions.windows(2).for_each(|two| self.join(two[0], two[1]));
                continue;
            }
            // The name was used again: those taken at once belong together.
            let mut at_once = BTreeMap::<_, Vec<usize>>::new();
            for position in positions {
                at_once.entry(taken(all[position].file)).or_default().push(position);
            }
            for (when, positions) in at_once {
                let are_few = positions.len() <= MOST_TOGETHER;
                if when.is_some() && are_few && differ(all, &positions) {
                    positions.windows(2).for_each(|two| self.join(two[0], two[1]));
                }
            }
        }
    }

    /// Joins a raw photo and the only other one that the same camera took in that second, where one of them has
    /// no path.
    fn by_time(&mut self, all: &[Exportable<'_>]) {
        let mut at_once = BTreeMap::<_, Vec<usize>>::new();
        for (position, one) in all.iter().enumerate() {
            let model = one.file.exif.as_ref().and_then(|exif| exif.model.as_deref());
            if let (Some(taken), Some(model), false) = (taken(one.file), model, one.file.is_video())
            {
                at_once.entry((taken, model)).or_default().push(position);
            }
        }
        for positions in at_once.into_values() {
            let [one, other] = positions[..] else { continue };
            let is_pair = all[one].is_raw() != all[other].is_raw();
            let is_unnamed = all[one].original.is_none() || all[other].original.is_none();
            if is_pair && is_unnamed {
                self.join(one, other);
            }
        }
    }

    fn groups<'f>(&mut self, all: &[Exportable<'f>]) -> Vec<Group<'f>> {
        let mut members = BTreeMap::<usize, Vec<Exportable<'f>>>::new();
        for (position, one) in all.iter().enumerate() {
            members.entry(self.first(position)).or_default().push(*one);
        }
        let group = |members: Vec<Exportable<'f>>| {
            let order = |one: &&Exportable<'_>| (one.file.is_video(), one.is_raw(), one.file.id);
            let leader = *members.iter().min_by_key(order)?;
            let named = members.iter().min_by_key(|one| (one.rank, order(one)))?;
            let name = match named.original {
                None => NameOrigin::Made,
                Some(_) if named.is_inferred => NameOrigin::Inferred,
                Some(_) => NameOrigin::Recorded,
            };
            Some(Group { leader, original: named.original, name, members })
        };
        members.into_values().filter_map(group).collect()
    }
}

/// Whether no two files have the same extension.
fn differ(all: &[Exportable<'_>], positions: &[usize]) -> bool {
    let extension = |position: &usize| {
        let path = all[*position].file.path.as_deref().unwrap_or_default();
        path.rsplit_once('.').map(|(_, extension)| extension.to_lowercase())
    };
    let mut seen = HashSet::new();
    positions.iter().all(|position| seen.insert(extension(position)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(id: u64, format: &str, original: Option<&str>, taken: Option<&str>) -> ReportFile {
        let extension = if format == "jpeg" { "jpg" } else { format };
        let mime = if format == "mov" { "video/quicktime" } else { "image/x" };
        serde_json::from_value(serde_json::json!({
            "id": id, "source": 0, "origin": "carved", "status": "deleted", "format": format,
            "mime": mime, "size": 1, "end": "exact", "grade": "verified", "proof": "", "blake3": "",
            "original_path": original, "path": format!("photos/{id}.{extension}"),
            "exif": { "taken": taken, "model": taken.map(|_| "EOS") },
        }))
        .unwrap()
    }

    /// The groups of all files, as their numbers with the path that names them.
    fn grouped(files: &[ReportFile]) -> Vec<(Vec<u64>, Option<&str>)> {
        let all: Vec<usize> = (0..files.len()).collect();
        let ids = |group: &Group<'_>| group.members.iter().map(|one| one.file.id).collect();
        groups(files, &all).iter().map(|group| (ids(group), group.original)).collect()
    }

    #[test]
    fn a_live_photo_keeps_one_name() {
        let mut files = [
            file(1, "mov", Some("DCIM/IMG_7.MOV"), None),
            file(2, "heic", Some("DCIM/_MG_1.HEIC"), None),
            file(3, "heic", None, None),
        ];
        files[0].pair = Some(2);
        files[1].pair = Some(1);
        files[1].name_inferred = true;
        files[2].pair = Some(1);
        let expected = vec![(vec![1, 2], Some("DCIM/IMG_7.MOV")), (vec![3], None)];
        assert_eq!(grouped(&files), expected);
    }

    #[test]
    fn a_raw_photo_and_its_jpeg_keep_one_name() {
        let (at, later) = (Some("2024-05-17T18:03:22"), Some("2024-05-17T18:03:24"));
        let same = [
            file(1, "jpeg", Some("A/IMG_1.JPG"), at),
            file(2, "cr3", Some("A/img_1.CR3"), later),
            file(3, "cr3", Some("B/IMG_1.CR3"), None),
        ];
        let expected = vec![(vec![1, 2], Some("A/IMG_1.JPG")), (vec![3], Some("B/IMG_1.CR3"))];
        assert_eq!(grouped(&same), expected);
        let used_again = [
            file(1, "jpeg", Some("A/IMG_1.JPG"), at),
            file(2, "jpeg", Some("A/IMG_1.JPG"), later),
            file(3, "cr3", Some("A/IMG_1.CR3"), later),
        ];
        let ids = |files: &[ReportFile]| -> Vec<Vec<u64>> {
            grouped(files).into_iter().map(|(ids, _)| ids).collect()
        };
        assert_eq!(ids(&used_again), [vec![1], vec![2, 3]]);
        let unnamed = [file(1, "jpeg", Some("A/IMG_1.JPG"), at), file(2, "cr3", None, at)];
        assert_eq!(ids(&unnamed), [[1, 2]]);
        let burst =
            [file(1, "jpeg", None, at), file(2, "cr3", None, at), file(3, "jpeg", None, at)];
        assert_eq!(ids(&burst).len(), 3);
    }

    #[test]
    fn more_files_than_belong_together_stay_for_themselves() {
        let files = |n: u64| -> Vec<ReportFile> {
            let named = |id| {
                let mut file = file(id, "jpeg", Some(&format!("A/IMG_1.{id}")), None);
                file.path = Some(format!("photos/{id}.e{id}"));
                file
            };
            (1..=n).map(named).collect()
        };
        assert_eq!(grouped(&files(MOST_TOGETHER as u64)).len(), 1);
        assert_eq!(grouped(&files(MOST_TOGETHER as u64 + 1)).len(), MOST_TOGETHER + 1);
    }

    #[test]
    fn a_name_tells_where_it_comes_from() {
        let mut files = [
            file(1, "jpeg", Some("A/IMG_1.JPG"), None),
            file(2, "jpeg", Some("A/_MG_2.JPG"), None),
            file(3, "jpeg", None, None),
        ];
        files[1].name_inferred = true;
        let names: Vec<NameOrigin> =
            groups(&files, &[0, 1, 2]).iter().map(|group| group.name).collect();
        assert_eq!(names, [NameOrigin::Recorded, NameOrigin::Inferred, NameOrigin::Made]);
    }

    #[test]
    fn the_path_that_tells_most_names_a_photo() {
        let mut files = [
            file(1, "jpeg", None, None),
            file(2, "jpeg", Some("lost-folder-1/IMG_1.JPG"), None),
            file(3, "jpeg", Some("DCIM/IMG_1.JPG"), None),
            file(4, "jpeg", Some("Other/IMG_1.JPG"), None),
        ];
        for copy in &mut files[1..] {
            (copy.duplicate_of, copy.path) = (Some(1), None);
        }
        let groups = groups(&files, &[0]);
        assert_eq!(groups[0].original, Some("DCIM/IMG_1.JPG"));
    }
}
