//! Trash folders of all kinds, filled with photos.

use super::ds_store::{Note, ds_store};
use super::info2::{Row, info2};
use super::recycle_bin::{filetime, record_1, record_2};
use super::trash_info::trash_info;
use crate::cameras::Shot;

/// 2023-11-14T22:13:20Z: the first file was deleted then, each other one an hour after the one before.
pub const FIRST: i64 = 1_700_000_000;

/// Seconds for which Android keeps its trash.
const TERM: i64 = 30 * 24 * 60 * 60;

/// A tree of files with a trash folder in it, and what is true of them.
#[derive(Clone, Debug, Default)]
pub struct TrashTree {
    /// All files, by path and content.
    pub files: Vec<(String, Vec<u8>)>,
    /// The deleted photos that are there.
    pub photos: Vec<TrashedPhoto>,
    /// Photos of which only a record is left, by the path that they had.
    pub gone: Vec<String>,
}

/// A photo in a trash folder.
#[derive(Clone, Debug)]
pub struct TrashedPhoto {
    /// Where it is in the tree.
    pub path: String,
    /// Where it was before, where the folder tells.
    pub original: Option<String>,
    /// When it was deleted, in seconds since 1970, where the folder tells: in UTC, or as local time.
    pub deleted: Option<i64>,
}

/// A small photo; no two seeds give the same bytes.
pub fn photo(seed: u64) -> Vec<u8> {
    Shot::new(seed, (64, 48), "Canon EOS R6", "2023:11:14 15:42:13").web()
}

impl TrashTree {
    /// Puts a photo at `path` that was at `original` before.
    fn add(&mut self, path: String, original: Option<String>, deleted: Option<i64>) -> u64 {
        let bytes = photo(self.photos.len() as u64);
        let len = bytes.len() as u64;
        self.files.push((path.clone(), bytes));
        self.photos.push(TrashedPhoto { path, original, deleted });
        len
    }

    fn put(&mut self, path: String, bytes: Vec<u8>) {
        self.files.push((path, bytes));
    }

    fn when(&self) -> i64 {
        FIRST + 3600 * self.photos.len() as i64
    }
}

/// What a path with `\` is with `/`.
fn slashed(path: &str) -> String {
    path.replace('\\', "/")
}

/// The Recycle Bin of Windows Vista and later: both versions, a deleted folder, orphans of both kinds.
/// `root` is the folder that it lies in, with its `/`.
pub fn recycle_bin(root: &str, count: usize) -> TrashTree {
    let mut tree = TrashTree::default();
    let bin = format!("{root}$Recycle.Bin/S-1-5-21-1004336348-1177238915-682003330-1001");
    tree.put(format!("{bin}/desktop.ini"), b"[.ShellClassInfo]\r\n".to_vec());
    for nth in 0..count {
        let when = tree.when();
        let deleted = filetime(when);
        let id = format!("{:06}", 100_000 + nth);
        let path = format!("C:\\Users\\José\\Pictures\\日本 {nth}\\IMG_{nth:04}.JPG");
        let content = format!("{bin}/$R{id}.JPG");
        let (original, known) = match nth % 5 {
            4 => (None, None),
            _ => (Some(slashed(&path)), Some(when)),
        };
        let len = tree.add(content, original, known);
        let record = match nth % 5 {
            0 | 1 => record_2(&path, len, deleted),
            2 => record_1(&path, len, deleted),
            3 => {
                let mut short = record_1(&path, len, deleted);
                short.remove(15);
                short
            }
            _ => continue,
        };
        // Some copy programs change the case of letters.
        let letter = if nth % 10 == 0 { 'i' } else { 'I' };
        tree.put(format!("{bin}/${letter}{id}.JPG"), record);
    }
    let when = tree.when();
    let folder = "D:\\DCIM\\100CANON";
    tree.put(format!("{bin}/$IFOLDER"), record_2(folder, 12_345, filetime(when)));
    for rest in ["IMG_1.JPG", "more/IMG_2.JPG"] {
        let original = format!("{}/{rest}", slashed(folder));
        tree.add(format!("{bin}/$RFOLDER/{rest}"), Some(original), Some(when));
    }
    tree.put(format!("{bin}/$IEMPTY0.png"), record_2("C:\\gone.png", 77, filetime(FIRST)));
    tree.put(format!("{bin}/$IEMPTY1.txt"), record_2("C:\\gone.txt", 77, filetime(FIRST)));
    tree.gone.push("C:/gone.png".into());
    tree
}

/// The bin of Windows 2000 and XP (version 5), or of Windows 98 (version 4).
pub fn recycler(version: u32, count: usize) -> TrashTree {
    let mut tree = TrashTree::default();
    let bin = match version {
        5 => "RECYCLER/S-1-5-21-73586283-1177238915-682003330-1003",
        _ => "RECYCLED",
    };
    let mut rows = Vec::new();
    for nth in 0..count {
        let deleted = tree.when();
        let path = match version {
            5 => format!("C:\\Fotos\\Übersee €\\日本 {nth}.jpeg"),
            _ => format!("C:\\Fotos\\Übersee €\\Bild {nth}.jpeg"),
        };
        let (original, when) = (Some(slashed(&path)), Some(deleted));
        let deleted = filetime(deleted);
        let mut row = Row { path, index: nth as u32 + 1, deleted, size: 0, removed: false };
        let size = tree.add(format!("{bin}/{}", row.file()), original, when);
        row.size = size.next_multiple_of(4096) as u32;
        rows.push(row);
    }
    let gone = |path: &str, index, removed| Row {
        path: path.into(),
        index,
        deleted: filetime(FIRST),
        size: 4096,
        removed,
    };
    rows.push(gone("C:\\gone.jpg", 900, false));
    rows.push(gone("C:\\restored.jpg", 901, true));
    tree.gone.extend(["C:/gone.jpg", "C:/restored.jpg"].map(String::from));
    tree.put(format!("{bin}/INFO2"), info2(&rows, version));
    tree.add(format!("{bin}/Dc777.jpg"), None, None);
    tree
}

