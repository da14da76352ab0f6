//! Names of users, volumes and drives in paths.

use std::collections::HashMap;

/// The folders whose folders are called by their users, in lower case.
const HOMES: [&str; 7] = [
    "home",
    "homes",
    "users",
    "documents and settings",
    "dokumente und einstellungen",
    "profiles",
    "user profiles",
];

/// Folders there that are nobody's, in lower case.
const NOBODYS: [&str; 5] = ["public", "shared", "default", "all users", "default user"];

/// What ends a path that stands at the end of a sentence.
const ENDS: [char; 5] = [';', ':', ')', '\n', '\t'];

/// The same where no letter follows, as one does in some names.
const QUOTES: [char; 3] = ['"', '\'', '`'];

/// What begins the name of a folder that a phone or camera is seen at, before its serial number.
const DEVICES: [&str; 3] = ["mtp:host=", "afc:host=", "gphoto2:host="];

/// What the last part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LastPart {
    /// The name of a file, which is nobody's.
    File,
    /// It may be a folder, and more words may follow on it.
    Any,
}

/// The placeholders of names, the same for the same name in all of a copy: paths that differ still differ.
#[derive(Clone, Debug, Default)]
pub(super) struct Placeholders {
    users: HashMap<String, usize>,
    volumes: HashMap<String, usize>,
}

/// Whose name a part of a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    User,
    Volume,
    /// It holds a serial number, also where a path ends with it.
    Drive,
}

impl Placeholders {
    /// A text with a placeholder for every name that stands in it where a path has that of a user, of a volume or of a
    /// drive, wherever in the text: the folder in one that is called `home`, `Users` or the like, those after `/media/`,
    /// `/run/media/` and `/Volumes/`, and what follows `/dev/disk/by-id/` and its like.
    pub(super) fn replace_names(&mut self, text: &str, last: LastPart) -> String {
        let parts = text.split_inclusive(['/', '\\']);
        let (mut replaced, mut said) = (String::with_capacity(text.len()), Vec::<String>::new());
        for part in parts {
            let bare = part.trim_end_matches(['/', '\\']);
            // Parts that say nothing, as in `/home//anna` and `/home/./anna`, are looked past.
            if !replaced.is_empty() && (bare.is_empty() || bare == ".") {
                replaced.push_str(part);
                continue;
            }
            let is_last = bare.len() == part.len();
            let (name, rest) = match is_last {
                true => bare.split_at(end(bare)),
                false => (bare, ""),
            };
            let is_file = is_last && last == LastPart::File;
            let whose = whose(&said).filter(|whose| !is_file || *whose == Whose::Drive);
            let lower = bare.to_ascii_lowercase();
            if let Some(device) = DEVICES.iter().find(|device| lower.starts_with(*device)) {
                let (kind, name) = bare.split_at(device.len());
                replaced.push_str(kind);
                replaced.push_str(&self.placeholder(Whose::Drive, name));
                replaced.push_str(&part[bare.len()..]);
                said.push(lower);
                continue;
            }
            match whose
                .filter(|_| !name.is_empty() && !NOBODYS.contains(&name.to_lowercase().as_str()))
            {
                Some(whose) => {
                    replaced.push_str(&self.placeholder(whose, name));
                    replaced.push_str(rest);
                    replaced.push_str(&part[bare.len()..]);
                }
                None => replaced.push_str(part),
            }
            said.push(last_words(&bare.to_lowercase()).to_owned());
        }
        replaced
    }

    fn placeholder(&mut self, whose: Whose, name: &str) -> String {
        let (word, known) = match whose {
            Whose::User => ("user", &mut self.users),
            Whose::Volume | Whose::Drive => ("volume", &mut self.volumes),
        };
        let next = known.len() + 1;
        let number = known.entry(name.to_owned()).or_insert(next);
        format!("[{word}-{number}]")
    }
}

/// Whose name the part is that follows on `said`, where it is one; the last ones count.
fn whose(said: &[String]) -> Option<Whose> {
    let before = |back: usize| {
        said.len().checked_sub(back).and_then(|at| said.get(at)).map_or("-", String::as_str)
    };
    // Where the path begins, nothing stands before the first `/`.
    let is_media = |back: usize| {
        before(back) == "media" && (before(back + 1).is_empty() || before(back + 1) == "run")
    };
    match before(1) {
        one if HOMES.contains(&one) => Some(Whose::User),
        "volumes" if before(2).is_empty() => Some(Whose::Volume),
        one if one.starts_with("by-") && before(2) == "disk" => Some(Whose::Drive),
        "backup" if before(2) == "mobilesync" => Some(Whose::Drive),
        _ if is_media(1) => Some(Whose::User),
        _ if is_media(2) => Some(Whose::Volume),
        _ => None,
    }
}

/// Where a path ends that words may follow on.
fn end(text: &str) -> usize {
    let is_end = |(at, sign): &(usize, char)| {
        let next = text[at + sign.len_utf8()..].chars().next();
        ENDS.contains(sign) || QUOTES.contains(sign) && !next.is_some_and(char::is_alphanumeric)
    };
    text.char_indices().find(is_end).map_or(text.len(), |(at, _)| at)
}

