//! Giving single photos their names, beside what is in the output folder already.

use jiff::tz::TimeZone;

use super::naming::TakenPaths;
use super::proposal::proposed;
use super::times::set_times;
use crate::control::error::Error;
use crate::ledger::{Store, hash_of};
use crate::model::Record;
use crate::options::Arrange;
use crate::system::folder::{EntryKind, Folder};

/// Where single photos go.
pub struct Placement<'a> {
    /// The output folder.
    pub output: &'a Folder,
    /// Where their content lies.
    pub store: &'a Store,
    /// The zone of cameras that do not tell theirs; without it, that of this machine.
    pub zone: Option<&'a TimeZone>,
    taken: TakenPaths,
}

/// Whether a photo was written, or was there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It has got that path.
    New(String),
    /// Its bytes lay at that path already.
    There(String),
}

impl<'a> Placement<'a> {
    /// A placement beside the files at the paths `taken`.
    pub fn new<'t>(
        output: &'a Folder,
        store: &'a Store,
        zone: Option<&'a TimeZone>,
        taken: impl Iterator<Item = &'t str>,
    ) -> Self {
        let mut paths = TakenPaths::default();
        taken.for_each(|path| drop(paths.claim(path.to_owned(), 0)));
        Placement { output, store, zone, taken: paths }
    }

    /// Whether content of that hash stands at `path` below the output folder.
    pub fn stands(&self, path: &str, hash: &blake3::Hash) -> bool {
        let read = || hash_of(&mut self.output.read_below(path)?);
        read().is_ok_and(|found| found == *hash)
    }

    /// Where a photo goes: a free path, or one at which it is already. `is_inner` tells whether it lies in
    /// another file.
    pub fn choose(&mut self, record: &Record, is_inner: bool, hash: &blake3::Hash) -> Placed {
        let offset = record.offset();
        let mut path = self.taken.claim(proposed(record, is_inner, Arrange::Original), offset);
        loop {
            match self.output.kind(&path) {
                Ok(None) => return Placed::New(path),
                Ok(Some(EntryKind::File(_))) if self.stands(&path, hash) => {
                    return Placed::There(path);
                }
                _ => path = self.taken.claim(path, offset),
            }
        }
    }

    /// Gives content that is in the store the name `path`, once it is on the disk itself.
    ///
    /// # Errors
    ///
    /// When something has that name by now, or the disk is full or fails.
    pub fn place(&self, record: &Record, hash: &blake3::Hash, path: &str) -> Result<(), Error> {
        let stored = Store::name(hash);
        set_times(self.store.folder(), &stored, record, self.zone)?;
        self.store.sync(hash)?;
        let failed = |error| Error::output("write", &self.output.path().join(path), error);
        let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
        let folder = self.output.make(folder).map_err(failed)?;
        self.store.folder().rename_new(&stored, &folder, name).map_err(failed)?;
        folder.sync().map_err(failed)
    }
}