/// A FreeDesktop trash folder at `trash`, with paths as from `root`: absolute in a home, relative on a volume.
pub fn free_desktop(trash: &str, root: &str, count: usize) -> TrashTree {
    let mut tree = TrashTree::default();
    for nth in 0..count {
        let when = tree.when();
        let name = format!("Urlaub 100% + Meer {nth}.jpg");
        let original = format!("{root}Bilder/ñandú/{name}");
        let info = trash_info(&original, &local(when));
        let content = format!("{trash}/files/{name}");
        if nth % 10 == 9 {
            tree.add(content, None, None);
            continue;
        }
        tree.add(content, Some(original), Some(when));
        tree.put(format!("{trash}/info/{name}.trashinfo"), info);
    }
    let when = tree.when();
    let folder = format!("{root}DCIM");
    tree.put(format!("{trash}/info/DCIM.2.trashinfo"), trash_info(&folder, &local(when)));
    tree.add(
        format!("{trash}/files/DCIM.2/a/1.jpg"),
        Some(format!("{folder}/a/1.jpg")),
        Some(when),
    );
    let gone = format!("{root}gone.jpg");
    tree.put(format!("{trash}/info/gone.jpg.trashinfo"), trash_info(&gone, &local(FIRST)));
    tree.put(format!("{trash}/directorysizes"), b"4096 1700000000 DCIM.2\n".to_vec());
    tree.gone.push(gone);
    tree
}

/// A trash folder of macOS at `trash` with the put-back names of its files.
pub fn mac(trash: &str, count: usize) -> TrashTree {
    let mut tree = TrashTree::default();
    let (mut notes, mut old) = (Vec::new(), Vec::new());
    for nth in 0..count {
        let name = format!("IMG {nth} 14.27.53.heic");
        let folder = format!("Users/zoë/Pictures/{nth}/");
        notes.push(Note::blob(&name, b"Iloc", &[0; 16]));
        let original = format!("IMG {nth}.heic");
        let target = if nth % 10 == 3 { &mut old } else { &mut notes };
        if nth % 10 != 9 {
            target.extend(Note::put_back(&name, &folder, &original));
        }
        let path = (nth % 10 != 9).then(|| format!("{folder}{original}"));
        tree.add(format!("{trash}/{name}"), path, None);
    }
    notes.extend(Note::put_back("Trip", "Users/zoë/Desktop/", "Trip"));
    tree.add(format!("{trash}/Trip/1.jpg"), Some("Users/zoë/Desktop/Trip/1.jpg".into()), None);
    old.extend(Note::put_back("gone.jpg", "Users/zoë/", "gone.jpg"));
    tree.gone.push("Users/zoë/gone.jpg".into());
    tree.put(format!("{trash}/.DS_Store"), ds_store(&notes, &old));
    tree
}

/// A phone's card whose photos were moved to the trash in place, below `.trash-storage`, and by Samsung's apps.
pub fn android(count: usize) -> TrashTree {
    let mut tree = TrashTree::default();
    for nth in 0..count {
        let when = tree.when();
        let (name, expires) = (format!("PXL-{nth}.jpg"), when + TERM);
        let (path, original) = match nth % 3 {
            0 => (format!("DCIM/Camera/.trashed-{expires}-{name}"), format!("DCIM/Camera/{name}")),
            1 => (
                format!(".trash-storage/Pictures/a/.trashed-{expires}-{name}"),
                format!("Pictures/a/{name}"),
            ),
            _ => {
                let folder = "storage/emulated/0/DCIM/Camera";
                let bin = "Android/.Trash/com.sec.android.gallery3d/6f1c";
                let path = format!("{bin}/{when}000/{folder}/.!%#@$/{name}");
                (path, format!("/{folder}/{name}"))
            }
        };
        tree.add(path, Some(original), Some(when));
    }
    tree
}

/// Files that a check of the file system could not give names.
pub fn orphaned(count: usize) -> TrashTree {
    let mut tree = TrashTree::default();
    for nth in 0..count {
        let path = match nth % 3 {
            0 => format!("LOST.DIR/{}", 1000 + nth),
            1 => format!("FOUND.000/FILE{nth:04}.CHK"),
            _ => format!("FOUND.001/DIR{nth:04}.CHK/100CANON/IMG_{nth}.JPG"),
        };
        let original = (nth % 3 == 2).then(|| format!("100CANON/IMG_{nth}.JPG"));
        tree.add(path, original, None);
    }
    tree
}

/// Seconds since 1970 as a date and time.
pub fn local(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March.
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{:02}", second % 60)
}
