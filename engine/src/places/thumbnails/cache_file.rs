//! `thumbcache_*.db` of Windows Vista and later: small pictures, one after the other.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::places::slice::read;
use crate::volumes::fields::{le32, le64, utf16_until_nul};

/// What a file and each of its entries begin with.
const MAGIC: &[u8] = b"CMMM";

/// Bytes of the header of a file.
const HEADER: u64 = 24;

/// Bytes of the longest header of an entry.
const ENTRY: usize = 56;

/// Bytes of the longest name, in UTF-16.
const MOST_NAME: u32 = 4096;

/// Bytes of padding between a name and its picture.
const MOST_PADDING: u32 = 4096;

/// Bytes that are searched first: the next entry stands right there nearly always.
const FIRST: usize = 256;

/// Bytes that are searched at once at most.
const CHUNK: usize = 1 << 20;

/// Entries of one file: a cache is cleared long before.
const MOST_ENTRIES: usize = 1_000_000;

/// Places of one file that begin as an entry does and have no picture: a sound cache has one for each that was removed.
const MOST_FAILED: usize = 1_000_000;

/// A picture in a cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its name, which is a hash in hex.
    pub name: String,
    /// Where its bytes lie.
    pub picture: Span,
    /// Width and height in pixels, where the version has them.
    pub size: Option<(u32, u32)>,
}

/// How versions differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// Vista: an extension before the lengths.
    Extension,
    /// Windows 7.
    Plain,
    /// Windows 8 and later: width and height after the lengths.
    Sized,
}

impl Layout {
    /// The layout of a version; nothing for one that is not known.
    fn of(version: u32) -> Option<Self> {
        match version {
            20 => Some(Layout::Extension),
            21 => Some(Layout::Plain),
            30..=32 => Some(Layout::Sized),
            _ => None,
        }
    }

    fn header_len(self) -> usize {
        if self == Layout::Plain { 48 } else { ENTRY }
    }

    /// Where the length of the name stands.
    fn lengths_at(self) -> usize {
        if self == Layout::Extension { 24 } else { 16 }
    }
}

/// What there is of a cache.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cache {
    /// Its pictures, in the order in which they lie there.
    pub entries: Vec<Entry>,
    /// Its version.
    pub version: u32,
}

/// Reads a cache, also the part that it no longer uses; nothing when the bytes are none of a version that is known.
///
/// Source: J. Metz, "Windows Explorer Thumbnail Cache database format" (documentation of libwtcdb).
pub(super) fn entries(bytes: &dyn Bytes, stopped: &dyn Fn() -> bool) -> Result<Cache, u32> {
    let version = read(bytes, 0, 8).and_then(|head| le32(&head, 4)).unwrap_or(0);
    let layout = Layout::of(version).ok_or(version)?;
    let (mut entries, mut failed, mut at) = (Vec::new(), 0, HEADER);
    while let Some(found) = next(bytes, at, stopped) {
        if entries.len() >= MOST_ENTRIES || failed >= MOST_FAILED {
            break;
        }
        at = match entry(bytes, found, layout) {
            Some(entry) => {
                let end = entry.picture.end();
                entries.push(entry);
                end
            }
            // An entry without a picture, under which former ones may lie.
            None => {
                failed += 1;
                found + MAGIC.len() as u64
            }
        };
    }
    Ok(Cache { entries, version })
}

/// Where the next entry begins at or after `at`.
fn next(bytes: &dyn Bytes, mut at: u64, stopped: &dyn Fn() -> bool) -> Option<u64> {
    let finder = memchr::memmem::Finder::new(MAGIC);
    let mut len = FIRST;
    while at < bytes.len() && !stopped() {
        let mut chunk = vec![0; usize::try_from(bytes.len() - at).unwrap_or(len).min(len)];
        bytes.read_at(at, &mut chunk);
        if let Some(found) = finder.find(&chunk) {
            return Some(at + found as u64);
        }
        at += (chunk.len() - (MAGIC.len() - 1).min(chunk.len() - 1)) as u64;
        // Where one follows after all, no more is read than twice the way to it.
        len = (len * 2).min(CHUNK);
    }
    None
}

