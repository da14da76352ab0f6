//! The image: a file that only ever gains bytes.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use afterimage_signatures::verdict::Span;

use super::beside::suffixed;
use crate::control::error::Error;
use crate::source::sparse;
use crate::system::folder::Owner;
use crate::system::offset::{read_exact_at, write_all_at};

/// Zeros are left out by so many bytes: a block of most file systems.
const BLOCK: usize = 4096;

/// The most parts of an image that is split.
const MOST_PARTS: u64 = 500;

/// The file of an image, or its parts, open for writing.
#[derive(Debug)]
pub(super) struct ImageFile {
    /// In order; of one length but the last.
    parts: Vec<Part>,
    /// Bytes of a part.
    part_len: u64,
    /// Whether all that this run did not write is known to be holes.
    is_new: bool,
}

#[derive(Debug)]
struct Part {
    path: PathBuf,
    file: File,
}

/// The part of the image `path` with that number, from 1.
pub(super) fn part_path(path: &Path, number: u64) -> PathBuf {
    suffixed(path, &format!(".{number:03}"))
}

impl ImageFile {
    /// Opens the image at `path` for `len` bytes, or makes it; in parts of `split` bytes where that is wanted.
    pub(super) fn open(path: &Path, len: u64, split: Option<u64>) -> Result<Self, Error> {
        let count = split.map_or(1, |split| len.div_ceil(split));
        if count > MOST_PARTS {
            let why = format!("it would have {count} parts; make each of them longer");
            return Err(Error::Image { path: path.to_path_buf(), why });
        }
        let (mut parts, mut is_new) = (Vec::new(), true);
        for number in 1..=count {
            let path = split.map_or_else(|| path.to_path_buf(), |_| part_path(path, number));
            let (file, is_empty) = opened(&path)?;
            is_new &= is_empty;
            parts.push(Part { path, file });
        }
        Ok(ImageFile { parts, part_len: split.unwrap_or(u64::MAX), is_new })
    }

    /// Opens an image that is there, to read it.
    pub(super) fn open_existing(path: &Path) -> Result<Self, Error> {
        let read = |path: PathBuf| match File::open(&path) {
            Ok(file) => Ok(Part { path, file }),
            Err(error) => Err(Error::open(&path, error)),
        };
        if path.exists() || !part_path(path, 1).exists() {
            let parts = vec![read(path.to_path_buf())?];
            return Ok(ImageFile { parts, part_len: u64::MAX, is_new: false });
        }
        let paths = (1..=MOST_PARTS).map(|number| part_path(path, number));
        let parts: Vec<Part> =
            paths.take_while(|path| path.exists()).map(read).collect::<Result<_, _>>()?;
        let part_len = parts.first().map_or(Ok(1), Part::len)?.max(1);
        Ok(ImageFile { parts, part_len, is_new: false })
    }

    /// Bytes in it.
    pub(super) fn len(&self) -> Result<u64, Error> {
        self.parts.iter().map(Part::len).sum()
    }

    /// Where it is, or its first part.
    pub(super) fn path(&self) -> &Path {
        self.parts.first().map_or(Path::new(""), |part| &part.path)
    }

    /// Its files.
    pub(super) fn files(&self) -> impl Iterator<Item = &File> {
        self.parts.iter().map(|part| &part.file)
    }

    /// Makes it at least `len` bytes long.
    pub(super) fn extend(&self, len: u64) -> Result<(), Error> {
        for (part, wanted) in self.parts_of(len) {
            if part.len()? < wanted {
                part.file.set_len(wanted).map_err(|error| part.failed(error))?;
            }
        }
        Ok(())
    }