/// The folder that a part names: a path may stand after other words, as in `--output=/home/anna`, and the names of some
/// homes have a space in them.
fn last_words(part: &str) -> &str {
    let spaced = HOMES.into_iter().find(|home| home.contains(' ') && part.ends_with(home));
    spaced.or_else(|| part.rsplit(['=', ' ', '"', '\'', '`', '(', ':']).next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> String {
        Placeholders::default().replace_names(text, LastPart::Any)
    }

    #[track_caller]
    fn check(given: &str, expected: &str) {
        assert_eq!(text(given), expected);
    }

    #[test]
    fn names_of_users_are_replaced_wherever_a_path_has_them() {
        check("/home/anna/card.img", "/home/[user-1]/card.img");
        check("/home/anna", "/home/[user-1]");
        check("C:\\Users\\Anna B\\Pictures\\a.jpg", "C:\\Users\\[user-1]\\Pictures\\a.jpg");
        check("C:\\Documents and Settings\\Anna\\a", "C:\\Documents and Settings\\[user-1]\\a");
        check(
            "C:\\Dokumente und Einstellungen\\Anna\\a",
            "C:\\Dokumente und Einstellungen\\[user-1]\\a",
        );
        check("Users/anna/a.jpg", "Users/[user-1]/a.jpg");
        check("photos/Users/anna/a.jpg", "photos/Users/[user-1]/a.jpg");
        check("--output=/home/anna/out", "--output=/home/[user-1]/out");
        check("cannot open '/home/anna'", "cannot open '/home/[user-1]'");
        check("cannot open /home/anna: it is gone", "cannot open /home/[user-1]: it is gone");
        check("/volume1/homes/anna/a", "/volume1/homes/[user-1]/a");
        check("/run/media/anna/CARD/a", "/run/media/[user-1]/[volume-1]/a");
        check("/media/anna/CARD", "/media/[user-1]/[volume-1]");
        check("/Volumes/ANNAS/a.jpg", "/Volumes/[volume-1]/a.jpg");
        check("/dev/disk/by-id/usb-X_4C53-0:0", "/dev/disk/by-id/[volume-1]:0");
        check("/home//anna/x", "/home//[user-1]/x");
        check("/home/./anna/x", "/home/./[user-1]/x");
        check("from /home/anna/a to /home/bob/b", "from /home/[user-1]/a to /home/[user-2]/b");
        check("/HOME/ANNA/x", "/HOME/[user-1]/x");
        check("/home/Ünal\u{202e}/x", "/home/[user-1]/x");
        check("/home/anna\\x", "/home/[user-1]\\x");
        check("/home/O'Brien", "/home/[user-1]");
        check("`/home/anna` and (/home/bob)", "`/home/[user-1]/home/[user-2])");
        check("(home/anna)", "(home/[user-1])");
        check(
            "/run/user/1000/gvfs/mtp:host=SAMSUNG_RZ8/DCIM",
            "/run/user/1000/gvfs/mtp:host=[volume-1]/DCIM",
        );
        check("MobileSync/Backup/00008030-001A", "MobileSync/Backup/[volume-1]");
        let mut placeholders = Placeholders::default();
        let drive = placeholders.replace_names("/dev/disk/by-label/ANNA", LastPart::File);
        assert_eq!(drive, "/dev/disk/by-label/[volume-1]");
    }

    #[test]
    fn the_same_name_has_the_same_placeholder_and_others_have_others() {
        let mut placeholders = Placeholders::default();
        let mut path = |path| placeholders.replace_names(path, LastPart::File);
        assert_eq!(path("Users/anna/a.jpg"), "Users/[user-1]/a.jpg");
        assert_eq!(path("Users/bob/a.jpg"), "Users/[user-2]/a.jpg");
        assert_eq!(path("photos/Users/anna/a.jpg"), "photos/Users/[user-1]/a.jpg");
        // One that is called as a placeholder is.
        assert_eq!(path("Users/[user-1]/a.jpg"), "Users/[user-3]/a.jpg");
    }

    #[test]
    fn what_is_nobodys_stays() {
        for given in [
            "DCIM/100CANON/IMG_1.JPG",
            "/dev/sdb",
            "",
            "/",
            "/home/",
            "/home/: no such folder",
            "C:\\Users\\Public\\a",
            "/mnt/x",
            "Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/a.jpg",
            "DCIM/media/IMG_1.JPG",
        ] {
            check(given, given);
        }
        for file in ["Users/IMG_1.JPG", "photos/home/party.jpg", "home.jpg", "/media/a.jpg"] {
            let mut placeholders = Placeholders::default();
            assert_eq!(placeholders.replace_names(file, LastPart::File), file);
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(given in any::<String>()) {
            let once = text(&given);
            let below = text(&format!("/home/anna/{given}"));
            prop_assert!(below.starts_with("/home/[user-1]/"), "{}", below);
            prop_assert!(given.contains(['/', '\\']) || once == given);
        }

        /// Whatever stands in a path, no two become one, and its last part stays.
        #[test]
        fn paths_that_differ_differ_still(
            one in "(photos/)?(Users|home|media|x)/[ab\\[\\]user12-]{1,8}/[ab.]{1,3}",
            other in "(photos/)?(Users|home|media|x)/[ab\\[\\]user12-]{1,8}/[ab.]{1,3}",
        ) {
            let mut placeholders = Placeholders::default();
            let made = [&one, &other].map(|path| placeholders.replace_names(path, LastPart::File));
            prop_assert_eq!(one == other, made[0] == made[1], "{} {}", &one, &other);
            let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
            prop_assert_eq!(name(&one), name(&made[0]));
        }
    }
}
