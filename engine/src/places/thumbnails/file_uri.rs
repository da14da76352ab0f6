//! Paths in addresses of files.

/// The path that an address of a file names, when it is on this machine or on one that is mounted: `file:///a%20b`.
///
/// Source: RFC 8089; RFC 3986, 2.1.
pub(super) fn path(uri: &str) -> Option<String> {
    let rest = uri.strip_prefix("file://")?;
    let path = &rest[rest.find('/')?..];
    let mut out = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        out.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_files_are_decoded() {
        assert_eq!(
            path("file:///home/a/M%C3%BCll%20er+1.jpg").as_deref(),
            Some("/home/a/Müll er+1.jpg")
        );
        assert_eq!(path("file://host/x").as_deref(), Some("/x"));
        for none in ["http://host/x", "file:", "file://host", "file:///a%2", "file:///a%zz"] {
            assert_eq!(path(none), None, "{none}");
        }
    }
}