    /// Takes the room for `len` bytes on the disk.
    pub(super) fn preallocate(&self, len: u64) -> Result<(), Error> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        for (part, wanted) in self.parts_of(len) {
            let flags = rustix::fs::FallocateFlags::empty();
            let taken = rustix::fs::fallocate(&part.file, flags, 0, wanted);
            taken.map_err(|error| Error::output("take the room for", &part.path, error.into()))?;
        }
        // A file of Windows has all the room that its length says, unless it was made sparse.
        #[cfg(windows)]
        self.extend(len)?;
        let _ = len;
        Ok(())
    }

    /// The parts, and how long each is when the image has `len` bytes.
    fn parts_of(&self, len: u64) -> impl Iterator<Item = (&Part, u64)> {
        let len_of = move |number: usize| {
            len.saturating_sub((number as u64).saturating_mul(self.part_len)).min(self.part_len)
        };
        self.parts.iter().enumerate().map(move |(number, part)| (part, len_of(number)))
    }

    /// The part that holds the byte at `at`, where in it, and how many of `len` bytes are in it.
    fn place(&self, at: u64, len: usize) -> Result<(&Part, u64, usize), Error> {
        let number = usize::try_from(at / self.part_len).unwrap_or(usize::MAX);
        let inside = at % self.part_len;
        let rest = usize::try_from(self.part_len - inside).unwrap_or(usize::MAX);
        let beyond = || Error::Image {
            path: self.parts.first().map(|part| part.path.clone()).unwrap_or_default(),
            why: "it ends early".to_owned(),
        };
        let part = self.parts.get(number).ok_or_else(beyond)?;
        Ok((part, inside, len.min(rest)))
    }

    /// Writes bytes at `at`; blocks of zeros only where the file has other bytes.
    pub(super) fn write(&self, mut at: u64, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            let (part, inside, len) = self.place(at, bytes.len())?;
            let (now, later) = bytes.split_at(len);
            part.write(inside, now, self.is_new)?;
            (at, bytes) = (at + len as u64, later);
        }
        Ok(())
    }

    /// Reads what it holds at `at`.
    pub(super) fn read(&self, mut at: u64, mut out: &mut [u8]) -> Result<(), Error> {
        while !out.is_empty() {
            let (part, inside, len) = self.place(at, out.len())?;
            let (now, later) = out.split_at_mut(len);
            let read = read_exact_at(&part.file, inside, now);
            read.map_err(|error| Error::output("read back the image", &part.path, error))?;
            (at, out) = (at + len as u64, later);
        }
        Ok(())
    }
}

/// Opens a file, or makes it; and whether it has nothing in it.
fn opened(path: &Path) -> Result<(File, bool), Error> {
    let failed = |error| Error::output("write the image", path, error);
    let made = File::options().read(true).write(true).create_new(true).open(path);
    let file = match made {
        Ok(file) => {
            Owner::from_environment().give_file(&file).map_err(failed)?;
            file
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            File::options().read(true).write(true).open(path).map_err(failed)?
        }
        Err(error) => return Err(failed(error)),
    };
    let is_empty = file.metadata().map_err(failed)?.len() == 0;
    Ok((file, is_empty))
}

impl Part {
    fn failed(&self, error: io::Error) -> Error {
        Error::output("write the image", &self.path, error)
    }

    fn len(&self) -> Result<u64, Error> {
        let found = self.file.metadata();
        found.map(|found| found.len()).map_err(|error| Error::open(&self.path, error))
    }

    fn write(&self, at: u64, bytes: &[u8], is_new: bool) -> Result<(), Error> {
        let written = self.write_data(at, bytes, is_new);
        if written.is_err() {
            self.give_back(Span { at, len: bytes.len() as u64 });
        }
        written.map_err(|error| self.failed(error))
    }

    fn write_data(&self, mut at: u64, mut bytes: &[u8], is_new: bool) -> io::Result<()> {
        while !bytes.is_empty() {
            let zeros = blocks(bytes, true);
            let is_hole = |len: usize| is_new || !self.has_data(Span { at, len: len as u64 });
            if zeros > 0 && is_hole(zeros) {
                (at, bytes) = (at + zeros as u64, &bytes[zeros..]);
                continue;
            }
            let len = if zeros > 0 { zeros } else { blocks(bytes, false) };
            write_all_at(&self.file, at, &bytes[..len])?;
            (at, bytes) = (at + len as u64, &bytes[len..]);
        }
        Ok(())
    }

    fn has_data(&self, span: Span) -> bool {
        let len = self.file.metadata().map_or(span.end(), |metadata| metadata.len());
        sparse::data_after(&self.file, span.at, len).is_some_and(|data| data.at < span.end())
    }

    /// Gives back the room of bytes that could not all be written, so that the map finds some.
    fn give_back(&self, span: Span) {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            use rustix::fs::{FallocateFlags, fallocate};
            let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            // Where it cannot be given back, the bytes stay, and nobody counts on them.
            let _ = fallocate(&self.file, flags, span.at, span.len);
        }
        let _ = span;
    }
}

/// Bytes at the start that are whole blocks of zeros, or none of them.
fn blocks(bytes: &[u8], of_zeros: bool) -> usize {
    let like = |block: &&[u8]| is_zero(block) == of_zeros;
    bytes.chunks(BLOCK).take_while(like).map(<[u8]>::len).sum()
}

/// Whether all bytes are zeros.
fn is_zero(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<64>();
    // Most blocks have something else in their first bytes.
    let is_zero = |word: &[u8; 64]| word.iter().fold(0, |all, byte| all | byte) == 0;
    words.iter().all(is_zero) && rest.iter().all(|byte| *byte == 0)
}
