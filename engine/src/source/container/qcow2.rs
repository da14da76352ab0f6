//! QCOW2, the disk images of QEMU, in versions 2 and 3.
//!
//! Source: QEMU, docs/interop/qcow2.rst. All numbers are big-endian.

mod header;
mod table;

use afterimage_signatures::verdict::Span;

use super::beside::beside;
use super::files::{Files, u64_be};
use super::opening::{Opened, Opening, Parent};
use super::piece::{Layout, Packed, Piece, Stored};
use super::places::{self, SECTOR};
use super::refusal::Refusal;
use super::unpack::Codec;
use header::Header;

/// Whether a file is one: by the magic, a version that exists and clusters of a size that is allowed.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    opening.starts(0, header::MAGIC) && Header::is_plausible(opening)
}

/// Finds the disk.
pub(super) fn open(mut opening: Opening<'_>) -> Result<Opened, Refusal> {
    let header = Header::read(&opening)?;
    let path = opening.path();
    let mut data_file = 0;
    if header.has_data_file {
        let name = header.data_file.as_deref().unwrap_or_default();
        let at = beside(path, name).ok_or_else(|| missing("data file", name))?;
        data_file = opening.add(&at)?;
    }
    let parent = match &header.backing {
        None => None,
        Some(name) => {
            let at = beside(path, name).ok_or_else(|| missing("backing file", name))?;
            Some(Parent { path: at, is_raw: header.is_backing_raw, identity: None })
        }
    };
    let l1 = table::read_l1(&opening.files, &header)?;
    let layout = Qcow2 { files: opening.files, data_file, l1, header };
    Ok(Opened { layout: Box::new(layout), parent })
}

fn missing(what: &str, name: &str) -> Refusal {
    let name = if name.is_empty() { "without a name" } else { name };
    Refusal::with(
        format!("and its {what}, {name}, is missing"),
        "put it into the folder of the image, under the same name",
    )
}

/// A disk in clusters, which a table of tables tells.
struct Qcow2 {
    files: Files,
    /// The file that holds the clusters.
    data_file: usize,
    /// Where the second tables lie; 0 for one that there is not.
    l1: Vec<u64>,
    header: Header,
}

impl Qcow2 {
    /// What an entry says of its cluster, the one with the number `number` of the disk.
    fn cluster(&self, number: u64, entry: u64, subclusters: u64, at: u64) -> Piece {
        let span = self.header.cluster(number);
        let stored = if entry & table::IS_COMPRESSED != 0 {
            self.compressed(entry)
        } else if self.header.has_subclusters {
            return self.subclusters(span, entry & table::OFFSET, subclusters, at);
        } else {
            self.plain(entry)
        };
        Piece::new(span, stored)
    }

    fn plain(&self, entry: u64) -> Stored {
        let offset = entry & table::OFFSET;
        // Offset 0 is a cluster of a data file; only a bit tells it from none.
        let is_first = self.data_file != 0 && entry & table::IS_COPIED != 0;
        match offset {
            _ if entry & table::IS_ZERO != 0 && self.header.version >= 3 => Stored::Zero,
            0 if !is_first => Stored::Parent,
            _ if !offset.is_multiple_of(self.header.cluster_len()) => Stored::Lost,
            at => Stored::Plain { file: self.data_file, at },
        }
    }

    /// A compressed cluster, whose length is told in sectors and may reach over its end.
    fn compressed(&self, entry: u64) -> Stored {
        let bits = 62 - (self.header.cluster_bits - 8);
        let at = entry & ((1 << bits) - 1);
        let sectors = (entry & (table::IS_COMPRESSED - 1)) >> bits;
        let len = (sectors + 1) * SECTOR - at % SECTOR;
        let len = len.min(self.files.len_of(0).saturating_sub(at));
        let codec = if self.header.is_zstd { Codec::Zstd } else { Codec::Deflate };
        Stored::Packed(Packed { file: 0, at, len, codec })
    }

    /// The part of a cluster of 32 subclusters that holds `at`: those that follow one another alike.
    fn subclusters(&self, span: Span, offset: u64, bits: u64, at: u64) -> Piece {
        let len = span.len / table::SUBCLUSTERS;
        let kind = |index: u64| match (bits >> index & 1, bits >> (index + 32) & 1) {
            (_, 1) => 0,
            (1, _) => 1,
            _ => 2,
        };
        let index = (at - span.at) / len;
        let same = kind(index);
        let first = (0..index).rev().take_while(|other| kind(*other) == same).last();
        let first = first.unwrap_or(index);
        let count = (index..table::SUBCLUSTERS).take_while(|other| kind(*other) == same).count();
        let part = Span::between(span.at + first * len, span.at + (index + count as u64) * len);
        let stored = match same {
            0 => Stored::Zero,
            // Only a data file has a cluster where an image has its header.
            1 if offset == 0 && self.data_file == 0 => Stored::Lost,
            1 if offset.is_multiple_of(span.len) => {
                Stored::Plain { file: self.data_file, at: offset + first * len }
            }
            1 => Stored::Lost,
            _ => Stored::Parent,
        };
        Piece::new(part, stored)
    }
}

impl Layout for Qcow2 {
    fn name(&self) -> &'static str {
        "a QCOW2 disk image"
    }

    fn len(&self) -> u64 {
        self.header.len
    }

    fn files(&self) -> &Files {
        &self.files
    }

    fn files_mut(&mut self) -> &mut Files {
        &mut self.files
    }

    fn piece(&self, at: u64) -> Piece {
        let entries = self.header.l2_entries();
        let number = at / self.header.cluster_len();
        let (first, index) = (number / entries, number % entries);
        // All that one second table tells.
        let whole =
            Span { at: first * entries * self.header.cluster_len(), len: self.header.l2_reach() };
        let table = match self.l1.get(first as usize) {
            None | Some(&places::LOST) => return Piece::new(whole, Stored::Lost),
            Some(&places::NONE) => return Piece::new(whole, Stored::Parent),
            Some(table) => *table,
        };
        let size = self.header.l2_entry_len();
        let found = match size {
            8 => self
                .files
                .array::<8>(0, table + index * size)
                .map(|bytes| (u64::from_be_bytes(bytes), 0)),
            _ => self
                .files
                .array::<16>(0, table + index * size)
                .and_then(|bytes| Some((u64_be(&bytes, 0)?, u64_be(&bytes, 8)?))),
        };
        match found {
            Some((entry, subclusters)) => self.cluster(number, entry, subclusters, at),
            None => Piece::new(self.header.cluster(number), Stored::Lost),
        }
    }
}
