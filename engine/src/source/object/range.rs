//! The header by which a server says which bytes of an object it delivers.

/// What a `Content-Range` header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContentRange {
    /// The first and the last byte; nothing where the range that was asked for is not there.
    pub bytes: Option<(u64, u64)>,
    /// Bytes of the whole object, where they are told.
    pub len: Option<u64>,
}

/// Reads such a header; nothing where it says nothing that can be.
///
/// Source: RFC 9110, 14.4: `bytes 0-99/1234`, `bytes 0-99/*`, `bytes */1234`.
pub(super) fn content_range(text: &str) -> Option<ContentRange> {
    let (unit, rest) = text.trim().split_once(' ')?;
    let (range, len) = rest.trim().split_once('/')?;
    let len = match len {
        "*" => None,
        number => Some(digits(number)?),
    };
    let bytes = match range {
        "*" => None,
        range => {
            let (first, last) = range.split_once('-')?;
            let (first, last) = (digits(first)?, digits(last)?);
            let is_inside = first <= last && len.is_none_or(|len| last < len);
            Some(is_inside.then_some((first, last))?)
        }
    };
    unit.eq_ignore_ascii_case("bytes").then_some(ContentRange { bytes, len })
}

/// A number of digits alone: `+1` is none here.
fn digits(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_writes_them() {
        let range = |bytes, len| Some(ContentRange { bytes, len });
        for (text, expected) in [
            ("bytes 0-99/1234", range(Some((0, 99)), Some(1234))),
            ("Bytes 5-5/*", range(Some((5, 5)), None)),
            ("bytes */0", range(None, Some(0))),
            ("bytes 9-5/10", None),
            ("bytes 0-10/10", None),
            ("bytes 0-1", None),
            ("bytes +0-1/2", None),
            ("lines 0-1/2", None),
            ("bytes 0-18446744073709551616/*", None),
            ("", None),
        ] {
            assert_eq!(content_range(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_server_says_is_read_or_refused(text in "(bytes )?[0-9*]{0,24}[-/*]?[0-9*]{0,24}[/]?[0-9*]{0,24}") {
            if let Some(ContentRange { bytes: Some((first, last)), len }) = content_range(&text) {
                prop_assert!(first <= last && len.is_none_or(|len| last < len));
            }
        }
    }
}
