//! What files were called before they were put into a trash folder of the volume that they lie in.

use std::collections::{HashMap, HashSet};

use afterimage_signatures::Bytes;

use super::bin_record::{BinKind, BinRecord, LEAST_BIN_RECORD, MOST_BIN_RECORD, bin_name};
use super::hidden_path::HiddenPath;
use crate::model::{FileSystemFacts, Moment};
use crate::volumes::filesystem::Entry;
use crate::volumes::recorded;
use crate::volumes::survey::{Survey, Volume};

/// Records of Recycle Bins that are read of one source.
const MOST_RECORDS: usize = 1 << 18;

/// Bytes that are read for them together.
const MOST_READ: u64 = 256 << 20;

/// Bytes of a record by which it is told from other files: all of most.
const USUAL_BIN_RECORD: u64 = 544;

/// Records of one name that are kept: an entry may be left of a file that was deleted before.
const MOST_ALIKE: usize = 8;

/// Bytes of all former paths of one source.
const MOST_TEXT: usize = 256 << 20;

/// The files of one source that a Recycle Bin tells of, live ones and deleted ones, by the paths of their
/// entries.
#[derive(Clone, Debug, Default)]
pub struct FormerNames {
    files: HashMap<String, Vec<FormerName>>,
    /// Where the entries of the records lie.
    records: HashSet<u64>,
    text: usize,
}

/// What a file in a Recycle Bin was called.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FormerName {
    /// Its path in its volume. Hostile.
    path: String,
    /// When it was deleted.
    deleted_at: Option<Moment>,
    /// The size that its entry says.
    size: u64,
}

/// The records of one volume, by the folder of the bin and what is common to the names of a pair.
type Records = HashMap<(String, String), Vec<BinRecord>>;

impl FormerNames {
    /// Reads the records of all Recycle Bins that the volumes of a source have or had.
    pub fn of(bytes: &dyn Bytes, survey: &Survey) -> Self {
        let (mut names, mut left) = (FormerNames::default(), MOST_READ);
        for volume in &survey.volumes {
            let records = names.read(bytes, volume, &mut left);
            if !records.is_empty() {
                volume.contents.entries.iter().for_each(|entry| names.add(entry, &records));
            }
        }
        names
    }

    /// The records of a volume.
    fn read(&mut self, bytes: &dyn Bytes, volume: &Volume, left: &mut u64) -> Records {
        let mut records = Records::new();
        for entry in &volume.contents.entries {
            let (folder, name) = split(&entry.path);
            let Some((BinKind::Record, id)) = bin_name(name) else { continue };
            let cost = entry.size.min(MOST_BIN_RECORD as u64) * recorded::MOST_READ as u64;
            if cost > *left || self.records.len() >= MOST_RECORDS {
                continue;
            }
            *left -= cost;
            if let Some(record) = bin_record(bytes, entry, MOST_BIN_RECORD as u64) {
                self.records.insert(entry.record);
                let alike = records.entry(key(folder, id)).or_default();
                if alike.len() < MOST_ALIKE {
                    alike.push(record);
                }
            }
        }
        records
    }

    /// Adds the former name of the file of an entry, when a record tells of it or of a folder that it lies in,
    /// and the size fits.
    fn add(&mut self, entry: &Entry, records: &Records) {
        let mut at = 0;
        for part in entry.path.split('/') {
            let (folder, rest) = (&entry.path[..at.max(1) - 1], &entry.path[at + part.len()..]);
            at += part.len() + 1;
            let Some((BinKind::Content, id)) = bin_name(part) else { continue };
            let is_folder = !rest.is_empty();
            let fits = |record: &&BinRecord| {
                let is_fit =
                    if is_folder { record.size >= entry.size } else { record.size == entry.size };
                is_fit && record.path_in_volume().is_some()
            };
            let known = records.get(&key(folder, id)).and_then(|alike| alike.iter().find(fits));
            let path =
                known.and_then(BinRecord::path_in_volume).map(|path| format!("{path}{rest}"));
            if let (Some(record), Some(path)) = (known, path) {
                self.insert(entry, path, record.deleted_at);
                return;
            }
        }
    }

    fn insert(&mut self, entry: &Entry, path: String, deleted_at: Option<Moment>) {
        self.text += path.len() + entry.path.len();
        let names = self.files.entry(entry.path.clone()).or_default();
        let name = FormerName { path, deleted_at, size: entry.size };
        if self.text < MOST_TEXT && names.len() < MOST_ALIKE && !names.contains(&name) {
            names.push(name);
        }
    }

    /// Gives a file the name and the path that it had before it was deleted, where its entry is that of a file
    /// in a trash folder. `sizes` are those of the file and of its entry.
    pub fn rename(&self, facts: &mut FileSystemFacts, sizes: &[u64]) {
        if let Some(name) = facts.path.as_ref().and_then(|path| self.name(path, sizes)) {
            facts.path = Some(name.path.clone());
            facts.deleted_at =
                name.deleted_at.map(|moment| moment.read_in(None)).or(facts.deleted_at);
            facts.is_inferred = false;
        } else if let Some(hidden) = facts.path.as_deref().and_then(HiddenPath::of) {
            facts.path = Some(hidden.original);
            facts.deleted_at = facts.deleted_at.or(hidden.deleted_at);
        }
        if let Some(hint) = &facts.hint {
            facts.hint = Some(self.path_of(hint, sizes));
        }
    }