/// The entry at `at`, when it has a picture.
fn entry(bytes: &dyn Bytes, at: u64, layout: Layout) -> Option<Entry> {
    let header = read(bytes, at, layout.header_len())?;
    let lengths = layout.lengths_at();
    let [name_len, padding, data_len] = [0, 4, 8].map(|nth| le32(&header, lengths + nth));
    let (name_len, padding, data_len) = (name_len?, padding?, data_len?);
    let total = u64::from(le32(&header, 4)?);
    let used = header.len() as u64 + u64::from(name_len) + u64::from(padding);
    let fits = used + u64::from(data_len) <= total;
    if name_len > MOST_NAME || padding > MOST_PADDING || data_len == 0 || !fits {
        return None;
    }
    let name = read(bytes, at + header.len() as u64, name_len as usize)?;
    let name = utf16_until_nul(&name);
    let picture = Span { at: at + used, len: u64::from(data_len) };
    if picture.end() > bytes.len() {
        return None;
    }
    let hash = le64(&header, 8)?;
    let size = (layout == Layout::Sized).then(|| le32(&header, 28).zip(le32(&header, 32)));
    Some(Entry {
        name: if name.is_empty() { format!("{hash:016x}") } else { name },
        picture,
        size: size.flatten().filter(|(width, height)| *width > 0 && *height > 0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u32, entries: &[&[u8]]) -> Vec<u8> {
        let mut file = [MAGIC, &version.to_le_bytes(), &[0; 16]].concat();
        entries.iter().for_each(|entry| file.extend_from_slice(entry));
        file
    }

    fn one(layout: Layout, name: &str, picture: &[u8], rest: usize) -> Vec<u8> {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (header, padding) = (layout.header_len(), 2);
        let total = header + name.len() + padding + picture.len() + rest;
        let mut entry = [MAGIC, &(total as u32).to_le_bytes(), &7u64.to_le_bytes()].concat();
        entry.resize(layout.lengths_at(), 0);
        for len in [name.len(), padding, picture.len(), 96, 64] {
            entry.extend((len as u32).to_le_bytes());
        }
        entry.resize(header, 0);
        entry.extend(name);
        entry.extend([0; 2]);
        entry.extend(picture);
        entry.resize(total, 0);
        entry
    }

    fn names(file: &[u8]) -> Vec<(String, Vec<u8>)> {
        let picture = |span: Span| file[span.at as usize..span.end() as usize].to_vec();
        let found = entries(&file, &|| false).unwrap().entries;
        found.into_iter().map(|entry| (entry.name, picture(entry.picture))).collect()
    }

    #[test]
    fn entries_of_all_versions_are_found() {
        for (version, layout) in [
            (20, Layout::Extension),
            (21, Layout::Plain),
            (30, Layout::Sized),
            (31, Layout::Sized),
            (32, Layout::Sized),
        ] {
            let (a, b) = (one(layout, "a1", b"first", 3), one(layout, "", b"second", 0));
            let file = file(version, &[&a, &b]);
            let expected = [
                ("a1".to_owned(), b"first".to_vec()),
                ("0000000000000007".to_owned(), b"second".to_vec()),
            ];
            assert_eq!(names(&file), expected, "{version}");
        }
        assert_eq!(entries(&&file(33, &[])[..], &|| false), Err(33));
        assert_eq!(entries(&&b"CMMM"[..], &|| false), Err(0));
    }

    #[test]
    fn former_entries_under_free_space_are_found_and_damage_ends_nothing() {
        let layout = Layout::Sized;
        let old = one(layout, "old", b"former picture", 0);
        let mut free = one(layout, "", b"", old.len() + 40);
        let at = free.len() - old.len() - 13;
        free[at..at + old.len()].copy_from_slice(&old);
        let mut damaged = one(layout, "bad", b"picture", 0);
        damaged[20] = 0xff;
        damaged[23] = 0xff;
        let last = one(layout, "last", b"last picture", 0);
        let file = file(32, &[&damaged, &free, &last]);
        let found: Vec<String> = names(&file).into_iter().map(|(name, _)| name).collect();
        assert_eq!(found, ["old", "last"]);
        let found = entries(&file.as_slice(), &|| false).unwrap();
        assert_eq!(found.entries[0].size, Some((96, 64)));
    }

    #[test]
    fn any_bytes_end_in_time() {
        bolero::check!().with_type::<(u8, Vec<u8>)>().for_each(|(version, rest)| {
            let version = u32::from(20 + version % 13);
            let file = file(version, &[rest, MAGIC, rest]);
            if let Ok(found) = entries(&file.as_slice(), &|| false) {
                for entry in found.entries {
                    assert!(entry.picture.end() <= file.len() as u64);
                }
            }
        });
    }
}
