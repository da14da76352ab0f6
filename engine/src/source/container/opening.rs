//! A file that may be a container, while it is being opened.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::files::Files;
use super::piece::Layout;
use super::refusal::Refusal;
use crate::control::error::Error;
use crate::control::progress::Stop;
use crate::source::definition::Source;
use crate::source::open::Io;
use crate::source::part::open_part;

/// What a format looks at to open a container. The file itself is the first of its files.
pub(super) struct Opening<'o> {
    path: &'o Path,
    /// The files that were opened so far.
    pub files: Files,
    /// How others are opened.
    pub io: Io,
    /// Ends what takes long.
    pub stop: &'o Stop,
    /// Whether it is the disk in another container. Such a one is read alone: nobody who asks what files an image lies in
    /// unpacks the image for it, and what is not known may be written to.
    pub is_nested: bool,
    /// Whether it is opened only to tell the files that it lies in: then nothing that takes long is looked for.
    pub is_listing: bool,
}

/// A container that was opened.
pub(super) struct Opened {
    /// Where its disk lies.
    pub layout: Box<dyn Layout>,
    /// What it is a difference to.
    pub parent: Option<Parent>,
}

/// The disk that another one is a difference to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parent {
    /// Its file.
    pub path: PathBuf,
    /// Whether it is a raw image whatever it begins with.
    pub is_raw: bool,
    /// What it is known by, where the difference says.
    pub identity: Option<[u8; 16]>,
}

impl<'o> Opening<'o> {
    pub(super) fn new(path: &'o Path, source: Box<dyn Source>, io: Io, stop: &'o Stop) -> Self {
        Opening {
            path,
            files: Files::new(vec![source]),
            io,
            stop,
            is_nested: false,
            is_listing: false,
        }
    }

    /// The same of the disk in the container at `path`.
    pub(super) fn nested(path: &'o Path, disk: Box<dyn Source>, io: Io, stop: &'o Stop) -> Self {
        Opening { is_nested: true, ..Opening::new(path, disk, io, stop) }
    }

    /// The same, where `is_listing` only to tell the files that it lies in.
    pub(super) fn listing(self, is_listing: bool) -> Self {
        Opening { is_listing, ..self }
    }

    /// Where the container lies.
    pub(super) fn path(&self) -> &'o Path {
        self.path
    }

    /// Bytes of the file.
    pub(super) fn len(&self) -> u64 {
        self.files.len_of(0)
    }

    /// The `len` bytes at `at` of the file, where there are so many.
    pub(super) fn read(&self, at: u64, len: u64) -> Option<Vec<u8>> {
        self.files.bytes(0, at, len).map(std::borrow::Cow::into_owned)
    }

    /// Whether `magic` stands at `at`.
    pub(super) fn starts(&self, at: u64, magic: &[u8]) -> bool {
        self.files.bytes(0, at, magic.len() as u64).is_some_and(|bytes| *bytes == *magic)
    }

    /// Opens one more file of the container: its number.
    pub(super) fn add(&mut self, path: &Path) -> Result<usize, Refusal> {
        self.try_add(path)?.map_err(|error| Refusal::new(format!("and {error}")))
    }

    /// The same; nothing where no file is there by that name.
    pub(super) fn add_if_there(&mut self, path: &Path) -> Result<Option<usize>, Refusal> {
        match self.try_add(path)? {
            Ok(file) => Ok(Some(file)),
            Err(Error::Open { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Refusal::new(format!("and {error}"))),
        }
    }

    fn try_add(&mut self, path: &Path) -> Result<Result<usize, Error>, Refusal> {
        if self.is_nested {
            return Err(Refusal::new("which lies in several files"));
        }
        let source = open_part(path, self.io, self.files.all().len());
        Ok(source.map(|source| self.files.add(source)))
    }

    /// The same with another source in the place of the file.
    pub(super) fn replaced(self, by: impl FnOnce(Box<dyn Source>) -> Box<dyn Source>) -> Self {
        Opening { files: Files::new(vec![by(self.files.into_first())]), ..self }
    }

    /// The file alone again, when it is no container.
    pub(super) fn into_source(self) -> Box<dyn Source> {
        self.files.into_first()
    }
}

impl Opened {
    /// A disk that is no difference.
    pub(super) fn whole(layout: impl Layout + 'static) -> Self {
        Opened { layout: Box::new(layout), parent: None }
    }
}
