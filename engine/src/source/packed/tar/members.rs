//! The files in an archive.

use crate::source::definition::Source;
use crate::source::packed::bytes::read;
use crate::source::tar_header::{TAR_BLOCK, TarHeader};

/// Bytes of a header, of which there are whole ones between files.
const HEADER: u64 = TAR_BLOCK as u64;

/// The byte of a header of a file with holes that says whether more of their list follows.
const IS_EXTENDED: usize = 482;

/// Headers of an archive that is looked through, each of which costs a jump in it: what has more holds files.
const MOST_HEADERS: usize = 256;

/// Bytes of a long name, or of what is said of a file besides its header.
const MOST_RECORDS: u64 = 1 << 20;

/// The files of an archive, as far as headers follow one another.
pub(in crate::source) struct Members {
    /// Those that begin in it.
    pub files: Vec<Member>,
    /// Whether the last header is followed by the end of the archive, and all that was told of lies in it.
    pub is_whole: bool,
}

/// A file.
pub(in crate::source) struct Member {
    pub name: String,
    /// Where its bytes begin.
    pub at: u64,
    pub len: u64,
    /// Whether its holes were left out.
    pub is_sparse: bool,
}

/// What headers before that of a file say of it.
#[derive(Default)]
struct Said {
    name: Option<String>,
    len: Option<u64>,
    is_sparse: bool,
}

/// The files of an archive: nothing where there is no archive, or one of too many files.
pub(in crate::source) fn members(source: &dyn Source) -> Option<Members> {
    let (mut files, mut at, mut said) = (Vec::new(), 0u64, Said::default());
    let mut is_whole = true;
    for count in 0.. {
        let bytes = read(source, at, TAR_BLOCK);
        let header = bytes.as_ref().and_then(|bytes| TarHeader::read(bytes.first_chunk()?));
        let Some(header) = header else {
            is_whole = at == source.len() || bytes.is_some_and(|bytes| is_blank(&bytes));
            break;
        };
        if count == MOST_HEADERS {
            return None;
        }
        let (len, kind) = (header.len?, header.kind);
        let is_file = matches!(kind, 0 | b'0' | b'7' | b'S');
        let len = said.len.filter(|_| is_file).unwrap_or(len);
        let data_at = at + HEADER;
        let next = data_at.checked_add(len.checked_next_multiple_of(HEADER)?)?;
        let records = || read(source, data_at, len.min(MOST_RECORDS) as usize);
        match kind {
            b'x' => records().into_iter().for_each(|records| said.take_in(&records)),
            b'L' => said.name = records().map(|name| text(&name)),
            b'g' | b'K' => {}
            _ => {
                let Said { name, is_sparse, .. } = std::mem::take(&mut said);
                if is_file && data_at < source.len() {
                    let name = name.unwrap_or_else(|| text(header.name));
                    let is_sparse = is_sparse || kind == b'S';
                    files.push(Member { name, at: data_at, len, is_sparse });
                }
            }
        }
        at = next;
        if kind == b'S' && bytes.as_ref().is_some_and(|bytes| bytes.get(IS_EXTENDED) != Some(&0)) {
            at = after_sparse(source, data_at, len)?;
        }
    }
    (at > 0).then_some(Members { files, is_whole })
}

/// Whether an archive ends as one does, with blocks of zeros: all that is told of one of too many files.
pub(super) fn ends_whole(source: &dyn Source) -> bool {
    let end = |at| read(source, at, TAR_BLOCK);
    source.len().checked_sub(HEADER).and_then(end).is_some_and(|bytes| is_blank(&bytes))
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// Where the next header stands after a file whose list of holes goes on in further headers.
fn after_sparse(source: &dyn Source, mut at: u64, len: u64) -> Option<u64> {
    const GOES_ON: u64 = 504;
    for _ in 0..MOST_HEADERS {
        let goes_on = read(source, at.checked_add(GOES_ON)?, 1)?;
        at += HEADER;
        if goes_on == [0] {
            return at.checked_add(len.checked_next_multiple_of(HEADER)?);
        }
    }
    None
}

/// Text up to the first zero.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

impl Said {
    /// Takes in records, each of which is its length, a blank, a key, an equals sign, a value and a new line.
    fn take_in(&mut self, mut records: &[u8]) {
        while let Some(blank) = records.iter().position(|byte| *byte == b' ') {
            let len = std::str::from_utf8(&records[..blank]).ok().and_then(|len| len.parse().ok());
            let Some((record, rest)) = len.and_then(|len| records.split_at_checked(len)) else {
                return;
            };
            let Some(record) =
                record.get(blank + 1..).and_then(|record| record.strip_suffix(b"\n"))
            else {
                return;
            };
            let record = String::from_utf8_lossy(record);
            let (key, value) = record.split_once('=').unwrap_or_default();
            match key {
                "path" => self.name = Some(value.to_owned()),
                "size" => self.len = value.parse().ok(),
                "GNU.sparse.name" => {
                    (self.name, self.is_sparse) = (Some(value.to_owned()), true);
                }
                _ => self.is_sparse |= key.starts_with("GNU.sparse."),
            }
            records = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_say_what_a_header_has_no_room_for() {
        let mut said = Said::default();
        said.take_in(b"20 size=10000000000\n16 path=a/b.img\n13 atime=1.5\n");
        assert_eq!((said.len, said.name.as_deref()), (Some(10_000_000_000), Some("a/b.img")));
        assert!(!said.is_sparse);
        said.take_in(b"22 GNU.sparse.major=1\n28 GNU.sparse.name=disk.raw\n");
        assert!(said.is_sparse && said.name.as_deref() == Some("disk.raw"));
        for broken in [&b"99 size=1\n"[..], b"x size=1\n", b"1 \n", b"0 0 0 "] {
            let mut said = Said::default();
            said.take_in(broken);
            assert_eq!(said.len, None);
        }
    }
}
