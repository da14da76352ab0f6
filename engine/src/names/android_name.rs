//! Names under which Android hides files.
//!
//! What is moved to the trash is renamed in place, as is what is not written to its end yet.

use crate::model::Moment;

/// How long trash is kept, in seconds.
const TERM: i64 = 30 * 24 * 60 * 60;

/// Why Android hides a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AndroidHidden {
    /// It is in the trash.
    Trashed,
    /// An app has not said that it is whole.
    Pending,
}

/// A name that Android gave a file to hide it: `.trashed-1700000000-IMG_1.jpg`.
///
/// Source: AOSP, MediaProvider, `FileUtils.PATTERN_EXPIRES_FILE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AndroidName<'n> {
    /// Why it is hidden.
    pub hidden: AndroidHidden,
    /// When it is removed, in seconds since 1970 in UTC.
    pub expires: i64,
    /// Its name before.
    pub name: &'n str,
}

impl<'n> AndroidName<'n> {
    /// The parts of such a name.
    pub fn parse(name: &'n str) -> Option<Self> {
        let rest = name.strip_prefix('.')?;
        let (word, rest) = rest.split_once('-')?;
        let hidden = match word {
            _ if word.eq_ignore_ascii_case("trashed") => AndroidHidden::Trashed,
            _ if word.eq_ignore_ascii_case("pending") => AndroidHidden::Pending,
            _ => return None,
        };
        let (digits, name) = rest.split_once('-')?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let expires = digits.parse().ok().filter(|_| is_number && !name.is_empty())?;
        Some(AndroidName { hidden, expires, name })
    }

    /// When it was deleted: trash is kept for 30 days, some versions keep it longer and do not say so.
    pub fn deleted_at(&self) -> Option<Moment> {
        let trashed = self.hidden == AndroidHidden::Trashed;
        Moment::utc(self.expires.checked_sub(TERM)?, 0).filter(|_| trashed)
    }

    /// When it is removed for good.
    pub fn expires_at(&self) -> Option<Moment> {
        Moment::utc(self.expires, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_name_tells_the_name_before_and_when_it_ends() {
        let name = AndroidName::parse(".trashed-1702592000-IMG-2023-1.jpg").unwrap();
        assert_eq!((name.hidden, name.name), (AndroidHidden::Trashed, "IMG-2023-1.jpg"));
        assert_eq!(name.deleted_at().unwrap().to_string(), "2023-11-14T22:13:20Z");
        assert_eq!(name.expires_at().unwrap().to_string(), "2023-12-14T22:13:20Z");
        let name = AndroidName::parse(".Pending-1702592000-a.jpg").unwrap();
        assert_eq!((name.hidden, name.deleted_at()), (AndroidHidden::Pending, None));
    }

    #[test]
    fn other_names_are_not_hidden_ones() {
        for name in [
            "trashed-1-a",
            ".trashed-a-b",
            ".trashed-1-",
            ".trashed--a",
            ".trashed-+1-a",
            ".hidden-1-a",
            ".",
        ] {
            assert_eq!(AndroidName::parse(name), None, "{name}");
        }
        let far = AndroidName::parse(".trashed-9999999999999-a").unwrap();
        assert_eq!((far.deleted_at(), far.expires_at()), (None, None));
        assert_eq!(AndroidName::parse(".trashed-99999999999999999999-a"), None);
    }
}
