//! Which version of an object an answer is of.

use ureq::http::HeaderMap;
use ureq::http::header::{ETAG, LAST_MODIFIED};

/// What a server tells of the version of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// Bytes of the whole object.
    pub len: u64,
    /// The `ETag` header as it is, quotes included.
    etag: Option<String>,
    /// The `Last-Modified` header as it is.
    modified: Option<String>,
}

impl Version {
    /// What the headers of an answer say, of an object of `len` bytes.
    pub(super) fn of(headers: &HeaderMap, len: u64) -> Self {
        let text = |name| headers.get(name)?.to_str().ok().map(str::to_owned);
        Version { len, etag: text(ETAG), modified: text(LAST_MODIFIED) }
    }

    /// The value for an `If-Match` header; nothing where there is only a weak `ETag`, which matches nothing (RFC 9110,
    /// 13.1.1).
    pub(super) fn condition(&self) -> Option<&str> {
        self.etag.as_deref().filter(|etag| etag.starts_with('"'))
    }

    /// What tells that `later` is another version, as a clause; nothing where it is the same.
    pub(super) fn difference(&self, later: &Version) -> Option<String> {
        if self.len != later.len {
            return Some(format!("it had {} bytes, and has {} now", self.len, later.len));
        }
        let pairs = [("ETag", &self.etag, &later.etag), ("date", &self.modified, &later.modified)];
        for (what, before, now) in pairs {
            if let (Some(before), Some(now)) = (before, now)
                && before != now
            {
                return Some(format!("its {what} was {before}, and is {now} now"));
            }
        }
        let is_told = |version: &Version| version.etag.is_some() || version.modified.is_some();
        let is_silent = is_told(self)
            && !pairs.iter().any(|(_, before, now)| before.is_some() && now.is_some());
        is_silent.then(|| "its server does not tell its version any more".to_owned())
    }

    /// It in words; nothing where the server tells no more than a length.
    pub(super) fn told(&self) -> Option<String> {
        let etag = self.etag.as_ref().map(|etag| format!("ETag {etag}"));
        let modified = self.modified.as_ref().map(|date| format!("of {date}"));
        let told: Vec<String> = etag.into_iter().chain(modified).collect();
        (!told.is_empty()).then(|| told.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(len: u64, etag: Option<&str>, modified: Option<&str>) -> Version {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Version { len, etag: owned(etag), modified: owned(modified) }
    }

    #[test]
    fn whatever_a_server_tells_tells_versions_apart() {
        let one = version(9, Some("\"a\""), Some("Mon"));
        assert_eq!(one.difference(&one), None);
        for other in [
            version(8, Some("\"a\""), Some("Mon")),
            version(9, Some("\"b\""), Some("Mon")),
            version(9, Some("\"a\""), Some("Tue")),
            version(9, None, None),
        ] {
            assert!(one.difference(&other).is_some(), "{other:?}");
        }
        assert_eq!(one.difference(&version(9, Some("\"a\""), None)), None, "it tells enough");
        assert_eq!(version(9, None, None).difference(&version(9, None, None)), None);
        assert_eq!(one.told().as_deref(), Some("ETag \"a\" of Mon"));
        assert_eq!(version(9, None, None).told(), None);
        assert_eq!(version(9, Some("W/\"a\""), None).condition(), None);
    }
}
