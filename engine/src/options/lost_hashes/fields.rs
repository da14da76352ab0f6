//! Fields of tables and of JSON objects by the names that programs give them.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD};

use super::date;
use super::photo::ListedPhoto;
use crate::model::{DigestKind, KnownDigest, Moment};

/// The longest text that is kept of a field, in bytes: paths are shorter.
pub(super) const LONGEST_TEXT: usize = 4096;

/// Albums of one photo that are kept.
const MOST_ALBUMS: usize = 32;

/// Digests of one photo that are kept.
const MOST_DIGESTS: usize = 16;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// A digest of this kind; without one, of the kind that its length tells.
    Digest(Option<DigestKind>),
    /// The name of the kind of the digest beside it.
    Kind,
    /// A path.
    Path,
    /// A name; of several, the one with the lowest rank counts.
    Name(u8),
    /// An album, or several.
    Album,
    /// A date; of several, the one with the lowest rank counts: taken, made, modified.
    Date(u8),
    /// A length in bytes.
    Size,
    /// Whether it is in the trash of a service.
    Trashed,
}

/// What a field holds, by its name as a program writes it; nothing where it is of no use.
pub(super) fn field(name: &str) -> Option<Field> {
    use Field::{Album, Date, Digest, Kind, Name, Path, Size, Trashed};
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    let name: String = letters.flat_map(char::to_lowercase).take(32).collect();
    Some(match name.as_str() {
        "md5" | "md5checksum" | "md5sum" | "md5hash" | "filemd5" | "hashmd5" => {
            Digest(Some(DigestKind::Md5))
        }
        "sha1" | "sha1checksum" | "sha1sum" | "sha1hash" | "filesha1" => {
            Digest(Some(DigestKind::Sha1))
        }
        "sha256" | "sha256checksum" | "sha256sum" | "sha256hash" | "filesha256" => {
            Digest(Some(DigestKind::Sha256))
        }
        "blake3" | "b3" | "b3sum" | "blake3sum" => Digest(Some(DigestKind::Blake3)),
        "contenthash" | "dropbox" | "dropboxhash" => Digest(Some(DigestKind::Dropbox)),
        "hash" | "checksum" | "digest" | "filehash" => Digest(None),
        "algorithm" | "hashtype" | "checksumtype" => Kind,
        "path" | "originalpath" | "pathdisplay" | "filepath" | "fullpath" | "sourcefile"
        | "relativepath" | "fullname" => Path,
        "originalfilename" | "originalname" => Name(0),
        "name" | "filename" | "file" | "basename" => Name(1),
        "title" => Name(2),
        "album" | "albums" | "albumname" | "albumnames" => Album,
        "taken" | "datetaken" | "takenat" | "datetimeoriginal" | "phototakentime"
        | "creationtime" => Date(0),
        "date" | "datetime" | "time" | "timestamp" | "filecreatedat" => Date(1),
        "created" | "createdtime" | "createdat" | "creationdate" => Date(2),
        "modified" | "modifiedtime" | "clientmodified" | "mtime" | "modtime" => Date(3),
        "size" | "bytes" | "filesize" | "filesizeinbyte" => Size,
        "trashed" | "istrashed" => Trashed,
        _ => return None,
    })
}

/// The kind of digest that a program or a tag calls so.
pub(super) fn kind(name: &str) -> Option<DigestKind> {
    let letters = name.chars().filter(|letter| letter.is_ascii_alphanumeric());
    let name: String = letters.map(|letter| letter.to_ascii_lowercase()).take(16).collect();
    Some(match name.as_str() {
        "md5" => DigestKind::Md5,
        "sha1" => DigestKind::Sha1,
        "sha256" | "sha2256" => DigestKind::Sha256,
        "blake3" | "b3" => DigestKind::Blake3,
        "dropbox" => DigestKind::Dropbox,
        _ => return None,
    })
}

/// Whether a line of a list says nothing of a file.
pub(super) fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with(['#', ';'])
}

/// What digits without a kind may be: by their number, and what is known of the list they are in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Guess {
    /// What 64 digits are, where the name of the list tells.
    pub(super) of_64: Option<DigestKind>,
}

