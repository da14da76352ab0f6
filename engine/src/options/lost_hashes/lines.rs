//! Lines as `sha256sum`, `md5sum`, `b3sum`, their BSD forms and `openssl dgst` print them, and bare digests.

use super::fields::{self, Guess, plain_path, shortened};
use super::photo::ListedPhoto;
use crate::model::DigestKind;

/// A line with a digest.
#[derive(Debug, PartialEq, Eq)]
struct SumLine<'l> {
    digits: &'l str,
    kind: Option<DigestKind>,
    name: Option<std::borrow::Cow<'l, str>>,
}

/// The photo that a line tells of; nothing where it gives no digest.
pub(super) fn photo(line: &str, guess: Guess) -> Option<ListedPhoto> {
    let SumLine { digits, kind, name } = parse(line)?;
    let digests = guess.digests(digits, kind);
    let path = name.map(|name| plain_path(shortened(&name))).filter(|path| !path.is_empty());
    (!digests.is_empty()).then(|| ListedPhoto {
        path,
        digests,
        is_witness: true,
        ..ListedPhoto::default()
    })
}

/// The digest and the name of a line; with a backslash before it, the name is escaped (GNU coreutils, "md5sum
/// invocation").
fn parse(line: &str) -> Option<SumLine<'_>> {
    let Some(escaped) = line.strip_prefix('\\') else {
        return bsd(line).or_else(|| gnu(line)).or_else(|| name_first(line));
    };
    let found = bsd(escaped).or_else(|| gnu(escaped))?;
    let name = found.name.map(|name| unescaped(&name).into());
    Some(SumLine { name, ..found })
}

/// `SHA256 (name) = digits` and `SHA2-256(name)= digits`.
fn bsd(line: &str) -> Option<SumLine<'_>> {
    let (tag, rest) = line.split_once('(')?;
    let kind = fields::kind(tag.trim())?;
    let (name, digits) = rest.rsplit_once('=')?;
    let name = name.trim_end().strip_suffix(')')?;
    let digits = digits.trim();
    fields::is_hex(digits).then_some(SumLine { digits, kind: Some(kind), name: Some(name.into()) })
}

/// `digits  name`, `digits *name`, digits alone.
fn gnu(line: &str) -> Option<SumLine<'_>> {
    let end = line.find(|letter: char| !letter.is_ascii_hexdigit()).unwrap_or(line.len());
    let (digits, rest) = line.split_at(end);
    let is_apart = rest.is_empty() || rest.starts_with([' ', '\t', ',', ';']);
    if !fields::is_hex(digits) || !is_apart {
        return None;
    }
    let rest = rest.trim_start_matches([' ', '\t', ',', ';']);
    let name = rest.strip_prefix('*').unwrap_or(rest).trim_end();
    let name = (!name.is_empty()).then(|| name.into());
    Some(SumLine { digits, kind: None, name })
}

/// `name digits`, as some programs have it.
fn name_first(line: &str) -> Option<SumLine<'_>> {
    let line = line.trim_end();
    let (name, digits) = line.rsplit_once([' ', '\t', ',', ';', ':', '='])?;
    let name = name.trim_matches([' ', '\t', ',', ';', ':', '=', '"']);
    let is_named = fields::is_hex(digits) && !name.is_empty();
    is_named.then(|| SumLine { digits, kind: None, name: Some(name.into()) })
}

/// A name as it was before it was escaped.
fn unescaped(name: &str) -> String {
    let (mut out, mut letters) = (String::new(), name.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";
    const SHA1: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";

    #[test]
    fn lines_are_read_as_programs_print_them() {
        let check = |line: &str, kind: DigestKind, name: Option<&str>| {
            let photo = photo(line, Guess::default()).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((photo.digests[0].kind(), photo.path.as_deref()), (kind, name), "{line}");
        };
        let (md5, sha1) = (DigestKind::Md5, DigestKind::Sha1);
        check(&format!("{MD5}  DCIM/a b.jpg"), md5, Some("DCIM/a b.jpg"));
        check(&format!("{SHA1} *./a.jpg"), sha1, Some("a.jpg"));
        check(&format!("\\{MD5}  a\\\\b\\nc.jpg"), md5, Some("a/b\nc.jpg"));
        check(&format!("\\MD5 (a\\nb.jpg) = {MD5}"), md5, Some("a\nb.jpg"));
        check(MD5, md5, None);
        check(&SHA1.to_uppercase(), sha1, None);
        check(&format!("MD5 (a (1).jpg) = {MD5}"), md5, Some("a (1).jpg"));
        check(&format!("SHA1(a.jpg)= {SHA1}"), sha1, Some("a.jpg"));
        check(&format!("BLAKE3 (a.jpg) = {0}{0}", MD5), DigestKind::Blake3, Some("a.jpg"));
        check(&format!("SHA2-256(a.jpg)= {0}{0}", MD5), DigestKind::Sha256, Some("a.jpg"));
        check(&format!("a.jpg\t{SHA1}"), sha1, Some("a.jpg"));
        check(&format!("\"a b.jpg\": {SHA1}"), sha1, Some("a b.jpg"));
        for line in
            ["", "a.jpg", "abcdef  a.jpg", &format!("{MD5}0  a.jpg"), "# comment", "(", "=("]
        {
            assert_eq!(photo(line, Guess::default()), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_line_is_read_or_not(line in "\\PC{0,80}") {
            drop(photo(&line, Guess::default()));
            drop(photo(&format!("{MD5} {line}"), Guess::default()));
            drop(photo(&format!("{line}({line}) = {MD5}"), Guess::default()));
        }
    }
}
