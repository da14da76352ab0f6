//! Trash folders of phone makers' apps and of network drives.

use std::sync::Arc;

use data_encoding::BASE64;

use crate::model::{Moment, Origin, Status};
use crate::places::findings::Findings;
use crate::places::label::Label;
use crate::places::place::{Context, Place};
use crate::places::tree::Tree;

/// What parts the folder that a file was in from its name, in a trash folder of Samsung.
const SAMSUNG: &str = ".!%#@$";

/// What names begin with that Xiaomi's gallery coded.
const XIAOMI: &str = "{-trash-}";

/// Folders in which apps keep what was deleted, in small letters. Only their names are known, from programs that
/// clean them, not from the apps: so nothing is said of what lies in them but that it was deleted.
const FOLDERS: [&str; 11] = [
    ".trash",
    ".trashed",
    ".trashbin",
    "trashbin",
    ".trashbin_file",
    ".recyclebin",
    ".recently-deleted",
    ".hwrecycle",
    ".huawei_recycle",
    ".oppo_recycler",
    ".globaltrash",
];

/// What macOS and Linux desktops call theirs, in which they tell more.
const DESKTOPS: &str = ".Trash";

/// Folders in which network drives keep what was deleted, with the folders around it: of Synology, of QNAP.
const SHARES: [&str; 2] = ["#recycle", "@Recycle"];

/// Trash folders that apps made for themselves.
#[derive(Clone, Copy, Debug)]
pub struct PhoneTrash;

impl Place for PhoneTrash {
    fn read(&self, tree: &Arc<dyn Tree>, _: &Context<'_>, findings: &mut Findings) {
        let tree: &dyn Tree = &**tree;
        for (at, node) in tree.nodes().iter().enumerate() {
            if !node.is_file() {
                continue;
            }
            let told =
                samsung(&node.path).or_else(|| share(&node.path)).or_else(|| folder(&node.path));
            let Some(told) = told else { continue };
            let mut label = Label::new(at, Origin::Trash, told.place);
            label.status = Status::Deleted;
            label.original_path = told.original;
            label.deleted_at = told.deleted_at;
            findings.labels.push(label);
        }
    }
}

/// What a path tells.
struct Told {
    place: &'static str,
    original: Option<String>,
    deleted_at: Option<Moment>,
}

/// A trash folder of Samsung: an id, milliseconds since 1970, the folder that the file was in, a mark, the name.
///
/// Source: ALEAPP, which reads it so; never seen on a phone here.
fn samsung(path: &str) -> Option<Told> {
    let parts: Vec<&str> = path.split('/').collect();
    let mark = parts.iter().position(|part| *part == SAMSUNG)?;
    let stamp = |part: &&str| part.len() >= 12 && part.bytes().all(|byte| byte.is_ascii_digit());
    let time = parts[..mark].iter().rposition(stamp)?;
    let milliseconds: i64 = parts[time].parse().ok()?;
    let inside = parts[time + 1..mark].iter().chain(&parts[mark + 1..]);
    let original = inside.fold(String::new(), |path, part| path + "/" + part);
    let deleted_at = Moment::utc(milliseconds / 1000, (milliseconds % 1000 * 1_000_000) as i32);
    Some(Told { place: "Samsung trash", original: Some(original), deleted_at })
}

/// A network drive keeps the path of what was deleted below the folder.
fn share(path: &str) -> Option<Told> {
    let starts = path.split('/').scan(0, |at, part| {
        let start = *at;
        *at += part.len() + 1;
        Some((start, part))
    });
    let mut starts = starts.filter(|(_, part)| SHARES.contains(part));
    let (start, part) = starts.next()?;
    let original = path.get(start + part.len() + 1..).filter(|rest| !rest.is_empty())?;
    Some(Told {
        place: "recycle bin of a network drive",
        original: Some(original.to_owned()),
        deleted_at: None,
    })
}

fn folder(path: &str) -> Option<Told> {
    let (folders, name) = path.rsplit_once('/')?;
    let is_trash = |part: &str| {
        part != DESKTOPS && FOLDERS.iter().any(|known| known.eq_ignore_ascii_case(part))
    };
    let mut parts = folders.split('/');
    let is_known = name.starts_with(XIAOMI)
        || parts.clone().any(is_trash)
        || parts.any(|part| part == "Android") && parts.next() == Some(DESKTOPS);
    if !is_known {
        return None;
    }
    Some(Told { place: "trash folder of an app", original: xiaomi(name), deleted_at: None })
}

/// The name that Xiaomi's gallery coded.
///
/// Source: the decoder in that app, as others have published it; never seen on a phone here.
fn xiaomi(name: &str) -> Option<String> {
    let rest = name.strip_prefix(XIAOMI)?;
    let coded = rest.split('.').next()?;
    let decoded = String::from_utf8(BASE64.decode(coded.as_bytes()).ok()?).ok()?;
    (!decoded.is_empty() && !decoded.contains(char::is_control)).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<Option<&str>>) {
        let told = samsung(path).or_else(|| share(path)).or_else(|| folder(path));
        let told = told.map(|told| told.original);
        assert_eq!(told, expected.map(|path| path.map(str::to_owned)), "{path}");
    }

    #[test]
    fn samsung_keeps_folder_and_time() {
        let path = "Android/.Trash/com.sec.android.app.myfiles/a1/1717000000123/storage/emulated/0/DCIM/.!%#@$/a/b.mp4";
        check(path, Some(Some("/storage/emulated/0/DCIM/a/b.mp4")));
        let deleted = samsung(path).and_then(|told| told.deleted_at).unwrap();
        assert_eq!(deleted.to_string(), "2024-05-29T16:26:40Z");
        check("a/.!%#@$/b.jpg", None);
    }

    #[test]
    fn folders_of_apps_are_known_by_their_names() {
        check("MIUI/Gallery/cloud/.trashBin/{-trash-}YS5qcGc=.JPG", Some(Some("a.jpg")));
        check("MIUI/Gallery/cloud/.trashBin/{-trash-}=.JPG", Some(None));
        check("x/.HWRecycle/y/a.jpg", Some(None));
        check("volume1/#recycle/2023/a.jpg", Some(Some("2023/a.jpg")));
        check("sdcard/Android/.Trash/com.app/a.jpg", Some(None));
        check("sdcard/.Trash/1000/info/a.trashinfo", None);
        check("DCIM/a.jpg", None);
        check(".trash", None);
    }
}