impl Guess {
    /// The digests that a text may be, hex digits or base64; none where it is no digest.
    pub(super) fn digests(self, text: &str, kind: Option<DigestKind>) -> Vec<KnownDigest> {
        let text = text.trim();
        let bytes = if is_hex(text) {
            let lower = text.to_ascii_lowercase();
            data_encoding::HEXLOWER.decode(lower.as_bytes()).ok()
        } else if text.len() <= 44 {
            let text = text.as_bytes();
            let decoded = BASE64.decode(text).or_else(|_| BASE64_NOPAD.decode(text));
            decoded.or_else(|_| BASE64URL_NOPAD.decode(text)).ok()
        } else {
            None
        };
        let Some(bytes) = bytes else { return Vec::new() };
        let kinds = match (kind, bytes.len(), self.of_64) {
            (Some(kind), ..) => vec![kind],
            (None, 16, _) => vec![DigestKind::Md5],
            (None, 20, _) => vec![DigestKind::Sha1],
            (None, 32, Some(kind)) => vec![kind],
            (None, 32, None) => vec![DigestKind::Sha256, DigestKind::Blake3],
            _ => Vec::new(),
        };
        kinds.into_iter().filter_map(|kind| KnownDigest::new(kind, &bytes)).collect()
    }
}

/// Whether a text is as many hex digits as a digest has.
pub(super) fn is_hex(text: &str) -> bool {
    matches!(text.len(), 32 | 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The fields of one row or object.
#[derive(Debug, Default)]
pub(super) struct Fields {
    digests: Vec<(String, Option<DigestKind>)>,
    kind: Option<DigestKind>,
    path: Option<String>,
    name: Option<(u8, String)>,
    albums: Vec<String>,
    date: Option<(u8, Moment)>,
    size: Option<u64>,
    is_trashed: bool,
}

impl Fields {
    /// Takes the text of a field.
    pub(super) fn set(&mut self, field: Field, text: &str) {
        let text = shortened(text.trim());
        if text.is_empty() {
            return;
        }
        match field {
            Field::Digest(kind) if self.digests.len() < MOST_DIGESTS => {
                self.digests.push((text.to_owned(), kind));
            }
            Field::Digest(_) => {}
            Field::Kind => self.kind = kind(text),
            Field::Path => self.path = self.path.take().or_else(|| Some(text.to_owned())),
            Field::Name(rank) => {
                if self.name.as_ref().is_none_or(|(known, _)| rank < *known) {
                    self.name = Some((rank, text.to_owned()));
                }
            }
            Field::Album => self.add_albums(text.split(['|', ';']).map(str::trim)),
            Field::Date(rank) => {
                if self.date.as_ref().is_none_or(|(known, _)| rank < *known)
                    && let Some(moment) = date::parse(text)
                {
                    self.date = Some((rank, moment));
                }
            }
            Field::Size => self.size = text.parse().ok().or(self.size),
            Field::Trashed => self.is_trashed |= matches!(text, "true" | "True" | "1"),
        }
    }

    /// Adds albums by their names.
    pub(super) fn add_albums<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        for name in names.filter(|name| !name.is_empty()) {
            if self.albums.len() < MOST_ALBUMS && !self.albums.iter().any(|known| known == name) {
                self.albums.push(name.to_owned());
            }
        }
    }

    /// Takes what an object inside this one says of the same photo.
    pub(super) fn merge(&mut self, inner: Fields) {
        let room = MOST_DIGESTS.saturating_sub(self.digests.len());
        self.digests.extend(inner.digests.into_iter().take(room));
        self.size = self.size.or(inner.size);
        if let Some((rank, moment)) = inner.date
            && self.date.as_ref().is_none_or(|(known, _)| rank < *known)
        {
            self.date = Some((rank, moment));
        }
        self.add_albums(inner.albums.iter().map(String::as_str));
    }

    /// The same with a date as that of the picture: an object of its own holds it.
    pub(super) fn dated_as_taken(mut self) -> Self {
        self.date = self.date.map(|(_, moment)| (0, moment));
        self
    }

    /// The name that the fields give, of an album for example.
    pub(super) fn into_name(self) -> Option<String> {
        self.name.map(|(_, name)| name).or_else(|| self.albums.into_iter().next())
    }

    /// The photo that the fields tell of; nothing where they give no digest.
    pub(super) fn photo(self, guess: Guess) -> Option<ListedPhoto> {
        let one_kind = self.kind;
        let digests = self.digests.iter();
        let mut digests: Vec<KnownDigest> =
            digests.flat_map(|(text, kind)| guess.digests(text, kind.or(one_kind))).collect();
        let mut known = Vec::new();
        digests.retain(|digest| {
            let is_new = !known.contains(digest);
            known.push(*digest);
            is_new
        });
        if digests.is_empty() {
            return None;
        }
        let trash = "it was in the trash of that service when the list was made";
        Some(ListedPhoto {
            entry: 0,
            path: path(self.path, self.name.map(|(_, name)| name)),
            size: self.size,
            albums: self.albums,
            date: self.date.map(|(_, moment)| moment),
            digests,
            is_witness: true,
            note: self.is_trashed.then(|| trash.to_owned()),
        })
    }
}

/// The path of a photo; only its name where the path ends in another name, as in the stores of servers.
fn path(path: Option<String>, name: Option<String>) -> Option<String> {
    let path = path.map(|path| plain_path(&path)).filter(|path| !path.is_empty());
    match (path, name) {
        (Some(path), Some(name)) => {
            let own = path.rsplit('/').next().unwrap_or_default();
            let is_its = own.to_lowercase() == name.to_lowercase();
            Some(if is_its { path } else { plain_path(&name) })
        }
        (path, name) => path.or_else(|| name.map(|name| plain_path(&name))),
    }
    .filter(|path| !path.is_empty())
}

/// A path with `/` between its parts, from the folder that it is meant from, or the root.
pub(super) fn plain_path(path: &str) -> String {
    let separator = if path.contains('/') { '/' } else { '\\' };
    let is_drive = |part: &str| part.len() == 2 && part.ends_with(':');
    let parts =
        path.split(separator).filter(|part| !matches!(*part, "" | "." | "..") && !is_drive(part));
    parts.collect::<Vec<_>>().join("/")
}

/// The beginning of a text that is kept.
pub(super) fn shortened(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_known_by_many_names() {
        for (name, expected) in [
            ("md5Checksum", Some(Field::Digest(Some(DigestKind::Md5)))),
            ("SHA-256", Some(Field::Digest(Some(DigestKind::Sha256)))),
            ("content_hash", Some(Field::Digest(Some(DigestKind::Dropbox)))),
            ("Hash", Some(Field::Digest(None))),
            ("originalFileName", Some(Field::Name(0))),
            ("File Name", Some(Field::Name(1))),
            ("path_display", Some(Field::Path)),
            ("quickXorHash", None),
        ] {
            assert_eq!(field(name), expected, "{name}");
        }
    }

    #[test]
    fn a_digest_is_hex_or_base64_of_its_length() {
        let kinds = |text: &str, kind| {
            let digests = Guess::default().digests(text, kind);
            digests.iter().map(KnownDigest::kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&"aB".repeat(16), None), [DigestKind::Md5]);
        assert_eq!(kinds(&"ab".repeat(32), None), [DigestKind::Sha256, DigestKind::Blake3]);
        // The SHA-1 of "abc".
        let sha1 = Guess::default().digests("qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", None);
        assert_eq!(sha1[0].digits(), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(kinds(&"ab".repeat(16), Some(DigestKind::Sha1)), []);
        assert_eq!(kinds("hello", None), []);
        let named = Guess { of_64: Some(DigestKind::Blake3) };
        assert_eq!(named.digests(&"ab".repeat(32), None).len(), 1);
    }

    #[test]
    fn a_path_in_the_store_of_a_server_is_no_path_of_the_user() {
        let check = |own: Option<&str>, name: Option<&str>, expected: Option<&str>| {
            let found = path(own.map(str::to_owned), name.map(str::to_owned));
            assert_eq!(found.as_deref(), expected);
        };
        check(Some("/photos/2023/a.jpg"), Some("A.JPG"), Some("photos/2023/a.jpg"));
        check(Some("upload/ab/0f-12.jpg"), Some("IMG_0001.HEIC"), Some("IMG_0001.HEIC"));
        check(Some("C:\\Users\\me\\a.jpg"), None, Some("Users/me/a.jpg"));
        check(Some("../../etc/passwd"), None, Some("etc/passwd"));
        check(Some("/"), None, None);
        check(None, None, None);
    }
}
