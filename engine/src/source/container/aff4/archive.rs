//! The members of the archive, by the names that streams have.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::source::container::files::Files;
use crate::source::definition::Source;
use crate::source::packed::{ZipRow, begins_zip, zip_comment, zip_rows};

/// The member that names the volume, and the one that describes what is in it.
const VOLUME: &str = "container.description";
const METADATA: &str = "information.turtle";

/// What names of streams begin with.
const SCHEME: &str = "aff4://";

/// Bytes of a member that is read whole.
const MOST_CONTENT: u64 = 64 << 20;

/// The longest name of a volume, in bytes.
const MOST_NAME: u64 = 1024;

/// An archive.
pub(super) struct Archive {
    /// Its number among the files of the image.
    file: usize,
    rows: Vec<ZipRow>,
    /// Their numbers by their whole names.
    by_name: HashMap<String, usize>,
}

/// A member of an archive.
#[derive(Clone)]
pub(super) struct Member {
    /// The number of the file that it lies in.
    pub(super) file: usize,
    pub(super) row: ZipRow,
}

impl Archive {
    /// Whether a source is an archive with streams in it.
    pub(super) fn is_one(source: &dyn Source) -> bool {
        let is_known = |row: &ZipRow| row.name == VOLUME || row.name == METADATA;
        begins_zip(source) && zip_rows(source).is_ok_and(|rows| rows.iter().any(is_known))
    }

    /// Reads the directory of a file of an image.
    pub(super) fn read(files: &Files, file: usize) -> Option<Self> {
        let rows = zip_rows(files.get(file)?).ok()?;
        let mut archive = Archive { file, rows, by_name: HashMap::new() };
        let volume = archive.of_row(VOLUME).filter(|member| member.row.len <= MOST_NAME);
        let volume = volume.and_then(|member| member.content(files));
        let volume = volume.or_else(|| zip_comment(files.get(file)?)).unwrap_or_default();
        let volume =
            String::from_utf8_lossy(&volume).trim_matches(['\0', ' ', '\n', '\r']).to_owned();
        for (number, row) in archive.rows.iter().enumerate() {
            archive.by_name.insert(whole_name(&row.name, &volume), number);
        }
        Some(archive)
    }

    /// The member of that name, as streams are called.
    pub(super) fn member(&self, name: &str) -> Option<Member> {
        let row = self.rows.get(*self.by_name.get(name)?)?;
        Some(Member { file: self.file, row: row.clone() })
    }

    /// Whether there is a member of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The names of what members belong to.
    pub(super) fn streams(&self) -> HashSet<&str> {
        self.by_name.keys().filter_map(|name| Some(name.rsplit_once('/')?.0)).collect()
    }

    /// What describes the image.
    pub(super) fn metadata(&self, files: &Files) -> Option<Vec<u8>> {
        self.of_row(METADATA)?.content(files)
    }

    fn of_row(&self, name: &str) -> Option<Member> {
        let row = self.rows.iter().find(|row| row.name == name)?;
        Some(Member { file: self.file, row: row.clone() })
    }
}

impl Member {
    /// Where its bytes begin in its file.
    pub(super) fn at(&self, files: &Files) -> Option<u64> {
        self.row.data_at(files.get(self.file)?)
    }

    /// All of its bytes, as far as it is not too long.
    pub(super) fn content(&self, files: &Files) -> Option<Vec<u8>> {
        let row = &self.row;
        let len = Some(row.packed_len).filter(|len| *len <= MOST_CONTENT)?;
        let packed = files.bytes(self.file, self.at(files)?, len)?;
        let bytes = match row.method {
            _ if row.is_encrypted => return None,
            0 => packed.into_owned(),
            8 => {
                let most = usize::try_from(row.len.min(MOST_CONTENT)).ok()?;
                decompress_to_vec_with_limit(&packed, most).ok()?
            }
            _ => return None,
        };
        (crc32fast::hash(&bytes) == row.checksum).then_some(bytes)
    }
}

/// A name of a member as that of a stream: of a volume are those that say no other.
fn whole_name(name: &str, volume: &str) -> String {
    let name = unescaped(name);
    match name.starts_with(SCHEME) {
        true => name.into_owned(),
        false => format!("{}/{}", volume.trim_end_matches('/'), name.trim_start_matches('/')),
    }
}

/// A name with what is written in it by two digits.
fn unescaped(name: &str) -> Cow<'_, str> {
    if !name.contains('%') {
        return Cow::Borrowed(name);
    }
    let (mut bytes, mut rest) = (Vec::new(), name.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        (rest, _) = match byte.filter(|_| *first == b'%') {
            Some(byte) => (&after[2..], bytes.push(byte)),
            None => (after, bytes.push(*first)),
        };
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_members_become_those_of_streams() {
        for (name, expected) in [
            ("aff4%3A%2F%2Fab%2fmap", "aff4://ab/map"),
            ("aff4%3A%2F%2Fab/00000000", "aff4://ab/00000000"),
            ("disk/map", "aff4://volume/disk/map"),
            ("/disk%20one/map", "aff4://volume/disk one/map"),
            ("odd%zz%4", "aff4://volume/odd%zz%4"),
        ] {
            assert_eq!(whole_name(name, "aff4://volume"), expected);
        }
    }
}
