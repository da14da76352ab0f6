//! A drive, and what lies on it.

use afterimage_engine::error::Error;
use afterimage_engine::source::{self, Io};
use afterimage_engine::system::{Drive, Prospect};
use afterimage_engine::volumes::glimpse::{Glimpse, glimpse};

/// A drive with what a look at it gave.
pub struct Seen {
    /// What the system tells.
    pub drive: Drive,
    /// What can be hoped for.
    pub prospect: Prospect,
    /// The file systems on it; nothing where it could not be read.
    pub file_systems: Option<Vec<Glimpse>>,
}

/// What lies on a drive; nothing where it cannot be read.
fn file_systems(drive: &Drive) -> Option<Vec<Glimpse>> {
    match source::open(&drive.path, Io::Read) {
        Ok(source) => Some(glimpse(source.as_ref())),
        Err(Error::NoMedium { .. }) => Some(Vec::new()),
        Err(_) => None,
    }
}

impl Seen {
    /// Looks at a drive. `trims_at_times` is whether this system erases free blocks at set times.
    pub fn of(drive: Drive, trims_at_times: bool) -> Self {
        let (prospect, file_systems) = (drive.prospect(trims_at_times), file_systems(&drive));
        Seen { drive, prospect, file_systems }
    }

    /// The file systems of the partition that begins there, or of what is no partition.
    pub fn at(&self, start: Option<u64>) -> impl Iterator<Item = &Glimpse> {
        let parts = &self.drive.partitions;
        self.file_systems.iter().flatten().filter(move |one| match start {
            Some(at) => one.span.at == at,
            None => parts.iter().all(|part| part.at != one.span.at),
        })
    }
}
