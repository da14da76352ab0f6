//! VMDK, the disk images of VMware: one sparse file, a description with its parts, and the streams of exported
//! machines.
//!
//! Source: VMware, "Virtual Disk Format 5.0". Numbers are little-endian, offsets in sectors of 512 bytes.

mod description;
mod sparse;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use afterimage_signatures::verdict::Span;

use super::beside::beside;
use super::files::Files;
use super::opening::{Opened, Opening, Parent};
use super::piece::{Layout, Piece, Stored};
use super::places::SECTOR;
use super::refusal::Refusal;
use description::{Description, Kind};
use sparse::{MOST_TABLES, Sparse};

/// Parts of a disk at the most; VMware makes one for each 2 GiB.
const MOST_EXTENTS: usize = 65_536;

const NAME: &str = "a VMware disk image (VMDK)";

/// Whether a file is one: a sparse file whose header makes sense, or the text that describes a disk.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    Sparse::is_one(opening) || Description::is_one(opening)
}

/// Finds the disk.
pub(super) fn open(opening: Opening<'_>) -> Result<Opened, Refusal> {
    match Description::is_one(&opening) {
        true => open_parts(opening),
        false => open_sparse(opening),
    }
}

/// A disk that lies in one sparse file, which describes itself.
fn open_sparse(opening: Opening<'_>) -> Result<Opened, Refusal> {
    let mut left = MOST_TABLES;
    let sparse = Sparse::open(&opening.files, 0, &mut left)?;
    let Some(text) = sparse.description(&opening.files) else {
        return Err(Refusal::with(
            "but only a part of one",
            "name the small text file beside it that describes the disk",
        ));
    };
    let description = Description::parse(&text);
    let parent = parent(opening.path(), &description)?;
    let len = sparse.len();
    let extents = vec![Extent { at: 0, len, data: Data::Sparse(Arc::new(sparse)) }];
    let layout = Vmdk { files: opening.files, len, extents, id: description.id() };
    Ok(Opened { layout: Box::new(layout), parent })
}

/// A disk in parts, each a file beside the description.
fn open_parts(mut opening: Opening<'_>) -> Result<Opened, Refusal> {
    let description = Description::read(&opening)?;
    if description.extents.len() > MOST_EXTENTS {
        return Err(Refusal::new(format!(
            "in more than {MOST_EXTENTS} parts, which is more than are read"
        )));
    }
    let parent = parent(opening.path(), &description)?;
    let (mut extents, mut len, mut parts) = (Vec::new(), 0u64, Parts::default());
    for part in &description.extents {
        let size = part.sectors.checked_mul(SECTOR);
        let end = size.and_then(|size| len.checked_add(size));
        let (Some(size), Some(end)) = (size, end) else {
            return Err(Refusal::damaged("list of parts"));
        };
        if size > 0 {
            extents.push(Extent { at: len, len: size, data: parts.open(&mut opening, part)? });
        }
        len = end;
    }
    if extents.is_empty() {
        return Err(Refusal::damaged("list of parts"));
    }
    let layout = Vmdk { files: opening.files, len, extents, id: description.id() };
    Ok(Opened { layout: Box::new(layout), parent })
}

/// The files of the parts that were opened so far: each of them once, however often it is named.
struct Parts {
    files: HashMap<PathBuf, usize>,
    sparse: HashMap<usize, Arc<Sparse>>,
    /// Bytes of tables that may still be read.
    tables: u64,
}

impl Default for Parts {
    fn default() -> Self {
        Parts { files: HashMap::new(), sparse: HashMap::new(), tables: MOST_TABLES }
    }
}

impl Parts {
    /// Opens the file of a part.
    fn open(
        &mut self,
        opening: &mut Opening<'_>,
        part: &description::Extent,
    ) -> Result<Data, Refusal> {
        match part.kind {
            Kind::Zero => Ok(Data::Zero),
            Kind::Flat => {
                let at = part.start.checked_mul(SECTOR);
                let at = at.ok_or_else(|| Refusal::damaged("list of parts"))?;
                Ok(Data::Flat { file: self.file(opening, part)?, at })
            }
            Kind::Sparse => {
                let file = self.file(opening, part)?;
                if let Some(known) = self.sparse.get(&file) {
                    return Ok(Data::Sparse(Arc::clone(known)));
                }
                let sparse = Arc::new(Sparse::open(&opening.files, file, &mut self.tables)?);
                self.sparse.insert(file, Arc::clone(&sparse));
                Ok(Data::Sparse(sparse))
            }
            Kind::Other => {
                let why = format!("with a part of a kind that is not read ({})", part.word);
                Err(Refusal::new(why))
            }
        }
    }

    fn file(
        &mut self,
        opening: &mut Opening<'_>,
        part: &description::Extent,
    ) -> Result<usize, Refusal> {
        let path = beside(opening.path(), &part.name).ok_or_else(|| {
            Refusal::with(
                format!("and its part {} is missing", part.name),
                "put all files of the disk into one folder, under the names that they had",
            )
        })?;
        if let Some(known) = self.files.get(&path) {
            return Ok(*known);
        }
        let file = opening.add(&path)?;
        self.files.insert(path, file);
        Ok(file)
    }
}

/// The disk that a snapshot was made of.
fn parent(path: &Path, description: &Description) -> Result<Option<Parent>, Refusal> {
    let Some(id) = description.parent_id() else { return Ok(None) };
    let name = description.parent_name.as_deref().unwrap_or_default();
    let found = beside(path, name).ok_or_else(|| {
        Refusal::with(
            format!("which holds what changed since a snapshot, and its parent {name} is missing"),
            "put the parent into the folder of the image, under the same name",
        )
    })?;
    Ok(Some(Parent { path: found, is_raw: false, identity: Some(id) }))
}

/// A disk in parts, one after the other.
struct Vmdk {
    files: Files,
    len: u64,
    extents: Vec<Extent>,
    id: Option<[u8; 16]>,
}

/// A part.
struct Extent {
    /// Its first byte in the disk.
    at: u64,
    len: u64,
    data: Data,
}

/// How a part lies in its file.
enum Data {
    Flat { file: usize, at: u64 },
    Sparse(Arc<Sparse>),
    Zero,
}

impl Layout for Vmdk {
    fn name(&self) -> &'static str {
        NAME
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn identity(&self) -> Option<[u8; 16]> {
        self.id
    }

    fn files(&self) -> &Files {
        &self.files
    }

    fn files_mut(&mut self) -> &mut Files {
        &mut self.files
    }

    fn piece(&self, at: u64) -> Piece {
        let index = self.extents.partition_point(|extent| extent.at <= at);
        let Some(extent) = index.checked_sub(1).and_then(|index| self.extents.get(index)) else {
            return Piece { at, len: 1, stored: Stored::Lost };
        };
        let whole = Span { at: extent.at, len: extent.len };
        match &extent.data {
            Data::Zero => Piece::new(whole, Stored::Zero),
            Data::Flat { file, at } => Piece::new(whole, Stored::Plain { file: *file, at: *at }),
            Data::Sparse(sparse) => {
                let piece = sparse.piece(&self.files, at - extent.at);
                let len = match piece.stored {
                    // What is packed is unpacked whole.
                    Stored::Packed(_) => piece.len,
                    _ => piece.len.min(extent.len - piece.at),
                };
                Piece { at: extent.at + piece.at, len, ..piece }
            }
        }
    }
}