    /// What the file was called whose entry says this path: the same, where it lies in no trash folder.
    pub fn path_of(&self, path: &str, sizes: &[u64]) -> String {
        let name = self.name(path, sizes).map(|name| name.path.clone());
        let hidden = || Some(HiddenPath::of(path)?.original);
        name.or_else(hidden).unwrap_or_else(|| path.to_owned())
    }

    /// Whether an entry is that of a record, and of no photo, whatever its name ends in.
    pub fn is_record(&self, entry: &Entry) -> bool {
        self.records.contains(&entry.record)
    }

    /// Of several files whose entries said the same path, the one of such a size.
    fn name(&self, path: &str, sizes: &[u64]) -> Option<&FormerName> {
        let names = self.files.get(path)?;
        let only = || names.first().filter(|_| names.len() == 1);
        names.iter().find(|name| sizes.contains(&name.size)).or_else(only)
    }
}

/// Whether the file of an entry is a record of a Recycle Bin, as its name and its beginning tell.
pub fn is_bin_record(bytes: &dyn Bytes, entry: &Entry) -> bool {
    bin_record(bytes, entry, USUAL_BIN_RECORD).is_some()
}

/// What the first `most` bytes of the file of an entry say, when it is called like a record.
fn bin_record(bytes: &dyn Bytes, entry: &Entry, most: u64) -> Option<BinRecord> {
    let (_, name) = split(&entry.path);
    let (kind, _) = bin_name(name)?;
    let is_one = (LEAST_BIN_RECORD as u64..=MOST_BIN_RECORD as u64).contains(&entry.size);
    if kind != BinKind::Record || !is_one {
        return None;
    }
    entry.small_contents(bytes, most).find_map(|bytes| BinRecord::parse(&bytes))
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Windows does not tell capitals from small letters.
fn key(folder: &str, id: &str) -> (String, String) {
    (folder.to_owned(), id.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_testdata::ntfs;
    use afterimage_testdata::places::recycle_bin::{filetime, record_1, record_2};

    const BIN: &str = "$RECYCLE.BIN/S-1-5-21-1";

    /// A volume with deleted pairs, by the former path of each and the size that its record says.
    fn names(pairs: &[(&str, u64)]) -> (FormerNames, Survey) {
        let mut volume = ntfs::Volume::new(128);
        volume.make_folder("$RECYCLE.BIN");
        volume.make_folder(BIN);
        for (nth, (path, size)) in pairs.iter().enumerate() {
            let record = if nth % 2 == 0 { record_1 } else { record_2 };
            volume.write(&format!("{BIN}/$RABC00{nth}.jpg"), &[1; 5000], &[2], 1_700_000_000);
            let record = record(path, *size, filetime(1_700_000_000));
            volume.write_resident(&format!("{BIN}/$IABC00{nth}.jpg"), &record, 1_700_000_000);
        }
        for nth in 0..pairs.len() {
            volume.delete(&format!("{BIN}/$RABC00{nth}.jpg"));
            volume.delete(&format!("{BIN}/$IABC00{nth}.jpg"));
        }
        let image = volume.image();
        let survey = Survey::of(&image);
        (FormerNames::of(&image, &survey), survey)
    }

    #[test]
    fn deleted_records_in_the_file_table_are_read_whole() {
        let long = format!("C:\\{}\\a.jpg", "folder\\".repeat(20));
        let (names, survey) =
            names(&[("C:\\a b\\ü.jpg", 5000), (&long, 5000), ("C:\\c.jpg", 4999)]);
        let of = |nth: usize| names.path_of(&format!("{BIN}/$RABC00{nth}.jpg"), &[5000]);
        assert_eq!((of(0), of(1)), ("a b/ü.jpg".into(), long[3..].replace('\\', "/")));
        assert_eq!(of(2), format!("{BIN}/$RABC002.jpg"), "the size is of another file");
        let records = survey.volumes[0].contents.entries.iter().filter(|one| names.is_record(one));
        assert_eq!(records.count(), 3);
    }

    #[test]
    fn a_file_gets_the_path_and_the_date_that_it_had() {
        let (names, _) = names(&[("D:\\x\\a.jpg", 5000)]);
        let mut facts = FileSystemFacts {
            path: Some(format!("{BIN}/$RABC000.jpg")),
            is_inferred: true,
            ..FileSystemFacts::default()
        };
        names.rename(&mut facts, &[5000]);
        assert_eq!((facts.path.as_deref(), facts.is_inferred), (Some("x/a.jpg"), false));
        assert_eq!(facts.deleted_at.unwrap().to_string(), "2023-11-14T22:13:20Z");
        let before = facts.clone();
        names.rename(&mut facts, &[5000]);
        assert_eq!(facts, before);
        facts.path = Some("DCIM/.trashed-1702592000-a.jpg".into());
        facts.deleted_at = None;
        names.rename(&mut facts, &[1]);
        assert_eq!(facts.path.as_deref(), Some("DCIM/a.jpg"));
        assert_eq!(facts.deleted_at.unwrap().to_string(), "2023-11-14T22:13:20Z");
    }
}
