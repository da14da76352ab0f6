//! Names of users in paths.

/// What stands for the name of a user.
const NAME: &str = "[user]";

/// The folders whose folders are called by their users, in lower case.
const HOMES: [&str; 6] =
    ["home", "users", "documents and settings", "media", "profiles", "user profiles"];

/// Folders there that are nobody's, in lower case.
const NOBODYS: [&str; 6] = ["public", "shared", "default", "all users", "default user", NAME];

/// A text with a sign in place of every name that stands in it where a path has that of a user: the folder after
/// `/home/`, `/Users/`, `C:\Users\`, `/media/`, `/run/media/` and their like, wherever in the text.
pub(super) fn without_users(text: &str) -> String {
    let mut parts: Vec<String> = text.split_inclusive(['/', '\\']).map(str::to_owned).collect();
    for at in 1..parts.len() {
        let before = parts[at - 1].trim_end_matches(['/', '\\']);
        // A path may stand after other words, as in `--output=/home/anna`.
        let before = before.rsplit(['=', ' ', '"', '\'', ':']).next().unwrap_or(before);
        let is_home = HOMES.contains(&before.to_lowercase().as_str())
            || ends_with_home(parts[at - 1].trim_end_matches(['/', '\\']));
        let name = parts[at].trim_end_matches(['/', '\\']);
        if !is_home || name.is_empty() || NOBODYS.contains(&name.to_lowercase().as_str()) {
            continue;
        }
        let is_last = name.len() == parts[at].len();
        // At its end, words may follow on the path.
        let name_len = if is_last {
            name.find(['"', '\'', ';', ',']).unwrap_or(name.len())
        } else {
            name.len()
        };
        let rest = parts[at][name_len..].to_owned();
        parts[at] = format!("{NAME}{rest}");
    }
    parts.concat()
}

/// Whether words end with the name of such a folder that has a space in it.
fn ends_with_home(words: &str) -> bool {
    let words = words.to_lowercase();
    HOMES.iter().any(|home| home.contains(' ') && words.ends_with(home))
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
        check("/run/media/anna/CARD/a", "/run/media/[user]/CARD/a");
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
