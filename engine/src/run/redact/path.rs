//! Names of users in paths.

/// What stands for the name of a user.
const NAME: &str = "[user]";

/// What stands for the name of a volume or the serial number of a drive.
const VOLUME: &str = "[volume]";

/// The folders whose folders are called by their users, in lower case.
const HOMES: [&str; 5] = ["home", "users", "documents and settings", "profiles", "user profiles"];

/// Folders there that are nobody's, in lower case.
const NOBODYS: [&str; 7] =
    ["public", "shared", "default", "all users", "default user", NAME, VOLUME];

/// A text with a sign in place of every name that stands in it where a path has that of a user, of a volume or of a
/// drive, wherever in the text: the folder after `/home/`, `/Users/`, `C:\\Users\\` and their like, those after `/media/`,
/// `/run/media/` and `/Volumes/`, and what follows `/dev/disk/by-id/` and its like.
pub(super) fn without_users(text: &str) -> String {
    let mut parts: Vec<String> = text.split_inclusive(['/', '\\']).map(str::to_owned).collect();
    // Parts that say nothing, as in `/home//anna` and `/home/./anna`, are looked past.
    let mut said: Vec<String> = Vec::new();
    for (at, part) in parts.iter_mut().enumerate() {
        let bare = part.trim_end_matches(['/', '\\']).to_owned();
        if at > 0 && (bare.is_empty() || bare == ".") {
            continue;
        }
        if let Some(sign) = sign(&said).filter(|_| !NOBODYS.contains(&bare.to_lowercase().as_str()))
        {
            let is_last = bare.len() == part.len();
            // At its end, words may follow on the path.
            let end = if is_last { bare.find(['"', '\'', ';', ',']) } else { None };
            let rest = part[end.unwrap_or(bare.len())..].to_owned();
            *part = format!("{sign}{rest}");
        }
        said.push(last_words(&bare.to_lowercase()).to_owned());
    }
    parts.concat()
}

/// What stands in place of the part that follows on `said`, where it is a name; the last ones count.
fn sign(said: &[String]) -> Option<&'static str> {
    let before = |back: usize| {
        said.len().checked_sub(back).and_then(|at| said.get(at)).map_or("-", String::as_str)
    };
    // Where the path begins, nothing stands before the first `/`.
    let is_media = |back: usize| {
        before(back) == "media" && (before(back + 1).is_empty() || before(back + 1) == "run")
    };
    match before(1) {
        one if HOMES.contains(&one) => Some(NAME),
        "volumes" if before(2).is_empty() => Some(VOLUME),
        one if one.starts_with("by-") && before(2) == "disk" => Some(VOLUME),
        _ if is_media(1) => Some(NAME),
        _ if is_media(2) => Some(VOLUME),
        _ => None,
    }
}

/// The folder that a part names: a path may stand after other words, as in `--output=/home/anna`, and the names of some
/// homes have a space in them.
fn last_words(part: &str) -> &str {
    let spaced = HOMES.into_iter().find(|home| home.contains(' ') && part.ends_with(home));
    spaced.or_else(|| part.rsplit(['=', ' ', '"', '\'', ':']).next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(without_users(text), expected);
    }

    #[test]
    fn names_of_users_are_replaced_wherever_a_path_has_them() {
        check("/home/anna/card.img", "/home/[user]/card.img");
        check("/home/anna", "/home/[user]");
        check("C:\\Users\\Anna B\\Pictures\\a.jpg", "C:\\Users\\[user]\\Pictures\\a.jpg");
        check("C:\\Documents and Settings\\Anna\\a", "C:\\Documents and Settings\\[user]\\a");
        check("Users/anna/a.jpg", "Users/[user]/a.jpg");
        check("--output=/home/anna/out", "--output=/home/[user]/out");
        check("cannot open '/home/anna'", "cannot open '/home/[user]'");
        check("/run/media/anna/CARD/a", "/run/media/[user]/[volume]/a");
        check("/media/anna/CARD", "/media/[user]/[volume]");
        check("/Volumes/ANNAS/a.jpg", "/Volumes/[volume]/a.jpg");
        check("/dev/disk/by-id/usb-X_4C53-0:0", "/dev/disk/by-id/[volume]");
        check("/home//anna/x", "/home//[user]/x");
        check("/home/./anna/x", "/home/./[user]/x");
    }

    #[test]
    fn what_is_nobodys_stays() {
        for text in [
            "DCIM/100CANON/IMG_1.JPG",
            "/dev/sdb",
            "",
            "/",
            "/home/",
            "C:\\Users\\Public\\a",
            "/mnt/x",
            "Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/a.jpg",
            "DCIM/media/IMG_1.JPG",
        ] {
            check(text, text);
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in any::<String>()) {
            let once = without_users(&text);
            prop_assert_eq!(without_users(&format!("/home/anna/{text}")).starts_with("/home/[user]/"), true);
            prop_assert!(text.contains(['/', '\\']) || once == text);
        }
    }
}
